//! Orders: verb frames, and what stands around them.

use escher_core::Verb;

use super::args::{nothing, same};
use super::rule::Rule;
use crate::meaning::{Order, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Order", "Verb Nps", |args| {
        let verb = args.verb(0)?;
        is_simple(verb).then_some(Sem::from(Order::new(verb, args.set(1)?)))
    })
    .ex(&[("stop idle dev vms", "stop: kind = vm AND env = dev AND idle")]),
    Rule::new("Sentence", "Courtesies? Order Courtesies? Stop?", |args| Some(args.at(1).clone())).ex(&[("please stop web-1.", "stop: name = web-1")]),
    Rule::new("Courtesies", "Courtesy", nothing),
    Rule::new("Courtesies", "Courtesy Courtesies", nothing),
    Rule::new("Courtesy", "(please|thanks|thank you|hi|hello|could you|can you|would you|,)", nothing),
    Rule::new("Courtesy", "Emoji", nothing),
    Rule::new("Stop", "(.|!)", same),
];

/// Verbs that need nothing but an object.
fn is_simple(verb: Verb) -> bool {
    matches!(verb, Verb::Start | Verb::Stop | Verb::Restart | Verb::Delete | Verb::Snapshot | Verb::Encrypt | Verb::Release | Verb::Rotate)
}

