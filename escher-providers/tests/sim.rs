//! The simulated clouds through the door that everybody uses: `Cloud`, with the truth looked at from behind.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use escher_core::plan::{DryRun, OnFailure, Retry};
use escher_core::resource::{attr, metric};
use escher_core::{
    Action, ActionDef, Approval, Clock, Cloud, CloudId, Decision, Engine, Env, ErrorKind, Estate, Flag, Journal, JournalEntry,
    JournalStore, Kind, Moment, Outcome, Permit, PlanDoc, Policy, ReadCx, Rel, Resource, ResourceId, Result, Risk, Sighting, State, Step,
    Target, Verb, Verdict, Want, WriteCx, idle_rule, plan::SCHEMA,
};
use escher_providers::sim::{Faults, SimCloud, SimOptions, SimSpec, SimStore, SimWorld};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

fn now() -> Timestamp {
    "2026-11-22T20:30:00Z".parse().unwrap()
}

fn cx() -> ReadCx {
    ReadCx { clock: Clock::fixed(now()), timeout: Duration::from_secs(20) }
}

fn world(seed: u64, count: usize) -> SimWorld {
    SimWorld::new(SimSpec { seed, count }, now())
}

fn store(spec: SimSpec) -> Arc<SimStore> {
    Arc::new(SimStore::in_memory(spec, now()).unwrap())
}

fn cloud(store: &Arc<SimStore>, id: CloudId, faults: &str) -> SimCloud {
    SimCloud::open(Arc::clone(store), id, SimOptions { latency: Duration::ZERO, faults: faults.parse().unwrap() })
}

/// Target as a plan would name it.
fn target(r: &Resource) -> Target {
    Target {
        id: r.id.clone(),
        name: r.name.clone(),
        cloud: r.cloud,
        account: r.account.clone().unwrap_or_default(),
        region: r.region.clone().unwrap_or_else(|| "global".into()),
        native: r.native.clone(),
        observed: r.observed_hash(),
    }
}

fn step(r: &Resource, verb: Verb, params: Value) -> Step {
    let action = Action { kind: r.kind, verb };
    let def = ActionDef::find(action).unwrap();
    Step {
        id: "s1".into(),
        action,
        target: target(r),
        params: params.as_object().cloned().unwrap_or_default(),
        needs: Vec::new(),
        effect: def.effect,
        preconditions: Vec::new(),
        dry_run: DryRun::Simulate,
        verify: Vec::new(),
        compensate: None,
        timeout: "300s".into(),
        retry: Retry { max_attempts: 1 },
        on_failure: OnFailure::Stop,
        cli: Vec::new(),
        impact: String::new(),
    }
}

struct Lax;
impl Policy for Lax {
    fn judge(&self, _: &PlanDoc) -> Verdict {
        Verdict { decision: Decision::Approve, reasons: Vec::new() }
    }
}

#[derive(Default)]
struct Lines(Mutex<Vec<JournalEntry>>);
#[async_trait]
impl JournalStore for Lines {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let mut lines = self.0.lock().unwrap();
        lines.push(entry.clone());
        Ok(lines.len() as u64)
    }
    async fn read(&self, _: &str) -> Result<Vec<JournalEntry>> {
        Ok(self.0.lock().unwrap().clone())
    }
}

/// The way to a permit: a plan, checked, approved, its intent written down.
async fn permit(step: &Step) -> Permit {
    let doc = PlanDoc {
        schema: SCHEMA,
        id: "pl_1".into(),
        goal: "test".into(),
        digest: String::new(),
        created: now(),
        expires: now() + SignedDuration::from_hours(1),
        principal: "tester".into(),
        risk: Risk::Low,
        decision: Decision::Approve,
        reasons: Vec::new(),
        blast_radius: 1,
        steps: vec![step.clone()],
        warnings: Vec::new(),
    }
    .sealed();
    let approval = Approval { plan: doc.id.clone(), digest: doc.digest.clone(), by: "tester".into(), at: now() };
    let checked = doc.check(&Lax, Moment::Start(now())).unwrap();
    let verified = approval.verify(&checked).unwrap();
    let plan = checked.approve(verified).unwrap();
    Journal::new(Arc::new(Lines::default())).intend(&plan, "run_1", "s1", 1, Vec::new(), now()).await.unwrap()
}

async fn act(cloud: &SimCloud, step: &Step) -> Result<Outcome> {
    cloud.act(&WriteCx { read: cx() }, permit(step).await).await
}

async fn sightings(cloud: &SimCloud, cx: ReadCx, want: Want) -> Vec<Sighting> {
    cloud.discover(cx, want).collect().await
}

