//! Several noun phrases together, and what reaches over them.

use escher_core::selector::Field;

use super::args::same;
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
    Rule::new("Nps", "Pair", same),
    Rule::new("Pair", "Np (,|and|, and|&|as well as|plus|and also) Nps", |args| together(args.set(0)?, args.set(1)?))
        .ex(&[("dev vms and test vms", "kind = vm AND env IN (dev, test)")]),
    // What stands behind both may be said of both.
    Rule::new("Nps", "Pair Post", |args| reaching(args.set(0)?, args.cond(1)?)),
];

/// Both: like with like, and neither within the other.
fn together(a: Set, b: Set) -> Option<Sem> {
    if a.head != b.head || a.named != b.named {
        return None;
    }
    // A free word is an item of no list.
    if [&a, &b].into_iter().any(|set| set.head == Head::Name && set.number == Number::One) {
        return None;
    }
    // “Web-1 and web-2 in us-east-1”: the place is said of both, which the list of names says.
    if a.head == Head::Name && matches!(a.formula, Formula::Is { .. }) && !matches!(b.formula, Formula::Is { .. }) {
        return None;
    }
    let within = |inner: &Set, outer: &Set| outer.formula.conjuncts().iter().all(|part| inner.formula.conjuncts().contains(part));
    if within(&a, &b) || within(&b, &a) {
        return None;
    }
    let why = a.why.clone().or(b.why.clone());
    Some(Set { formula: a.formula.or(b.formula), number: Number::Many, head: a.head, named: a.named, why }.into())
}

/// Both narrowed by a condition behind the last, where neither says something of that kind already.
fn reaching(both: Set, condition: Formula) -> Option<Sem> {
    let field = |part: &Formula| match part {
        Formula::Is { field, .. } | Formula::Compare { field, .. } | Formula::Exists { field, .. } => field.to_string(),
        Formula::Place { .. } => Field::Region.to_string(),
        Formula::Flag { flag, .. } => flag.to_string(),
        other => format!("{other:?}"),
    };
    let said: Vec<String> = condition.conjuncts().into_iter().map(field).collect();
    let apart = matches!(both.formula, Formula::Or(_)) || both.formula.conjuncts().iter().any(|part| matches!(part, Formula::Or(_)));
    let leaves = leaves(&both.formula);
    if both.head != Head::Kind || !apart || leaves.into_iter().any(|leaf| said.contains(&field(leaf))) {
        return None;
    }
    let set = both.with(condition);
    (!set.formula.is_contradictory()).then(|| set.into())
}

fn leaves(formula: &Formula) -> Vec<&Formula> {
    match formula {
        Formula::And(parts) | Formula::Or(parts) => parts.iter().flat_map(leaves).collect(),
        leaf => vec![leaf],
    }
}
