//! Times: once, repeatedly, and at which hour.

use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[];
