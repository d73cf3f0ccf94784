//! Noun phrases: a head, what describes it before and behind, and several of them together.

use escher_core::Kind;
use escher_core::selector::{Field, Relation};
use escher_core::Rel;

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    // Heads.
    Rule::new("Noun", "KindSg", |args| Some(Set::new(Head::Kind, Number::One, args.noun(0)?.formula()).into())),
    Rule::new("Noun", "Kinds", |args| Some(Set::new(Head::Kind, Number::Many, args.cond(0)?).into())),
    Rule::new("Noun", "KindSg KindSg", |args| compound(args, Number::One)).ex(&[("vm disk", "kind = disk AND rel.attached IN (kind = vm)")]),
    Rule::new("Noun", "KindSg KindPl", |args| compound(args, Number::Many))
        .ex(&[("vm disks", "kind = disk AND rel.attached IN (kind = vm)")]),
    Rule::new("Kinds", "KindPl", |args| Some(args.noun(0)?.formula().into())),
    Rule::new("Kinds", "KindPl (and|,|, and|&|or|and all|and the) Kinds", |args| Some(args.noun(0)?.formula().or(args.cond(1)?).into()))
        .ex(&[("vms, disks and snapshots", "kind IN (disk, snapshot, vm)")]),
    // Described before.
    Rule::new("Nominal", "Noun", same),
    Rule::new("Nominal", "Pre Nominal", |args| narrowed(args.set(1)?, args.cond(0)?))
        .ex(&[("idle dev vms", "kind = vm AND env = dev AND idle"), ("running EC2 instances", "cloud = aws AND kind = vm AND state = running")])
        .not(&["dev prod vms"]),
    // A free word before its kind is part of a name; a change needs the whole one.
    Rule::new("Nominal", "Word Noun", |args| likely(args.set(1)?, args.text(0)?)).ex(&[("checkout vms", "kind = vm AND name = checkout")]),
    Rule::new("Nominal", "Name Noun", |args| named(args.set(1)?, Formula::is(Field::Name, args.text(0)?)))
        .ex(&[("orders-db database", "kind = database AND name = orders-db")]),
    // With a determiner, and names behind.
    Rule::new("Base", "Det? Nominal", same_second),
    Rule::new("Base", "Det? Nominal (called|named)? Names", |args| named(args.set(1)?, args.cond(2)?))
        .ex(&[("the vm web-1", "kind = vm AND name = web-1"), ("vms web-1 and web-2", "kind = vm AND name IN (web-1, web-2)")]),
    Rule::new("Base", "Det? KindSg (called|named)? Word", |args| {
        named(Set::new(Head::Kind, Number::One, args.noun(1)?.formula()), Formula::is(Field::Name, args.text(2)?))
    })
    .ex(&[("user bob", "kind = user AND name = bob")]),
    Rule::new("Base", "Names", |args| Some(Set::new(Head::Name, Number::Many, args.cond(0)?).into())),
    Rule::new("Base", "EnvHead", |args| Some(Set::new(Head::Env, Number::Many, args.cond(0)?).into())),
    Rule::new("Base", "(everything|all resources|all of it|all things)", |_| Some(Set::new(Head::Thing, Number::Many, Formula::all()).into())),
    Rule::new("Base", "(a|an|one|some|any|another) Nominal", |args| {
        let set = args.set(0)?;
        (set.number == Number::One).then(|| set.asks("I do not pick among many. Which one exactly?").into())
    })
    .ex(&[("a vm", "kind = vm ? I do not pick among many. Which one exactly?")]),
    Rule::new("Base", "(my|these|those) Nominal", |args| Some(args.set(0)?.asks("Whose are they? Name an owner, an account or a tag.").into())),
    Rule::new("Base", "Base ('s|') Nominal", |args| belonging(args.set(1)?, args.set(0)?))
        .ex(&[("dev vms' snapshots", "kind = snapshot AND linked IN (kind = vm AND env = dev)")]),
    Rule::new("Det", "(the|all|every|each|our|only|all the|all of the|all our|any and all|just the|only the)", |_| Some(Sem::Nothing)),
    // Described behind.
    Rule::new("Np", "Base", same),
    Rule::new("Np", "Np Post", |args| narrowed(args.set(0)?, args.cond(1)?))
        .ex(&[("vms in dev older than 90d", "kind = vm AND env = dev AND age > 90d")])
        .not(&["vms in dev in prod"]),
    // Several.
    Rule::new("Nps", "Np", same),
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus) Nps", |args| together(args.set(0)?, args.set(1)?))
        .ex(&[("dev vms and test vms", "kind = vm AND env IN (dev, test)")]),
];

fn same_second(args: &Args<'_>) -> Option<Sem> {
    Some(args.at(1).clone())
}

/// Narrowed by a condition that it does not already contradict.
fn narrowed(set: Set, condition: Formula) -> Option<Sem> {
    // A name is one thing; only a place says more of it.
    if set.head == Head::Name && !places(&condition) {
        return None;
    }
    let set = set.with(condition);
    (!set.formula.is_contradictory()).then(|| set.into())
}

fn places(condition: &Formula) -> bool {
    condition.conjuncts().into_iter().all(|part| {
        matches!(part, Formula::Place { .. })
            || matches!(part, Formula::Is { field: Field::Cloud | Field::Region | Field::Zone | Field::Geo | Field::Account | Field::Env | Field::Group | Field::Network, .. })
    })
}

fn named(set: Set, names: Formula) -> Option<Sem> {
    let one = set.kinds().len() == 1 && !set.named && set.formula.values(&Field::Name).is_empty();
    one.then(|| Set { named: true, ..set.with(names) }.into())
}

/// “The checkout VM”: a whole name in a change, a part of one in a question.
fn likely(set: Set, word: String) -> Option<Sem> {
    named(set, Formula::is(Field::Name, word))
}

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
    let fits = set.formula.values(&Field::Name).is_empty() && matches!(owner.head, Head::Kind | Head::Name);
    let why = owner.why.clone();
    let set = set.with(Formula::rel(Relation::Any, owner.formula));
    fits.then(|| Set { why: set.why.clone().or(why), ..set }.into())
}

/// Both: like with like, and neither within the other.
fn together(a: Set, b: Set) -> Option<Sem> {
    if a.head != b.head || a.named != b.named {
        return None;
    }
    let within = |inner: &Set, outer: &Set| outer.formula.conjuncts().iter().all(|part| inner.formula.conjuncts().contains(part));
    if within(&a, &b) || within(&b, &a) {
        return None;
    }
    let why = a.why.clone().or(b.why.clone());
    Some(Set { formula: a.formula.or(b.formula), number: Number::Many, head: a.head, named: a.named, why }.into())
}
