//! The generated estate: always the same, with what demonstrations and tests ask about.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use escher_core::resource::metric;
use escher_core::{CloudId, Engine, Env, ErrorKind, Flag, Kind, Resource, ResourceId, State, idle_rule};
use escher_providers::sim::{SimSpec, SimWorld};
use jiff::SignedDuration;

use crate::support::*;

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
    // What is called `aliases` now was `akas` then, and is still read.
    let then = text(&world(7, 600)).replace("\"aliases\":", "\"akas\":");
    let then: serde_json::Value = serde_json::from_str(&then).unwrap();
    assert_eq!(escher_core::digest::of(&then), DEMO_DIGEST);
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
                let here = |r: &Resource| r.cloud == *cloud && r.tag_values("app").any(|app| app == "main") && r.env() == Some(env);
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
        let misspelled = ["enviroment", "evironment", "enviorment"];
        assert!(count(&|r| misspelled.iter().any(|key| has_key(r, key))) >= 3, "misspelled keys, seed {seed}");
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
                    let adjusted = |r: &Resource, value: f64| {
                        let mut r = r.clone();
                        r.metrics.insert(condition.metric.to_owned(), value);
                        r.flag(Flag::Idle, now()) == Some(true)
                    };
                    let inside = match condition.metric {
                        metric::VCPU_LOW_PCT => 99.0,
                        _ => 0.0,
                    };
                    let near = of_kind().any(|r| r.flag(Flag::Idle, now()) == Some(false) && adjusted(r, inside));
                    let untold = of_kind().any(|r| !r.metrics.contains_key(condition.metric) && adjusted(r, inside));
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
