//! Questions: what is asked of which resources, in parts that are put together at the end.

use std::collections::BTreeSet;

use escher_core::selector::Field;
use escher_core::{Intent, Verb};

use super::Set;

/// A question, or a part of one. A part that is told twice is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Ask {
    pub(crate) intent: Option<Intent>,
    pub(crate) set: Option<Set>,
    /// Fields, in the order in which they were told.
    pub(crate) group_by: Vec<Field>,
    /// A field, and whether the largest come first.
    pub(crate) sort: Option<(Field, bool)>,
    pub(crate) limit: Option<u64>,
    /// A period word of the contract.
    pub(crate) period: Option<String>,
    /// What an explanation is about.
    pub(crate) verb: Option<Verb>,
    /// Parts of resources and other things that were asked for and cannot be answered.
    pub(crate) beyond: BTreeSet<String>,
}

impl Ask {
    /// Both together; `None` if a part is told twice.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        fn either<T: PartialEq>(a: Option<T>, b: Option<T>) -> Option<Option<T>> {
            match (a, b) {
                (Some(a), Some(b)) if a != b => None,
                (a, b) => Some(a.or(b)),
            }
        }
        if !self.group_by.is_empty() && !other.group_by.is_empty() {
            return None;
        }
        Some(Self {
            intent: either(self.intent, other.intent)?,
            set: either(self.set, other.set)?,
            group_by: if self.group_by.is_empty() { other.group_by } else { self.group_by },
            sort: either(self.sort, other.sort)?,
            limit: either(self.limit, other.limit)?,
            period: either(self.period, other.period)?,
            verb: either(self.verb, other.verb)?,
            beyond: self.beyond.into_iter().chain(other.beyond).collect(),
        })
    }
}
