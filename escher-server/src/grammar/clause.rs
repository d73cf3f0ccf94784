//!

use super::args::same;
use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "FlagPhrase", same),
    Rule::new("Post", "(that|which) (are|is) Adj", same).ex(&[("that are not idle", "idle = false")]),
    Rule::new("Adj", "Flag", same),
    Rule::new("Adj", "State", same),
    Rule::new("Adj", "not Adj", |args| Some(args.cond(0)?.not().into())),
];
