//! Several noun phrases together, and what reaches over them.

use escher_core::selector::Field;

use super::args::same;
use super::both::sorts;
use super::exception::except;
use super::noun::described;
use super::rule::Rule;
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
    // Of two things an order cannot choose; a question shows both.
    Rule::new("Nps", "Np (or|, or) Nps", |args| match together(args.set(0)?, args.set(1)?)? {
        Sem::Set(set) => Some(set.asks("The one or the other? Which ones exactly?").into()),
        _ => None,
    })
    .ex(&[("idle vms or idle databases", "kind IN (vm, database) AND idle ? The one or the other? Which ones exactly?")]),
    // An environment that is an ordinary word stands alone only beside one that is none.
    Rule::new("Nps", "Np (,|and|, and|&|as well as|plus) BesideEnv", |args| {
        let (a, b) = (args.set(0)?, args.set(1)?);
        if a.head == Head::Env { together(a, b) } else { None }
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
];

/// Whether a condition behind several things can be said of each: none has one of its sort already, and each can have it.
fn reaches(things: &Formula, condition: &Formula) -> bool {
    let own = sorts(things);
    let each = things.conjuncts().into_iter().flat_map(Formula::branches);
    sorts(condition).iter().all(|sort| !own.contains(sort))
        && each.into_iter().all(|thing| !thing.clone().and(condition.clone()).is_contradictory())
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
    // “Unattached dev disks and test disks”: whether the test disks are unattached too is not said.
    let describes = |part: &Formula| matches!(part, Formula::Flag { .. } | Formula::Is { field: Field::State, .. });
    let own = sorts(&b.formula);
    let open = a.kinds() == b.kinds()
        && a.formula.conjuncts().into_iter().any(|part| describes(part) && sorts(part).iter().all(|sort| !own.contains(sort)));
    // “Dev VMs and unattached disks”: are these in dev?
    let env = |set: &Set| set.formula.conjuncts().into_iter().any(|part| matches!(part, Formula::Is { field: Field::Env, .. }));
    let flagged = b.formula.conjuncts().into_iter().any(|part| matches!(part, Formula::Flag { .. }));
    let open = open || env(&a) && !env(&b) && flagged;
    let open = open.then(|| "Is what stands before the first said of the others too? Say it of each.".to_owned());
    let why = a.why.clone().or(b.why.clone()).or(open);
    Some(Set { formula: a.formula.or(b.formula), number: Number::Many, head: a.head, named: a.named, why }.into())
}
