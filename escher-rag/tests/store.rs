//! The store keeps what it is told, tells changes in order, and selects exactly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use escher_core::arbitrary;
use escher_core::plan::SCHEMA;
use escher_core::selector::{Field, Op, Value, World};
use escher_core::{
    Collection, Decision, Diff, Document, DocumentStore, ErrorKind, Estate, EstateStore, Observation, PlanDoc, PlanId, PlanOrigin,
    PlanRecord, PlanStatus, PlanStore, Resource, ResourceId, Risk, RunId, RunRecord, Scope, Selector,
};
use escher_rag::SqliteStore;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use serde_json::json;
use support::{added, estate, fill, now};
use tempfile::TempDir;

fn open() -> (TempDir, SqliteStore) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    (dir, store)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn ids(estate: &Estate) -> BTreeSet<ResourceId> {
    estate.entries().map(|e| e.resource.id.clone()).collect()
}

/// A look at everything: these are there, the rest of their scopes and of all scopes known is missed.
fn look(known: &Estate, seen: Vec<Resource>, at: Timestamp, authoritative: bool) -> Diff {
    let scopes: BTreeSet<Scope> = known
        .entries()
        .filter_map(|e| {
            let r = &e.resource;
            Some(Scope { cloud: r.cloud, account: r.account.clone()?, native: r.native.clone(), region: None })
        })
        .collect();
    let observations = seen.into_iter().map(Observation::seen);
    known.advance(observations.chain(scopes.into_iter().map(|scope| Observation::Covered { scope, authoritative })), at)
}

/// What the store selects is what the selector says of each of these, which are all that it holds.
async fn agrees(store: &SqliteStore, resources: &[Resource], selector: &Selector) -> Result<(), TestCaseError> {
    let truths = World::new(resources).truths(selector, now());
    let expected: Vec<_> = resources.iter().zip(&truths).filter(|(_, truth)| **truth == Some(true)).map(|(r, _)| r.clone()).collect();
    let selection = store.select(selector, now()).await.unwrap();
    prop_assert_eq!(
        store.admitted(selector, now()).await.unwrap(),
        expected.iter().map(|r| r.id.clone()).collect::<Vec<_>>(),
        "{}",
        selector
    );
    prop_assert_eq!(selection.matched.into_iter().map(|e| e.resource).collect::<Vec<_>>(), expected, "{}", selector);
    prop_assert_eq!(selection.unknown, truths.iter().filter(|truth| truth.is_none()).count(), "{}", selector);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_the_estate_after_every_diff_and_its_changes_lead_there(
        looks in prop::collection::vec((arbitrary::estate(12), any::<bool>()), 1..6),
        selectors in prop::collection::vec(arbitrary::selector(), 8),
    ) {
        runtime().block_on(async {
            let (_dir, store) = open();
            let mut model = Estate::default();
            let mut followed: BTreeMap<ResourceId, Resource> = BTreeMap::new();
            let (mut at, mut told) = (now(), 0);
            for (seen, authoritative) in looks {
                at += SignedDuration::from_hours(1);
                let diff = look(&model, seen, at, authoritative);
                let before = store.revision().await.unwrap();
                let after = store.apply(&diff).await.unwrap();
                prop_assert_eq!(after == before, diff.is_quiet());
                prop_assert_eq!(store.revision().await.unwrap(), after);
                model = model.with(&diff);
                let stored = store.estate(None).await.unwrap();
                prop_assert!(stored.entries().eq(model.entries()));
                // One at a time, so that every cut is tried.
                while told < after {
                    let changes = store.changes(told, 1).await.unwrap().unwrap();
                    prop_assert!(changes.to > told && changes.upserts.len() + changes.removed.len() <= 1);
                    told = changes.to;
                    for entry in changes.upserts {
                        followed.insert(entry.resource.id.clone(), entry.resource);
                    }
                    for id in changes.removed {
                        followed.remove(&id);
                    }
                }
                prop_assert!(followed.values().eq(model.entries().map(|e| &e.resource)));
                let all = || model.entries().map(|e| &e.resource);
                let words = store.known_words().await.unwrap();
                prop_assert_eq!(words.tags, all().flat_map(|r| r.tags.iter().flatten()).map(|(key, _)| key.clone()).collect());
                prop_assert_eq!(words.attributes, all().flat_map(|r| r.attributes.keys().cloned()).collect());
                prop_assert_eq!(words.relations, all().flat_map(|r| &r.links).map(|link| link.rel.as_str().to_lowercase()).collect());
                // What selectors are answered from follows every change.
                let resources: Vec<Resource> = all().cloned().collect();
                for selector in &selectors {
                    agrees(&store, &resources, selector).await?;
                }
            }
            Ok(())
        })?;
    }

    #[test]
    fn selection_is_exact_and_counts_the_unknown(resources in arbitrary::estate(40), selectors in prop::collection::vec(arbitrary::selector(), 60)) {
        runtime().block_on(async {
            let (_dir, store) = open();
            fill(&store, resources.clone()).await;
            for selector in selectors {
                agrees(&store, &resources, &selector).await?;
                agrees(&store, &resources, &!selector).await?;
            }
            Ok::<(), TestCaseError>(())
        })?;
    }
}

