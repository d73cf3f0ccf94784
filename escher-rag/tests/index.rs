//! The index follows the store, loses nothing, does nothing twice, and filters exactly as the selector does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use escher_core::resource::{attr, metric};
use escher_core::selector::World;
use escher_core::{Changes, Diff, Embed, Entry, ErrorKind, EstateStore, Filter, Index, Query, Resource, ResourceId, Selector};
use escher_rag::{QdrantIndex, SqliteStore, follow};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use support::{Bag, added, entry, estate, fill, now};
use tempfile::TempDir;

async fn admitted(index: &QdrantIndex, selector: &Selector, now: Timestamp) -> (u64, BTreeSet<String>) {
    assert!(index.answers(selector), "{selector}");
    within(index, Filter::Selector(selector.clone()), now).await
}

async fn within(index: &QdrantIndex, filter: Filter, now: Timestamp) -> (u64, BTreeSet<String>) {
    let hits = index.search(&Query { words: String::new(), filter, limit: usize::MAX, now }).await.unwrap();
    (hits.total, hits.hits.into_iter().map(|(id, _)| id.as_str().to_owned()).collect())
}

fn matching(resources: &[Resource], selector: &Selector, now: Timestamp) -> BTreeSet<String> {
    let truths = World::new(resources).truths(selector, now);
    resources.iter().zip(truths).filter(|(_, truth)| *truth == Some(true)).map(|(r, _)| r.id.as_str().to_owned()).collect()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn the_filter_admits_exactly_what_matches() {
    let runtime = runtime();
    let dir = tempfile::tempdir().unwrap();
    let index = QdrantIndex::open(dir.path().join("index"), None).unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    let cases = (escher_core::arbitrary::estate(40), prop::collection::vec(escher_core::arbitrary::selector(), 40), 0..2_000_i64);
    let before = std::cell::RefCell::new(Vec::new());
    TestRunner::new(Config { cases: 24, failure_persistence: None, ..Config::default() })
        .run(&cases, |(resources, selectors, nanos)| {
            runtime.block_on(async {
                // Emptying would cost more than all the rest; so each estate replaces the one before.
                let ids: Vec<ResourceId> = resources.iter().map(|r| r.id.clone()).collect();
                let removed = before.replace(ids.clone()).into_iter().filter(|id| !ids.contains(id)).collect();
                let upserts: Vec<Entry> = resources.iter().cloned().map(entry).collect();
                let removed: Vec<ResourceId> = removed;
                store.apply(&Diff { added: upserts.clone(), removed: removed.clone(), at: now(), ..Diff::default() }).await.unwrap();
                index.apply(Changes { to: 1, upserts, removed }).await.unwrap();
                // On, and off by less than the index can tell, the times that ages are measured from.
                let now = now() + SignedDuration::from_nanos(nanos - 1_000);
                for selector in &selectors {
                    for selector in [selector.clone(), !selector.clone()] {
                        let expected = matching(&resources, &selector, now);
                        // What the index does not have is the store's to select.
                        let filter = match index.answers(&selector) {
                            true => Filter::Selector(selector.clone()),
                            false => Filter::Ids(store.admitted(&selector, now).await.unwrap()),
                        };
                        let (total, ids) = within(&index, filter, now).await;
                        prop_assert_eq!(&ids, &expected, "{}", selector);
                        prop_assert_eq!(total, expected.len() as u64, "{}", selector);
                    }
                }
                Ok(())
            })
        })
        .unwrap();
}

/// A selector that the index cannot answer is refused, and not answered by halves.
#[tokio::test]
async fn what_it_does_not_have_it_does_not_answer() {
    let dir = tempfile::tempdir().unwrap();
    let index = QdrantIndex::open(dir.path(), None).unwrap();
    for text in [
        "linked IN (kind = vm)",
        "kind = vm AND NOT rel.attached IN (env = dev)",
        "attr.size = x",
        "env = prod OR rel.uses EXISTS",
        "raw-state = running",
    ] {
        let selector = Selector::parse(text).unwrap();
        assert!(!index.answers(&selector), "{text}");
        let query = Query { words: String::new(), filter: Filter::Selector(selector), limit: 10, now: now() };
        assert_eq!(index.search(&query).await.unwrap_err().kind(), ErrorKind::Invalid, "{text}");
    }
    assert!(index.answers(&Selector::parse("linked = x AND tag.size = y AND NOT network EXISTS").unwrap()));
}

#[tokio::test]
async fn numbers_are_exact_to_the_last_bit() {
    let dir = tempfile::tempdir().unwrap();
    let index = QdrantIndex::open(dir.path(), None).unwrap();
    let bounds = [-2.68, -1.0, 0.0, 0.1, 2.68, 100.0];
    let costs: Vec<f64> = bounds.into_iter().flat_map(|cost: f64| [cost.next_down(), cost, cost.next_up()]).collect();
    let mut resources: Vec<Resource> = estate().into_iter().take(costs.len() + 1).collect();
    for (resource, cost) in resources.iter_mut().zip(costs.iter().copied().map(Some).chain([None])) {
        resource.cost_month = cost;
        resource.attributes.insert(attr::MEMORY.into(), json!(50));
    }
    assert_eq!(resources.len(), costs.len() + 1);
    index.apply(Changes { to: 1, upserts: resources.iter().cloned().map(entry).collect(), removed: Vec::new() }).await.unwrap();
    for bound in bounds {
        for op in ["=", "!=", "<", "<=", ">", ">="] {
            let selector = Selector::parse(&format!("cost {op} {bound}")).unwrap();
            for selector in [selector.clone(), !selector] {
                assert_eq!(admitted(&index, &selector, now()).await.1, matching(&resources, &selector, now()), "{selector}");
            }
        }
    }
    let exists = Selector::parse("cost EXISTS").unwrap();
    assert_eq!(admitted(&index, &exists, now()).await.0, costs.len() as u64);
}

#[tokio::test]
async fn times_are_exact_to_the_nanosecond() {
    let dir = tempfile::tempdir().unwrap();
    let index = QdrantIndex::open(dir.path(), None).unwrap();
    let resources: Vec<Resource> = estate()
        .into_iter()
        .zip(-3_000_i64..)
        .take(24)
        .map(|(mut r, i)| {
            let at = now() - SignedDuration::from_hours(7 * 24) + SignedDuration::from_nanos((i + 2_990) * 251);
            r.created = Some(at);
            r.attributes.insert(attr::LAST_BACKUP.into(), json!(at.to_string()));
            r
        })
        .collect();
    index.apply(Changes { to: 1, upserts: resources.iter().cloned().map(entry).collect(), removed: Vec::new() }).await.unwrap();
    for text in ["age < 7d", "age <= 7d", "age = 7d", "age > 7d", "NOT age >= 7d", "backed-up", "NOT backed-up"] {
        let selector = Selector::parse(text).unwrap();
        for nanos in [0, 1, 250, 251, 999, 1_000, 1_001] {
            let now = now() + SignedDuration::from_nanos(nanos);
            assert_eq!(admitted(&index, &selector, now).await.1, matching(&resources, &selector, now), "{text} at +{nanos} ns");
        }
    }
}

struct Pair {
    dir: TempDir,
    store: SqliteStore,
}

impl Pair {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
        fill(&store, estate()).await;
        Self { dir, store }
    }

    fn open(&self, embed: Option<Arc<dyn Embed>>) -> QdrantIndex {
        QdrantIndex::open(self.dir.path().join("index"), embed).unwrap()
    }

    async fn agree(&self, index: &QdrantIndex) {
        assert_eq!(index.revision().await.unwrap(), self.store.revision().await.unwrap());
        let known: BTreeSet<String> = self.store.estate(None).await.unwrap().entries().map(|e| e.resource.id.as_str().to_owned()).collect();
        assert_eq!(admitted(index, &Selector::All, now()).await.1, known);
    }
}

