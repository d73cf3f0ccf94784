//! Conditions before and behind a noun.

use super::args::same;
use super::rule::Rule;
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Pre", "Env", same),
    Rule::new("Pre", "NonProd", same),
    Rule::new("Pre", "Cloud", same),
    Rule::new("Pre", "State", same),
    Rule::new("Pre", "Flag", same),
    Rule::new("Pre", "Engine", same),
    Rule::new("Pre", "Region", same),
    Rule::new("Pre", "Place", same),
    Rule::new("Pre", "Pre (and|or|,|/) Pre", |args| one_field(args.cond(0)?, args.cond(1)?))
        .ex(&[("dev and test", "env IN (dev, test)")])
        .not(&["dev and idle"]),
    Rule::new("Pre", "(not|non) Flag", |args| Some(args.cond(0)?.not().into())).ex(&[("non idle", "idle = false")]),
];

/// Alternatives of one field.
pub(super) fn one_field(a: Formula, b: Formula) -> Option<Sem> {
    let both = a.or(b);
    matches!(both, Formula::Is { .. } | Formula::Place { .. }).then(|| both.into())
}
