//!

use super::args::same;
use super::modifier::one_field;
use super::rule::Rule;
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "(in|within|on|from|across|inside) Loc", same),
    Rule::new("Post", "not (in|within|on) Loc", |args| Some(args.cond(0)?.not().into())).ex(&[("not in prod", "env != prod")]),
    Rule::new("Loc", "the? OneLoc (region|environment|cloud|env)?", same),
    Rule::new("Loc", "OneLoc (and|or|,) Loc", |args| one_field(args.cond(0)?, args.cond(1)?))
        .ex(&[("dev and test", "env IN (dev, test)"), ("us-east-1 or us-west-2", "region IN (us-east-1, us-west-2)")]),
    Rule::new("OneLoc", "Region", same),
    Rule::new("OneLoc", "Zone", same),
    Rule::new("OneLoc", "Place", same),
    Rule::new("OneLoc", "Geo", same),
    Rule::new("OneLoc", "Cloud", same),
    Rule::new("OneLoc", "Env", same),
    Rule::new("OneLoc", "NonProd", same),
    Rule::new("OneLoc", "Cloud Place", |args| consistent(args.cond(0)?.and(args.cond(1)?)))
        .ex(&[("azure west us", "cloud = azure AND region = westus")])
        .not(&["aws west us"]),
];

fn consistent(formula: Formula) -> Option<Sem> {
    (!formula.is_contradictory()).then(|| formula.into())
}
