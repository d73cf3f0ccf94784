//! Modifier nouns: “VM disks”, “dev VMs’ snapshots”, “the queue function”.

use escher_core::selector::{Field, Relation};
use escher_core::{Kind, Rel};

use super::relation::follow;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Noun, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Noun", "KindSg KindSg", |args| compound(args, Number::One))
        .ex(&[("vm disk", "kind = disk AND rel.attached IN (kind = vm)")]),
    Rule::new("Noun", "KindSg KindPl", |args| compound(args, Number::Many))
        .ex(&[("vm disks", "kind = disk AND rel.attached IN (kind = vm)")]),
    // “Dev VM snapshots”: in dev are the snapshots, or the VMs.
    Rule::new("Nominal", "Owning KindSg", |args| owned(args, Number::One)),
    Rule::new("Nominal", "Owning KindPl", |args| owned(args, Number::Many)),
    Rule::new("Owning", "Pre KindSg", |args| Some(args.noun(1)?.formula().and(args.cond(0)?).into())),
    Rule::new("Owning", "Pre Owning", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    // Of what the VMs have, one thing is named and another may be meant.
    Rule::new("Noun", "KindSg (disk|volume) (snapshot|snapshots)", |args| {
        let to = Formula::rel(Relation::Any, args.noun(0)?.formula());
        let set = Set::new(Head::Kind, Number::Many, Formula::is(Field::Kind, Kind::Snapshot.as_str()).and(to));
        Some(set.asks("Do you mean snapshots of their disks? Name the disks or the snapshots.").into())
    }),
    // A product, and what it is called beside it: “RDS MySQL instances”, “Firestore DBs”, “EC2 spot instances”.
    Rule::new("Nominal", "Brand Nominal", |args| branded(args.noun(0)?, args.set(1)?))
        .ex(&[
            ("rds mysql instances", "cloud = aws AND kind = database AND engine = mysql"),
            ("firestore dbs", "cloud = gcp AND kind = nosql"),
            ("rds prod servers", "cloud = aws AND kind = database AND env = prod ? Resources of that product, or resources that use it?"),
            ("s3 public buckets", "cloud = aws AND kind = bucket AND public"),
        ])
        .not(&["ec2 gce instances", "cloud sql azure databases"]),
    Rule::new("Nominal", "Brand Engine", |args| {
        let (brand, engine) = (args.noun(0)?, args.cond(1)?);
        let runs = matches!(brand.kind, Kind::Database | Kind::Nosql | Kind::Cache);
        consistent(Set::new(Head::Kind, Number::Many, brand.formula().and(engine))).filter(|_| runs)
    })
    .ex(&[("rds postgres", "cloud = aws AND kind = database AND engine = postgres")])
    .not(&["s3 postgres", "azure sql mysql"]),
    Rule::new("Brand", "KindSg", brand),
    Rule::new("Brand", "KindPl", brand),
    Rule::new("Base", "Base ('s|') Nominal", |args| belonging(args.set(1)?, args.set(0)?))
        .ex(&[("dev vms' snapshots", "kind = snapshot AND linked IN (kind = vm AND env = dev)")])
        .not(&["vm's disk's vm's disk's vm's disks"]),
];

/// “VM disks” are disks.
fn compound(args: &Args<'_>, number: Number) -> Option<Sem> {
    let (of, head) = (args.noun(0)?, args.noun(1)?);
    Some(Set::new(Head::Kind, number, head.formula().and(joined(of, head)?)).into())
}

/// How what a noun names is related to what the noun before it names.
fn joined(of: Noun, head: Noun) -> Option<Formula> {
    let by = match (head.kind, of.kind) {
        (Kind::Disk | Kind::Ip, Kind::Vm) => Relation::Is(Rel::Attached),
        _ => Relation::Any,
    };
    let apart = of.kind != head.kind && !(is_product(of) && stands_for(of.kind, head.kind) && head.cloud.is_none());
    apart.then(|| Formula::rel(by, of.formula()))
}

/// Disks of dev VMs, where “dev” is said of these.
fn owned(args: &Args<'_>, number: Number) -> Option<Sem> {
    let (of, head) = (args.cond(0)?, args.noun(1)?);
    let kind = of.values(&Field::Kind).into_iter().next()?.parse().ok()?;
    let cloud = of.values(&Field::Cloud).into_iter().next().and_then(|word| word.parse().ok());
    let plain = joined(Noun { kind, cloud, engine: None }, head)?;
    let Formula::Rel { by, .. } = plain else { return None };
    if of.is_contradictory() { None } else { Some(Set::new(Head::Kind, number, head.formula().and(Formula::rel(by, of))).into()) }
}

/// Whether a noun is a cloud's own name for something.
fn is_product(noun: Noun) -> bool {
    noun.cloud.is_some()
}

fn brand(args: &Args<'_>) -> Option<Sem> {
    args.noun(0).filter(|noun| is_product(*noun)).map(Sem::Noun)
}

/// Whether things of a product's kind go by the everyday word for another kind: RDS has instances, ElastiCache clusters.
fn stands_for(product: Kind, word: Kind) -> bool {
    let stores = matches!(product, Kind::Database | Kind::Nosql | Kind::Cache | Kind::Warehouse);
    let accounts = product == Kind::Nosql && word == Kind::Account;
    product == word || accounts || stores && matches!(word, Kind::Vm | Kind::Database | Kind::K8sCluster)
}

fn branded(brand: Noun, set: Set) -> Option<Sem> {
    let kind = set.kinds().into_iter().next().filter(|_| set.kinds().len() == 1)?;
    let apart = set.formula.values(&Field::Cloud).is_empty() && stands_for(brand.kind, kind);
    let formula = set.formula.clone().without(&Field::Kind).and(brand.formula());
    let set = Set { formula, ..set };
    // “RDS VMs” may be machines that use it, and an EKS cluster is a cluster as well.
    let set = match kind {
        Kind::Vm | Kind::K8sCluster if brand.kind != kind => set.asks("Resources of that product, or resources that use it?"),
        _ => set,
    };
    consistent(set).filter(|_| apart)
}

fn consistent(set: Set) -> Option<Sem> {
    (!set.formula.is_contradictory()).then(|| set.into())
}

/// What something has: “dev VMs' snapshots”, “web-1's disks”.
fn belonging(set: Set, owner: Set) -> Option<Sem> {
    // “Bob's VMs”: a free word owns by a tag, if at all, and which one is not said.
    let known = owner.head == Head::Kind || owner.head == Head::Name && owner.number == Number::Many;
    let fits = set.formula.values(&Field::Name).is_empty() && known;
    let why = owner.why.clone();
    let Sem::Cond(theirs) = follow(Relation::Any, owner)? else { return None };
    let set = set.with(theirs);
    fits.then(|| Set { why: set.why.clone().or(why), ..set }.into())
}
