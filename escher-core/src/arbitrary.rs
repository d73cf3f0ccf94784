//! Strategies that make resources and selectors, from pools small enough that the ones often match the others.
//!
//! Every field is often absent, so that unknown is met as often as true and false.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use proptest::collection::{btree_map, vec};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value as Json, json};

use crate::resource::{attr, metric};
use crate::selector::{Field, FieldType, Op, Quantity, Relation, Selector, Unit, Value};
use crate::{CloudId, Engine, Env, Flag, Geo, Kind, Link, Rel, Resource, ResourceId, State};

const ACCOUNTS: &[&str] = &["111122223333", "project-x", "9f1c2d3e"];
const ACCOUNT_NAMES: &[&str] = &["Production", "Team Sandbox"];
const REGIONS: &[(CloudId, &str)] = &[
    (CloudId::Aws, "us-east-1"),
    (CloudId::Aws, "eu-central-1"),
    (CloudId::Aws, "nowhere-1"),
    (CloudId::Azure, "westus"),
    (CloudId::Azure, "uksouth"),
    (CloudId::Gcp, "europe-west3"),
    (CloudId::Gcp, "EU"),
];
const ZONES: &[&str] = &["us-east-1a", "europe-west3-b", "2"];
const NATIVES: &[(CloudId, Kind, &str)] = &[
    (CloudId::Aws, Kind::Vm, "ec2:instance"),
    (CloudId::Aws, Kind::Disk, "ec2:volume"),
    (CloudId::Aws, Kind::Bucket, "s3:bucket"),
    (CloudId::Aws, Kind::Database, "rds:db"),
    (CloudId::Aws, Kind::Other, "xray:group"),
    (CloudId::Azure, Kind::Vm, "microsoft.compute/virtualmachines"),
    (CloudId::Azure, Kind::Ip, "microsoft.network/publicipaddresses"),
    (CloudId::Azure, Kind::Database, "microsoft.dbforpostgresql/flexibleservers"),
    (CloudId::Gcp, Kind::Vm, "compute.googleapis.com/Instance"),
    (CloudId::Gcp, Kind::LoadBalancer, "compute.googleapis.com/ForwardingRule"),
    (CloudId::Gcp, Kind::Database, "sqladmin.googleapis.com/Instance"),
];
const NAMES: &[&str] = &["web-1", "web-2", "prod-checkout-pg-01", "CheckoutService", "dev-db", "München Archiv", "x"];
const WORDS: &[&str] = &["web", "checkout", "chekout", "pg 1", "service checkout", "DB", "main", "postgres", "zebra", "a b", ""];
/// Some are equal but for their case, as clouds allow it on one resource.
const TAG_KEYS: &[&str] =
    &["env", "Environment", "app", "App", "Team", "team", "Cost Center", "count", "and", "idle", "name", "Größe", "GRÖßE"];
const TAG_VALUES: &[&str] = &["prod", "Production", "dev", "main", "Main", "5", "40", "2026-12-01", "a b", "", "say \"hi\" \\ \n", "or"];
const RAW_STATES: &[&str] = &["VM deallocated", "PowerState/running", "TERMINATED", "available", "running"];
/// Words of relations beside those that have a name.
const RELS: &[&str] = &["peers-with", "Peers-With", "routes to"];
/// Attributes of the clouds' own, as their JSON.
const OWN: &[(&str, &[&str])] = &[
    ("lifecycle", &["\"spot\"", "\"Normal\"", "5", "null"]),
    ("Lifecycle", &["\"spot\"", "[]"]),
    ("imds", &["{\"Tokens\":\"required\",\"hops\":2}", "{\"tokens\":null}", "[]", "[{\"tokens\":\"optional\"},{\"hops\":2.5}]"]),
    ("imds.hops", &["2", "\"2.0\"", "10"]),
    ("100%_sure", &["true", "false", "\"true\""]),
];
const PATHS: &[&str] =
    &["lifecycle", "LIFECYCLE", "imds", "imds.tokens", "imds.hops", "Imds.Hops", "100%_sure", "size", "capacity", "none.at.all"];
const OWN_VALUES: &[&str] =
    &["spot", "SPOT", "required", "2", "2.0", "5", "10", "true", "{\"Tokens\":\"required\",\"hops\":2}", "m5.large", "100", ""];
