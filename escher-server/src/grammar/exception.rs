//! Exceptions: “dev VMs except web-1 and those in westus”.

use super::args::same;
use super::rule::Rule;
use crate::meaning::{Formula, Head, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "Np",
        "Np ,? (except|except for|excluding|but not|other than|apart from|minus|save for|leaving out|and not|, not|not counting) Items",
        |args| except(args.set(0)?, args.cond(1)?),
    )
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
        ("dev vms except those that are idle and tagged keep", "kind = vm AND env = dev AND NOT (tag.keep EXISTS AND idle)"),
    ])
    .not(&["dev vms except prod ones", "dev vms except disks", "dev vms except 2", "dev vms except bob"]),
    // “But” alone takes names out; “dev VMs but in westus” may as well mean only those.
    Rule::new("Np", "Np but Names", |args| except(args.set(0)?, args.cond(1)?))
        .ex(&[("all dev vms but web-1", "kind = vm AND env = dev AND name != web-1")])
        .not(&["dev vms but in westus", "dev vms but the ones in westus"]),
    Rule::new("Items", "(for|the)? Item", |args| Some(args.at(0).clone())),
    Rule::new("Items", "Item (,|and|, and|or) Items", |args| Some(args.cond(0)?.or(args.cond(1)?).into())),
    Rule::new("Item", "OneName", same),
    Rule::new("Item", "(those|the ones|ones|any) Post", same),
    Rule::new("Item", "the? Pre ones", |args| Some(args.at(0).clone())),
    Rule::new("Item", "the? Pre Item", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    Rule::new("Item", "Within", same),
    Rule::new("Item", "EnvHead", same),
    Rule::new("Item", "all? the? Kinds", |args| Some(args.at(0).clone())),
    Rule::new("Item", "all? the? KindSg OneName", |args| Some(args.noun(0)?.formula().and(args.cond(1)?).into())),
    Rule::new("Item", "the? Pre Kinds", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
];

/// What is kept after an exception that takes something away and leaves something. What both say is said once: of dev
/// VMs except idle VMs it is the idle ones that stay.
fn except(set: Set, gone: Formula) -> Option<Sem> {
    let own: Vec<Formula> = set.formula.conjuncts().into_iter().cloned().collect();
    let mut taken = Formula::all();
    for branch in gone.branches() {
        let left = branch.conjuncts().into_iter().filter(|part| !own.contains(part)).cloned().fold(Formula::all(), Formula::and);
        // What excludes all, or takes nothing away.
        if left.is_all() || set.formula.clone().and(left.clone()).is_contradictory() && set.head != Head::Name {
            return None;
        }
        taken = taken.and(left.not());
    }
    let kept = set.with(taken);
    (!kept.formula.is_contradictory()).then(|| kept.into())
}
