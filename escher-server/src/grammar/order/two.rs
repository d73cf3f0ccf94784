//! Two orders at once: which one first?

use escher_core::Verb;

use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Orders", "Order Next Order", |args| two(args.order(0)?, &args.order(2)?))
        .ex(&[("stop web-1 and start web-2", "stop: name = web-1 ? That is two orders: stop and start. Which one first?")]),
    Rule::new("Orders", "Order Next Orders", |args| two(args.order(0)?, &args.order(2)?)),
    Rule::new(
        "Next",
        "(and|then|and then|, then|, and|, and then|;|.|. then|and also|and after that|, afterwards|and afterwards|or|and maybe|or maybe|or maybe just|&|,)",
        |_| Some(Sem::Text("next".to_owned())),
    ),
    // Two acts on one object.
    Rule::new("Plain", "Act (and|then|and then|, then|&|or) Act Nps", |args| {
        let (first, second) = (args.verb(0)?, args.verb(1)?);
        let order = Order::new(first, args.set(2)?);
        (first != second).then(|| named(order, first.to_string(), second.to_string()).into())
    })
    .ex(&[("stop and delete web-1", "stop: name = web-1 ? That is two orders: stop and delete. Which one first?")]),
    // One verb with two objects, each with what it takes.
    Rule::new("Orders", "Tag Nps TagsWith Pairs (and|,|, and) Nps TagsWith Pairs", |args| own(args, 1)),
    Rule::new("Orders", "Tag Nps (with|as) Pairs (with|as|and with) Pairs", |args| {
        let tags = args.tags(2)?.into_iter().chain(args.tags(3)?).map(|(key, value)| format!("{key}={value}"));
        let order = Order::new(Verb::Tag, args.set(1)?);
        Some(order.asks("Which of these tags should be set?").offers(tags).into())
    })
    .ex(&[("tag web-1 with a=1 with b=2", "tag: name = web-1 ? Which of these tags should be set?")]),
    Rule::new("Orders", "Scaling Nps ToCount (and|,|, and) Nps ToCount", |args| own(args, 1)),
    Rule::new("Orders", "Resizing Nps ToSize (and|,|, and) Nps ToSize", |args| own(args, 1)),
    Rule::new("Orders", "Opening Ports From? (on|in) Nps From? (and|,|, and) Ports From? (on|in) Nps From?", |args| own(args, 3)),
];

fn two(first: Order, second: &Order) -> Option<Sem> {
    let name = |order: &Order| order.verb.map_or_else(|| "another".to_owned(), |verb| verb.to_string());
    let (a, b) = (name(&first), name(second));
    Some(named(Order { why: None, options: Vec::new(), ..first }, a, b).into())
}

fn named(order: Order, a: String, b: String) -> Order {
    let question = format!("That is two orders: {a} and {b}. Which one first?");
    order.asks(question).offers([a, b])
}

/// Each object has parameters of its own.
fn own(args: &Args<'_>, at: usize) -> Option<Sem> {
    let order = Order::unknown(args.set(at)?);
    Some(order.asks("That is two orders in one. Which one first?").offers(["the first", "the second"]).into())
}
