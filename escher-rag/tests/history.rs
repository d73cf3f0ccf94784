//! What became of the estate, and what jobs measured of it: kept by the store, told once.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod support;

use escher_core::{
    ChangeKind, CloudId, Diff, Estate, EstateStore, Kind, Measure, Measured, Measurement, Observation, Resource, Selector, State,
};
use escher_rag::SqliteStore;
use jiff::{SignedDuration, Timestamp};
use support::{added, now};

fn open() -> (tempfile::TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    (dir, store)
}

fn vm(name: &str, state: State) -> Resource {
    let mut vm = Resource::new(CloudId::Aws, format!("arn:aws:ec2:us-east-1:1:instance/{name}"), Kind::Vm, "ec2:instance", name);
    (vm.account, vm.state) = (Some("1".into()), Some(state));
    vm
}

fn later(hours: i64) -> Timestamp {
    now() + SignedDuration::from_hours(hours)
}

async fn see(store: &SqliteStore, resource: Resource, at: Timestamp) -> Diff {
    let known = store.known(std::slice::from_ref(&resource.id)).await.unwrap();
    let diff = Diff { run: Some("run_1".parse().unwrap()), ..known.advance([Observation::seen(resource)], at) };
    store.apply(&diff).await.unwrap();
    diff
}

/// What is told since a moment: name, what happened, fields and run.
async fn told(store: &SqliteStore, since: Timestamp) -> Vec<(String, ChangeKind, usize, bool)> {
    let all = store.history(since).await.unwrap();
    all.into_iter().map(|it| (it.change.name, it.change.change, it.change.fields.len(), it.change.run.is_some())).collect()
}

#[tokio::test]
async fn what_appeared_changed_and_is_gone_is_told_newest_first() {
    use ChangeKind::{Appeared, Changed, Removed};
    let (dir, store) = open();
    let row = |name: &str, change, fields, run| (name.to_owned(), change, fields, run);
    store.apply(&added([vm("a", State::Running), vm("b", State::Running)])).await.unwrap();
    see(&store, vm("c", State::Running), later(1)).await;
    see(&store, vm("a", State::Stopped), later(2)).await;
    see(&store, vm("a", State::Stopped), later(3)).await;
    for gone in ["b", "c"] {
        store.apply(&Diff { removed: vec![vm(gone, State::Running).id], at: later(4), ..Diff::default() }).await.unwrap();
    }
    let all = [
        row("b", Removed, 0, false),
        row("c", Removed, 0, false),
        row("a", Changed, 1, true),
        row("c", Appeared, 0, false),
        row("a", Appeared, 0, false),
        row("b", Appeared, 0, false),
    ];
    assert_eq!(told(&store, now()).await, all);
    assert_eq!(told(&store, later(1)).await, all[..4]);
    assert_eq!(told(&store, later(2)).await, all[..3]);
    assert_eq!(
        (told(&store, later(5)).await.len(), told(&store, Timestamp::MIN).await.len(), told(&store, Timestamp::MAX).await.len()),
        (0, 6, 0)
    );
    let removed = store.history(later(4)).await.unwrap();
    assert_eq!(removed[0].resource, Some(vm("b", State::Running)), "a removal keeps what was known");
    // First sight has no row of its own: an import writes no more than the estate.
    let raw = rusqlite::Connection::open(dir.path().join("estate.db")).unwrap();
    assert_eq!(raw.query_row("SELECT count(*) FROM history", [], |row| row.get::<_, i64>(0)).unwrap(), 3);
    store.check(true).unwrap();
    raw.execute("UPDATE history SET name = 'x' WHERE seq = 1", []).unwrap();
    assert!(store.history(now()).await.unwrap_err().message().contains("not as it was written"));
    assert!(store.check(true).is_err());
}

#[tokio::test]
async fn writing_a_listing_leaves_what_a_job_measured_and_the_reverse() {
    let (dir, store) = open();
    let mut listed = vm("a", State::Running);
    (listed.metrics, listed.cost_month) = ([("cpu_avg".to_owned(), 50.0), ("net_mb_day".to_owned(), 7.0)].into(), Some(10.0));
    store.apply(&added([listed.clone(), vm("b", State::Running)])).await.unwrap();
    // A sync that began before the job wrote.
    let stale = store.estate(None).await.unwrap();
    let measure = |value| Measure { value, at: later(1), window: Some(SignedDuration::from_hours(24)) };
    let measured = Measured { metrics: [("cpu_avg".to_owned(), measure(3.0))].into(), cost_month: Some(measure(42.0)) };
    let job = Observation::Measured(Box::new(Measurement { id: listed.id.clone(), measured: measured.clone() }));
    store.apply(&stale.advance([job], later(1))).await.unwrap();
    listed.state = Some(State::Stopped);
    store.apply(&stale.advance([Observation::seen(listed.clone())], later(2))).await.unwrap();
    drop(store);
    for touched in [false, true] {
        let open = if touched { SqliteStore::open_touched } else { SqliteStore::open };
        let store = open(dir.path().join("estate.db")).unwrap();
        let entry = store.entry(&listed.id).await.unwrap().unwrap();
        assert_eq!(entry.measured, measured);
        let it = &entry.resource;
        assert_eq!(
            (it.state, it.metrics["cpu_avg"], it.metrics["net_mb_day"], it.cost_month),
            (Some(State::Stopped), 3.0, 7.0, Some(42.0))
        );
        for (text, count) in [("cpu < 5", 1), ("cpu > 5", 0), ("cost > $40", 1), ("cost < $20", 0)] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(store.admitted(&selector, now()).await.unwrap().len(), count, "{text}, {touched}");
        }
        store.check(true).unwrap();
    }
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    store.apply(&Diff { removed: vec![listed.id.clone()], at: later(3), ..Diff::default() }).await.unwrap();
    store.apply(&Estate::default().advance([Observation::seen(listed.clone())], later(4))).await.unwrap();
    assert!(store.entry(&listed.id).await.unwrap().unwrap().measured.is_empty(), "another resource under the same id begins anew");
}
