//! Search as a person meets it: typos, jargon, exact names, filters.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking, in its helpers too")]

mod support;

use std::collections::HashMap;
use std::sync::Arc;

use escher_core::{CloudId, Embed, Engine, Env, EstateStore, Filter, Hits, Index, Kind, Query, Resource, ResourceId, Selector};
use escher_rag::{QdrantIndex, SqliteStore, follow};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use support::{Bag, edited, estate, fill, now};
use tempfile::TempDir;

struct World {
    _dir: TempDir,
    store: SqliteStore,
    index: QdrantIndex,
    resources: HashMap<ResourceId, Resource>,
}

impl World {
    async fn new(embed: Option<Arc<dyn Embed>>) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(dir.path().join("estate.db")).unwrap();
        let resources = estate();
        fill(&store, resources.clone()).await;
        let index = QdrantIndex::open(dir.path().join("index"), embed).unwrap();
        follow(&store, &index, |_, _| {}).await.unwrap();
        Self { _dir: dir, store, index, resources: resources.into_iter().map(|r| (r.id.clone(), r)).collect() }
    }

    async fn both() -> [Self; 2] {
        [Self::new(None).await, Self::new(Some(Bag::new())).await]
    }

    async fn hits(&self, words: &str, filter: &str, limit: usize) -> Hits {
        let selector = Selector::parse(filter).unwrap();
        // What the index does not have is the store's to select.
        let filter = match self.index.answers(&selector) {
            true => Filter::Selector(selector),
            false => Filter::Ids(self.store.admitted(&selector, now()).await.unwrap()),
        };
        let query = Query { words: words.into(), filter, limit, now: now() };
        self.index.search(&query).await.unwrap()
    }

    async fn first(&self, words: &str, limit: usize) -> Vec<&Resource> {
        self.hits(words, "", limit).await.hits.iter().map(|(id, _)| &self.resources[id]).collect()
    }

    async fn names(&self, words: &str) -> Vec<&str> {
        self.first(words, 5).await.into_iter().map(|r| r.name.as_str()).collect()
    }
}

#[tokio::test]
async fn misspelled_words_find_what_they_mean() {
    for world in World::both().await {
        let hits = world.hits("prodution postgress databse", "", 5).await;
        assert_eq!(hits.corrected.iter().map(|it| it.to.as_str()).collect::<Vec<_>>(), ["production", "postgres", "database"]);
        assert_eq!(hits.total, world.resources.len() as u64);
        assert_eq!(hits.semantic, world.index.is_semantic());
        assert_eq!(hits.hits.len(), 5);
        for (id, _) in &hits.hits {
            let r = &world.resources[id];
            assert_eq!((r.kind, r.engine(), r.env()), (Kind::Database, Some(Engine::Postgres), Some(Env::Prod)), "{}", r.name);
        }
    }
}

#[tokio::test]
async fn a_name_with_one_letter_wrong_is_found() {
    for world in World::both().await {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut names: Vec<&Resource> = world.resources.values().collect();
        names.sort_by(|a, b| a.id.cmp(&b.id));
        let mut missed = Vec::new();
        for _ in 0..50 {
            let wanted = names[rng.random_range(0..names.len())];
            let typed = edited(&wanted.name, &mut rng);
            if !world.names(&typed).await.contains(&wanted.name.as_str()) {
                missed.push((wanted.name.clone(), typed));
            }
        }
        assert!(missed.len() <= 3, "{} of 50 missed: {missed:?}", missed.len());
    }
}

#[tokio::test]
async fn identifiers_are_split_and_numbers_count() {
    for world in World::both().await {
        assert_eq!(world.names("checkout pg 1").await[..4].iter().filter(|name| name.contains("checkout-pg-01")).count(), 4);
        assert_eq!(world.names("prod checkout pg 1").await[0], "prod-checkout-pg-01");
        assert_eq!(world.names("web-frontend-eu-3").await[0], "web-frontend-eu-3");
        assert_eq!(world.names("WEB frontend eu 3").await[0], "web-frontend-eu-3");
        assert_eq!(world.names("web-frontnd-eu-3").await[0], "web-frontend-eu-3");
    }
}

#[tokio::test]
async fn exact_names_and_ids_come_first() {
    let world = World::new(None).await;
    for resource in world.resources.values().take(60) {
        for words in [resource.id.as_str(), resource.id.last_segment()] {
            assert_eq!(world.first(words, 1).await[0].id, resource.id, "{words}");
        }
        assert_eq!(world.first(&resource.name, 1).await[0].name, resource.name);
    }
}

#[tokio::test]
async fn jargon_works_both_ways() {
    for world in World::both().await {
        for words in ["dead letter queue", "dlq"] {
            assert!(world.names(words).await.iter().all(|name| name.contains("dlq")), "{words}: {:?}", world.names(words).await);
        }
        for words in ["pg prod", "production postgresql"] {
            let first = world.first(words, 5).await;
            assert!(first.iter().all(|r| r.engine() == Some(Engine::Postgres) && r.env() == Some(Env::Prod)), "{words}");
        }
    }
}

#[tokio::test]
async fn words_are_read_as_what_they_are() {
    for world in World::both().await {
        for (words, is) in [
            (
                "stopped vms in frankfurt",
                (|r| r.state.is_some_and(|s| s.as_str() == "stopped") && r.kind == Kind::Vm) as fn(&Resource) -> bool,
            ),
            ("azure mysql staging", |r| r.cloud == CloudId::Azure && r.engine() == Some(Engine::Mysql) && r.env() == Some(Env::Staging)),
            ("gcp buckets", |r| r.cloud == CloudId::Gcp && r.kind == Kind::Bucket),
        ] {
            let first = world.first(words, 2).await;
            assert!(first.iter().all(|r| is(r)), "{words}: {:?}", first.iter().map(|r| &r.name).collect::<Vec<_>>());
        }
    }
}

#[tokio::test]
async fn words_never_hide_what_the_filter_admits() {
    let world = World::new(None).await;
    for filter in ["kind = queue", "env = prod AND kind = database", "name ~ chekout", "NOT kind = vm", "owner = nobody"] {
        let selector = Selector::parse(filter).unwrap();
        let admitted = world.resources.values().filter(|r| selector.matches(r, now()) == Some(true)).count();
        for words in ["", "zzz qqq", "prod web", "web-frontend-eu-3"] {
            let hits = world.hits(words, filter, 1000).await;
            assert_eq!(hits.total, admitted as u64, "{filter}, {words}");
            assert_eq!(hits.hits.len(), admitted, "{filter}, {words}");
            assert!(
                hits.hits
                    .iter()
                    .all(|(id, score)| selector.matches(&world.resources[id], now()) == Some(true) && (0.0..=1.0).contains(score))
            );
            assert!(hits.hits.is_sorted_by(|a, b| a.1 >= b.1), "{filter}, {words}");
        }
        assert!(world.hits("web", filter, 2).await.hits.len() <= 2);
    }
}

#[tokio::test]
async fn no_words_list_by_name() {
    let world = World::new(None).await;
    let hits = world.hits("  ", "kind = vm", 20).await;
    let mut names: Vec<String> = world.resources.values().filter(|r| r.kind == Kind::Vm).map(|r| r.name.to_lowercase()).collect();
    names.sort();
    assert_eq!(hits.hits.iter().map(|(id, _)| world.resources[id].name.to_lowercase()).collect::<Vec<_>>(), names[..20]);
    assert!(!hits.semantic && hits.corrected.is_empty());
}
