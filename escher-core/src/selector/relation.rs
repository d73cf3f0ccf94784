//! Relations that a selector follows, and who knows where they lead.

use std::fmt;

use super::{Field, Selector};
use crate::{Rel, Resource, Truth};

/// A relation to follow, whichever of the two resources says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// `linked`: any.
    Any,
    /// `rel.<relation>`.
    Is(Rel),
}

impl Relation {
    /// The relation that a field of ids stands for; `None` for every other field.
    pub fn of(field: &Field) -> Option<Self> {
        match field {
            Field::Linked => Some(Self::Any),
            Field::Rel(rel) => Some(Self::Is(rel.clone())),
            _ => None,
        }
    }

    /// The field of ids.
    pub fn field(&self) -> Field {
        match self {
            Self::Any => Field::Linked,
            Self::Is(rel) => Field::Rel(rel.clone()),
        }
    }

    /// Whether a link is one of it.
    pub fn includes(&self, rel: &Rel) -> bool {
        match self {
            Self::Any => true,
            Self::Is(own) => own.is(rel),
        }
    }
}

/// As in a selector: `linked`, `rel.attached`.
impl fmt::Display for Relation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.field().fmt(f)
    }
}

/// Who knows the resources around one, and so decides nested selectors; see [`Selector::matches_among`].
pub trait Related {
    /// Whether the resource is related in this way to one that the selector admits.
    ///
    /// True where one of those it is related to is admitted, whichever of the two says that they are related. Unknown
    /// where it is related to nothing in this way, or where none is admitted for certain and one leaves it open or is
    /// not known.
    fn related(&self, resource: &Resource, by: &Relation, to: &Selector) -> Truth;
}

/// Nobody is around: every nested selector is unknown.
pub(super) struct Alone;

impl Related for Alone {
    fn related(&self, _: &Resource, _: &Relation, _: &Selector) -> Truth {
        None
    }
}