const SIZES: &[&str] = &["m5.large", "Standard_D2s_v5", "e2-small"];
const GROUPS: &[&str] = &["rg-web", "rg-prod"];
const NETWORKS: &[&str] = &["vpc-1", "main-net", "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1"];
const LINKED: &[&str] = &[
    "arn:aws:ec2:us-east-1:111122223333:vpc/vpc-1",
    "arn:aws:ec2:us-east-1:111122223333:instance/i-0a1",
    "/subscriptions/9f1c2d3e/resourcegroups/rg-web/providers/microsoft.network/virtualnetworks/main-net/subnets/default",
    "//compute.googleapis.com/projects/project-x/global/networks/main-net",
];
/// Ages, in hours, on and around the values that selectors ask for.
const AGES: &[i64] = &[-24, 0, 1, 12, 24, 7 * 24 - 1, 7 * 24, 7 * 24 + 1, 30 * 24, 90 * 24, 400 * 24];
const DATES: &[&str] = &["2026-06-15", "2026-06-14", "2026-06-08T12:00:00Z", "2026-03-17", "2025-01-01T00:00:00+02:00", "2026-06-15T08:00"];

/// The time at which the ages of [`resource`] are true: noon of a Monday.
pub fn now() -> Timestamp {
    Timestamp::constant(1_781_524_800, 0)
}

/// A resource. Ids come from a pool of 60, so that two may be the same; see [`estate`].
pub fn resource() -> impl Strategy<Value = Resource> {
    let identity = (0..20_u32, select(NATIVES), select(NAMES));
    let place = (weighted(0.7, select(ACCOUNTS)), weighted(0.4, select(ACCOUNT_NAMES)), any::<bool>(), select(REGIONS));
    let life = (weighted(0.3, select(ZONES)), weighted(0.7, select(State::ALL)), weighted(0.6, select(AGES)));
    let tag = btree_map(select(TAG_KEYS).prop_map(str::to_owned), select(TAG_VALUES).prop_map(str::to_owned), 0..4);
    let links = vec((rel(), any::<bool>(), select(LINKED), select(CloudId::ALL), 0..20_u32), 0..3);
    let raw = weighted(0.4, select(RAW_STATES));
    let values = (attributes(), metrics(), weighted(0.5, select(&[0.0, 69.1, 100.0, 250.5][..])));
    (identity, place, life, (weighted(0.7, tag), raw), links, values).prop_map(
        |(
            (number, (cloud, kind, native), name),
            (account, account_name, regional, region),
            (zone, state, age),
            (tags, raw),
            links,
            values,
        )| {
            let mut resource = Resource::new(cloud, id(cloud, number), kind, native, name);
            resource.account = account.map(str::to_owned);
            resource.account_name = account_name.map(str::to_owned);
            // A region of another cloud is drawn in vain, which leaves some resources without one.
            resource.region = (regional && region.0 == cloud).then(|| region.1.to_owned());
            resource.zone = zone.map(str::to_owned);
            resource.state = state;
            resource.state_raw = raw.map(str::to_owned);
            resource.tags = tags;
            resource.created = age.and_then(|hours| now().checked_sub(SignedDuration::from_hours(hours)).ok());
            // To what is often there too, and sometimes to itself, or to what nobody knows.
            let to = |stranger, own, to, number| match stranger {
                true => ResourceId::new(cloud, own),
                false => ResourceId::new(to, id(to, number)),
            };
            resource.links =
                links.into_iter().map(|(rel, stranger, own, cloud, number)| Link { rel, id: to(stranger, own, cloud, number) }).collect();
            (resource.attributes, resource.metrics, resource.cost_month) = values;
            resource
        },
    )
}

/// Resources with ids that differ, at most as many as told.
pub fn estate(most: usize) -> impl Strategy<Value = Vec<Resource>> {
    vec(resource(), 0..=most).prop_map(|resources| {
        let by_id: BTreeMap<_, _> = resources.into_iter().map(|resource| (resource.id.clone(), resource)).collect();
        by_id.into_values().collect()
    })
}

fn id(cloud: CloudId, number: u32) -> String {
    match cloud {
        CloudId::Aws => format!("arn:aws:ec2:us-east-1:111122223333:instance/i-0a{number}"),
        CloudId::Azure => format!("/subscriptions/9f1c2d3e/resourceGroups/rg-web/providers/Microsoft.Compute/virtualMachines/vm-{number}"),
        CloudId::Gcp => format!("//compute.googleapis.com/projects/project-x/zones/europe-west3-b/instances/web-{number}"),
    }
}

