//! Several noun phrases together, and what reaches over them.

use std::collections::BTreeSet;

use escher_core::selector::Field;

use super::args::same;
use super::both::sorts;
use super::exception::{elsewhere, except};
use super::noun::described;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Kinds", "KindPl", |args| Some(args.noun(0)?.formula().into())),
    Rule::new("Kinds", "KindPl (and|,|, and|&|or|and all|and the) Kinds", |args| {
        let (one, others) = (args.noun(0)?.formula(), args.cond(1)?);
        // “The sandbox VMs and the VMs” are two sets.
        (!others.branches().contains(&&one)).then(|| one.clone().or(others.clone())).filter(|both| *both != others).map(Into::into)
    })
    .ex(&[("vms, disks and snapshots", "kind IN (vm, disk, snapshot)")]),
    Rule::new("Nps", "Np", same),
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus|and also) Nps", |args| together(args.set(0)?, args.set(1)?))
        .ex(&[
            ("dev vms and test vms", "kind = vm AND env IN (dev, test)"),
            ("web-1 and the database orders-db", "kind = database AND name = orders-db OR name = web-1"),
            ("dev in aws and test in azure", "cloud = aws AND env = dev OR cloud = azure AND env = test"),
            ("dev and test", "env IN (dev, test)"),
        ])
        .not(&["web-1 and dev vms", "dev and web-1"]),
    // “Dev disks older than 30 days and snapshots older than 60”: those in dev, or all? Where the first is may be said of
    // the others as well, and so may how it is.
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus|and also) Nps", |args| shared(args, Formula::is_place)),
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus|and also) Nps", |args| {
        let (first, others) = (args.set(0)?.formula, args.set(1)?.formula);
        // “Idle VMs and unattached disks” are each in their own way.
        let own = parts(&others).into_iter().any(describes);
        // “Snapshots of web-1 older than 30 days and images older than 60”: of web-1, too?
        let measured =
            |formula: &Formula| parts(formula).into_iter().filter(|part| measures(part)).flat_map(sorts).collect::<BTreeSet<_>>();
        let parallel = !measured(&first).is_disjoint(&measured(&others));
        shared(args, |part| part.is_place() || describes(part) && !own || belongs(part) && parallel)
    }),
    // Of two things an order cannot choose; a question shows both.
    Rule::new("Nps", "Np (or|, or) Nps", |args| match together(args.set(0)?, args.set(1)?)? {
        Sem::Set(set) => Some(set.asks("One or the other: which resources exactly?").into()),
        _ => None,
    })
    .ex(&[("idle vms or idle databases", "kind IN (vm, database) AND idle ? One or the other: which resources exactly?")]),
    // An environment that is an ordinary word stands alone only beside one that is none.
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus) BesideEnv", |args| {
        let (a, b) = (args.set(0)?, args.set(1)?);
        if a.head == Head::Env { together(a, b) } else { None }
    }),
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus) BesideEnv", |args| {
        if args.set(0)?.head == Head::Env { shared(args, Formula::is_place) } else { None }
    }),
    Rule::new("BesideEnv", "Env Within?", |args| {
        let condition = args.cond(0)?.and(args.cond(1)?);
        (!condition.is_contradictory()).then(|| Set::new(Head::Env, Number::Many, condition).into())
    }),
    // What stands behind several things may be said of all of them, or of the last alone: then both are meant.
    Rule::new("Nps", "Nps Post", |args| {
        let (set, condition) = (args.set(0)?, args.cond(1)?);
        if reaches(&set.formula, &condition) { described(set, condition) } else { None }
    }),
    Rule::new("Nps", "Nps Except", |args| except(args.set(0)?, args.cond(1)?)),
    Rule::new("Nps", "Nps Except", |args| elsewhere(args.set(0)?, args.cond(1)?)),
];

/// Whether a condition behind several things can be said of each: none has one of its sort already, and each can have it.
fn reaches(things: &Formula, condition: &Formula) -> bool {
    let own = sorts(things);
    let each = things.conjuncts().into_iter().flat_map(Formula::branches);
    sorts(condition).iter().all(|sort| !own.contains(sort))
        && each.into_iter().all(|thing| !thing.clone().and(condition.clone()).is_contradictory())
}

