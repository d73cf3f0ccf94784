//! Which intent the words of a question are evidence for. What is said strongly beats what any question begins with; of two
//! that are said equally strongly the first counts.

use escher_core::selector::Field;
use escher_core::{Intent, Kind};

use super::contrast;
use super::cover::{Cover, Role};
use crate::grammar::english;
use crate::meaning::{Head, Set};
use crate::text::Token;

/// What speaks for an intent, from little to much.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Things are named, and nothing else is said.
    Bare,
    /// “Show”, “which”.
    Opener,
    /// “How many”.
    Count,
    /// “Describe”, “status of”.
    Describe,
    /// “Bill”, “alerts”, “findings”.
    Topic,
    /// “How do I”, “what would happen if”, and questions of their own shape.
    Shape,
}

/// The intent, and what speaks for it.
pub(super) fn of(cover: &Cover, set: Option<&Set>, mine: bool, tokens: &[Token]) -> Option<(Intent, Strength)> {
    let mut best: Option<(Intent, Strength)> = None;
    let mut put = |intent: Intent, strength: Strength| {
        if best.is_none_or(|(_, known)| strength > known) {
            best = Some((intent, strength));
        }
    };
    let kinds = set.map(Set::kinds).unwrap_or_default();
    for (index, island) in cover.islands.iter().enumerate() {
        // “Hardening recommendations” are recommendations: the last of nouns in a row is what they are about.
        let next = cover.islands.get(index + 1);
        if island.role == Role::Topic && next.is_some_and(|next| next.role == Role::Topic && next.from == island.to) {
            continue;
        }
        let Some(intent) = island.ask.intent else { continue };
        match (island.role, intent) {
            (Role::Shape, Intent::Find) => put(intent, Strength::Opener),
            (Role::Shape, Intent::Count) => put(intent, Strength::Count),
            (Role::Shape, Intent::Cost | Intent::Advise | Intent::Alerts | Intent::Report | Intent::Playbook) => {
                put(intent, Strength::Topic)
            }
            (Role::Shape, _) => put(intent, Strength::Shape),
            (Role::Ahead, _) => {
                // “The difference between our AWS and Azure bills”
                if contrast::is_of_money(cover, index, tokens) {
                    continue;
                }
                // “How do our costs look?”
                if let Some(intent) = topic(cover).filter(|_| how(&tokens[island.from..island.to]) && tokens.iter().any(looks)) {
                    put(intent, Strength::Shape);
                    continue;
                }
                // “How do we improve our security?”: advice about ours, and not how it is done.
                let advice = mine && topic(cover) == Some(Intent::Advise);
                put(if advice { Intent::Advise } else { intent }, Strength::Shape);
            }
            (Role::Topic, Intent::Alerts) if kinds.contains(&Kind::Alarm) && cover.islands.len() < 3 => put(Intent::Find, Strength::Opener),
            // “VMs costing more than …”: a condition that was not understood, and no bill.
            (Role::Topic, Intent::Cost) if limits(&tokens[island.to..], contrast::asks(tokens)) && !is_time(cover, island.to) => {}
            // “How much memory”: of that and not of money.
            (Role::Topic, Intent::Cost) if tokens[island.from].low == "how" && tokens.get(island.to).is_some_and(is_amount) => {
                put(if set.is_some() { Intent::Find } else { Intent::Count }, Strength::Count);
            }
            (Role::Topic, _) => put(intent, Strength::Topic),
            (_, Intent::Describe) => put(intent, Strength::Describe),
            (_, Intent::Count) => put(intent, Strength::Count),
            (Role::Hail, _) => {}
            _ => put(intent, Strength::Opener),
        }
    }
    if best.is_none() && set.is_some() {
        best = Some((Intent::Find, Strength::Bare));
    }
    // What costs most without a kind is a question about money.
    let ranked = cover.islands.iter().any(|island| island.ask.sort.as_ref().is_some_and(|(by, _)| *by == Field::Cost));
    let general = set.is_none_or(|set| matches!(set.head, Head::Env) || set.kinds().is_empty() && set.head != Head::Thing && !set.named);
    let refers = tokens.iter().any(|token| matches!(token.low.as_str(), "them" | "those" | "these" | "it"));
    if ranked && general && !refers && best.is_none_or(|(_, strength)| strength <= Strength::Opener) {
        best = Some((Intent::Cost, Strength::Topic));
    }
    best
}

/// Whether a period begins at a place: “between July and September”.
fn is_time(cover: &Cover, at: usize) -> bool {
    cover.islands.iter().any(|island| island.from == at && island.ask.period.is_some())
}

/// Whether these words begin with a limit. “Spend more on AWS” has none, nor has “the cost over the weekend”.
fn limits(tokens: &[Token], asked: bool) -> bool {
    const LIMITS: &[&str] = &["more", "less", "under", "above", "below", "at", "exceeding", ">", "<", ">=", "<=", "="];
    let word = |at: usize| tokens.get(at).map_or("", |token: &Token| token.low.as_str());
    let counted = tokens.iter().take(3).any(|token| token.low.starts_with(|c: char| c == '$' || c.is_ascii_digit()));
    // “Is prod costing us more than dev?” compares the two.
    let compares = word(1) == "than" && !counted && matches!(word(0), "more" | "less") && asked;
    let bounds = !matches!(word(0), "more" | "less") || word(1) == "than" && !compares;
    LIMITS.contains(&word(0)) && bounds || matches!(word(0), "over" | "between") && counted
}

fn is_amount(token: &Token) -> bool {
    english().lexicon.is_measure(&token.low) && !matches!(token.low.as_str(), "cost" | "costs" | "price" | "spend")
}

/// Whether these words ask how something goes.
fn how(tokens: &[Token]) -> bool {
    matches!(tokens, [how, verb] if how.low == "how" && matches!(verb.low.as_str(), "do" | "does" | "did" | "is" | "are" | "will"))
}

fn looks(token: &Token) -> bool {
    matches!(
        token.low.as_str(),
        "look" | "looks" | "looking" | "compare" | "compares" | "develop" | "developing" | "doing" | "going" | "trending"
    )
}

/// The first topic.
fn topic(cover: &Cover) -> Option<Intent> {
    cover.islands.iter().find(|island| island.role == Role::Topic)?.ask.intent
}