/// Parameters that make sense for an action on a resource.
fn params_for(r: &Resource, verb: Verb, store: &SimStore) -> Value {
    let one = |fits: &dyn Fn(&Resource) -> bool| store.all_that(fits).unwrap().remove(0);
    match verb {
        Verb::Resize if r.kind == Kind::Disk => json!({"size": 4096}),
        Verb::Resize => {
            let other = one(&|o| o.native == r.native && o.text_attr(attr::SIZE) != r.text_attr(attr::SIZE));
            json!({"size": other.text_attr(attr::SIZE)})
        }
        Verb::Scale => json!({"count": "+2"}),
        Verb::Tag => json!({"tags": {"env": "other", "a-new-key": "x"}}),
        Verb::Untag => json!({"keys": [r.tags.iter().flatten().next().map_or("none", |(key, _)| key.as_str())]}),
        Verb::Restore | Verb::Create => json!({"name": format!("escher-{}-{verb}", r.kind)}),
        Verb::Attach => {
            let vm = one(&|vm| vm.kind == Kind::Vm && vm.account == r.account && vm.cloud == r.cloud);
            json!({"to": vm.id.as_str()})
        }
        Verb::ClosePort => json!({"port": 443}),
        Verb::OpenPort => json!({"port": "9000-9010", "cidr": "198.51.100.0/24"}),
        _ => json!({}),
    }
}

#[test]
fn the_same_spec_and_day_give_the_same_bytes() {
    let text = |world: &SimWorld| serde_json::to_string(world.resources()).unwrap();
    for (seed, count) in [(7, 600), (1, 300), (99, 1), (3, 40)] {
        let one = world(seed, count);
        assert_eq!(one.resources().len(), count, "seed {seed}");
        let later = SimWorld::new(SimSpec { seed, count }, now() + SignedDuration::from_hours(3));
        assert_eq!(text(&one), text(&later), "seed {seed}");
        let ids: BTreeSet<&ResourceId> = one.resources().iter().map(|r| &r.id).collect();
        assert_eq!(ids.len(), count, "ids are unique, seed {seed}");
    }
    assert_ne!(text(&world(1, 300)), text(&world(2, 300)));
    // The estate of the demonstration is fixed for good: who changes it changes what people have seen.
    let digest = escher_core::digest::of(&world(7, 600).resources());
    assert_eq!(digest, DEMO_DIGEST);
}

const DEMO_DIGEST: &str = "sha256:34a1a9295e0cefc254412b72c23b2d137b991763470760ead0aa7383dfa1d149";

#[test]
fn specs_are_read_and_printed() {
    assert_eq!("7:600".parse::<SimSpec>().unwrap(), SimSpec::DEMO);
    for bad in ["", "7", "7:", ":5", "7:0", "a:5", "7:-1", "7:5:6", "1:99999999"] {
        let e = bad.parse::<SimSpec>().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Invalid, "{bad}");
        assert!(e.hint_text().is_some(), "{bad}");
    }
}

#[test]
fn every_seed_has_the_guaranteed_cases() {
    for seed in 0..20 {
        let world = world(seed, SimSpec::WHOLE);
        let all = world.resources();
        let count = |f: &dyn Fn(&Resource) -> bool| all.iter().filter(|r| f(r)).count();
        let idle = |r: &Resource| r.flag(Flag::Idle, now());
        let westus = |r: &Resource| r.cloud == CloudId::Azure && r.kind == Kind::Vm && r.region.as_deref() == Some("westus");
        assert!(count(&|r| westus(r) && idle(r) == Some(true)) >= 3, "idle in westus, seed {seed}");
        assert!(count(&|r| westus(r) && idle(r) == Some(false) && r.state == Some(State::Running)) >= 3, "busy in westus, seed {seed}");
        assert!(count(&|r| westus(r) && idle(r).is_none()) >= 1, "unknown in westus, seed {seed}");

        let project_x = |r: &Resource| r.account.as_deref() == Some("project-x") && r.kind == Kind::Database;
        let prod: Vec<&Resource> = all.iter().filter(|r| project_x(r) && r.env() == Some(Env::Prod)).collect();
        assert_eq!(prod.len(), 1, "one production database in project-x, seed {seed}");
        assert_eq!(
            (prod[0].name.as_str(), prod[0].engine(), prod[0].state),
            ("orders-pg-prod", Some(Engine::Postgres), Some(State::Running)),
            "seed {seed}"
        );
        assert!(count(&|r| project_x(r) && r.env() == Some(Env::Dev)) >= 1, "seed {seed}");

        for cloud in CloudId::ALL {
            for env in [Env::Prod, Env::Staging, Env::Dev] {
                let here = |r: &Resource| r.cloud == *cloud && r.tag("app") == Some("main") && r.env() == Some(env);
                assert!(count(&here) >= 1, "app main in {env} on {cloud}, seed {seed}");
            }
        }
        let prod_pg = |r: &Resource| r.kind == Kind::Database && r.engine() == Some(Engine::Postgres) && r.env() == Some(Env::Prod);
        assert!(count(&prod_pg) >= 5, "production PostgreSQL, seed {seed}");
        let clouds: BTreeSet<CloudId> = all.iter().filter(|r| prod_pg(r)).map(|r| r.cloud).collect();
        assert_eq!(clouds.len(), 3, "seed {seed}");
        let dev: BTreeSet<&str> = all
            .iter()
            .filter(|r| r.kind == Kind::Vm && r.env() == Some(Env::Dev) && r.state == Some(State::Running))
            .filter_map(|r| r.region.as_deref())
            .collect();
        assert!(dev.contains("us-west-2") && dev.len() >= 4, "dev machines in {dev:?}, seed {seed}");

        let has_key = |r: &Resource, key: &str| r.tags.as_ref().is_some_and(|tags| tags.keys().any(|k| k.eq_ignore_ascii_case(key)));
        let misspelt = ["enviroment", "evironment", "enviorment"];
        assert!(count(&|r| misspelt.iter().any(|key| has_key(r, key))) >= 3, "misspelt keys, seed {seed}");
        assert!(count(&|r| r.flag(Flag::Untagged, now()) == Some(true)) >= 3, "untagged, seed {seed}");
    }
}

