//! Which words each condition came from.

use escher_core::selector::Field;
use escher_core::{Selector, Source};

use crate::chart::{Chart, Edge};
use crate::meaning::{Formula, Sem};
use crate::text::Lattice;

/// Conditions and the words of the smallest phrase that has each.
pub(super) type Heard = Vec<(Formula, String)>;

/// The words of each part of a conjunction.
pub(super) fn heard(chart: &Chart, lattice: &Lattice, formula: &Formula) -> Heard {
    let tokens = lattice.tokens();
    let words = |edge: &Edge| -> Vec<&str> {
        tokens[usize::from(edge.from)..usize::from(edge.to)].iter().map(|token| token.text.as_str()).collect()
    };
    let smallest = |part: &Formula| {
        let phrases = chart.edges.iter().filter(|edge| has(&edge.sem, part));
        phrases.min_by_key(|edge| (edge.to - edge.from, edge.from)).map(|edge| words(edge).join(" "))
    };
    formula.conjuncts().into_iter().filter_map(|part| Some((part.clone(), smallest(part)?))).collect()
}

/// Whether a phrase has a condition among what it says.
fn has(sem: &Sem, part: &Formula) -> bool {
    let among = |formula: &Formula| match formula {
        Formula::And(parts) => parts.contains(part),
        other => other == part,
    };
    match sem {
        Sem::Noun(noun) => among(&noun.formula()),
        Sem::Cond(formula) => among(formula),
        Sem::Set(set) => among(&set.formula),
        _ => false,
    }
}

/// The parts of a selector that came of these conditions.
pub(super) fn sources(selector: &Selector, heard: &Heard) -> Vec<Source> {
    let alone: Vec<(Option<Selector>, &String)> = heard.iter().map(|(part, words)| (part.selector().ok(), words)).collect();
    let source = |part: &Selector| {
        let same = alone.iter().find(|(known, _)| known.as_ref() == Some(part));
        // A place is of the cloud that stands beside it, a name may be matched loosely.
        let alike = || alone.iter().find(|(known, _)| known.as_ref().and_then(field).is_some_and(|known| field(part) == Some(known)));
        same.or_else(alike).map(|(_, words)| Source { part: part.clone(), words: (*words).clone() })
    };
    selector.conjuncts().iter().filter_map(source).collect()
}

/// The field that a condition is about, if it is about one.
fn field(part: &Selector) -> Option<&Field> {
    match part {
        Selector::Compare { field, .. } | Selector::In { field, .. } | Selector::Exists(field) => Some(field),
        Selector::Not(inner) => field(inner),
        _ => None,
    }
}
