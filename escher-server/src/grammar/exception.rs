//! Exceptions: “dev VMs except web-1 and those in westus”.

use super::args::same;
use super::rule::Rule;
use crate::meaning::{Formula, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Np", "Np (except|except for|excluding|but not|other than|apart from|minus|save for) Items", |args| {
        except(args.set(0)?, args.cond(1)?)
    })
    .ex(&[
        ("dev vms except web-1", "kind = vm AND env = dev AND name != web-1"),
        ("dev vms except those not tagged keep=yes", "kind = vm AND env = dev AND tag.keep = yes"),
        (
            "dev vms except web-1, web-2 and the ones in westus",
            "kind = vm AND region != westus AND env = dev AND NOT name IN (web-1, web-2)",
        ),
    ]),
    Rule::new("Items", "Item", same),
    Rule::new("Items", "Item (,|and|, and|or) Items", |args| Some(args.cond(0)?.or(args.cond(1)?).into())),
    Rule::new("Item", "OneName", same),
    Rule::new("Item", "(those|the ones|ones) Post", same),
];

/// What is kept after an exception that takes something away and leaves something.
fn except(set: Set, gone: Formula) -> Option<Sem> {
    let left = set.with(gone.not());
    (!left.formula.is_contradictory()).then(|| left.into())
}
