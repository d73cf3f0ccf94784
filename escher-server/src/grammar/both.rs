//! How two conditions go together.

use crate::meaning::{Formula, Sem};

/// Alternatives of one field.
pub(super) fn one_field(a: Formula, b: Formula) -> Option<Sem> {
    let both = a.or(b);
    matches!(both, Formula::Is { .. } | Formula::Place { .. }).then(|| both.into())
}

/// What something can satisfy.
pub(super) fn consistent(formula: Formula) -> Option<Sem> {
    (!formula.is_contradictory()).then(|| formula.into())
}
