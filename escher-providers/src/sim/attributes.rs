//! What a resource tells about itself beyond name and state.

use std::collections::BTreeMap;

use escher_core::resource::attr;
use escher_core::{CloudId, Kind};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dice::{Dice, cents};
use super::types::{self, TypeDef};

/// The number of machines, tasks or nodes that a scaled resource is to have.
pub(super) const COUNT: &str = "desired_count";
/// A firewall's rules: objects of `protocol`, `from`, `to`, `cidr`.
pub(super) const RULES: &str = "rules";
/// Whether a bucket keeps old versions.
pub(super) const VERSIONING: &str = "versioning";
/// The number of a secret's or key's current version.
pub(super) const VERSION: &str = "version";
/// When a secret or key got its current version.
pub(super) const ROTATED: &str = "rotated";
/// What tells one incarnation of a resource from the next with the same id.
pub(super) const UID: &str = "uid";

/// The engine of a database or cache, and its version as the cloud writes it. `None` if only the type tells.
fn engine(dice: &mut Dice, def: &TypeDef, name: &str) -> Option<(&'static str, &'static str)> {
    let postgres = ["pg", "postgres"].iter().any(|word| name.contains(word));
    Some(match (def.cloud, def.native) {
        (_, "rds:cluster") if postgres => ("postgres", "aurora-postgresql 15.4"),
        (_, "rds:cluster") => dice.pick(&[("postgres", "aurora-postgresql 15.4"), ("mysql", "aurora-mysql 8.0")]),
        (_, "rds:db") if postgres => ("postgres", "15.5"),
        (_, "rds:db") if name.contains("mysql") => ("mysql", "8.0.35"),
        (_, "rds:db") => {
            dice.pick(&[("postgres", "14.10"), ("mysql", "8.0.35"), ("mariadb", "10.6"), ("sqlserver", "15.00"), ("oracle", "19.0")])
        }
        (CloudId::Gcp, "sqladmin.googleapis.com/Instance") if postgres => ("postgres", "POSTGRES_15"),
        (CloudId::Gcp, "sqladmin.googleapis.com/Instance") if name.contains("mysql") => ("mysql", "MYSQL_8_0"),
        (CloudId::Gcp, "sqladmin.googleapis.com/Instance") => {
            dice.pick(&[("postgres", "POSTGRES_14"), ("mysql", "MYSQL_8_0"), ("sqlserver", "SQLSERVER_2019_STANDARD")])
        }
        (CloudId::Aws, "elasticache:cluster") => dice.pick(&[("redis", "7.1"), ("redis", "6.2"), ("memcached", "1.6.22")]),
        _ => return None,
    })
}

