//!

use escher_core::selector::{Field, Op};

use super::rule::Rule;
use crate::meaning::Formula;

pub(super) const RULES: &[Rule] =
    &[Rule::new("Post", "older than Span", |args| Some(Formula::compare(Field::Age, Op::Gt, args.text(0)?).into()))
        .ex(&[("older than 90 days", "age > 90d")])
        .not(&["older than last month"])];