#[tokio::test]
async fn it_is_there_again_after_closing() {
    let (dir, store) = open();
    fill(&store, estate()).await;
    let (before, revision) = (store.estate(None).await.unwrap(), store.revision().await.unwrap());
    drop(store);
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    assert!(store.estate(None).await.unwrap().entries().eq(before.entries()));
    assert_eq!(store.revision().await.unwrap(), revision);
    let counts = store.counts().await.unwrap();
    assert_eq!(counts.resources.values().sum::<u64>(), estate().len() as u64);
}

#[tokio::test]
async fn a_part_is_one_account_of_one_cloud() {
    let (_dir, store) = open();
    fill(&store, estate()).await;
    let part = store.estate(Some((escher_core::CloudId::Gcp, "project-x"))).await.unwrap();
    let expected: BTreeSet<ResourceId> = estate().into_iter().filter(|r| r.account.as_deref() == Some("project-x")).map(|r| r.id).collect();
    assert_eq!(ids(&part), expected);
    assert!(ids(&store.estate(Some((escher_core::CloudId::Aws, "project-x"))).await.unwrap()).is_empty());
    let one = &estate()[0];
    assert_eq!(store.entry(&one.id).await.unwrap().unwrap().resource, *one);
    assert_eq!(store.entry(&ResourceId::new(escher_core::CloudId::Aws, "arn:none")).await.unwrap(), None);
}

#[tokio::test]
async fn a_quiet_diff_only_moves_last_seen() {
    let (_dir, store) = open();
    fill(&store, estate()).await;
    let revision = store.revision().await.unwrap();
    let later = now() + SignedDuration::from_hours(3);
    let known = store.estate(None).await.unwrap();
    let diff = known.advance(estate().into_iter().map(Observation::seen), later);
    assert!(diff.is_quiet());
    assert_eq!(store.apply(&diff).await.unwrap(), revision);
    assert!(store.estate(None).await.unwrap().entries().all(|e| e.last_seen == later && e.first_seen == now()));
}

#[tokio::test]
async fn removals_are_forgotten_and_that_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap().keeping_removals(3);
    fill(&store, estate()).await;
    let early = store.revision().await.unwrap();
    for resource in estate().into_iter().take(30) {
        store.apply(&Diff { removed: vec![resource.id], at: now(), ..Diff::default() }).await.unwrap();
    }
    assert_eq!(store.changes(early, 10).await.unwrap(), None);
    assert_eq!(store.changes(u64::MAX, 10).await.unwrap(), None);
    let (mut at, mut seen) = (0, BTreeSet::new());
    while at < store.revision().await.unwrap() {
        let changes = store.changes(at, 7).await.unwrap().expect("a rebuild is never sent back");
        at = changes.to;
        seen.extend(changes.upserts.into_iter().map(|e| e.resource.id));
    }
    assert_eq!(seen, ids(&store.estate(None).await.unwrap()));
}

fn document(id: &str, minutes: i64) -> Document {
    Document {
        id: id.into(),
        at: now() + SignedDuration::from_mins(minutes),
        text: format!("text of {id}"),
        body: json!({"id": id, "n": minutes}),
    }
}