/// For every condition of every idle rule: a running resource that only that condition keeps from being idle, and one
/// that does not tell the value.
#[test]
fn every_idle_condition_is_nearly_missed() {
    for seed in 0..20 {
        let world = world(seed, SimSpec::WHOLE);
        for &cloud in CloudId::ALL {
            for kind in [Kind::Vm, Kind::Database, Kind::LoadBalancer] {
                let rule = idle_rule(cloud, kind).unwrap();
                let of_kind = || world.resources().iter().filter(|r| r.cloud == cloud && r.kind == kind && r.state != Some(State::Stopped));
                assert!(of_kind().any(|r| r.flag(Flag::Idle, now()) == Some(true)), "{cloud} {kind} idle, seed {seed}");
                for condition in rule.conditions {
                    let mended = |r: &Resource, value: f64| {
                        let mut r = r.clone();
                        r.metrics.insert(condition.metric.to_owned(), value);
                        r.flag(Flag::Idle, now()) == Some(true)
                    };
                    let inside = match condition.metric {
                        metric::VCPU_LOW_PCT => 99.0,
                        _ => 0.0,
                    };
                    let near = of_kind().any(|r| r.flag(Flag::Idle, now()) == Some(false) && mended(r, inside));
                    let untold = of_kind().any(|r| !r.metrics.contains_key(condition.metric) && mended(r, inside));
                    assert!(near, "{cloud} {kind} {} just missed, seed {seed}", condition.metric);
                    assert!(untold, "{cloud} {kind} {} not told, seed {seed}", condition.metric);
                }
            }
            let vm = |r: &&Resource| r.cloud == cloud && r.kind == Kind::Vm;
            let asleep = |r: &Resource| {
                let awake = Resource { state: Some(State::Running), ..r.clone() };
                r.state == Some(State::Stopped) && r.flag(Flag::Idle, now()) == Some(false) && awake.flag(Flag::Idle, now()) == Some(true)
            };
            assert!(world.resources().iter().filter(vm).any(asleep), "{cloud} stopped but else idle, seed {seed}");
            for kind in [Kind::Disk, Kind::Ip] {
                for wanted in [Some(true), Some(false), None] {
                    let found = world.resources().iter().any(|r| r.cloud == cloud && r.kind == kind && r.flag(Flag::Idle, now()) == wanted);
                    assert!(found, "{cloud} {kind} idle {wanted:?}, seed {seed}");
                }
            }
        }
        let elsewhere = |r: &Resource| r.cloud == CloudId::Azure && r.kind == Kind::Vm && r.region.as_deref() != Some("westus");
        assert!(world.resources().iter().any(|r| elsewhere(r) && r.flag(Flag::Idle, now()) == Some(true)), "seed {seed}");
    }
}