/// Attributes and the price of the size, where a size has one.
pub(super) fn make(dice: &mut Dice, def: &TypeDef, name: &str, born: Timestamp) -> (BTreeMap<String, Value>, Option<f64>) {
    let mut all = BTreeMap::new();
    let mut put = |key: &str, value: Value| {
        all.insert(key.to_owned(), value);
    };
    let uid = match def.cloud {
        CloudId::Aws => dice.hex(20),
        CloudId::Azure => dice.guid(),
        CloudId::Gcp => dice.decimal(18),
    };
    put(UID, json!(uid));
    let mut price = None;
    if let sizes @ [_, ..] = types::sizes(def) {
        let (size, memory, dollars) = dice.pick(sizes);
        put(attr::SIZE, json!(size));
        put(attr::MEMORY, json!(memory));
        price = Some(dollars);
    }
    if let Some((engine, version)) = engine(dice, def, name) {
        put(attr::ENGINE, json!(engine));
        put("engine_version", json!(version));
    }
    // What is not told is unknown to whoever asks, so a few resources leave each of these out.
    let told = |dice: &mut Dice, yes: usize| (!dice.chance(4)).then(|| dice.chance(yes));
    let encrypted = |dice: &mut Dice, all: &mut BTreeMap<String, Value>, yes| {
        if let Some(on) = told(dice, yes) {
            all.insert(attr::ENCRYPTED.to_owned(), json!(on));
        }
    };
    match def.kind {
        Kind::Vm => {
            put(attr::PUBLIC, json!(dice.chance(22)));
            put("os", json!(dice.pick(&["linux", "linux", "linux", "windows"])));
            if dice.chance(20) {
                put(attr::AUTO_BACKUPS, json!(true));
            }
        }
        Kind::ScaleGroup | Kind::ContainerService | Kind::K8sCluster => {
            put(COUNT, json!(dice.between(1, 9)));
        }
        Kind::Disk => {
            put(attr::CAPACITY, json!(dice.pick(&[8, 20, 32, 50, 64, 100, 128, 256, 500, 1024])));
            encrypted(dice, &mut all, 80);
        }
        Kind::Snapshot => {
            put(attr::CAPACITY, json!(dice.pick(&[8, 20, 32, 50, 64, 100, 128, 256])));
            put(attr::PUBLIC, json!(dice.chance(3)));
            encrypted(dice, &mut all, 75);
        }
        Kind::Image => put(attr::PUBLIC, json!(dice.chance(8))),
        Kind::Database => {
            put(attr::CAPACITY, json!(dice.pick(&[20, 50, 100, 250, 500, 1000])));
            put(attr::PUBLIC, json!(dice.chance(10)));
            if let Some(on) = told(dice, 80) {
                put(attr::AUTO_BACKUPS, json!(on));
            }
            if dice.chance(80) {
                let hours = dice.between(2, 24 * 12) as i64;
                put(attr::LAST_BACKUP, json!((born - SignedDuration::from_hours(hours)).to_string()));
            }
            encrypted(dice, &mut all, 88);
        }
        Kind::Bucket => {
            put(attr::PUBLIC, json!(dice.chance(7)));
            put(VERSIONING, json!(dice.chance(45)));
            if dice.chance(70) {
                put(attr::CAPACITY, json!(cents(dice.real(0.01, 4000.0))));
            }
            encrypted(dice, &mut all, 85);
        }
        Kind::Nosql | Kind::Cache | Kind::Warehouse | Kind::Queue | Kind::Registry => encrypted(dice, &mut all, 82),
        Kind::Function => {
            put(attr::MEMORY, json!(dice.pick(&[0.125, 0.25, 0.5, 1.0])));
            put("runtime", json!(dice.pick(&["python3.12", "nodejs20", "go1", "dotnet8", "java21"])));
        }
        Kind::Firewall => {
            let rules = rules(dice);
            put(attr::PUBLIC, json!(is_open(&rules)));
            put(RULES, Value::Array(rules));
        }
        Kind::Ip => put("address", json!(format!("203.0.113.{}", dice.between(1, 254)))),
        Kind::LoadBalancer => put(attr::PUBLIC, json!(dice.chance(55))),
        Kind::Secret | Kind::Key => put(VERSION, json!(dice.between(1, 7))),
        Kind::LogGroup => put("retention_days", json!(dice.pick(&[1, 7, 30, 90, 365]))),
        _ => {}
    }
    (all, price)
}

/// A rule as firewalls keep it.
pub(super) fn rule(from: u64, to: u64, cidr: &str) -> Value {
    json!({"protocol": "tcp", "from": from, "to": to, "cidr": cidr})
}

fn rules(dice: &mut Dice) -> Vec<Value> {
    let mut rules = vec![rule(443, 443, if dice.chance(40) { "0.0.0.0/0" } else { "10.0.0.0/8" })];
    if dice.chance(60) {
        rules.push(rule(22, 22, if dice.chance(25) { "0.0.0.0/0" } else { "192.0.2.0/24" }));
    }
    if dice.chance(35) {
        let port = dice.pick(&[80, 3306, 3389, 5432, 6379, 8080, 9200]);
        rules.push(rule(port, port, if dice.chance(15) { "0.0.0.0/0" } else { "10.0.0.0/8" }));
    }
    if dice.chance(15) {
        rules.push(rule(8000, 8100, "10.0.0.0/8"));
    }
    rules
}

/// Whether a rule lets the whole internet in.
pub(super) fn is_open(rules: &[Value]) -> bool {
    rules.iter().any(|rule| matches!(rule["cidr"].as_str(), Some("0.0.0.0/0" | "::/0")))
}
