//! Questions, a file per phrase: what opens one, what it asks about, and how the answer is cut.
//!
//! A question whose words do not all go together is put together from the largest of these phrases; see
//! `decide::question`.

mod about;
pub(super) mod added;
pub(super) mod beyond;
pub(super) mod compare;
pub(super) mod explain;
pub(super) mod fields;
pub(super) mod limit;
pub(super) mod period;
pub(super) mod state;
pub(super) mod who;
pub(super) mod whole;
pub(super) mod why;

use super::rule::Rule;

/// The rules of each file.
pub(super) const FILES: &[&[Rule]] = &[
    whole::RULES,
    compare::RULES,
    beyond::RULES,
    added::RULES,
    fields::RULES,
    limit::RULES,
    period::RULES,
    state::RULES,
    why::RULES,
    who::RULES,
    explain::RULES,
];
