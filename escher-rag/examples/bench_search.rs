//! Measures import, indexing and search over a generated estate, beside the bare engine's dense search over the same
//! vectors in the same run. Prints one JSON object.
//!
//! ```text
//! cargo run --release -p escher-rag --example bench_search -- 100000
//! cargo run --release -p escher-rag --example bench_search -- 100000 lexical
//! ```
//!
//! Random unit vectors stand in for the embedding model, so that its own time is not in the figures; `lexical` does
//! without, and without the bare engine.
#![allow(clippy::disallowed_methods, reason = "a measurement, not the library")]

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use escher_core::resource::attr;
use escher_core::{CloudId, Diff, Embed, Entry, EstateStore, Filter, Index, Kind, Query, Resource, Selector, State};
use escher_rag::{QdrantIndex, SqliteStore, follow};
use jiff::Timestamp;
use qdrant_edge::{
    Distance, EdgeConfig, EdgeOptimizersConfig, EdgeShard, EdgeVectorParams, NamedQuery, NamedVectors, PointId, PointInsertOperations,
    PointOperations, PointStruct, QueryEnum, SearchRequest, UpdateOperation, VectorInternal,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

type Outcome<T> = Result<T, Box<dyn Error>>;

const DIMENSIONS: usize = 384;
const SEARCHES: usize = 400;
const WARM_UP: usize = 20;
/// 2026-11-01.
const NOW: Timestamp = Timestamp::constant(1_793_491_200, 0);
/// Resources in memory at a time.
const BATCH: usize = 5_000;

/// A direction for each text, always the same.
struct Random;

impl Embed for Random {
    fn id(&self) -> &str {
        "random"
    }

    fn dimensions(&self) -> usize {
        DIMENSIONS
    }

    fn embed(&self, texts: &[String]) -> escher_core::Result<Vec<Vec<f32>>> {
        Ok(texts.iter().map(|text| direction(text)).collect())
    }
}

fn direction(text: &str) -> Vec<f32> {
    let seed = text.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut state = seed | 1;
    let mut vector: Vec<f32> = (0..DIMENSIONS)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        })
        .collect();
    let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
    for value in &mut vector {
        *value /= length;
    }
    vector
}

const APPS: &[&str] = &[
    "checkout",
    "payments",
    "frontend",
    "search",
    "billing",
    "orders",
    "auth",
    "reports",
    "inventory",
    "ledger",
    "gateway",
    "catalog",
    "profile",
    "notify",
    "ingest",
    "stream",
    "export",
    "pricing",
    "fraud",
    "loyalty",
];
const ENVS: &[&str] = &["prod", "staging", "dev", "test"];
const KINDS: &[(Kind, &str, [&str; 3])] = &[
    (Kind::Vm, "web", ["ec2:instance", "microsoft.compute/virtualmachines", "compute.googleapis.com/Instance"]),
    (Kind::Disk, "data", ["ec2:volume", "microsoft.compute/disks", "compute.googleapis.com/Disk"]),
    (Kind::Database, "pg", ["rds:db", "microsoft.dbforpostgresql/flexibleservers", "sqladmin.googleapis.com/Instance"]),
    (Kind::Bucket, "assets", ["s3:bucket", "microsoft.storage/storageaccounts", "storage.googleapis.com/Bucket"]),
    (Kind::Queue, "jobs", ["sqs:queue", "microsoft.servicebus/namespaces/queues", "pubsub.googleapis.com/Subscription"]),
];
const PLACES: &[(CloudId, &str)] = &[
    (CloudId::Aws, "us-east-1"),
    (CloudId::Aws, "eu-central-1"),
    (CloudId::Azure, "westus"),
    (CloudId::Azure, "uksouth"),
    (CloudId::Gcp, "europe-west3"),
    (CloudId::Gcp, "us-central1"),
];

