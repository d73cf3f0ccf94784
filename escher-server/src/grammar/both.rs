//! How two conditions go together.

use std::collections::BTreeSet;

use escher_core::selector::Field;

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

/// What a condition speaks of: fields, flags, relations.
pub(super) fn sorts(formula: &Formula) -> BTreeSet<String> {
    match formula {
        Formula::And(parts) | Formula::Or(parts) => parts.iter().flat_map(sorts).collect(),
        Formula::Not(inner) => sorts(inner),
        Formula::Is { field, .. } | Formula::Compare { field, .. } | Formula::Exists { field, .. } => BTreeSet::from([field.to_string()]),
        Formula::Flag { flag, .. } => BTreeSet::from([flag.to_string()]),
        Formula::Place { .. } | Formula::Area { .. } => BTreeSet::from([Field::Region.to_string()]),
        Formula::Likely(_) => BTreeSet::from([Field::Name.to_string()]),
        Formula::Rel { by, .. } => BTreeSet::from([by.to_string()]),
        Formula::Given(_) | Formula::Shown => BTreeSet::new(),
    }
}
