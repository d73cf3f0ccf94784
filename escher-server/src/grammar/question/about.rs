//! How questions are put together.

use escher_core::Intent;

use crate::grammar::rule::Args;
use crate::meaning::{Ask, Formula, Sem, Set};

/// A question about a set, or a part of one.
pub(super) fn about(intent: Option<Intent>, set: Option<Set>) -> Ask {
    Ask { intent, set, ..Ask::default() }
}

/// A set narrowed by what is claimed of it.
pub(super) fn claimed(set: Set, condition: Formula) -> Option<Set> {
    let set = set.with(condition);
    (!set.formula.is_contradictory()).then_some(set)
}

/// Both parts of a question.
pub(super) fn both(args: &Args<'_>) -> Option<Sem> {
    args.ask(0)?.and(args.ask(1)?).map(Sem::from)
}