/// Both, where what is said before the first reaches the others, as far as it says something that they do not say themselves.
fn shared(args: &Args<'_>, reaching: impl Fn(&Formula) -> bool) -> Option<Sem> {
    let (a, b) = (args.set(0)?, args.set(1)?);
    // A name is one thing, wherever it is; and with nothing said of them, the others are in one list with the first.
    if b.named || b.head == Head::Kind && b.formula.conjuncts().into_iter().all(is_noun) {
        return None;
    }
    let ahead = a.ahead.conjuncts();
    // “Dev VMs in us-east-1 and prod VMs”: the second is as whole as the first, and takes nothing from behind it.
    let places = |set: &Set| set.ahead.conjuncts().into_iter().filter(|part| part.is_place()).flat_map(sorts).collect::<BTreeSet<_>>();
    let whole = a.kinds() == b.kinds() && !places(&a).is_disjoint(&places(&b));
    let reaches = |part: &&Formula| (!whole || ahead.contains(part)) && reaching(part);
    let said: Vec<Formula> = a.formula.conjuncts().into_iter().filter(reaches).cloned().collect();
    let formula = spread(&b.formula, &said);
    if formula == b.formula {
        return None;
    }
    match together(a, Set { formula, ..b })? {
        Sem::Set(set) => Some(Set { shared: true, ..*set }.into()),
        _ => None,
    }
}

/// Narrowed by each part, where it says nothing of its sort and can be so.
fn spread(things: &Formula, parts: &[Formula]) -> Formula {
    let own = things.conjuncts();
    if let Some(either) = own.iter().find(|part| matches!(part, Formula::Or(_))) {
        let rest = own.iter().filter(|part| part != &either).map(|part| (*part).clone()).fold(Formula::all(), Formula::and);
        let each = either.branches().into_iter().map(|branch| spread(&rest.clone().and(branch.clone()), parts));
        return each.reduce(Formula::or).unwrap_or_else(|| things.clone());
    }
    let said = sorts(things);
    parts.iter().filter(|part| said.is_disjoint(&sorts(part))).fold(things.clone(), |sum, part| {
        let narrower = sum.clone().and(part.clone());
        if narrower.is_contradictory() { sum } else { narrower }
    })
}

/// How something is, by a word before it.
fn describes(part: &Formula) -> bool {
    matches!(part, Formula::Flag { .. } | Formula::Is { field: Field::State, .. })
}

fn measures(part: &Formula) -> bool {
    matches!(part, Formula::Compare { .. })
}

/// Whose something is, and what it is related to.
fn belongs(part: &Formula) -> bool {
    matches!(part, Formula::Rel { .. } | Formula::Given(_) | Formula::Is { field: Field::Tag(_) | Field::Linked, not: false, .. })
}

/// What is said of any of several things.
fn parts(things: &Formula) -> Vec<&Formula> {
    let each = things.conjuncts().into_iter().flat_map(Formula::branches);
    each.flat_map(Formula::conjuncts).collect()
}

/// What a noun itself says, and which ones are left out.
fn is_noun(part: &Formula) -> bool {
    let kind = matches!(part, Formula::Is { field: Field::Kind | Field::Cloud | Field::Engine, .. });
    kind || matches!(part, Formula::Is { field: Field::Name | Field::Id, not: true, .. })
}

/// Both: like with like, and neither within the other.
fn together(a: Set, b: Set) -> Option<Sem> {
    // A name joins what has a name of its own: “web-1 and the database orders-db”.
    let names = a.head == Head::Name && b.head == Head::Kind && b.named;
    if !names && (a.head != b.head || a.named != b.named) {
        return None;
    }
    // A free word is an item of no list.
    if [&a, &b].into_iter().any(|set| set.head == Head::Name && set.number == Number::One) {
        return None;
    }
    // “Web-1 and web-2 in us-east-1”: the place is said of both, which the list of names says.
    if a.head == Head::Name && b.head == Head::Name && matches!(a.formula, Formula::Is { .. }) && !matches!(b.formula, Formula::Is { .. }) {
        return None;
    }
    let within = |inner: &Set, outer: &Set| outer.formula.conjuncts().iter().all(|part| inner.formula.conjuncts().contains(part));
    if within(&a, &b) || within(&b, &a) {
        return None;
    }
    let why = a.why.clone().or(b.why.clone());
    let all = Set::new(a.head, Number::Many, a.formula.or(b.formula));
    Some(Set { named: a.named, shared: a.shared || b.shared, why, ..all }.into())
}