#[tokio::test]
async fn it_follows_and_does_nothing_twice() {
    let pair = Pair::new().await;
    let bag = Bag::new();
    let index = pair.open(Some(bag.clone()));
    let mut told = Vec::new();
    let taken = follow(&pair.store, &index, |done, of| told.push((done, of))).await.unwrap();
    assert_eq!(taken, estate().len() as u64);
    assert_eq!(told.last(), Some(&(taken, taken)));
    // Members of a fleet, which only numbers tell apart, are embedded once.
    let embedded = bag.count();
    assert!(embedded > 0 && embedded < estate().len() * 3 / 4, "{embedded} of {}", estate().len());
    pair.agree(&index).await;
    assert_eq!(follow(&pair.store, &index, |_, _| {}).await.unwrap(), 0);

    // Only a metric differs: the payload is replaced, nothing is embedded.
    let mut refreshed = estate()[0].clone();
    refreshed.metrics.insert(metric::CPU_AVG.into(), 77.0);
    pair.store.apply(&Diff { refreshed: vec![entry(refreshed.clone())], at: now(), ..Diff::default() }).await.unwrap();
    assert_eq!(follow(&pair.store, &index, |_, _| {}).await.unwrap(), 1);
    assert_eq!(bag.count(), embedded);
    let hot = Selector::parse("cpu > 70").unwrap();
    assert_eq!(admitted(&index, &hot, now()).await.1, matching(std::slice::from_ref(&refreshed), &hot, now()));

    // A new name is embedded; what was removed is gone.
    let mut renamed = estate()[1].clone();
    renamed.name = "quite-another".into();
    let removed = vec![estate()[2].id.clone()];
    pair.store.apply(&Diff { changed: vec![entry(renamed)], removed, at: now(), ..Diff::default() }).await.unwrap();
    follow(&pair.store, &index, |_, _| {}).await.unwrap();
    assert_eq!(bag.count(), embedded + 1);
    pair.agree(&index).await;
}

