//! Questions: openers and what is asked of a set.

use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[];