fn resource(number: usize, rng: &mut ChaCha8Rng) -> Resource {
    let app = APPS[rng.random_range(0..APPS.len())];
    let env = ENVS[rng.random_range(0..ENVS.len())];
    let (kind, short, natives) = &KINDS[rng.random_range(0..KINDS.len())];
    let (cloud, region) = PLACES[rng.random_range(0..PLACES.len())];
    let account = format!("{cloud}-account-{}", number % 7);
    let native = natives[cloud as usize];
    let name = format!("{env}-{app}-{short}-{:02}", rng.random_range(1..100));
    let id = match cloud {
        CloudId::Aws => format!("arn:aws:{}:{region}:{account}:x-{number:08x}", native.replace(':', "-")),
        CloudId::Azure => format!("/subscriptions/{account}/resourcegroups/rg-{app}/providers/{native}/{name}-{number}"),
        CloudId::Gcp => format!("//{native}/projects/{account}/locations/{region}/{name}-{number}"),
    };
    let mut it = Resource::new(cloud, id, *kind, native, name);
    it.account = Some(account);
    it.region = Some(region.to_owned());
    it.state = Some(if number.is_multiple_of(5) { State::Stopped } else { State::Running });
    it.created = Timestamp::from_second(1_700_000_000 + number as i64 * 60).ok();
    it.tags =
        Some(BTreeMap::from([("app".into(), app.into()), ("env".into(), env.into()), ("team".into(), format!("team-{}", number % 12))]));
    it.attributes.insert(attr::SIZE.into(), json!("m5.large"));
    if *kind == Kind::Database {
        it.attributes.insert(attr::ENGINE.into(), json!("postgres"));
    }
    it.metrics.insert("cpu_avg".into(), f64::from(rng.random_range(0..1000_u32)) / 10.0);
    it.cost_month = Some(f64::from(rng.random_range(0..100_000_u32)) / 100.0);
    it
}

/// A name with a letter wrong, a name, or words about what it is.
fn words(resource: &Resource, rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..4) {
        0 => resource.name.clone(),
        1 => {
            let mut chars: Vec<char> = resource.name.chars().collect();
            let at = rng.random_range(0..chars.len());
            chars[at] = 'x';
            chars.into_iter().collect()
        }
        2 => format!("{} {}", resource.env().map_or("prod", |env| env.as_str()), resource.name.split('-').nth(1).unwrap_or("checkout")),
        _ => "prodution postgress databse".to_owned(),
    }
}

fn percentile(times: &mut [f64], share: f64) -> f64 {
    times.sort_by(f64::total_cmp);
    let at = ((times.len() as f64 - 1.0) * share).round() as usize;
    times.get(at).copied().unwrap_or_default()
}

fn times(mut times: Vec<f64>) -> serde_json::Value {
    json!({ "p50_ms": percentile(&mut times, 0.5), "p99_ms": percentile(&mut times, 0.99) })
}

/// Resident memory of this process, MB; `None` if the system does not tell.
fn resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