#[tokio::test]
async fn it_is_there_again_after_a_restart() {
    let pair = Pair::new().await;
    let bag = Bag::new();
    {
        let index = pair.open(Some(bag.clone()));
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
    }
    let embedded = bag.count();
    let index = pair.open(Some(bag.clone()));
    assert!(!index.was_emptied());
    assert_eq!(follow(&pair.store, &index, |_, _| {}).await.unwrap(), 0);
    assert_eq!(bag.count(), embedded);
    pair.agree(&index).await;
    // Updates after a restart are taken in as well.
    let mut changed = estate()[5].clone();
    changed.region = Some("us-west-2".into());
    pair.store
        .apply(&Diff { changed: vec![entry(changed)], removed: vec![estate()[6].id.clone()], at: now(), ..Diff::default() })
        .await
        .unwrap();
    follow(&pair.store, &index, |_, _| {}).await.unwrap();
    let moved = Selector::parse("region = us-west-2").unwrap();
    assert_eq!(admitted(&index, &moved, now()).await.0, 1);
    pair.agree(&index).await;
}

#[tokio::test]
async fn what_was_not_written_down_is_replayed() {
    let pair = Pair::new().await;
    let meta = pair.dir.path().join("index").join("index.json");
    let early = {
        let index = pair.open(None);
        let half = pair.store.changes(0, 100).await.unwrap().unwrap();
        index.apply(half).await.unwrap();
        let early = std::fs::read(&meta).unwrap();
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
        early
    };
    // As after a crash between the points and the revision.
    std::fs::write(&meta, early).unwrap();
    let index = pair.open(None);
    assert_eq!(index.revision().await.unwrap(), 100);
    follow(&pair.store, &index, |_, _| {}).await.unwrap();
    pair.agree(&index).await;
}

#[tokio::test]
async fn what_is_broken_or_does_not_fit_is_rebuilt() {
    let pair = Pair::new().await;
    let index_dir = pair.dir.path().join("index");
    {
        let index = pair.open(None);
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
    }
    // A model has appeared.
    {
        let index = pair.open(Some(Bag::new()));
        assert!(index.was_emptied() && index.is_semantic());
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
        pair.agree(&index).await;
    }
    // Damage to the segments.
    for file in walk(&index_dir.join("estate").join("segments")) {
        if file.extension().is_some_and(|e| e == "json") {
            std::fs::write(&file, b"not json").unwrap();
        }
    }
    {
        let index = pair.open(Some(Bag::new()));
        assert!(index.was_emptied());
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
        pair.agree(&index).await;
    }
    // The store was replaced by a younger one.
    let other = SqliteStore::open(pair.dir.path().join("other.db")).unwrap();
    other.apply(&added(estate().into_iter().take(3))).await.unwrap();
    let index = pair.open(Some(Bag::new()));
    follow(&other, &index, |_, _| {}).await.unwrap();
    assert_eq!(admitted(&index, &Selector::All, now()).await.0, 3);
}

/// Flips a byte of a file.
fn flip(file: &std::path::Path, at: usize) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[at] ^= 0x81;
    std::fs::write(file, bytes).unwrap();
}