#[tokio::test]
async fn documents_are_listed_newest_first_and_reports_do_not_change() {
    let (_dir, store) = open();
    for collection in [Collection::Chat, Collection::Operations, Collection::Alerts, Collection::Reports] {
        for (id, minutes) in [("b", 2), ("a", 1), ("c", 3)] {
            store.put(collection, &document(id, minutes)).await.unwrap();
        }
        let listed = store.list(collection, 2).await.unwrap();
        assert_eq!(listed, [document("c", 3), document("b", 2)]);
    }
    store.put(Collection::Chat, &document("a", 9)).await.unwrap();
    assert_eq!(store.list(Collection::Chat, 1).await.unwrap(), [document("a", 9)]);
    assert_eq!(store.document(Collection::Chat, "b").await.unwrap(), Some(document("b", 2)));
    assert_eq!(store.document(Collection::Alerts, "x").await.unwrap(), None);
    assert!(store.remove(Collection::Chat, "b").await.unwrap() && !store.remove(Collection::Chat, "b").await.unwrap());
    assert_eq!(store.document(Collection::Chat, "b").await.unwrap(), None);
    assert_eq!(store.document(Collection::Alerts, "b").await.unwrap(), Some(document("b", 2)));
    assert_eq!(store.remove(Collection::Reports, "b").await.unwrap_err().kind(), ErrorKind::Invalid);
    let error = store.put(Collection::Reports, &document("a", 9)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid);
    assert!(error.hint_text().is_some());
    assert!(store.list(Collection::Reports, 9).await.unwrap().contains(&document("a", 1)));
    assert_eq!(store.put(Collection::Estate, &document("a", 1)).await.unwrap_err().kind(), ErrorKind::Invalid);
}

fn plan_id(text: &str) -> PlanId {
    text.parse().unwrap()
}

fn run_id(text: &str) -> RunId {
    text.parse().unwrap()
}

fn plan(id: &str, status: PlanStatus, run: Option<&str>) -> PlanRecord {
    let doc = PlanDoc {
        schema: SCHEMA,
        id: plan_id(id),
        goal: "Stop web-1".into(),
        origin: Some(PlanOrigin::Ask),
        digest: String::new(),
        created: now(),
        expires: now() + SignedDuration::from_hours(1),
        principal: "someone".into(),
        risk: Risk::Low,
        decision: Decision::Approve,
        reasons: Vec::new(),
        blast_radius: 1,
        steps: Vec::new(),
        warnings: Vec::new(),
    };
    PlanRecord { doc: doc.sealed(), status, approval: None, run: run.map(run_id), seal: None }
}

#[tokio::test]
async fn a_plan_only_moves_forward_and_is_started_once() {
    let (_dir, store) = open();
    use PlanStatus::{Approved, Pending, Rejected, Started};
    for (status, run) in [(Pending, None), (Approved, None), (Started, Some("run_1"))] {
        store.put_plan(&plan("pl_1", status, run)).await.unwrap();
        assert_eq!(store.plan(&plan_id("pl_1")).await.unwrap(), Some(plan("pl_1", status, run)));
    }
    for (status, run) in [(Pending, None), (Approved, None), (Rejected, None), (Started, Some("run_2"))] {
        assert_eq!(store.put_plan(&plan("pl_1", status, run)).await.unwrap_err().kind(), ErrorKind::Stale, "{status}");
    }
    let mut other = plan("pl_1", Started, Some("run_1"));
    other.doc.goal = "Delete everything".into();
    other.doc = other.doc.sealed();
    assert_eq!(store.put_plan(&other).await.unwrap_err().kind(), ErrorKind::Stale);
    store.put_plan(&plan("pl_2", Rejected, None)).await.unwrap();
    assert_eq!(store.put_plan(&plan("pl_2", Started, Some("run_3"))).await.unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(store.plans(10).await.unwrap().len(), 2);
    assert_eq!(store.plan(&plan_id("pl_3")).await.unwrap(), None);
}

fn run(id: &str, minutes: i64, finished: Option<Timestamp>) -> RunRecord {
    RunRecord {
        id: run_id(id),
        plan: plan_id("pl_1"),
        goal: "Stop web-1".into(),
        principal: "someone".into(),
        started: now() + SignedDuration::from_mins(minutes),
        finished,
        done: 1,
        failed: 0,
        skipped: 2,
        undoes: None,
        head: None,
    }
}

#[tokio::test]
async fn a_plan_and_its_run_start_together_or_not_at_all() {
    let (_dir, store) = open();
    let started = |id: &str| plan("pl_1", PlanStatus::Started, Some(id));
    store.put_plan(&plan("pl_1", PlanStatus::Approved, None)).await.unwrap();
    store.start_run(&started("run_1"), &run("run_1", 1, None)).await.unwrap();
    assert_eq!(store.start_run(&started("run_2"), &run("run_2", 2, None)).await.unwrap_err().kind(), ErrorKind::Stale);
    assert_eq!(
        (store.runs(9).await.unwrap(), store.plan(&plan_id("pl_1")).await.unwrap()),
        (vec![run("run_1", 1, None)], Some(started("run_1")))
    );
}

#[tokio::test]
async fn runs_are_listed_newest_first() {
    let (_dir, store) = open();
    for (id, minutes) in [("run_b", 2), ("run_c", 3), ("run_a", 1)] {
        store.put_run(&run(id, minutes, None)).await.unwrap();
    }
    store.put_run(&run("run_a", 1, Some(now()))).await.unwrap();
    assert_eq!(store.runs(2).await.unwrap(), [run("run_c", 3, None), run("run_b", 2, None)]);
    assert_eq!(store.run(&run_id("run_a")).await.unwrap(), Some(run("run_a", 1, Some(now()))));
}

#[tokio::test]
async fn files_that_are_not_ours_or_too_new_are_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let fails = |name: &str| {
        let error = SqliteStore::open(dir.path().join(name)).err().expect("it must not open");
        assert!(error.hint_text().is_some(), "{error}");
        error.kind()
    };
    drop(SqliteStore::open(dir.path().join("new.db")).unwrap());
    rusqlite::Connection::open(dir.path().join("new.db")).unwrap().pragma_update(None, "user_version", 99).unwrap();
    assert_eq!(fails("new.db"), ErrorKind::Unsupported);

    rusqlite::Connection::open(dir.path().join("other.db")).unwrap().execute_batch("CREATE TABLE theirs (x)").unwrap();
    assert_eq!(fails("other.db"), ErrorKind::Invalid);

    std::fs::write(dir.path().join("text.db"), "this is no database, but long enough to be read as one".repeat(40)).unwrap();
    assert_eq!(fails("text.db"), ErrorKind::Storage);

    std::fs::create_dir(dir.path().join("folder.db")).unwrap();
    assert_eq!(fails("folder.db"), ErrorKind::Storage);
    assert_eq!(fails("missing/estate.db"), ErrorKind::Storage);
}

