//! Exceptions: “dev VMs except web-1 and those in westus”.

use escher_core::selector::Field;

use super::args::same;
use super::contrast;
use super::noun::narrowed;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Np", "Np Except", |args| except(args.set(0)?, args.cond(1)?))
        .ex(&[
            ("dev vms except web-1", "kind = vm AND env = dev AND name != web-1"),
            ("dev vms except those not tagged keep=yes", "kind = vm AND env = dev AND tag.keep = yes"),
            (
                "dev vms except web-1, web-2 and the ones in westus",
                "kind = vm AND region != westus AND env = dev AND NOT name IN (web-1, web-2)",
            ),
            ("dev vms except idle ones", "kind = vm AND env = dev AND idle = false"),
            ("dev vms except in us-east-1", "kind = vm AND region != us-east-1 AND env = dev"),
            ("everything in dev and test except databases", "kind != database AND env IN (dev, test)"),
            ("web-1 and not web-2", "name = web-1 AND name != web-2"),
            ("vms web-1 and web-2 but not web-3", "kind = vm AND name IN (web-1, web-2) AND name != web-3"),
            ("dev vms except the one called gateway", "kind = vm AND env = dev AND name != gateway"),
            (
                "dev vms except web-1 and prod vms",
                "kind = vm AND env = dev AND env != prod AND name != web-1 ? What you leave out is not one of them. Which resources do you mean?",
            ),
            ("dev vms except those that are idle and tagged keep", "kind = vm AND env = dev AND NOT (tag.keep EXISTS AND idle)"),
        ])
        .not(&[
            "web-1 except web-1",
            "dev vms (web-1)",
            "dev vms except the one called",
            "dev vms except 2",
            "dev vms except bob",
            "dev but not idle vms",
        ]),
    // “Attached to web-1 but not web-2”: attached to web-1 alone, or without something that is called web-2.
    Rule::new("Np", "Np Except", |args| elsewhere(args.set(0)?, args.cond(1)?)),
    Rule::new(
        "Except",
        ",? (except|except for|excluding|but not|other than|apart from|minus|save for|leaving out|and not|, not|not counting) Items",
        same,
    ),
    Rule::new("Np", "Np but the? Kinds", |args| except(args.set(0)?, args.cond(1)?))
        .ex(&[("everything in dev but the buckets", "kind != bucket AND env = dev")]),
    Rule::new("Np", "Np but Engine", |args| except(args.set(0)?, args.cond(1)?))
        .ex(&[("all prod dbs but mysql", "kind = database AND engine != mysql AND env = prod")]),
    Rule::new("Np", "Np Who (are|is) not (a|an)? KindItem", |args| except(args.set(0)?, args.cond(2)?))
        .ex(&[("everything that is not vms", "kind != vm")]),
    // “But” alone takes names and kinds out; “dev VMs but in westus” may as well mean only those.
    Rule::new("Np", "Np but Names", |args| except(args.set(0)?, args.cond(1)?))
        .ex(&[("all dev vms but web-1", "kind = vm AND env = dev AND name != web-1")])
        .not(&["dev vms but in westus", "dev vms but the ones in westus"]),
    Rule::new("Np", "Np but Names", |args| elsewhere(args.set(0)?, args.cond(1)?)),
    Rule::new("Np", "Np but Names Post", |args| except(args.set(0)?, args.cond(1)?.and(args.cond(2)?))),
    // “Except web-1, in westus”: in westus, or not there either.
    Rule::new("Np", "Np Except , Within", |args| match except(args.set(0)?, args.cond(1)?)? {
        Sem::Set(set) => narrowed(*set, args.cond(2)?),
        _ => None,
    }),
    Rule::new("Items", "(for|the)? Item", |args| Some(args.at(0).clone())),
    Rule::new("Items", "Item (,|and|, and|or) Items", |args| Some(args.cond(0)?.or(args.cond(1)?).into())),
    // “Except web-1 in westus”: that one only if it is there, or all there is in westus but that one.
    Rule::new("Items", "Items Post", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    Rule::new("Item", "OneName", same),
    Rule::new("Item", "(those|the ones|ones|any) Post", same),
    Rule::new("Item", "(the one|the ones|one|ones|those) (called|named) Names", same),
    Rule::new("Item", "(the one|the ones|one|ones|those) (called|named) NewName", |args| {
        Some(Formula::is(Field::Name, args.text(0)?).into())
    }),
    Rule::new("Item", "the? Pre ones", |args| Some(args.at(0).clone())),
    Rule::new("Item", "the? Pre Item", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    Rule::new("Item", "Engine", same),
    Rule::new("Item", "Cloud", same),
    Rule::new("Item", "Region", same),
    Rule::new("Item", "Place", same),
    Rule::new("Item", "AskedPlace", same),
    Rule::new("Item", "Within", same),
    Rule::new("Item", "EnvHead", same),
    Rule::new("Item", "all? the? KindItem", same),
    Rule::new("Item", "all? the? KindSg OneName", |args| Some(args.noun(0)?.formula().and(args.cond(1)?).into())),
    Rule::new("KindItem", "Kinds", same),
    Rule::new("KindItem", "Pre KindItem", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    Rule::new("KindItem", "KindItem Post", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
];

/// What is left of the first argument after the exception that is the second: “make them private except web-1”.
pub(in crate::grammar) fn excepted(args: &Args<'_>) -> Option<Set> {
    let (set, gone) = (args.set(0)?, args.cond(1)?);
    let open = elsewhere(set.clone(), gone.clone()).is_some();
    match except(set, gone)? {
        Sem::Set(set) if open => Some(set.asks("Is that the name of what to leave out, or of what it belongs to?")),
        Sem::Set(set) => Some(*set),
        _ => None,
    }
}

/// What is kept where the names of the exception are those of things that it is not related to, and of places where it is not.
pub(in crate::grammar) fn elsewhere(set: Set, gone: Formula) -> Option<Sem> {
    let is_names = |branch: &&Formula| matches!(branch, Formula::Is { field: Field::Name | Field::Id, not: false, .. });
    let (names, others): (Vec<&Formula>, Vec<&Formula>) = gone.branches().into_iter().partition(is_names);
    let mut apart = Formula::all();
    for name in names {
        apart = apart.and(contrast::with(&set, name)?);
    }
    if apart.is_all() {
        return None;
    }
    let kept = match others.into_iter().cloned().reduce(Formula::or) {
        None => Sem::from(set),
        Some(others) => except(set, others)?,
    };
    let Sem::Set(kept) = kept else { return None };
    let kept = kept.with(apart);
    (!kept.formula.is_contradictory()).then(|| kept.into())
}

/// What is kept after an exception that takes something away and leaves something. What both say is said once: of dev
/// VMs except idle VMs it is the idle ones that stay.
pub(in crate::grammar) fn except(set: Set, gone: Formula) -> Option<Sem> {
    // “Dev but not idle VMs” is not all of dev; it is hardly said of anything but VMs.
    let described = |branch: &&Formula| branch.conjuncts().len() > 1 && !branch.values(&Field::Kind).is_empty();
    if set.head == Head::Env && gone.branches().iter().any(described) {
        return None;
    }
    let mut strange = false;
    let own: Vec<Formula> = set.formula.conjuncts().into_iter().cloned().collect();
    let mut taken = Formula::all();
    for branch in gone.branches() {
        let left = branch.conjuncts().into_iter().filter(|part| !own.contains(part)).cloned().fold(Formula::all(), Formula::and);
        if left.is_all() {
            return None;
        }
        // Names are kept apart from names; all else that is not among them may have been meant in another way: prod VMs
        // are no exception of dev VMs, and still less a further target.
        let names = set.named && matches!(left, Formula::Is { field: Field::Name | Field::Id, .. });
        strange |= !names && set.formula.clone().and(left.clone()).is_contradictory();
        taken = taken.and(left.not());
    }
    if strange {
        return Some(set.with(taken).asks("What you leave out is not one of them. Which resources do you mean?").into());
    }
    let kept = set.with(taken);
    (!kept.formula.is_contradictory()).then(|| kept.into())
}