fn attributes() -> impl Strategy<Value = BTreeMap<String, Json>> {
    let texts = [
        (attr::ENGINE, &["postgres", "MYSQL_8_0", "neptune"][..]),
        (attr::SIZE, SIZES),
        (attr::RESOURCE_GROUP, GROUPS),
        (attr::NETWORK, NETWORKS),
        (attr::LAST_BACKUP, &["2026-06-14T00:00:00Z", "2026-01-01T00:00:00Z"]),
    ];
    let numbers = [(attr::CAPACITY, &[8.0, 100.0, 2048.0][..]), (attr::MEMORY, &[0.5, 8.0, 64.0])];
    let switches = [attr::PUBLIC, attr::ENCRYPTED, attr::ATTACHED, attr::AUTO_BACKUPS];

    let texts: Vec<_> = texts.into_iter().map(|(name, pool)| pair(name, select(pool).prop_map(|text| json!(text)))).collect();
    let numbers: Vec<_> = numbers.into_iter().map(|(name, pool)| pair(name, select(pool).prop_map(|number| json!(number)))).collect();
    let switches: Vec<_> = switches.into_iter().map(|name| pair(name, any::<bool>().prop_map(|on| json!(on)))).collect();
    let own: Vec<_> = OWN.iter().map(|&(name, pool)| pair(name, select(pool).prop_map(own))).collect();
    (texts, numbers, switches, own)
        .prop_map(|(texts, numbers, switches, own)| texts.into_iter().chain(numbers).chain(switches).chain(own).flatten().collect())
}

fn own(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_default()
}

fn rel() -> impl Strategy<Value = Rel> {
    prop_oneof![3 => select(Rel::ALL), 1 => select(RELS).prop_map(|word| Rel::Other(word.into()))]
}

fn relation() -> impl Strategy<Value = Relation> {
    prop_oneof![1 => Just(Relation::Any), 2 => rel().prop_map(Relation::Is)]
}

fn metrics() -> impl Strategy<Value = BTreeMap<String, f64>> {
    let names = [
        metric::CPU_AVG,
        metric::CPU_MAX,
        metric::NET_MB_DAY,
        metric::CPU_P95_MAX,
        metric::CPU_AVG_3D,
        metric::VCPU_LOW_PCT,
        metric::NET_IN_BPS_P95,
        metric::NET_OUT_BPS_P95,
        metric::CONNECTIONS_MAX,
        metric::HEALTHY_TARGETS,
    ];
    let each: Vec<_> = names.into_iter().map(|name| pair(name, select(&[0.0, 2.0, 5.0, 98.0, 5000.0][..]))).collect();
    each.prop_map(|pairs| pairs.into_iter().flatten().collect())
}

/// A name with a value, or neither.
fn pair<T: std::fmt::Debug>(name: &'static str, value: impl Strategy<Value = T>) -> impl Strategy<Value = Option<(String, T)>> {
    weighted(0.5, value.prop_map(move |value| (name.to_owned(), value)))
}

/// A selector in its normal form, of which every field, operator and value could have been read from a text.
pub fn selector() -> impl Strategy<Value = Selector> {
    let tree = leaf().prop_recursive(4, 16, 3, |inner| {
        prop_oneof![
            3 => vec(inner.clone(), 2..4).prop_map(Selector::And),
            3 => vec(inner.clone(), 2..4).prop_map(Selector::Or),
            2 => inner.clone().prop_map(|part| Selector::Not(Box::new(part))),
            2 => (relation(), inner).prop_map(|(by, to)| Selector::Related { by, to: Box::new(to) }),
        ]
    });
    prop_oneof![1 => Just(Selector::All), 40 => tree.prop_map(Selector::normalized)]
}

fn leaf() -> impl Strategy<Value = Selector> {
    prop_oneof![
        6 => field().prop_flat_map(compare),
        2 => field().prop_filter("text takes no IN", |field| *field != Field::Text).prop_flat_map(|field| {
            vec(value(&field, Op::Eq), 1..4).prop_map(move |values| Selector::In { field: field.clone(), values })
        }),
        1 => field().prop_map(Selector::Exists),
        2 => select(Flag::ALL).prop_map(Selector::Flag),
    ]
}

fn compare(field: Field) -> impl Strategy<Value = Selector> {
    select(field.ty().ops()).prop_flat_map(move |op| {
        let field = field.clone();
        value(&field, op).prop_map(move |value| Selector::Compare { field: field.clone(), op, value })
    })
}