#[test]
fn the_estate_is_varied_and_sound() {
    let world = world(11, 3000);
    let all = world.resources();
    let kinds: BTreeSet<Kind> = all.iter().map(|r| r.kind).collect();
    for kind in Kind::ALL {
        assert!(kinds.contains(kind), "no {kind}");
    }
    for r in all {
        assert_eq!(r.kind, Kind::of_native(r.cloud, &r.native), "{}", r.id);
        assert!(r.account.is_some() && r.account_name.is_some() && r.region.is_some(), "{}", r.id);
        assert!(r.created.unwrap() < now(), "{}", r.id);
        assert!(!r.id.as_str().contains(['{', '}']), "{}", r.id);
        assert!(!r.name.is_empty(), "{}", r.id);
        assert!(r.text_attr("uid").is_some(), "{}", r.id);
        if let Some(raw) = &r.state_raw {
            assert_eq!(r.state, Some(State::from_raw(r.cloud, raw)), "{}", r.id);
            assert_ne!(r.state, Some(State::Unknown), "{}", r.id);
        }
        match r.cloud {
            CloudId::Aws => assert!(r.id.as_str().starts_with("arn:aws:")),
            CloudId::Azure => assert!(r.id.as_str().starts_with("/subscriptions/") && !r.id.as_str().chars().any(char::is_uppercase)),
            CloudId::Gcp => assert!(r.id.as_str().starts_with("//")),
        }
        if r.kind == Kind::Database {
            assert!(r.engine().is_some(), "{}", r.id);
        }
    }
    let known: BTreeSet<&ResourceId> = all.iter().map(|r| &r.id).collect();
    let links: Vec<_> = all.iter().flat_map(|r| &r.links).collect();
    assert!(links.len() > all.len() / 4);
    assert!(links.iter().all(|link| known.contains(&link.id)));
    let per_cloud = |cloud| all.iter().filter(|r| r.cloud == cloud).count();
    assert!(CloudId::ALL.iter().all(|&cloud| per_cloud(cloud) > all.len() / 5));
}

#[test]
fn costs_add_up_and_one_goes_wrong() {
    let world = world(7, 400);
    let mut recent: HashMap<&ResourceId, f64> = HashMap::new();
    let mut days: BTreeMap<(&ResourceId, jiff::civil::Date), f64> = BTreeMap::new();
    let today = now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let mut dates = BTreeSet::new();
    for (date, id, amount) in world.costs() {
        dates.insert(date);
        if (today - date).get_days() <= 30 {
            *recent.entry(id).or_default() += amount;
        }
        assert!(days.insert((id, date), amount).is_none(), "{id} twice on {date}");
    }
    assert_eq!(dates.len(), 90);
    assert!(dates.last().is_some_and(|last| *last < today));
    let old = now() - SignedDuration::from_hours(24 * 40);
    let mut wild = BTreeSet::new();
    for r in world.resources().iter().filter(|r| r.created.unwrap() < old && r.cost_month.is_some_and(|cost| cost > 5.0)) {
        let month = r.cost_month.unwrap();
        let sum = recent[&r.id];
        assert!((sum - month).abs() < month * 0.08, "{}: {sum} for {month}", r.id);
        if days.iter().any(|((id, _), &amount)| **id == r.id && amount > month / 30.0 * 4.0) {
            wild.insert(&r.id);
        }
    }
    assert_eq!(wild.len(), 1);
    assert_eq!(world.costs().count(), SimWorld::new(world.spec(), now()).costs().count());
}

#[tokio::test]
async fn discovery_covers_all_it_sees_and_reading_agrees() {
    let store = store(SimSpec { seed: 5, count: 400 });
    let mut seen = 0;
    for &id in CloudId::ALL {
        let cloud = cloud(&store, id, "");
        assert!(cloud.simulated());
        let identities = cloud.identities(&cx()).await.unwrap();
        assert!(identities.len() >= 4 && identities.iter().all(|i| i.simulated && i.account_name.is_some()));
        let all = sightings(&cloud, cx(), Want::default()).await;
        let scopes: Vec<_> = all.iter().filter_map(|s| if let Sighting::Covered { scope, .. } = s { Some(scope) } else { None }).collect();
        assert!(!all.iter().any(|s| matches!(s, Sighting::Gap(_))));
        for s in &all {
            let Sighting::Seen(r) = s else { continue };
            seen += 1;
            assert!(scopes.iter().any(|scope| scope.contains(r)), "{}", r.id);
            assert!(identities.iter().any(|i| Some(&i.account) == r.account.as_ref()), "{}", r.id);
            assert_eq!(cloud.read(&cx(), &target(r)).await.unwrap().as_ref(), Some(&**r));
        }
        let some = all.iter().any(|s| matches!(s, Sighting::Covered { authoritative: true, .. }));
        assert_eq!(some, id != CloudId::Azure);
    }
    assert_eq!(seen, 400);
    // A narrower look says no more than it looked at.
    let want = Want { regions: vec!["us-west-2".into()], kinds: vec![Kind::Vm, Kind::Bucket, Kind::Role] };
    for s in sightings(&cloud(&store, CloudId::Aws, ""), cx(), want).await {
        let region = match &s {
            Sighting::Seen(r) => r.region.clone(),
            Sighting::Covered { scope, .. } => scope.region.clone(),
            Sighting::Gap(gap) => panic!("{gap:?}"),
        };
        assert!(matches!(region.as_deref(), Some("us-west-2" | "global")), "{s:?}");
    }
}

