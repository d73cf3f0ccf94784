//! Looking at the simulated clouds and acting on them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use escher_core::plan::DryRun;
use escher_core::resource::attr;
use escher_core::{
    Action, ActionDef, Cloud, CloudId, DiscoveryFilter, ErrorKind, Estate, Flag, Kind, Observation, ReadCx, Rel, Resource, ResourceId,
    State, Step, Verb,
};
use escher_providers::sim::{Faults, SimCloud, SimSpec, SimStore};
use serde_json::{Map, Value, json};

use crate::support::*;

#[tokio::test]
async fn discovery_covers_all_it_sees_and_reading_agrees() {
    let store = store(SimSpec { seed: 5, count: 400 });
    let mut seen = 0;
    for &id in CloudId::ALL {
        let cloud = cloud(&store, id, "");
        assert!(cloud.simulated());
        let identities = cloud.identities(&cx()).await.unwrap();
        assert!(identities.len() >= 4 && identities.iter().all(|i| i.simulated && i.account_name.is_some()));
        let all = observations(&cloud, cx(), DiscoveryFilter::default()).await;
        let scopes: Vec<_> =
            all.iter().filter_map(|s| if let Observation::Covered { scope, .. } = s { Some(scope) } else { None }).collect();
        assert!(!all.iter().any(|s| matches!(s, Observation::Gap(_))));
        for s in &all {
            let Observation::Seen { resource: r, .. } = s else { continue };
            seen += 1;
            assert!(scopes.iter().any(|scope| scope.contains(r)), "{}", r.id);
            assert!(identities.iter().any(|i| Some(&i.account) == r.account.as_ref()), "{}", r.id);
            assert_eq!(cloud.read(&cx(), &target(r)).await.unwrap().as_ref(), Some(&**r));
        }
        let some = all.iter().any(|s| matches!(s, Observation::Covered { authoritative: true, .. }));
        assert_eq!(some, id != CloudId::Azure);
    }
    assert_eq!(seen, 400);
    // A narrower look says no more than it looked at.
    let want = DiscoveryFilter { regions: vec!["us-west-2".into()], kinds: vec![Kind::Vm, Kind::Bucket, Kind::Role] };
    for s in observations(&cloud(&store, CloudId::Aws, ""), cx(), want).await {
        let region = match &s {
            Observation::Seen { resource: r, .. } => r.region.clone(),
            Observation::Covered { scope, .. } => scope.region.clone(),
            other => panic!("{other:?}"),
        };
        assert!(matches!(region.as_deref(), Some("us-west-2" | "global")), "{s:?}");
    }
}

#[tokio::test]
async fn faults_make_gaps_and_never_absences() {
    let store = store(SimSpec { seed: 5, count: 400 });
    let everything: Vec<Observation> = observations(&cloud(&store, CloudId::Aws, ""), cx(), DiscoveryFilter::default()).await;
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
        let seen = observations(&broken, cx, DiscoveryFilter::default()).await;
        let gaps: Vec<_> = seen.iter().filter_map(|s| if let Observation::Gap(gap) = s { Some(gap) } else { None }).collect();
        assert!(!gaps.is_empty() && gaps.iter().all(|gap| gap.kind == kind), "{faults}: {gaps:?}");
        assert!(seen.len() <= everything.len(), "{faults}");
        let diff = estate.advance(seen, now());
        assert!(diff.removed.is_empty() && diff.missed.is_empty(), "{faults}");
    }
    let expired = cloud(&store, CloudId::Gcp, "expire:gcp").identities(&cx()).await.unwrap_err();
    assert_eq!(expired.kind(), ErrorKind::Unauthenticated);
    assert!(cloud(&store, CloudId::Azure, "expire:gcp").identities(&cx()).await.is_ok());
    // A share of requests that are turned away is got through by trying again.
    let some = observations(&cloud(&store, CloudId::Gcp, "throttle:compute:0.2"), cx(), DiscoveryFilter::default()).await;
    assert!(!some.iter().any(|s| matches!(s, Observation::Gap(_))));
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
                if cloud.facts(action, &target(sample), &Map::new(), sample).is_none()
                    || matches!(verb, Verb::Delete | Verb::Release) != destroys
                {
                    continue;
                }
                if verb == Verb::Start && pick(&fresh, native, verb).is_none() {
                    let running = pick(&fresh, native, Verb::Stop).unwrap();
                    act(&cloud, &step(&running, Verb::Stop, json!({}))).await.unwrap();
                }
                let Some(r) = pick(&fresh, native, verb) else { continue };
                let params = params_for(&r, verb, &fresh);
                let facts = cloud.facts(action, &target(&r), params.as_object().unwrap(), &r).unwrap();
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
        let facts = cloud(&store, cloud_id, "").facts(Action { kind, verb }, &target(r), params.as_object().unwrap(), r).unwrap();
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
    let (_, lines) = cli(CloudId::Azure, Kind::Bucket, Verb::MakePrivate, json!({"previous": true}));
    assert!(lines[0].ends_with(&["--allow-blob-public-access".into(), "true".into()]), "an undo says what it does: {lines:?}");
    let (_, lines) = cli(CloudId::Azure, Kind::Bucket, Verb::Encrypt, json!({"previous": false}));
    assert_eq!(lines, Vec::<Vec<String>>::new(), "nothing is claimed to take encryption away");
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
    assert_eq!(second.get(&db.id).unwrap().unwrap().tag_values("env").collect::<Vec<_>>(), ["dev"]);
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
