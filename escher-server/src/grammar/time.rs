//! Times: once, repeatedly, and at which hour.

use super::args::same;
use super::rule::Rule;
use crate::meaning::{Every, Sem, When};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Whens", "When", same),
    Rule::new("Whens", "When ,? Whens", |args| args.when(0)?.and(args.when(1)?).map(Sem::from)),
    Rule::new("When", "(daily|every day)", |_| Some(When { every: Some(Every::Day), ..When::default() }.into())),
];