#[tokio::test]
async fn faults_make_gaps_and_never_absences() {
    let store = store(SimSpec { seed: 5, count: 400 });
    let everything: Vec<Sighting> = sightings(&cloud(&store, CloudId::Aws, ""), cx(), Want::default()).await;
    let estate = Estate::default().advance(everything.clone(), now());
    let estate = Estate::new(estate.added);
    for (faults, kind) in [
        ("deny:ec2@111122223333", ErrorKind::Denied),
        ("expire:aws", ErrorKind::Unauthenticated),
        ("down:vm/us-west-2", ErrorKind::Unavailable),
        ("hang:s3", ErrorKind::Timeout),
        ("throttle:rds", ErrorKind::Throttled),
        ("partial:disk", ErrorKind::Unavailable),
    ] {
        let broken = cloud(&store, CloudId::Aws, faults);
        let cx = ReadCx { timeout: Duration::from_millis(400), ..cx() };
        let seen = sightings(&broken, cx, Want::default()).await;
        let gaps: Vec<_> = seen.iter().filter_map(|s| if let Sighting::Gap(gap) = s { Some(gap) } else { None }).collect();
        assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.kind == kind), "{faults}: {gaps:?}");
        assert!(seen.len() <= everything.len(), "{faults}");
        let diff = estate.advance(seen, now());
        assert!(diff.removed.is_empty() && diff.missed.is_empty(), "{faults}");
    }
    let expired = cloud(&store, CloudId::Gcp, "expire:gcp").identities(&cx()).await.unwrap_err();
    assert_eq!(expired.kind(), ErrorKind::Unauthenticated);
    assert!(cloud(&store, CloudId::Azure, "expire:gcp").identities(&cx()).await.is_ok());
    // A share of requests that are turned away is got through by trying again.
    let some = sightings(&cloud(&store, CloudId::Gcp, "throttle:compute:0.2"), cx(), Want::default()).await;
    assert!(!some.iter().any(|s| matches!(s, Sighting::Gap(_))));
}

#[test]
fn faults_are_read_or_explained() {
    for good in ["", "deny:ec2@111122223333,throttle:compute:0.2,hang:storage,fail:vm.stop:2,slow:50ms", "lost:*", "down:azure/westus"] {
        assert!(good.parse::<Faults>().is_ok(), "{good}");
    }
    for bad in ["deny", "deny:", "deny:@1", "throttle:ec2:2", "throttle:ec2:x", "fail:vm.stop:x", "slow:fast", "burn:ec2", "deny:ec2:3"] {
        let e = bad.parse::<Faults>().unwrap_err();
        assert_eq!(e.kind(), ErrorKind::Invalid, "{bad}");
        assert!(e.to_string().contains(bad) && e.hint_text().is_some(), "{bad}");
    }
}

