//! A large estate is taken in aside: with the same outcome, and with nothing to show for it when it does not come to its end.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use escher_core::{Diff, Embed, EstateStore, Filter, Index, Query, Resource, ResourceId, Selector};
use escher_rag::{QdrantIndex, SqliteStore, catch_up, follow};
use support::{Bag, entry, estate, fill, now};

/// So many resources, as if the estate were there several times.
fn many(count: usize) -> Vec<Resource> {
    let copies = (0..).flat_map(|copy| {
        estate().into_iter().map(move |mut it| {
            it.id = ResourceId::verbatim(format!("{}-{copy}", it.id));
            it.name = format!("{}-{copy}", it.name);
            it.cost_month = Some(f64::from(copy));
            it
        })
    });
    copies.take(count).collect()
}

/// Takes everything in piece by piece, as an index that is not empty does.
async fn slowly(store: &SqliteStore, dir: &Path, embed: Option<Arc<dyn Embed>>) -> QdrantIndex {
    let index = QdrantIndex::open(dir, embed).unwrap();
    while index.revision().await.unwrap() < store.revision().await.unwrap() {
        let changes = store.changes(index.revision().await.unwrap(), 500).await.unwrap().unwrap();
        index.apply(changes).await.unwrap();
    }
    index.settle().await.unwrap();
    index
}

/// Among equals the engine's own order decides which are looked at; so scores are held against each other, best first.
const NEAR: f32 = 0.02;

async fn found(index: &QdrantIndex, words: &str, filter: &str, limit: usize) -> (u64, BTreeMap<String, f32>) {
    let filter = Filter::Selector(Selector::parse(filter).unwrap());
    let hits = index.search(&Query { words: words.into(), filter, limit, now: now() }).await.unwrap();
    (hits.total, hits.hits.into_iter().map(|(id, score)| (id.to_string(), score)).collect())
}

async fn same(one: &QdrantIndex, other: &QdrantIndex) {
    for (words, filter) in [
        ("", ""),
        ("", "kind = queue OR cost > 3"),
        ("prod-checkout-pg-01-2", ""),
        ("prodution postgress databse", ""),
        ("web frontend eu 3", "cloud = aws"),
        ("billing", "env = prod AND kind = database AND NOT region = us-east-1"),
        ("orders", "app = orders AND cost <= 1"),
        ("assets", "network EXISTS OR tag.app EXISTS"),
    ] {
        let (one, other) = (found(one, words, filter, 10).await, found(other, words, filter, 10).await);
        if words.is_empty() {
            assert_eq!(one, other, "{filter}");
        }
        let scores = |found: &BTreeMap<String, f32>| {
            let mut scores: Vec<f32> = found.values().copied().collect();
            scores.sort_by(|a, b| b.total_cmp(a));
            scores
        };
        let near = scores(&one.1).iter().zip(scores(&other.1)).all(|(one, other)| (one - other).abs() < NEAR);
        assert!(one.0 == other.0 && one.1.len() == other.1.len() && near, "{words}, {filter}: {one:?}, {other:?}");
    }
}

async fn filled(count: usize, embed: impl Fn() -> Option<Arc<dyn Embed>>) {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    fill(&store, many(count)).await;
    let slow = slowly(&store, &dir.path().join("slow"), embed()).await;
    let path = dir.path().join("index");
    for round in 0..2 {
        let index = QdrantIndex::open(&path, embed()).unwrap();
        assert!(!index.was_emptied());
        let done = follow(&store, &index, |_, _| {}).await.unwrap();
        assert_eq!(done, if round == 0 { count as u64 } else { 0 });
        assert_eq!(index.len().await.unwrap(), count as u64);
        same(&index, &slow).await;
    }
    // What comes later counts, whichever shard it was in.
    let index = QdrantIndex::open(&path, embed()).unwrap();
    let (mut changed, mut removed) = (many(count), Vec::new());
    changed.retain(|it| it.id.as_str().len() % 7 == 0);
    for it in changed.iter_mut().step_by(2) {
        it.region = Some("us-west-2".into());
    }
    removed.extend(changed.iter().step_by(5).map(|it| it.id.clone()));
    changed.retain(|it| !removed.contains(&it.id));
    store.apply(&Diff { changed: changed.into_iter().map(entry).collect(), removed, at: now(), ..Diff::default() }).await.unwrap();
    for index in [&index, &slow] {
        follow(&store, index, |_, _| {}).await.unwrap();
    }
    same(&index, &slow).await;
    assert_eq!(found(&index, "", "region = us-west-2", 9_999).await, found(&slow, "", "region = us-west-2", 9_999).await);
}

#[tokio::test]
async fn a_large_estate_is_found_just_as_a_small_one() {
    filled(5_200, || None).await;
}

#[tokio::test]
async fn with_a_model_as_well() {
    filled(1_200, || Some(Bag::new())).await;
}

/// An import that says the same thing twice, or a sync meanwhile.
#[tokio::test]
async fn what_changes_or_goes_while_it_is_filled_is_as_it_was_last() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    let all = many(2_500);
    fill(&store, all.clone()).await;
    let index = QdrantIndex::open(dir.path().join("index"), None).unwrap();
    catch_up(&store, &index, |_, _| {}).await.unwrap();
    assert_eq!((index.len().await.unwrap(), index.revision().await.unwrap()), (0, 2_500));
    let changed = all.iter().take(300).cloned().map(|mut it| {
        it.name = "quite another".into();
        entry(it)
    });
    let removed: Vec<ResourceId> = all.iter().rev().take(200).map(|it| it.id.clone()).collect();
    store.apply(&Diff { changed: changed.collect(), removed, at: now(), ..Diff::default() }).await.unwrap();
    catch_up(&store, &index, |_, _| {}).await.unwrap();
    // Gone and there again.
    store.apply(&Diff { added: all.iter().rev().take(50).cloned().map(entry).collect(), at: now(), ..Diff::default() }).await.unwrap();
    follow(&store, &index, |_, _| {}).await.unwrap();
    assert_eq!(index.len().await.unwrap(), 2_350);
    assert_eq!(found(&index, "", "name = 'quite another'", 1).await.0, 300);
    same(&index, &slowly(&store, &dir.path().join("slow"), None).await).await;
}

#[tokio::test]
async fn what_is_broken_off_is_begun_anew() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
    fill(&store, many(1_500)).await;
    let path = dir.path().join("index");
    {
        let index = QdrantIndex::open(&path, None).unwrap();
        catch_up(&store, &index, |_, _| {}).await.unwrap();
        assert!(path.join("filling").exists());
    }
    // As a process leaves it that is killed.
    std::fs::create_dir_all(path.join("filling/0/segments/x")).unwrap();
    std::fs::create_dir_all(path.join("filling.full/segments/x")).unwrap();
    let index = QdrantIndex::open(&path, None).unwrap();
    assert!(!path.join("filling").exists() && !path.join("filling.full").exists());
    assert_eq!((index.len().await.unwrap(), index.revision().await.unwrap()), (0, 0));
    assert_eq!(follow(&store, &index, |_, _| {}).await.unwrap(), 1_500);
    assert_eq!(index.len().await.unwrap(), 1_500);
    assert!(!path.join("filling").exists() && !path.join("filling.full").exists());
}
