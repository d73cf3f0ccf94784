//! How many are wanted.

use std::collections::BTreeSet;

use escher_core::selector::Field;

use crate::grammar::args::same;
use crate::grammar::rule::Rule;
use crate::meaning::{Ask, Number, Sem};

/// More than this is no number of things that somebody looks at.
const MOST: u64 = 100_000;

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Figure", "Num", same),
    Rule::new("Figure", "NumWord", same),
    Rule::new(
        "Limit",
        "the? (top|first|last|latest|bottom|limit|limit to|limited to|at most|only the|most recent|just the) Figure",
        |args| limited(args.text(0)?),
    )
    .ex(&[("top 5", "limit 5"), ("first three", "limit 3")]),
    Rule::new("Limit", ", Figure of (them|those)", |args| limited(args.text(0)?)),
    Rule::new("Limit", "the? top Figure Ranked", |args| ranked(args.text(0)?, args.ask(1)?))
        .ex(&[("top 5 most expensive", "sorted by cost downward; limit 5")]),
    Rule::new("Limit", "the? Figure Ranked", |args| ranked(args.text(0)?, args.ask(1)?))
        .ex(&[("the 10 oldest", "sorted by age downward; limit 10")]),
    Rule::new("Limit", "the? Ranked Figure", |args| ranked(args.text(1)?, args.ask(0)?)).ex(&[("newest 5", "sorted by age; limit 5")]),
    // “Old snapshots”: how old, nobody said; the oldest come first.
    Rule::new("Counted", "the? (old|older|aged|ancient) Nps", |args| {
        Some(Ask { set: args.set(0), sort: Some((Field::Age, true)), ..Ask::default() }.into())
    })
    .ex(&[("old snapshots", "kind = snapshot; sorted by age downward")]),
    // “Show 20 VMs”.
    Rule::new("Counted", "Figure Nps", |args| {
        let (figure, set) = (args.text(0)?, args.set(1)?);
        let limit = amount(&figure).filter(|_| set.number == Number::Many)?;
        let ask = Ask { set: Some(set), ..Ask::default() };
        // “2019 servers” are no two thousand of them.
        Some(
            if (1990..2100).contains(&limit) { Ask { beyond: BTreeSet::from([figure]), ..ask } } else { Ask { limit: Some(limit), ..ask } }
                .into(),
        )
    })
    .ex(&[("20 vms", "kind = vm; limit 20"), ("2019 servers", "kind = vm; beyond: 2019")])
    .not(&["0 vms", "1 vm"]),
];

fn amount(text: &str) -> Option<u64> {
    text.parse().ok().filter(|amount| (1..=MOST).contains(amount))
}

fn limited(text: String) -> Option<Sem> {
    Some(Ask { limit: Some(amount(&text)?), ..Ask::default() }.into())
}

fn ranked(text: String, ask: Ask) -> Option<Sem> {
    Some(Ask { limit: Some(amount(&text)?), ..ask }.into())
}
