//! Articles, quantifiers and ordinals.

use escher_core::selector::Field;

use super::rule::Rule;
use crate::meaning::{Head, Number, Sem, Set};

const PICK: &str = "I don't pick some out of many. Which ones exactly?";

pub(super) const RULES: &[Rule] = &[
    Rule::new("Base", "(a|an|one|some|any|another|either|a random|some random) Nominal", |args| {
        let set = args.set(0)?;
        (set.number == Number::One).then(|| set.asks(PICK).into())
    })
    .ex(&[("a vm", "kind = vm ? I don't pick some out of many. Which ones exactly?")]),
    Rule::new("Base", "(some|some of the|most|most of the|many|several|a few|a few of the|half|half of the|half the|part of the|a couple of|one of the|either of the|any of the|certain|a number of) Nominal", |args| {
        let set = args.set(0)?;
        (set.number == Number::Many).then(|| set.asks(PICK).into())
    })
    .ex(&[("half of the dev vms", "kind = vm AND env = dev ? I don't pick some out of many. Which ones exactly?")]),
    Rule::new("Base", "(any|any and all) Nominal", |args| {
        let set = args.set(0)?;
        (set.number == Number::Many).then(|| set.into())
    })
    .ex(&[("any unattached disks", "kind = disk AND attached = false")]),
    Rule::new("Base", "(the|any)? Count (of the|of)? Nominal", |args| {
        let set = args.set(1)?;
        (set.number == Number::Many).then(|| set.asks(PICK).into())
    })
    .ex(&[("two of the dev vms", "kind = vm AND env = dev ? I don't pick some out of many. Which ones exactly?")]),
    Rule::new("Base", "the? (oldest|newest|biggest|largest|smallest|cheapest|most expensive|first|last|latest|youngest|busiest) Count? Nominal", |args| {
        Some(args.set(1)?.asks(PICK).into())
    })
    .ex(&[("the oldest three dev vms", "kind = vm AND env = dev ? I don't pick some out of many. Which ones exactly?")]),
    Rule::new("Base", "the? Count (oldest|newest|biggest|largest|smallest|cheapest|most expensive|first|last|latest|youngest|busiest) Nominal", |args| {
        Some(args.set(1)?.asks(PICK).into())
    })
    .ex(&[("the three oldest vms", "kind = vm ? I don't pick some out of many. Which ones exactly?")]),
    Rule::new("Base", "(my|my own) Nominal", |args| {
        Some(args.set(0)?.asks("Whose are they? Name an owner, an account or a tag.").into())
    }),
    Rule::new("Base", "(no|zero|none of the) Nominal", |args| Some(args.set(0)?.asks("That doesn't say which resources. Which ones exactly?").into())),
    // Between things nobody can choose.
    Rule::new("Base", "either? OneName or OneName", |args| {
        let names = args.cond(0)?.or(args.cond(1)?);
        Some(Set::new(Head::Name, Number::Many, names).asks("One or the other: which one exactly?").into())
    })
    .ex(&[("web-1 or web-2", "name IN (web-1, web-2) ? One or the other: which one exactly?")]),
    Rule::new("Base", "OneName (to|through|till|-|..) OneName", |args| {
        let names = args.cond(0)?.or(args.cond(1)?);
        let stems: Vec<String> = names.values(&Field::Name).into_iter().map(|name| name.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned()).collect();
        if stems.len() != 2 || stems[0] != stems[1] {
            return None;
        }
        Some(Set::new(Head::Name, Number::Many, names).asks("Do you mean all in between as well? Name each one.").into())
    }),
    Rule::new("Det", "(the|all|every|each|our|only|all the|all of the|all our|all of our|just the|only the|just|the entire|each of the|whatever|each and every|every last|every single|every one of the)", |_| Some(Sem::Nothing)),
];
