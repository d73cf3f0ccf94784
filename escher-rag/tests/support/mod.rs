//! What the tests of store, index and search share.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses a part")]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use escher_core::resource::attr;
use escher_core::{CloudId, Diff, Embed, Entry, EstateStore, Kind, Resource, Result, State, fuzzy};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::json;

/// Noon of a Monday.
pub fn now() -> Timestamp {
    escher_core::arbitrary::now()
}

pub fn entry(resource: Resource) -> Entry {
    Entry::new(resource, now())
}

pub fn added(resources: impl IntoIterator<Item = Resource>) -> Diff {
    Diff { added: resources.into_iter().map(entry).collect(), at: now(), ..Diff::default() }
}

pub async fn fill(store: &dyn EstateStore, resources: impl IntoIterator<Item = Resource>) {
    store.apply(&added(resources)).await.unwrap();
}

/// Stands in for the model: the sum of a random direction for each word, so that texts with common words are near.
#[derive(Default)]
pub struct Bag {
    pub embedded: AtomicUsize,
}

impl Bag {
    pub fn new() -> Arc<Self> {
        Arc::new(Self::default())
    }

    pub fn count(&self) -> usize {
        self.embedded.load(Ordering::SeqCst)
    }
}

impl Embed for Bag {
    fn id(&self) -> &str {
        "bag-of-words"
    }

    fn dimensions(&self) -> usize {
        64
    }

    fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        self.embedded.fetch_add(texts.len(), Ordering::SeqCst);
        Ok(texts.iter().map(|text| bag(text, 64)).collect())
    }
}

pub fn bag(text: &str, dimensions: usize) -> Vec<f32> {
    let mut sum = vec![1e-3_f32; dimensions];
    for word in fuzzy::words(text) {
        let seed = word.bytes().fold(7_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        for value in &mut sum {
            *value += rng.random_range(-1.0_f32..1.0);
        }
    }
    let length = sum.iter().map(|value| value * value).sum::<f32>().sqrt();
    sum.iter().map(|value| value / length).collect()
}

const APPS: &[&str] = &["checkout", "payments", "frontend", "search", "billing", "orders", "auth", "reports", "inventory", "ledger"];
const ENVS: &[(&str, &str)] = &[("prod", "production"), ("staging", "staging"), ("dev", "dev"), ("test", "qa")];
const PLACES: &[(CloudId, &str, &str)] = &[
    (CloudId::Aws, "us-east-1", "111122223333"),
    (CloudId::Aws, "eu-central-1", "444455556666"),
    (CloudId::Azure, "westus", "9f1c2d3e"),
    (CloudId::Azure, "uksouth", "9f1c2d3e"),
    (CloudId::Gcp, "europe-west3", "project-x"),
];

fn native(cloud: CloudId, kind: Kind) -> &'static str {
    match (cloud, kind) {
        (CloudId::Aws, Kind::Vm) => "ec2:instance",
        (CloudId::Aws, Kind::Database) => "rds:db",
        (CloudId::Aws, Kind::Bucket) => "s3:bucket",
        (CloudId::Aws, _) => "sqs:queue",
        (CloudId::Azure, Kind::Vm) => "microsoft.compute/virtualmachines",
        (CloudId::Azure, Kind::Database) => "microsoft.sql/servers/databases",
        (CloudId::Azure, Kind::Bucket) => "microsoft.storage/storageaccounts",
        (CloudId::Azure, _) => "microsoft.servicebus/namespaces/queues",
        (CloudId::Gcp, Kind::Vm) => "compute.googleapis.com/Instance",
        (CloudId::Gcp, Kind::Database) => "sqladmin.googleapis.com/Instance",
        (CloudId::Gcp, Kind::Bucket) => "storage.googleapis.com/Bucket",
        (CloudId::Gcp, _) => "pubsub.googleapis.com/Subscription",
    }
}

pub fn make(cloud: CloudId, account: &str, region: &str, kind: Kind, name: &str, number: usize) -> Resource {
    let id = match cloud {
        CloudId::Aws => format!("arn:aws:{}:{region}:{account}:{}/x-{number:08x}", native(cloud, kind).replace(':', "-"), kind.as_str()),
        CloudId::Azure => format!("/subscriptions/{account}/resourcegroups/rg-main/providers/{}/{name}-{number}", native(cloud, kind)),
        CloudId::Gcp => format!("//{}/projects/{account}/locations/{region}/{name}-{number}", native(cloud, kind)),
    };
    let mut resource = Resource::new(cloud, id, kind, native(cloud, kind), name);
    resource.account = Some(account.to_owned());
    resource.region = Some(region.to_owned());
    resource.state = Some(if number.is_multiple_of(7) { State::Stopped } else { State::Running });
    resource
}

fn tagged(mut resource: Resource, app: &str, env: &str) -> Resource {
    resource.tags = Some(BTreeMap::from([("app".into(), app.into()), ("env".into(), env.into())]));
    resource
}

/// An estate of several hundred resources with names as people give them: siblings by the dozen, environments in name
/// or tag, databases of several engines on all clouds.
pub fn estate() -> Vec<Resource> {
    let mut all = Vec::new();
    let mut push = |resource: Resource| all.push(resource);
    let mut number = 0;
    for (a, app) in APPS.iter().enumerate() {
        for (e, (env, written)) in ENVS.iter().enumerate() {
            let (cloud, region, account) = PLACES[(a + e) % PLACES.len()];
            for (engine, short) in [("postgres", "pg"), ("mysql", "mysql")] {
                number += 1;
                let mut db = make(cloud, account, region, Kind::Database, &format!("{env}-{app}-{short}-01"), number);
                db.attributes.insert(attr::ENGINE.into(), json!(engine));
                push(tagged(db, app, written));
            }
            for i in 1..=4 {
                number += 1;
                push(tagged(make(cloud, account, region, Kind::Vm, &format!("{app}-{env}-web-{i}"), number), app, written));
            }
            number += 1;
            push(tagged(make(cloud, account, region, Kind::Bucket, &format!("{app}-assets-{env}"), number), app, written));
        }
    }
    for (cloud, region, account) in PLACES {
        let short = region.split('-').next().unwrap_or(region);
        for i in 1..=9 {
            number += 1;
            push(make(*cloud, account, region, Kind::Vm, &format!("web-frontend-{short}-{i}"), number));
        }
        number += 1;
        push(make(*cloud, account, region, Kind::Queue, &format!("orders-dlq-{short}"), number));
        number += 1;
        push(make(*cloud, account, region, Kind::Other, &format!("postgres-database-dashboard-{short}"), number));
    }
    all
}

/// The name with one letter inserted, deleted, replaced or swapped with its neighbor.
pub fn edited(name: &str, rng: &mut ChaCha8Rng) -> String {
    let mut chars: Vec<char> = name.chars().collect();
    loop {
        let before = chars.clone();
        let at = rng.random_range(0..chars.len());
        let letter = char::from(rng.random_range(b'a'..=b'z'));
        match rng.random_range(0..4) {
            0 => chars.insert(at, letter),
            1 => drop(chars.remove(at)),
            2 => chars[at] = letter,
            _ if at + 1 < chars.len() => chars.swap(at, at + 1),
            _ => {}
        }
        if chars != before {
            return chars.into_iter().collect();
        }
    }
}
