//! Articles, quantifiers and ordinals.

use super::rule::Rule;
use crate::meaning::{Number, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Base", "(a|an|one|some|any|another) Nominal", |args| {
        let set = args.set(0)?;
        (set.number == Number::One).then(|| set.asks("I do not pick among many. Which one exactly?").into())
    })
    .ex(&[("a vm", "kind = vm ? I do not pick among many. Which one exactly?")]),
    Rule::new("Base", "(my|these|those) Nominal", |args| {
        Some(args.set(0)?.asks("Whose are they? Name an owner, an account or a tag.").into())
    }),
    Rule::new("Det", "(the|all|every|each|our|only|all the|all of the|all our|any and all|just the|only the)", |_| Some(Sem::Nothing)),
];
