//! Sources do not erase one another: depth and breadth, listings and jobs, looks and single reads.

#![allow(clippy::unwrap_used, reason = "the lints' exception for tests does not reach their helpers")]

use escher_core::{
    ABSENCE_LAG, CloudId, Depth, Diff, Estate, Kind, Link, Look, Measure, Measured, Measurement, Observation, Reading, Rel, Resource,
    RunId, Scope, State, arbitrary,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::{Value, json};

fn now() -> Timestamp {
    arbitrary::now()
}

fn vm(name: &str) -> Resource {
    let mut vm = Resource::new(CloudId::Aws, format!("arn:aws:ec2:us-east-1:1:instance/{name}"), Kind::Vm, "ec2:instance", name);
    (vm.account, vm.region) = (Some("1".into()), Some("us-east-1".into()));
    vm
}

fn scope() -> Scope {
    Scope { cloud: CloudId::Aws, account: "1".into(), native: "ec2:instance".into(), region: None }
}

/// All that there is to know of a machine.
fn deep() -> Resource {
    let mut vm = vm("i-1");
    vm.name = "web-1".into();
    vm.state = Some(State::Running);
    vm.tags = Some([("Name".to_owned(), "web-1".to_owned()), ("env".to_owned(), "prod".to_owned())].into());
    vm.attributes = [("size".to_owned(), json!("m5.large")), ("public".to_owned(), json!(false))].into();
    vm.links = vec![Link { rel: Rel::In, id: vm.id.clone() }];
    vm
}

/// What an index over all types says of it.
fn broad() -> Resource {
    let mut vm = vm("i-1");
    vm.zone = Some("us-east-1a".into());
    vm.state = Some(State::Stopped);
    vm.attributes = [("size".to_owned(), json!("m5.old")), ("arm".to_owned(), json!(true))].into();
    vm
}

fn known(resources: &[Resource]) -> Estate {
    Estate::default().with(&Estate::default().advance(resources.iter().cloned().map(Observation::seen), now()))
}

/// The estate after a look that takes these observations as they come.
fn after(known: &Estate, observations: Vec<Observation>) -> Estate {
    let mut estate = known.clone();
    let mut look = Look::new(now() + SignedDuration::from_hours(1), SignedDuration::ZERO);
    for observation in observations {
        if let Some((cloud, account)) = look.needs(&observation) {
            look.know(cloud, account, known.clone());
        }
        if let Some(diff) = look.take(observation) {
            estate = estate.with(&diff);
        }
    }
    let diff = look.end().hold(&estate);
    estate.with(&diff)
}

fn covered() -> Observation {
    Observation::Covered { scope: scope(), authoritative: true }
}

fn measured(name: &str, value: f64, at: Timestamp) -> Measured {
    let window = Some(SignedDuration::from_hours(14 * 24));
    Measured { metrics: [(name.to_owned(), Measure { value, at, window })].into(), cost_month: None }
}

fn measurement(resource: &Resource, measured: Measured) -> Observation {
    Observation::Measured(Box::new(Measurement { id: resource.id.clone(), measured }))
}

fn only(estate: &Estate) -> &Resource {
    &estate.entries().next().unwrap().resource
}

#[test]
fn breadth_after_depth_loses_nothing_and_a_later_one_updates_what_it_reports() {
    let estate = known(&[deep()]);
    let later = estate.clone().with(&estate.advance([Observation::glimpsed(broad())], now()));
    let it = only(&later);
    assert_eq!((it.name.as_str(), &it.tags, &it.links), ("web-1", &deep().tags, &deep().links));
    assert_eq!((it.state, it.zone.as_deref()), (Some(State::Stopped), Some("us-east-1a")));
    assert_eq!((&it.attributes["public"], &it.attributes["arm"], &it.attributes["size"]), (&json!(false), &json!(true), &json!("m5.old")));
    // Depth says all: what it does not report is no longer so.
    let again = later.clone().with(&later.advance([Observation::seen(deep())], now()));
    assert_eq!(only(&again), &deep());
}

#[test]
fn within_one_look_depth_wins_in_whatever_order_and_scopes_they_come() {
    let mut expected = deep();
    expected.zone = Some("us-east-1a".into());
    expected.attributes.insert("arm".into(), json!(true));
    let (d, b) = (|| Observation::seen(deep()), || Observation::glimpsed(broad()));
    for before in [Estate::default(), known(&[vm("i-1")]), known(&[deep()])] {
        for order in [
            vec![d(), b(), covered()],
            vec![b(), d(), covered()],
            vec![d(), covered(), b(), covered()],
            vec![b(), covered(), d(), covered()],
            vec![d(), covered(), b()],
            vec![b(), covered(), d()],
            vec![d(), b()],
            vec![b(), covered(), d(), covered(), b(), covered()],
        ] {
            let told = format!("{order:?}");
            assert_eq!(only(&after(&before, order)), &expected, "{told}");
        }
    }
}

#[test]
fn what_was_seen_in_a_look_is_missed_by_none_of_its_listings() {
    let estate = known(&[deep(), vm("i-2")]);
    let after = after(&estate, vec![Observation::seen(deep()), covered(), Observation::glimpsed(broad()), covered()]);
    assert_eq!(after.entries().map(|entry| entry.resource.name.as_str()).collect::<Vec<_>>(), ["web-1"]);
}

#[test]
fn a_listing_and_a_job_erase_nothing_of_one_another() {
    let mut listed = vm("i-1");
    (listed.metrics, listed.cost_month) = ([("cpu_avg".to_owned(), 50.0), ("net_mb_day".to_owned(), 7.0)].into(), Some(10.0));
    let cost = Measured { cost_month: Some(Measure { value: 42.0, at: now(), window: None }), ..Measured::default() };
    let job = || vec![measurement(&listed, measured("cpu_avg", 3.0, now())), measurement(&listed, cost.clone())];
    let estate = known(std::slice::from_ref(&listed));
    let diff = estate.advance(job(), now() + SignedDuration::from_hours(2));
    assert_eq!((diff.refreshed.len(), diff.changed.len()), (1, 0));
    assert_eq!(diff.refreshed[0].last_seen, now(), "a measurement is no look");
    let measured_first = estate.clone().with(&diff);
    let values = |estate: &Estate| (only(estate).metrics.clone(), only(estate).cost_month);
    let both = ([("cpu_avg".to_owned(), 3.0), ("net_mb_day".to_owned(), 7.0)].into(), Some(42.0));
    assert_eq!(values(&measured_first), both);
    // A sync after that: with values of its own, and with none.
    for again in [listed.clone(), vm("i-1")] {
        let diff = measured_first.advance([Observation::seen(again)], now() + SignedDuration::from_hours(3));
        assert!(diff.is_quiet(), "{diff:?}");
        assert_eq!(values(&measured_first.clone().with(&diff)), both);
    }
    // The exchange form says also what is not measured; what a job measured stays all the same.
    let whole = Observation::Seen { resource: Box::new(vm("i-1")), depth: Depth::Whole };
    let after = measured_first.clone().with(&measured_first.advance([whole], now()));
    assert_eq!(values(&after), ([("cpu_avg".to_owned(), 3.0)].into(), Some(42.0)));
    // In one batch, in any order.
    for seen in [[job(), vec![Observation::seen(listed.clone())]].concat(), [vec![Observation::seen(listed.clone())], job()].concat()] {
        assert_eq!(values(&Estate::default().with(&Estate::default().advance(seen, now()))), both);
    }
    let stranger = estate.advance([measurement(&vm("i-9"), measured("cpu_avg", 1.0, now()))], now());
    assert!(stranger.is_quiet() && stranger.unchanged.is_empty(), "what nobody has seen does not appear by being measured");
}

#[test]
fn of_two_measurements_the_newer_counts_whichever_comes_first() {
    let (old, new) = (measured("cpu_avg", 9.0, now()), measured("cpu_avg", 3.0, now() + SignedDuration::from_hours(1)));
    assert_eq!(old.clone().merged(&new), new);
    assert_eq!(new.clone().merged(&old), new);
    let same = measured("cpu_avg", 4.0, now());
    assert_eq!(old.clone().merged(&same), same.merged(&old));
}

#[test]
fn a_read_after_a_run_tells_what_the_run_changed() {
    let estate = known(&[deep(), vm("i-2"), vm("i-3")]);
    let run: RunId = "run_1".parse().unwrap();
    let mut stopped = deep();
    stopped.state = Some(State::Stopped);
    let reading = |name: &str, found, is_proof| Reading { id: vm(name).id, found, is_proof };
    let readings = [
        reading("i-1", Some(stopped), false),
        reading("i-2", None, true),
        reading("i-3", None, false),
        reading("i-4", Some(vm("i-4")), true),
    ];
    let diff: Diff = estate.refresh(readings, now(), Some(run.clone()));
    assert_eq!((diff.run, &diff.removed, diff.added.len()), (Some(run), &vec![vm("i-2").id], 0));
    assert_eq!(diff.missed, [(vm("i-3").id, 1)]);
    let fields = &diff.differences[&deep().id];
    assert_eq!(
        (fields.len(), fields[0].field.as_str(), &fields[0].from, &fields[0].to),
        (1, "state", &json!("running"), &json!("stopped"))
    );
    // A second absence is proof once the cloud had time to catch up.
    let estate = estate.with(&Diff { missed: diff.missed, at: now(), ..Diff::default() });
    let read = |at| estate.refresh([reading("i-3", None, false)], at, None).removed.len();
    assert_eq!((read(now() + SignedDuration::from_secs(1)), read(now() + ABSENCE_LAG)), (0, 1));
}

#[test]
fn differences_are_named_as_a_selector_names_them() {
    let before = deep();
    let mut after = before.clone();
    after.state = Some(State::Stopped);
    after.attributes = [("size".to_owned(), json!("m5.xlarge")), ("os".to_owned(), json!("linux"))].into();
    after.tags =
        Some([("Name".to_owned(), "web-1".to_owned()), ("env".to_owned(), "dev".to_owned()), ("Own".to_owned(), "x".to_owned())].into());
    after.links.clear();
    after.metrics.insert("cpu_avg".into(), 1.0);
    let told: Vec<(String, Value, Value)> = before.differences(&after).into_iter().map(|it| (it.field, it.from, it.to)).collect();
    let field = |name: &str, from: Value, to: Value| (name.to_owned(), from, to);
    assert_eq!(
        told,
        [
            field("attr.os", Value::Null, json!("linux")),
            field("public", json!(false), Value::Null),
            field("rel.in", json!([before.id.as_str()]), Value::Null),
            field("size", json!("m5.large"), json!("m5.xlarge")),
            field("state", json!("running"), json!("stopped")),
            field("tag.Own", Value::Null, json!("x")),
            field("tag.env", json!("prod"), json!("dev")),
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// One resource, told in depth and in breadth, over whatever was known of it, in any order.
    #[test]
    fn depth_and_breadth_make_the_same_of_it_in_any_order(
        d in arbitrary::resource(), b in arbitrary::resource(), k in proptest::option::of(arbitrary::resource()), order in 0..6_usize
    ) {
        let same = |resource: Resource| {
            let mut it = resource;
            (it.id, it.cloud, it.account, it.native) = (vm("i-1").id, CloudId::Aws, Some("1".into()), "ec2:instance".into());
            it.attributes.remove("shared_with");
            it
        };
        let before = known(&k.map(same).into_iter().collect::<Vec<_>>());
        let (d, b) = (Observation::seen(same(d)), Observation::glimpsed(same(b)));
        let together = after(&before, vec![d.clone(), b.clone(), covered()]);
        let order = match order {
            0 => vec![b, d, covered()],
            1 => vec![d, covered(), b, covered()],
            2 => vec![b, covered(), d, covered()],
            3 => vec![d, covered(), b],
            4 => vec![b, covered(), d],
            _ => vec![b.clone(), covered(), d, covered(), b, covered()],
        };
        let apart = after(&before, order);
        prop_assert_eq!(only(&apart), only(&together));
    }

    /// What differs is told if and only if the hash that decides "unchanged" differs.
    #[test]
    fn what_counts_as_changed_has_differences(a in arbitrary::resource(), b in arbitrary::resource()) {
        let mut b = b;
        (b.id, b.cloud) = (a.id.clone(), a.cloud);
        if a.observed_hash() == b.observed_hash() {
            prop_assert!(a.differences(&b).is_empty());
        } else {
            prop_assert!(!a.differences(&b).is_empty());
        }
    }
}