#[tokio::test]
async fn a_byte_that_flipped_never_reaches_the_engine() {
    let pair = Pair::new().await;
    let index_dir = pair.dir.path().join("index");
    drop(pair.open(None));
    let mut tried = 0;
    // One of each kind of file that the engine has; what it loads at the start is in the first bytes.
    let mut kinds = BTreeSet::new();
    for number in 0.. {
        let index = pair.open(None);
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
        drop(index);
        let files = walk(&index_dir.join("estate"));
        let new = files.iter().find(|file| file.metadata().unwrap().len() > 7 && kinds.insert(file.file_name().unwrap().to_owned()));
        let Some(file) = new else { break };
        flip(file, [6, 0, 7, 3][number % 4]);
        let index = pair.open(None);
        assert!(index.was_emptied(), "{} was believed", file.display());
        tried += 1;
    }
    assert!(tried >= 8, "{tried} kinds of files");
    // What is gone, what is new, and the seal itself.
    type Change = fn(&std::path::Path);
    let changes: [Change; 5] = [
        |dir| {
            std::fs::remove_file(walk(&dir.join("estate/segments")).into_iter().find(|file| file.ends_with("status.dat")).unwrap()).unwrap()
        },
        |dir| std::fs::write(dir.join("estate/segments/more"), "x").unwrap(),
        |dir| std::fs::create_dir(dir.join("estate/wal/more")).unwrap(),
        |dir| flip(&dir.join("seal.json"), 200),
        |dir| std::fs::write(dir.join("seal.json"), "").unwrap(),
    ];
    for change in changes {
        change(&index_dir);
        let index = pair.open(None);
        assert!(index.was_emptied());
        follow(&pair.store, &index, |_, _| {}).await.unwrap();
        pair.agree(&index).await;
    }
}

#[tokio::test]
async fn what_is_untouched_is_loaded_as_it_is_however_it_was_left() {
    let pair = Pair::new().await;
    let index_dir = pair.dir.path().join("index");
    let index = pair.open(None);
    follow(&pair.store, &index, |_, _| {}).await.unwrap();
    drop(index);
    let sealed = || std::fs::read(index_dir.join("seal.json")).unwrap();
    let before = sealed();
    for _ in 0..3 {
        let index = pair.open(None);
        assert!(!index.was_emptied());
        pair.agree(&index).await;
    }
    assert_eq!(sealed(), before, "reading changes nothing");
    // The version before had no seal, and whoever is killed while writing leaves none.
    std::fs::remove_file(index_dir.join("seal.json")).unwrap();
    let index = pair.open(None);
    assert!(!index.was_emptied());
    drop(index);
    assert_eq!(sealed(), before);
    // While something is written there is none.
    let index = pair.open(None);
    index.apply(Changes { to: 999, upserts: vec![entry(estate().remove(0))], removed: Vec::new() }).await.unwrap();
    assert!(!index_dir.join("seal.json").exists());
    index.settle().await.unwrap();
    assert!(index_dir.join("seal.json").exists());
}

#[tokio::test]
async fn a_folder_that_is_not_ours_is_not_emptied() {
    let dir = tempfile::tempdir().unwrap();
    let index = dir.path().join("index");
    std::fs::create_dir_all(index.join("estate")).unwrap();
    std::fs::write(index.join("estate/precious"), "mine").unwrap();
    let refused = QdrantIndex::open(&index, None).err().expect("refused");
    assert_eq!(refused.kind(), escher_core::ErrorKind::Invalid);
    assert!(refused.hint_text().is_some() && index.join("estate/precious").exists());
    std::fs::remove_dir_all(&index).unwrap();
    std::fs::write(&index, "mine").unwrap();
    assert_eq!(QdrantIndex::open(&index, None).err().expect("refused").kind(), escher_core::ErrorKind::Invalid);
    assert_eq!(std::fs::read_to_string(&index).unwrap(), "mine");
}

fn walk(dir: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries: Vec<_> = std::fs::read_dir(dir).unwrap().map(|e| e.unwrap().path()).collect();
    entries.into_iter().flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test]
async fn an_index_that_was_away_too_long_starts_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap().keeping_removals(5);
    fill(&store, estate()).await;
    let index = QdrantIndex::open(dir.path().join("index"), None).unwrap();
    follow(&store, &index, |_, _| {}).await.unwrap();
    let ids: Vec<_> = estate().into_iter().take(40).map(|r| r.id).collect();
    for id in ids {
        store.apply(&Diff { removed: vec![id], at: now(), ..Diff::default() }).await.unwrap();
    }
    assert_eq!(store.changes(index.revision().await.unwrap(), 10).await.unwrap(), None);
    follow(&store, &index, |_, _| {}).await.unwrap();
    assert_eq!(admitted(&index, &Selector::All, now()).await.0, estate().len() as u64 - 40);
}