async fn searches(index: &QdrantIndex, queries: &[String], filter: &Selector) -> Outcome<Vec<f64>> {
    let mut times = Vec::new();
    for (i, words) in queries.iter().enumerate() {
        let query = Query { words: words.clone(), filter: Filter::Selector(filter.clone()), limit: 10, now: NOW };
        let start = Instant::now();
        index.search(&query).await?;
        // The first few warm the caches up.
        if i >= WARM_UP {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(times)
}

/// The engine alone: the same vectors, dense search, nothing else.
fn bare(dir: &Path, count: usize) -> Outcome<serde_json::Value> {
    let optimizers =
        EdgeOptimizersConfig { default_segment_number: Some(1), max_segment_size: Some(64 << 20), ..EdgeOptimizersConfig::default() };
    let params = EdgeVectorParams::builder(DIMENSIONS, Distance::Cosine).on_disk(true).build();
    std::fs::create_dir_all(dir)?;
    let shard = EdgeShard::new(dir, EdgeConfig::builder().vector("dense", params).optimizers(optimizers).build())?;
    let start = Instant::now();
    for first in (0..count).step_by(256) {
        let points = (first..count.min(first + 256)).map(|number| {
            let vectors = NamedVectors::default().add_vector("dense", direction(&format!("resource {number}")));
            PointStruct::new(PointId::NumId(number as u64), vectors, json!({})).into()
        });
        let points = PointInsertOperations::PointsList(points.collect());
        shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(points)))?;
    }
    shard.optimize()?;
    let indexed = count as f64 / start.elapsed().as_secs_f64();
    let mut times_ms = Vec::new();
    for i in 0..SEARCHES + WARM_UP {
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::new(VectorInternal::Dense(direction(&format!("query {i}"))), "dense")),
            filter: None,
            params: None,
            limit: 10,
            offset: 0,
            with_payload: None,
            with_vector: None,
            score_threshold: None,
        };
        let start = Instant::now();
        shard.search(request)?;
        // As warm as ours.
        if i >= WARM_UP {
            times_ms.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(json!({ "index_per_s": indexed, "search": times(times_ms) }))
}

async fn measure(count: usize, lexical: bool) -> Outcome<serde_json::Value> {
    let embed = || (!lexical).then(|| Arc::new(Random) as Arc<dyn Embed>);
    let dir = tempfile::tempdir()?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut pick = ChaCha8Rng::seed_from_u64(3);
    let store = SqliteStore::open(dir.path().join("estate.db"))?;
    let (mut queries, mut importing) = (Vec::new(), Duration::ZERO);
    for first in (0..count).step_by(BATCH) {
        let batch: Vec<Resource> = (first..count.min(first + BATCH)).map(|number| resource(number, &mut rng)).collect();
        let share = (SEARCHES + WARM_UP).div_ceil(count.div_ceil(BATCH));
        queries.extend((0..share).map(|_| words(&batch[pick.random_range(0..batch.len())], &mut pick)));
        let start = Instant::now();
        let entry = |it: Resource| Entry::new(it, NOW);
        store.apply(&Diff { added: batch.into_iter().map(entry).collect(), at: NOW, ..Diff::default() }).await?;
        importing += start.elapsed();
    }
    let imported = count as f64 / importing.as_secs_f64();

    let folder = dir.path().join("index");
    let start = Instant::now();
    {
        let index = QdrantIndex::open(&folder, embed())?;
        follow(&store, &index, |done, of| eprint!("\rindexed {done} of {of}")).await?;
        eprintln!();
    }
    let indexed = count as f64 / start.elapsed().as_secs_f64();
    let start = Instant::now();
    let index = QdrantIndex::open(&folder, embed())?;
    let load_ms = start.elapsed().as_secs_f64() * 1e3;
    let before = resident();
    let plain = searches(&index, &queries, &Selector::All).await?;
    let filtered = searches(&index, &queries, &Selector::parse("env = prod AND cloud = aws")?).await?;
    let rss = resident();
    drop(index);
    let start = Instant::now();
    let selected = store.select(&Selector::parse("env = prod AND kind = database")?, NOW).await?.matched.len();
    let select_ms = start.elapsed().as_secs_f64() * 1e3;
    Ok(json!({
        "points": count,
        "import_per_s": imported,
        "index_per_s": indexed,
        "load_ms": load_ms,
        "search": times(plain),
        "filtered_search": times(filtered),
        "select_ms": select_ms,
        "selected": selected,
        "rss_mb": rss,
        "rss_after_load_mb": before,
        "bare": if lexical { json!({}) } else { bare(&dir.path().join("bare"), count)? },
    }))
}

fn main() -> Outcome<()> {
    let count = std::env::args_os().nth(1).map_or(Ok(10_000), |text| text.to_string_lossy().parse())?;
    let lexical = std::env::args_os().nth(2).is_some_and(|text| text == "lexical");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{}", runtime.block_on(measure(count, lexical))?);
    Ok(())
}
