//! Orders: verb frames, and what stands around them.

use escher_core::Verb;

use super::rule::Rule;
use crate::meaning::{Order, Sem};

pub(super) const RULES: &[Rule] = &[Rule::new("Order", "Verb Nps", |args| {
    let verb = args.verb(0)?;
    is_simple(verb).then_some(Sem::from(Order::new(verb, args.set(1)?)))
})
.ex(&[("stop idle dev vms", "stop: kind = vm AND env = dev AND idle")])];

/// Verbs that need nothing but an object.
fn is_simple(verb: Verb) -> bool {
    matches!(verb, Verb::Start | Verb::Stop | Verb::Restart | Verb::Delete | Verb::Snapshot | Verb::Encrypt | Verb::Release | Verb::Rotate)
}
