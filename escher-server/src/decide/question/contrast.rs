//! Things that are set against each other: “EC2 versus GCE”, “is Azure cheaper than AWS?”, “compare prod with staging”.

use escher_core::Intent;
use escher_core::selector::{Field, Relation};

use super::cover::{Cover, Role};
use crate::meaning::{Formula, Head, Number, Set};
use crate::text::{Shape, Token};

/// The words that set two things against each other.
const VERSUS: &[&str] = &["vs", "versus", "against", "than"];
/// The words that compare.
const COMPARING: &[&str] = &["compare", "compared", "comparing", "comparison"];
/// The words that say how they differ, which an answer about both tells.
const DIFFERING: &[&str] = &[
    "more",
    "most",
    "fewer",
    "less",
    "higher",
    "lower",
    "cheaper",
    "pricier",
    "bigger",
    "larger",
    "expensive",
    "difference",
    "differ",
    "between",
];
/// Of these there are some number.
const COUNTED: &[&str] = &["more", "fewer", "less", "number", "many", "count"];

pub(super) fn is(token: &Token, words: &[&str]) -> bool {
    words.contains(&token.low.as_str())
}

pub(super) fn is_versus(word: &str) -> bool {
    VERSUS.contains(&word)
}

/// Whether it is asked if something is so: “Is dev cheaper than prod?”
pub(super) fn asks(tokens: &[Token]) -> bool {
    const AUXILIARIES: &[&str] = &["is", "are", "was", "were", "do", "does", "did", "have", "has", "will", "would"];
    let first = tokens.iter().position(|token| token.shape == Shape::Word).map(|at| &tokens[at..]);
    first.is_some_and(|words| match words {
        [how, much, more, ..] if how.low == "how" => matches!(much.low.as_str(), "many" | "much") && is(more, DIFFERING),
        [word, ..] => is(word, AUXILIARIES),
        [] => false,
    })
}

fn compares(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| is(token, COMPARING) || token.low == "difference")
}

/// Whether two conditions are of one field, so that nothing can be both.
fn is_other(one: &Formula, other: &Formula) -> bool {
    match (one, other) {
        (Formula::Is { field: a, not: false, .. }, Formula::Is { field: b, not: false, .. }) => a == b,
        (Formula::Place { not: false, .. }, Formula::Place { not: false, .. }) => true,
        _ => false,
    }
}

/// Whether a phrase is set against one before it; “with” does so where something is compared.
pub(super) fn versus(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    let adds = |at: usize| cover.islands[at].condition.is_some() || cover.islands[at].ask.set.is_some();
    let before = (0..index).rev().find(|&at| adds(at));
    let between = before.map_or(0, |before| cover.islands[before].to)..cover.islands[index].from;
    let compares = compares(tokens);
    let asks = asks(tokens);
    let sets = |token: &Token| {
        is(token, VERSUS) && (asks || token.low != "than") || compares && matches!(token.low.as_str(), "with" | "to" | "and")
    };
    tokens.get(between).is_some_and(|tokens| tokens.iter().any(sets))
}

/// A condition with one that it is set against: either, where both are of one field.
pub(super) fn either(known: &Formula, other: &Formula) -> Option<Formula> {
    let parts = known.conjuncts();
    let part = parts.iter().find(|part| is_other(part, other))?;
    let others = parts.iter().filter(|each| *each != part).map(|each| (*each).clone());
    Some(others.fold((*part).clone().or(other.clone()), Formula::and))
}

/// “The cost of VMs with databases”, compared: what something seems to be of is the one thing, and these are the other.
pub(super) fn both_of(known: &Formula, set: &Set) -> Option<(Formula, Set)> {
    let of = known.conjuncts().into_iter().find_map(|part| match part {
        Formula::Rel { by: Relation::Any, to } if !to.values(&Field::Kind).is_empty() => Some((part, (**to).clone())),
        _ => None,
    });
    let (part, to) = of.filter(|_| set.head == Head::Kind)?;
    let rest = known.conjuncts().into_iter().filter(|each| *each != part).cloned().fold(Formula::all(), Formula::and);
    Some((rest, Set { formula: to.or(set.formula.clone()), number: Number::Many, ..set.clone() }))
}

/// The field that tells the things apart that are compared. `joined` says whether a phrase was set against another.
pub(super) fn contrast(formula: &Formula, tokens: &[Token], joined: bool) -> Option<Field> {
    let compared = joined || compares(tokens) || chooses(tokens) || tokens.iter().any(|token| is(token, &VERSUS[..3]));
    let fields = [Field::Cloud, Field::Account, Field::Region, Field::Env, Field::Kind, Field::Engine, Field::State];
    let places = |part: &&Formula| matches!(part, Formula::Place { spots, not: false } if spots.len() > 1);
    fields
        .into_iter()
        .filter(|_| compared)
        .find(|field| formula.values(field).len() > 1 || *field == Field::Region && formula.conjuncts().iter().any(places))
}

/// “Which is more expensive, AWS or Azure?”
pub(super) fn chooses(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| token.low == "or") && tokens.iter().any(|token| is(token, DIFFERING) && token.low != "between")
}

/// Whether two things are compared, the second of them in this phrase.
pub(super) fn compared(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    let before = index.checked_sub(1).map_or(0, |before| cover.islands[before].to);
    tokens[before..cover.islands[index].from]
        .iter()
        .any(|token| matches!(token.low.as_str(), "vs" | "versus" | "and" | "or" | "with" | "to"))
        && tokens.iter().any(|token| matches!(token.low.as_str(), "vs" | "versus" | "compare" | "compared" | "comparison"))
}

/// Takes the words of a comparison that was made for read. How much more or less it is, only amounts and costs tell.
pub(super) fn settle(cover: &mut Cover, tokens: &[Token], measured: bool) {
    let told = |token: &Token| is(token, &VERSUS[..3]) || is(token, COMPARING) || measured && (token.low == "than" || is(token, DIFFERING));
    cover.unread.retain(|&at| !told(&tokens[at]));
}

/// Whether a comparison is one of numbers: “more VMs in AWS than in GCP”.
pub(super) fn counts(tokens: &[Token]) -> bool {
    tokens.iter().any(|token| is(token, COUNTED))
}

/// “The difference between our AWS and Azure bills” is one of money, and no concept.
pub(super) fn is_of_money(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    const CONCEPTS: &[&str] = &["pricing", "price", "prices"];
    let island = &cover.islands[index];
    let asks = tokens[island.from..island.to].iter().any(|token| token.low == "difference");
    let money = cover.islands.iter().any(|island| {
        island.role == Role::Topic
            && island.ask.intent == Some(Intent::Cost)
            && !tokens[island.from..island.to].iter().any(|token| is(token, CONCEPTS))
    });
    asks && money
}
