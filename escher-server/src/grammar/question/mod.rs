//! Questions, a file per phrase: what opens one, what it asks about, and how the answer is cut.
//!
//! A question whose words do not all go together is put together from the largest of these phrases; see
//! `decide::question`.

pub(super) mod explain;
pub(super) mod fields;
pub(super) mod limit;
pub(super) mod period;
pub(super) mod state;
pub(super) mod who;
pub(super) mod whole;
pub(super) mod why;

use super::rule::{Args, Rule};
use crate::meaning::{Ask, Formula, Sem, Set};

/// The rules of each file.
pub(super) const FILES: &[&[Rule]] =
    &[whole::RULES, fields::RULES, limit::RULES, period::RULES, state::RULES, why::RULES, who::RULES, explain::RULES];

/// A question about a set, or a part of one.
fn about(intent: Option<escher_core::Intent>, set: Option<Set>) -> Ask {
    Ask { intent, set, ..Ask::default() }
}

/// A set narrowed by what is claimed of it.
fn claimed(set: Set, condition: Formula) -> Option<Set> {
    let set = set.with(condition);
    (!set.formula.is_contradictory()).then_some(set)
}

/// Both parts of a question.
fn both(args: &Args<'_>) -> Option<Sem> {
    args.ask(0)?.and(args.ask(1)?).map(Sem::from)
}
