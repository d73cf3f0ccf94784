//!

use super::args::same;
use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Sentence", "Courtesies? Order Courtesies? Stop?", |args| Some(args.at(1).clone()))
        .ex(&[("please stop web-1.", "stop: name = web-1")]),
    Rule::new("Stop", "(.|!)", same),
];
