//! Exact selections over a large estate with relations, and what keeping their tables costs an import.
//!
//! `cargo run --release -p escher-rag --example bench_select -- 100000` prints one line of JSON. No model, no index.
#![allow(clippy::disallowed_methods, reason = "a measurement reads the clock")]

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Instant;

use escher_core::{CloudId, Diff, Entry, EstateStore, Kind, Link, Rel, Resource, ResourceId, Selector, State};
use escher_rag::SqliteStore;
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

/// As the command has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

type Outcome<T> = Result<T, Box<dyn Error>>;

const RUNS: usize = 15;
const BATCH: usize = 5_000;
/// 2026-11-01.
const NOW: Timestamp = Timestamp::constant(1_793_491_200, 0);
const ENVS: &[&str] = &["prod", "staging", "dev", "test"];
const APPS: &[&str] = &["checkout", "payments", "frontend", "search", "billing", "orders", "auth", "reports", "ledger", "gateway"];

/// What is asked, and whether it is a selection over relations, which has an aim.
const SELECTORS: &[(&str, bool)] = &[
    ("kind = disk AND rel.attached IN (kind = vm AND env = dev)", true),
    ("kind = subnet AND linked IN (id = vm-00017)", true),
    ("kind = vm AND rel.behind IN (app = checkout) AND rel.in IN (kind = subnet AND env = prod)", true),
    ("kind = disk AND rel.attached IN (rel.behind IN (kind = load-balancer AND env = staging AND app = auth))", true),
    ("rel.behind = lb-00003", true),
    ("kind = vm AND attr.lifecycle = spot AND env = dev AND state = stopped", false),
    ("env = prod AND kind = database", false),
    ("app = ledger AND cost > 900", false),
];

/// Of 100: 2 subnets, 3 load balancers, 30 machines in a subnet of which a third is behind a load balancer, 25 disks of
/// which most are attached, 10 databases, 30 buckets.
fn resource(number: usize, rng: &mut ChaCha8Rng) -> Resource {
    let (kind, short, native) = match number % 100 {
        0..2 => (Kind::Subnet, "subnet", "ec2:subnet"),
        2..5 => (Kind::LoadBalancer, "lb", "elasticloadbalancing:loadbalancer/app"),
        5..35 => (Kind::Vm, "vm", "ec2:instance"),
        35..60 => (Kind::Disk, "disk", "ec2:volume"),
        60..70 => (Kind::Database, "db", "rds:db"),
        _ => (Kind::Bucket, "bucket", "s3:bucket"),
    };
    let (app, env) = (APPS[rng.random_range(0..APPS.len())], ENVS[rng.random_range(0..ENVS.len())]);
    let nth = number / 100;
    let id = |short: &str, number: usize| ResourceId::verbatim(format!("arn:aws:ec2:us-east-1:111122223333:{short}/{short}-{number:05}"));
    let mut it = Resource::new(CloudId::Aws, id(short, number).as_str(), kind, native, format!("{env}-{app}-{short}-{number:05}"));
    it.account = Some("111122223333".into());
    it.account_name = Some("Shop".into());
    it.region = Some("us-east-1".into());
    it.state = Some(if number.is_multiple_of(5) { State::Stopped } else { State::Running });
    it.created = Timestamp::from_second(1_700_000_000 + number as i64 * 60).ok();
    let tags = [("app", app.to_owned()), ("env", env.to_owned()), ("team", format!("team-{}", number % 12)), ("Name", it.name.clone())];
    it.tags = Some(tags.map(|(key, value)| (key.to_owned(), value)).into());
    let lifecycle = if rng.random_ratio(1, 20) { "spot" } else { "normal" };
    let attributes =
        json!({"size": "m5.large", "lifecycle": lifecycle, "imds": {"tokens": "required", "hops": 1}, "encrypted": true, "memory": 8});
    it.attributes = attributes.as_object().cloned().unwrap_or_default().into_iter().collect::<BTreeMap<String, Value>>();
    it.metrics.insert("cpu_avg".into(), f64::from(rng.random_range(0..1000_u32)) / 10.0);
    it.cost_month = Some(f64::from(rng.random_range(0..100_000_u32)) / 100.0);
    let mut link = |rel: Rel, to: ResourceId| it.links.push(Link { rel, id: to });
    match kind {
        Kind::Vm => {
            link(Rel::In, id("subnet", rng.random_range(0..=nth) * 100 + rng.random_range(0..2_usize)));
            link(Rel::Uses, id("image", number % 40));
            if rng.random_ratio(1, 3) {
                link(Rel::Behind, id("lb", rng.random_range(0..=nth) * 100 + rng.random_range(2..5_usize)));
            }
        }
        Kind::Disk if rng.random_ratio(4, 5) => link(Rel::Attached, id("vm", nth * 100 + rng.random_range(5..35_usize))),
        Kind::Database => link(Rel::In, id("subnet", rng.random_range(0..=nth) * 100)),
        _ => {}
    }
    it
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or_default()
}

async fn measure(count: usize) -> Outcome<Value> {
    let dir = tempfile::tempdir()?;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let store = SqliteStore::open(dir.path().join("estate.db"))?;
    let mut importing = 0.0;
    for first in (0..count).step_by(BATCH) {
        let entry = |it: Resource| Entry::new(it, NOW);
        let added = (first..count.min(first + BATCH)).map(|number| entry(resource(number, &mut rng))).collect();
        let diff = Diff { added, at: NOW, ..Diff::default() };
        let start = Instant::now();
        store.apply(&diff).await?;
        importing += start.elapsed().as_secs_f64();
    }
    let mut rows =
        vec![json!({"what": format!("import into the store, {count} resources"), "unit": "1/s", "value": count as f64 / importing})];
    for (text, related) in SELECTORS {
        let selector = Selector::parse(text)?;
        let (mut times, mut found) = (Vec::new(), 0);
        for run in 0..=RUNS {
            let start = Instant::now();
            found = store.select(&selector, NOW).await?.matched.len();
            // The first one warms up.
            if run > 0 {
                times.push(start.elapsed().as_secs_f64() * 1e3);
            }
        }
        if found == 0 && count >= 10_000 {
            return Err(format!("`{text}` found nothing: that is no measurement").into());
        }
        let mut row = json!({"what": format!("{text}: {found} of {count}"), "unit": "ms", "value": median(times)});
        if *related {
            row["aim"] = json!({"at-most": 50.0});
        }
        rows.push(row);
    }
    Ok(json!({ "rows": rows }))
}

fn main() -> Outcome<()> {
    let count = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    println!("{}", runtime.block_on(measure(count))?);
    Ok(())
}
