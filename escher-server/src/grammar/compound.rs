//! Modifier nouns: “VM disks”, “dev VMs’ snapshots”, “the queue function”.

use escher_core::selector::{Field, Relation};
use escher_core::{Kind, Rel};

use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Noun", "KindSg KindSg", |args| compound(args, Number::One))
        .ex(&[("vm disk", "kind = disk AND rel.attached IN (kind = vm)")]),
    Rule::new("Noun", "KindSg KindPl", |args| compound(args, Number::Many))
        .ex(&[("vm disks", "kind = disk AND rel.attached IN (kind = vm)")]),
    Rule::new("Base", "Base ('s|') Nominal", |args| belonging(args.set(1)?, args.set(0)?))
        .ex(&[("dev vms' snapshots", "kind = snapshot AND linked IN (kind = vm AND env = dev)")]),
];

/// “VM disks” are disks.
fn compound(args: &Args<'_>, number: Number) -> Option<Sem> {
    let (of, head) = (args.noun(0)?, args.noun(1)?);
    let by = match (head.kind, of.kind) {
        (Kind::Disk | Kind::Ip, Kind::Vm) => Relation::Is(Rel::Attached),
        _ => Relation::Any,
    };
    (of.kind != head.kind).then(|| Set::new(Head::Kind, number, head.formula().and(Formula::rel(by, of.formula()))).into())
}

/// What something has: “dev VMs' snapshots”, “web-1's disks”.
fn belonging(set: Set, owner: Set) -> Option<Sem> {
    // “Bob's VMs”: a free word owns by a tag, if at all, and which one is not said.
    let known = owner.head == Head::Kind || owner.head == Head::Name && owner.number == Number::Many;
    let fits = set.formula.values(&Field::Name).is_empty() && known;
    let why = owner.why.clone();
    let set = set.with(Formula::rel(Relation::Any, owner.formula));
    fits.then(|| Set { why: set.why.clone().or(why), ..set }.into())
}
