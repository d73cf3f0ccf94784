//! Conditions that nothing can satisfy.

use std::collections::BTreeSet;

use escher_core::CloudId;
use escher_core::selector::{Field, Op};

use super::formula::{Formula, clouds};

impl Formula {
    /// Whether no resource can satisfy it, as far as that shows: two values of one field, a flag and its opposite, a
    /// place that the named cloud does not have.
    pub(crate) fn is_contradictory(&self) -> bool {
        match self {
            Self::Or(parts) => parts.iter().all(Self::is_contradictory),
            Self::And(parts) => parts.iter().any(Self::is_contradictory) || clash(parts),
            Self::Rel { to, .. } => to.is_contradictory(),
            _ => false,
        }
    }
}

/// Whether parts of a conjunction exclude each other.
fn clash(parts: &BTreeSet<Formula>) -> bool {
    let cloud = clouds(parts);
    let regions = |field: &Field, values: &BTreeSet<String>| {
        // A region of another cloud than the one that is named.
        *field == Field::Region
            && cloud.as_ref().is_some_and(|clouds| {
                values.iter().all(|code| {
                    let of: Vec<CloudId> = escher_core::regions::by_name(None, code).iter().map(|region| region.cloud).collect();
                    !of.is_empty() && !of.iter().any(|of| clouds.contains(of))
                })
            })
    };
    parts.iter().enumerate().any(|(i, a)| {
        let alone = match a {
            Formula::Is { field, values, not: false } => regions(field, values),
            Formula::Place { spots, not: false } => cloud.as_ref().is_some_and(|clouds| !spots.iter().any(|(of, _)| clouds.contains(of))),
            _ => false,
        };
        alone || parts.iter().skip(i + 1).any(|b| excludes(a, b))
    })
}

fn excludes(a: &Formula, b: &Formula) -> bool {
    // A resource is linked to many others and says many words, but has one value of each of these.
    let single = |field: &Field| !matches!(field, Field::Linked | Field::Rel(_) | Field::Text);
    if super::place::apart(a, b) {
        return true;
    }
    match (a, b) {
        (Formula::Is { field: f, values: v, not: false }, Formula::Is { field: g, values: w, not: false }) => {
            f == g && single(f) && v.is_disjoint(w)
        }
        (Formula::Is { field: f, values: v, not: false }, Formula::Is { field: g, values: w, not: true })
        | (Formula::Is { field: g, values: w, not: true }, Formula::Is { field: f, values: v, not: false }) => f == g && v.is_subset(w),
        (Formula::Flag { flag: f, value: v }, Formula::Flag { flag: g, value: w }) => f == g && v != w,
        (Formula::Exists { field: f, yes: v }, Formula::Exists { field: g, yes: w }) => f == g && v != w,
        (Formula::Compare { field: f, op: p, value: v, not: false }, Formula::Compare { field: g, op: q, value: w, not: false }) => {
            f == g && apart(*p, v, *q, w)
        }
        _ => false,
    }
}

/// Whether nothing is above one number and below the other, as far as both are told in one unit.
fn apart(p: Op, v: &str, q: Op, w: &str) -> bool {
    let number = |text: &str| {
        let digits = text.trim_start_matches('$');
        let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(digits.len());
        digits[..end].parse::<f64>().ok().map(|number| (number, digits[end..].to_owned()))
    };
    let (Some((v, unit)), Some((w, other))) = (number(v), number(w)) else { return false };
    let above = |op| matches!(op, Op::Gt | Op::Ge);
    let below = |op| matches!(op, Op::Lt | Op::Le);
    unit == other
        && (above(p) && below(q) && v >= w || below(p) && above(q) && v <= w)
        && (p, q, v) != (Op::Ge, Op::Le, w)
        && (p, q, v) != (Op::Le, Op::Ge, w)
}