#[tokio::test]
async fn a_store_that_cannot_be_written_says_so_and_keeps_what_it_has() {
    let (dir, store) = open();
    store.apply(&added(estate().into_iter().take(5))).await.unwrap();
    // Somebody else holds the file for writing: nothing is lost, and a retry may help.
    let other = rusqlite::Connection::open(dir.path().join("estate.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let record = RunRecord {
        id: run_id("run_1"),
        plan: plan_id("pl_1"),
        goal: String::new(),
        principal: String::new(),
        started: now(),
        finished: None,
        done: 0,
        failed: 0,
        skipped: 0,
        undoes: None,
        head: None,
    };
    let error = store.put_run(&record).await.unwrap_err();
    assert!(error.is_temporary() && error.hint_text().is_some(), "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.estate(None).await.unwrap().entries().count(), 5);
    let all = store.select(&Selector::All, now()).await.unwrap();
    assert_eq!((all.matched.len(), all.unknown), (5, 0));
}

/// A program may build what no text could say; SQLite's own bounds are no reason to fail.
#[tokio::test]
async fn what_is_too_much_for_a_statement_is_selected_all_the_same() {
    let (_dir, store) = open();
    let mut resources: Vec<Resource> = estate().into_iter().take(40).collect();
    resources.sort_by(|a, b| a.id.cmp(&b.id));
    for (resource, cost) in resources.iter_mut().zip(1_u32..) {
        resource.cost_month = (cost % 3 > 0).then(|| f64::from(cost));
    }
    fill(&store, resources.clone()).await;
    let name = |n: usize| Value::text(if n.is_multiple_of(500) { resources[n / 500 % 40].name.clone() } else { format!("none-{n}") });
    let names = |count: usize| Selector::In { field: Field::Name, values: (0..count).map(name).collect() };
    let costs = Selector::In { field: Field::Cost, values: (0..400_u32).step_by(2).map(|n| Value::text(n.to_string())).collect() };
    let each = (0..3_000).map(|n| Selector::Compare { field: Field::Name, op: Op::Eq, value: name(n) }).collect();
    let ids = resources.iter().cycle().take(12_000).map(|r| Value::text(r.id.as_str())).collect();
    for selector in [names(9_000), names(40_000), costs, Selector::Or(each), Selector::In { field: Field::Id, values: ids }] {
        assert!(!store.admitted(&selector, now()).await.unwrap().is_empty());
        for selector in [selector.clone(), Selector::Not(Box::new(selector))] {
            let truths = World::new(&resources).truths(&selector, now());
            let selection = store.select(&selector, now()).await.unwrap();
            assert_eq!(selection.matched.len(), truths.iter().filter(|truth| **truth == Some(true)).count());
            assert_eq!(selection.unknown, truths.iter().filter(|truth| truth.is_none()).count());
        }
    }
}
