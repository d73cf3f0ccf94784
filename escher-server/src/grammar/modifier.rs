//! Conditions before a noun.

use super::args::same;
use super::both::{consistent, one_field};
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Pre", "Singles", same),
    Rule::new("Pre", "(not|non) Flag", |args| Some(args.cond(0)?.not().into()))
        .ex(&[("non idle", "idle = false"), ("non-idle", "idle = false")])
        .not(&["not idle and untagged"]),
    Rule::new("Single", "Env", same),
    Rule::new("Single", "NonProd", same).ex(&[("non-prod", "env IN (staging, dev, test, sandbox)")]),
    Rule::new("Single", "Cloud", same),
    Rule::new("Single", "State", same),
    Rule::new("Single", "Flag", same),
    Rule::new("Single", "Engine", same),
    Rule::new("Single", "Region", same),
    Rule::new("Single", "Place", same),
    Rule::new("Single", "Geo", same),
    Rule::new("Singles", "Single", same),
    Rule::new("Singles", "Single (and|,|, and|&|/) Singles", together)
        .ex(&[("dev and test", "env IN (dev, test)"), ("idle and untagged", "idle AND untagged")])
        // A list of one field and something else: which belongs to which?
        .not(&["dev, test and idle", "running and stopped and idle"]),
    Rule::new("Singles", "Single (or|, or) Singles", |args| one_field(args.cond(0)?, args.cond(1)?))
        .ex(&[("dev or test", "env IN (dev, test)")])
        .not(&["idle or dev", "idle or public"]),
];

/// Values of one field are alternatives; different fields hold together.
fn together(args: &Args<'_>) -> Option<Sem> {
    let (a, b) = (args.cond(0)?, args.cond(1)?);
    if let Some(either) = one_field(a.clone(), b.clone()) {
        return Some(either);
    }
    let lists = |formula: &Formula| {
        formula.conjuncts().into_iter().any(|part| match part {
            Formula::Is { values, .. } => values.len() > 1,
            Formula::Place { spots, .. } | Formula::Area { spots, .. } => spots.len() > 1,
            _ => false,
        })
    };
    if lists(&a) || lists(&b) { None } else { consistent(a.and(b)) }
}
