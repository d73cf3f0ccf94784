//!

use super::args::same;
use super::rule::Rule;
use crate::meaning::Sem;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Span", "Duration", same),
    Rule::new("Span", "Num Unit", |args| Some(Sem::Text(format!("{}{}", args.text(0)?, args.text(1)?)))),
];