#[tokio::test]
async fn acts_fail_as_often_as_they_are_told_to() {
    let store = store(SimSpec::DEMO);
    let db = store.all().unwrap().into_iter().find(|r| r.name == "orders-pg-prod").unwrap();
    let stop = step(&db, Verb::Stop, json!({}));
    let gcp = cloud(&store, CloudId::Gcp, "fail:database.stop:2");
    for _ in 0..2 {
        assert_eq!(act(&gcp, &stop).await.unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(store.get(&db.id).unwrap().unwrap().state, Some(State::Running));
    }
    act(&gcp, &stop).await.unwrap();
    assert_eq!(store.get(&db.id).unwrap().unwrap().state_raw.as_deref(), Some("STOPPED"));
    // A lost answer: the change is there all the same.
    let start = step(&db, Verb::Start, json!({}));
    let lossy = cloud(&store, CloudId::Gcp, "lost:database.start");
    assert_eq!(act(&lossy, &start).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(store.get(&db.id).unwrap().unwrap().state, Some(State::Running));
    let denied = act(&cloud(&store, CloudId::Gcp, "deny:database.stop"), &stop).await.unwrap_err();
    assert_eq!(denied.kind(), ErrorKind::Denied);
    assert!(denied.to_string().contains("cloudsql.instances.update"), "{denied}");
    let verbs: Vec<Verb> = store.acts().unwrap().iter().map(|act| act.action.verb).collect();
    assert_eq!(verbs, [Verb::Stop, Verb::Start]);
}

/// Every action that a cloud claims works on the truth of some type, is seen to have worked, has its command line,
/// and its undo puts back what was.
#[tokio::test]
async fn every_capability_works_and_comes_back() {
    let fresh = store(SimSpec { seed: 3, count: 2500 });
    let types: BTreeMap<_, _> = fresh.all().unwrap().into_iter().map(|r| ((r.cloud, r.native.clone()), r)).collect();
    let mut done = BTreeSet::new();
    // What destroys comes last, so that everything else finds what it needs.
    for destroys in [false, true] {
        for ((id, native), sample) in &types {
            let cloud = cloud(&fresh, *id, "");
            for &verb in Verb::ALL {
                let action = Action { kind: sample.kind, verb };
                if cloud.facts(action, &target(sample), &Map::new()).is_none() || matches!(verb, Verb::Delete | Verb::Release) != destroys {
                    continue;
                }
                if verb == Verb::Start && pick(&fresh, native, verb).is_none() {
                    let running = pick(&fresh, native, Verb::Stop).unwrap();
                    act(&cloud, &step(&running, Verb::Stop, json!({}))).await.unwrap();
                }
                let Some(r) = pick(&fresh, native, verb) else { continue };
                let params = params_for(&r, verb, &fresh);
                let facts = cloud.facts(action, &target(&r), params.as_object().unwrap()).unwrap();
                let whole = |argv: &Vec<String>| argv.len() > 2 && argv.iter().all(|arg| !arg.is_empty());
                assert!(!facts.cli.is_empty() && facts.cli.iter().all(whole), "{native} {verb}: {:?}", facts.cli);
                assert!(!facts.permissions.is_empty() && facts.dry_run == DryRun::Simulate, "{native} {verb}");
                round_trip(&cloud, &fresh, &r, step(&r, verb, params)).await;
                done.insert((*id, action));
            }
        }
    }
    for &id in CloudId::ALL {
        let claimed: BTreeSet<_> = cloud(&fresh, id, "").capabilities().actions.into_iter().collect();
        let worked: BTreeSet<_> = done.iter().filter(|(cloud, _)| *cloud == id).copied().collect();
        let idle: Vec<String> = claimed.symmetric_difference(&worked).map(|(_, action)| action.to_string()).collect();
        assert!(idle.is_empty(), "{id}: {idle:?}");
    }
}

/// A resource of a type that is in the condition that a verb needs.
fn pick(store: &SimStore, native: &str, verb: Verb) -> Option<Resource> {
    let linked = |r: &Resource, rel| r.links.iter().any(|link| link.rel == rel);
    let hosts: BTreeSet<_> = store.all_that(|r| r.kind == Kind::Vm).unwrap().into_iter().filter_map(|vm| vm.account).collect();
    let fits = |r: &Resource| match verb {
        Verb::Start => r.state == Some(State::Stopped),
        Verb::Attach => r.bool_attr(attr::ATTACHED) == Some(false) && r.account.as_ref().is_some_and(|a| hosts.contains(a)),
        Verb::Detach => linked(r, Rel::Attached),
        Verb::Delete | Verb::Release => r.flag(Flag::Attached, now()) != Some(true),
        Verb::Restore if r.kind == Kind::Disk => linked(r, Rel::BackedUpBy),
        Verb::Untag => r.tags.as_ref().is_some_and(|tags| !tags.is_empty()),
        Verb::Restart | Verb::Stop => r.state == Some(State::Running),
        _ => true,
    };
    store.all_that(|r| r.native == native && fits(r)).unwrap().into_iter().next()
}

async fn round_trip(cloud: &SimCloud, store: &Arc<SimStore>, r: &Resource, step: Step) {
    let name = format!("{} on {}", step.action, r.id);
    let before = store.get(&r.id).unwrap().unwrap_or_else(|| panic!("{name}: not there"));
    let hash = before.observed_hash();
    let dry = cloud.dry_run(&cx(), &step).await;
    assert_eq!(store.get(&r.id).unwrap().unwrap().observed_hash(), hash, "a dry run changes nothing: {name}");
    let undo = cloud.undo(&step, &before);
    let outcome = act(cloud, &step).await;
    assert_eq!(dry.is_ok(), outcome.is_ok(), "{name}: {dry:?} {outcome:?}");
    let in_the_way = matches!(step.action.kind, Kind::Network | Kind::Subnet) && step.action.verb == Verb::Delete;
    let outcome = match outcome {
        Err(e) if in_the_way => return assert_eq!(e.kind(), ErrorKind::Stale, "{name}"),
        outcome => outcome.unwrap_or_else(|e| panic!("{name}: {e}")),
    };
    let def = ActionDef::find(step.action).unwrap();
    let after = store.get(&r.id).unwrap();
    match (def.verify, &after) {
        (escher_core::Verify::Gone, None) => {
            assert_eq!(act(cloud, &step).await.unwrap_err().kind(), ErrorKind::NotFound, "{name}");
            return;
        }
        (escher_core::Verify::Holds(text), Some(after)) => {
            let selector = escher_core::Selector::parse(text).unwrap();
            assert_eq!(selector.matches(after, now()), Some(true), "{name}: {text}");
        }
        (escher_core::Verify::FieldIsParam(field, param), Some(after)) => {
            let value = step.params[param].as_str().map_or_else(|| step.params[param].to_string(), str::to_owned);
            let selector = escher_core::Selector::parse(&format!("{field} = \"{value}\"")).unwrap();
            assert_eq!(selector.matches(after, now()), Some(true), "{name}: {field} = {value}");
        }
        (escher_core::Verify::ByProvider, Some(after)) => assert_eq!(cloud.shows(&step, after), Some(true), "{name}"),
        (escher_core::Verify::TagsSet | escher_core::Verify::TagsGone, Some(after)) => assert_ne!(after.tags, before.tags, "{name}"),
        (verify, after) => panic!("{name}: {verify:?} {}", after.is_some()),
    }
    for id in &outcome.created {
        assert!(store.get(&ResourceId::new(r.cloud, id.clone())).unwrap().is_some(), "{name}: {id}");
    }
    for undo in &undo {
        let mut back = step.clone();
        (back.action, back.params) = (undo.action, undo.params.clone());
        let def = ActionDef::find(back.action).unwrap();
        def.check_params(&back.params).unwrap();
        back.effect = def.effect;
        act(cloud, &back).await.unwrap_or_else(|e| panic!("undo of {name}: {e}"));
        if def.verify == escher_core::Verify::ByProvider {
            assert_eq!(cloud.shows(&back, &store.get(&r.id).unwrap().unwrap()), Some(true), "undo of {name}");
        }
    }
    if !undo.is_empty() {
        let restored = store.get(&r.id).unwrap().unwrap();
        assert_eq!(restored.observed_hash(), hash, "undo of {name}:\n{restored:#?}\n{before:#?}");
    }
}

#[tokio::test]
async fn clouds_refuse_what_clouds_refuse() {
    let store = store(SimSpec { seed: 3, count: 800 });
    let all = store.all().unwrap();
    let disk = all.iter().find(|r| r.kind == Kind::Disk && r.cloud == CloudId::Aws && r.bool_attr(attr::ATTACHED) == Some(true)).unwrap();
    let aws = cloud(&store, CloudId::Aws, "");
    let smaller = act(&aws, &step(disk, Verb::Resize, json!({"size": 1}))).await.unwrap_err();
    assert_eq!(smaller.kind(), ErrorKind::Invalid);
    assert_eq!(act(&aws, &step(disk, Verb::Delete, json!({}))).await.unwrap_err().kind(), ErrorKind::Stale);
    let vm = all.iter().find(|r| r.kind == Kind::Vm && r.cloud == CloudId::Aws && r.state == Some(State::Running)).unwrap();
    let size = act(&aws, &step(vm, Verb::Resize, json!({"size": "m99.huge"}))).await.unwrap_err();
    assert!(size.hint_text().is_some_and(|hint| hint.contains("m5.large")));
    // Stopping what is stopped changes nothing.
    let stop = step(vm, Verb::Stop, json!({}));
    act(&aws, &stop).await.unwrap();
    let once = store.get(&vm.id).unwrap();
    assert_eq!(once.as_ref().unwrap().metrics, vm.metrics);
    act(&aws, &stop).await.unwrap();
    assert_eq!(store.get(&vm.id).unwrap(), once);
    assert!(aws.undo(&stop, once.as_ref().unwrap()).is_empty());
    // A machine that is deleted frees its disk.
    let used =
        all.iter().find(|r| r.kind == Kind::Disk && r.cloud == CloudId::Aws && r.links.iter().any(|l| l.rel == Rel::Attached)).unwrap();
    let user = used.links.iter().find(|l| l.rel == Rel::Attached).unwrap();
    let user = store.get(&user.id).unwrap().unwrap();
    act(&aws, &step(&user, Verb::Delete, json!({}))).await.unwrap();
    assert_eq!(store.get(&used.id).unwrap().unwrap().bool_attr(attr::ATTACHED), Some(false));
    assert_eq!(aws.read(&cx(), &target(&user)).await.unwrap(), None);
}

#[tokio::test]
async fn command_lines_are_those_of_the_real_clouds() {
    let store = store(SimSpec::DEMO);
    let all = store.all().unwrap();
    let cli = |cloud_id: CloudId, kind: Kind, verb: Verb, params: Value| {
        let r = all.iter().find(|r| r.cloud == cloud_id && r.kind == kind).unwrap();
        let facts = cloud(&store, cloud_id, "").facts(Action { kind, verb }, &target(r), params.as_object().unwrap()).unwrap();
        (r.clone(), facts.cli)
    };
    let (vm, lines) = cli(CloudId::Aws, Kind::Vm, Verb::Stop, json!({}));
    let region = vm.region.as_deref().unwrap();
    assert_eq!(lines, [["aws", "ec2", "stop-instances", "--instance-ids", vm.id.last_segment(), "--region", region]]);
    let (_, lines) = cli(CloudId::Aws, Kind::Vm, Verb::Resize, json!({"size": "m5.large"}));
    assert_eq!(
        lines.iter().map(|argv| argv[2].as_str()).collect::<Vec<_>>(),
        ["stop-instances", "modify-instance-attribute", "start-instances"]
    );
    let (vm, lines) = cli(CloudId::Azure, Kind::Vm, Verb::Stop, json!({}));
    assert_eq!(lines, [["az", "vm", "deallocate", "--ids", vm.id.as_str()]]);
    let (vm, lines) = cli(CloudId::Gcp, Kind::Vm, Verb::Stop, json!({}));
    let (zone, project) = (vm.zone.as_deref().unwrap(), vm.account.as_deref().unwrap());
    assert_eq!(lines, [["gcloud", "compute", "instances", "stop", &vm.name, "--zone", zone, "--project", project]]);
    // A value with blanks stays one argument, and a brace that belongs to the command stays.
    let (_, lines) = cli(CloudId::Azure, Kind::Vm, Verb::Tag, json!({"tags": {"note": "two words; rm -rf"}}));
    assert_eq!(lines[0].last().unwrap(), "note=two words; rm -rf");
    let (_, lines) = cli(CloudId::Aws, Kind::Bucket, Verb::Encrypt, json!({}));
    assert!(lines[0].iter().any(|arg| serde_json::from_str::<Value>(arg).is_ok_and(|v| v["Rules"].is_array())), "{lines:?}");
}

#[tokio::test]
async fn the_truth_outlives_the_process_and_can_change_in_between() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sim.db");
    assert_eq!(SimStore::open(&path).unwrap_err().kind(), ErrorKind::NotFound);
    let first = Arc::new(SimStore::create(&path, SimSpec::DEMO, now()).unwrap());
    let db = first.all().unwrap().into_iter().find(|r| r.name == "orders-pg-prod").unwrap();
    // Two at once, as two processes would have it.
    let second = SimStore::open(&path).unwrap();
    act(&cloud(&first, CloudId::Gcp, ""), &step(&db, Verb::Stop, json!({}))).await.unwrap();
    assert_eq!(second.get(&db.id).unwrap().unwrap().state, Some(State::Stopped));
    drop(first);
    let again = SimStore::open(&path).unwrap();
    assert_eq!((again.spec(), again.born()), (SimSpec::DEMO, now()));
    assert_eq!(again.get(&db.id).unwrap().unwrap().state, Some(State::Stopped));
    assert_eq!(again.acts().unwrap().len(), 1);

    again.mutate(&db.id, |r| drop(r.tags.get_or_insert_default().insert("env".into(), "dev".into()))).unwrap();
    assert_eq!(second.get(&db.id).unwrap().unwrap().tag("env"), Some("dev"));
    let before = again.get(&db.id).unwrap().unwrap();
    again.recreate(&db.id, now()).unwrap();
    let after = again.get(&db.id).unwrap().unwrap();
    assert_eq!((after.id.clone(), after.name.clone()), (before.id.clone(), before.name.clone()));
    assert_ne!(after.text_attr("uid"), before.text_attr("uid"));
    assert_ne!(after.observed_hash(), before.observed_hash());
    again.remove(&db.id).unwrap();
    assert!(again.get(&db.id).unwrap().is_none());
    assert_eq!(again.mutate(&db.id, |_| ()).unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(again.all().unwrap().len(), SimSpec::DEMO.count - 1);
    // A new beginning forgets it all.
    let anew = SimStore::create(&path, SimSpec { seed: 1, count: 10 }, now()).unwrap();
    assert_eq!((anew.all().unwrap().len(), anew.acts().unwrap().len()), (10, 0));
}
