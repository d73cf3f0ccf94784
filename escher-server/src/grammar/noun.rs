//! Noun phrases: a head, what describes it before and behind, and several of them together.

use escher_core::selector::Field;

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    // Heads.
    Rule::new("Noun", "KindSg", |args| Some(Set::new(Head::Kind, Number::One, args.noun(0)?.formula()).into())),
    Rule::new("Noun", "Kinds", |args| Some(Set::new(Head::Kind, Number::Many, args.cond(0)?).into())),
    // Described before.
    Rule::new("Nominal", "Noun", same),
    Rule::new("Nominal", "Pre Nominal", |args| narrowed(args.set(1)?, args.cond(0)?))
        .ex(&[
            ("idle dev vms", "kind = vm AND env = dev AND idle"),
            ("running EC2 instances", "cloud = aws AND kind = vm AND state = running"),
        ])
        .not(&["dev prod vms"]),
    // A free word before its kind is part of a name; a change needs the whole one.
    Rule::new("Nominal", "Word Noun", |args| likely(args.set(1)?, args.text(0)?)).ex(&[("checkout vms", "kind = vm AND name = checkout")]),
    Rule::new("Nominal", "Name Noun", |args| named(args.set(1)?, Formula::is(Field::Name, args.text(0)?)))
        .ex(&[("orders-db database", "kind = database AND name = orders-db")]),
    // With a determiner, and names behind.
    Rule::new("Base", "Det? Nominal", same_second),
    Rule::new("Base", "Det? Nominal (called|named)? Names", |args| named(args.set(1)?, args.cond(2)?))
        .ex(&[("the vm web-1", "kind = vm AND name = web-1"), ("vms web-1 and web-2", "kind = vm AND name IN (web-1, web-2)")]),
    Rule::new("Base", "Det? KindSg (called|named)? Word", |args| {
        named(Set::new(Head::Kind, Number::One, args.noun(1)?.formula()), Formula::is(Field::Name, args.text(2)?))
    })
    .ex(&[("user bob", "kind = user AND name = bob")]),
    Rule::new("Base", "Names", |args| Some(Set::new(Head::Name, Number::Many, args.cond(0)?).into())),
    Rule::new("Base", "EnvHead", |args| Some(Set::new(Head::Env, Number::Many, args.cond(0)?).into())),
    Rule::new("Base", "(everything|all resources|all of it|all things)", |_| {
        Some(Set::new(Head::Thing, Number::Many, Formula::all()).into())
    }),
    // Described behind.
    Rule::new("Np", "Base", same),
    Rule::new("Np", "Np Post", |args| narrowed(args.set(0)?, args.cond(1)?))
        .ex(&[("vms in dev older than 90d", "kind = vm AND env = dev AND age > 90d")])
        .not(&["vms in dev in prod"]),
];

fn same_second(args: &Args<'_>) -> Option<Sem> {
    Some(args.at(1).clone())
}

/// Narrowed by a condition that it does not already contradict.
fn narrowed(set: Set, condition: Formula) -> Option<Sem> {
    // A name is one thing; only a place says more of it.
    if set.head == Head::Name && !places(&condition) {
        return None;
    }
    let set = set.with(condition);
    (!set.formula.is_contradictory()).then(|| set.into())
}

fn places(condition: &Formula) -> bool {
    condition.conjuncts().into_iter().all(|part| {
        matches!(part, Formula::Place { .. })
            || matches!(
                part,
                Formula::Is {
                    field: Field::Cloud
                        | Field::Region
                        | Field::Zone
                        | Field::Geo
                        | Field::Account
                        | Field::Env
                        | Field::Group
                        | Field::Network,
                    ..
                }
            )
    })
}

fn named(set: Set, names: Formula) -> Option<Sem> {
    let one = set.kinds().len() == 1 && !set.named && set.formula.values(&Field::Name).is_empty();
    one.then(|| Set { named: true, ..set.with(names) }.into())
}

/// “The checkout VM”: a whole name in a change, a part of one in a question.
fn likely(set: Set, word: String) -> Option<Sem> {
    named(set, Formula::Likely(word))
}