fn field() -> impl Strategy<Value = Field> {
    prop_oneof![
        8 => select(Field::NAMED),
        2 => prop_oneof![select(TAG_KEYS), Just("APP"), Just("missing")].prop_map(|key| Field::Tag(key.to_owned())),
        2 => select(PATHS).prop_map(|path| Field::Attr(path.to_owned())),
        1 => rel().prop_map(Field::Rel),
    ]
}

fn value(field: &Field, op: Op) -> BoxedStrategy<Value> {
    let texts = |pool: &'static [&'static str]| select(pool).prop_map(Value::text).boxed();
    let upper = |pool: &'static [&'static str]| {
        (select(pool), any::<bool>()).prop_map(|(text, up)| Value::Text(if up { text.to_uppercase() } else { text.to_owned() })).boxed()
    };
    let words = |words: Vec<&'static str>| select(words).prop_map(Value::text).boxed();
    match field {
        Field::Cloud => words(CloudId::ALL.iter().map(|word| word.as_str()).collect()),
        Field::Kind => words(NATIVES.iter().map(|(_, kind, _)| kind.as_str()).collect()),
        Field::State => words(State::ALL.iter().map(|word| word.as_str()).collect()),
        Field::Geo => words(vec![Geo::Us, Geo::Eu, Geo::Uk].into_iter().map(Geo::as_str).collect()),
        Field::Env => words(Env::ALL.iter().map(|word| word.as_str()).collect()),
        Field::Engine => words(vec![Engine::Postgres, Engine::Mysql, Engine::Redis].into_iter().map(Engine::as_str).collect()),
        Field::Type => words(NATIVES.iter().map(|(_, _, native)| *native).collect()),
        Field::Service => texts(&["ec2", "rds", "microsoft.compute", "compute", "EC2"]),
        Field::Account => prop_oneof![select(ACCOUNTS), select(ACCOUNT_NAMES), Just("production")].prop_map(Value::text).boxed(),
        Field::Region => words(REGIONS.iter().map(|(_, region)| *region).collect()),
        Field::Zone => texts(ZONES),
        Field::Group => upper(GROUPS),
        Field::Network => upper(NETWORKS),
        Field::Linked | Field::Rel(_) => {
            // A flag by itself is a value here only in quotes.
            let odd = select(&["vpc-1", "i-0a1", "main-net", "none", "idle", "vm-3", "web-7"][..]);
            prop_oneof![select(LINKED), odd].prop_map(Value::text).boxed()
        }
        Field::RawState => prop_oneof![select(RAW_STATES), select(&["deallocated", "Running", "VM"][..])].prop_map(Value::text).boxed(),
        Field::Attr(_) => texts(OWN_VALUES),
        Field::Id => (select(CloudId::ALL), 0..20_u32, any::<bool>())
            .prop_map(|(cloud, number, whole)| {
                let id = ResourceId::new(cloud, id(cloud, number));
                Value::text(if whole { id.as_str() } else { id.last_segment() })
            })
            .boxed(),
        Field::Name if op != Op::Like => upper(NAMES),
        Field::Size => upper(SIZES),
        Field::Created => texts(DATES),
        Field::Tag(_) => texts(TAG_VALUES),
        Field::Name | Field::Text => texts(WORDS),
        Field::Capacity | Field::Memory | Field::Age | Field::Cost | Field::Cpu => quantity(field.ty()),
    }
}

fn quantity(ty: FieldType) -> BoxedStrategy<Value> {
    let (amounts, units): (&'static [f64], &'static [Unit]) = match ty {
        FieldType::Gigabytes => (&[0.5, 2.0, 8.0, 100.0, 512.0, 1e30], &[Unit::Bare, Unit::Megabyte, Unit::Gigabyte, Unit::Terabyte]),
        FieldType::Days => {
            (&[-1.0, 0.0, 0.5, 1.0, 7.0, 12.0, 90.0, 1e300], &[Unit::Bare, Unit::Hour, Unit::Day, Unit::Week, Unit::Month, Unit::Year])
        }
        FieldType::Dollars => (&[0.0, 69.1, 100.0, 99.99], &[Unit::Bare, Unit::Dollar]),
        _ => (&[0.0, 2.0, 5.0, 98.0], &[Unit::Bare, Unit::Percent]),
    };
    (select(amounts), select(units)).prop_map(|(amount, unit)| Value::Number(Quantity { amount, unit })).boxed()
}
