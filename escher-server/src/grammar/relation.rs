//! What a resource is related to: “attached to dev VMs”, “behind lb-1”.

use super::rule::Rule;

pub(super) const RULES: &[Rule] = &[];
