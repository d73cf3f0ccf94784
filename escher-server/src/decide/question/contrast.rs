//! Things that are set against each other: “EC2 versus GCE”, “compare March with April”.

use escher_core::selector::Field;

use super::cover::Cover;
use crate::meaning::Formula;
use crate::text::Token;

/// Whether two conditions are of one field, so that nothing can be both.
pub(super) fn is_other(one: &Formula, other: &Formula) -> bool {
    match (one, other) {
        (Formula::Is { field: a, not: false, .. }, Formula::Is { field: b, not: false, .. }) => a == b,
        (Formula::Place { not: false, .. }, Formula::Place { not: false, .. }) => true,
        _ => false,
    }
}

/// The words that set two things against each other.
const VERSUS: &[&str] = &["vs", "versus", "against"];

/// Whether such a word stands between the condition before and this one; “with” is one of them where something is compared.
pub(super) fn versus(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    let before = cover.islands[..index].iter().rposition(|island| island.condition.is_some());
    let between = before.map_or(0, |before| cover.islands[before].to)..cover.islands[index].from;
    let compares = tokens.iter().any(|token| COMPARING.contains(&token.low.as_str()));
    let sets = |token: &Token| VERSUS.contains(&token.low.as_str()) || compares && matches!(token.low.as_str(), "with" | "to" | "and");
    tokens.get(between).is_some_and(|tokens| tokens.iter().any(sets))
}

/// The field that tells the things apart that are compared.
pub(super) fn contrast(formula: &Formula, tokens: &[Token]) -> Option<Field> {
    let compared = tokens.iter().any(|token| VERSUS.contains(&token.low.as_str()) || COMPARING.contains(&token.low.as_str()));
    let fields = [Field::Cloud, Field::Account, Field::Region, Field::Env, Field::Kind, Field::Engine];
    let places = |part: &&Formula| matches!(part, Formula::Place { spots, not: false } if spots.len() > 1);
    fields
        .into_iter()
        .filter(|_| compared)
        .find(|field| formula.values(field).len() > 1 || *field == Field::Region && formula.conjuncts().iter().any(places))
}

/// The words that compare.
const COMPARING: &[&str] = &["compare", "compared", "comparing", "comparison"];

/// Whether two things are compared, the second of them in this phrase.
pub(super) fn compared(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    let before = index.checked_sub(1).map_or(0, |before| cover.islands[before].to);
    tokens[before..cover.islands[index].from]
        .iter()
        .any(|token| matches!(token.low.as_str(), "vs" | "versus" | "and" | "or" | "with" | "to"))
        && tokens.iter().any(|token| matches!(token.low.as_str(), "vs" | "versus" | "compare" | "compared" | "comparison"))
}
