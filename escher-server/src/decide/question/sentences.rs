//! Long text, sentence by sentence.

use escher_core::Selector;

use super::intent::Strength;
use super::reading::{self, Reading};
use crate::budget::Budget;
use crate::meaning::Formula;
use crate::text::{self, Token};

/// Sentences that are looked at.
const MOST_SENTENCES: usize = 60;
/// Tokens of a text that are looked at.
const MOST_TOKENS: usize = 2_000;
/// Unread words of other sentences that are shown.
const MOST_SHOWN: usize = 12;

/// A selector that was typed as such, and the words before it: “VMs where attr.lifecycle = spot”.
fn typed(text: &str) -> Option<(&str, Selector)> {
    let is_typed = |text: &str| text.contains(['=', '<', '>', '~']) || text.contains(" EXISTS") || text.contains(" IN (");
    let parsed = |text: &str| {
        let text = text.trim().trim_end_matches(['.', '?', '!']);
        if text.len() > 1_000 || !is_typed(text) { None } else { Selector::parse(text).ok() }
    };
    if let Some(selector) = parsed(text) {
        return Some(("", selector));
    }
    [" where ", " with "].into_iter().find_map(|cue| {
        let at = text.find(cue)?;
        Some((&text[..at], parsed(&text[at + cue.len()..])?))
    })
}

/// The sentence that asks most clearly, and words of the others that ask too.
pub(super) fn read(text: &str, budget: &Budget) -> (Reading, Vec<String>) {
    if let Some((before, selector)) = typed(text) {
        let (mut reading, rest) = read(before, budget);
        reading.formula = reading.formula.and(Formula::Given(selector.to_string()));
        reading.specified = true;
        return (reading, rest);
    }
    let mut readings: Vec<Reading> = Vec::new();
    let mut sentences = cut(text);
    sentences.truncate(MOST_SENTENCES);
    // An order may stand behind any number of sentences that are hard to read.
    let mut left = sentences.len();
    let (mut rest, mut skipped) = (Vec::new(), Vec::new());
    for sentence in sentences {
        if budget.is_spent() {
            let words: Vec<&str> = sentence.iter().take(4).map(|token| token.text.as_str()).collect();
            skipped.push(format!("{} …", words.join(" ")));
            continue;
        }
        readings.push(budget.share(left, |share| reading::read(sentence, share)));
        left -= 1;
    }
    if readings.is_empty() {
        readings.push(reading::read(Vec::new(), budget));
    }
    // An order among other sentences is still one that was not understood whole.
    let weight = |reading: &Reading| {
        (reading.ordered.is_some(), reading.intent.is_some() && reading.relevant, reading.specified, reading.strength > Strength::Bare)
    };
    let best = (0..readings.len()).max_by_key(|&at| (weight(&readings[at]), std::cmp::Reverse(at))).unwrap_or(0);
    let chosen = readings.remove(best);
    for other in readings {
        let greets = other.hail && !other.specified;
        if !greets {
            rest.extend(other.unread);
        }
    }
    rest.extend(skipped);
    rest.truncate(MOST_SHOWN);
    (chosen, rest)
}

/// Cuts at the ends of sentences and at empty lines.
fn cut(text: &str) -> Vec<Vec<Token>> {
    let mut sentences: Vec<Vec<Token>> = vec![Vec::new()];
    let mut end = 0;
    for token in text::split(text, MOST_TOKENS) {
        let broken = text.get(end..token.span.0).is_some_and(|gap| gap.matches('\n').count() > 1);
        end = token.span.1;
        let full = sentences.last().is_some_and(|sentence| sentence.len() >= text::MOST_TOKENS);
        if broken || full {
            sentences.push(Vec::new());
        }
        let ends = matches!(token.low.as_str(), "." | "!" | "?" | ";") && token.text.len() == 1;
        if let Some(sentence) = sentences.last_mut() {
            sentence.push(token);
        }
        if ends {
            sentences.push(Vec::new());
        }
    }
    sentences.retain(|sentence| sentence.iter().any(|token| token.low.chars().any(char::is_alphanumeric)));
    sentences
}
