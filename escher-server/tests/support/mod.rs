//! What the tests of the language share: reading at a fixed time, and selectors compared by what they say.
#![allow(dead_code, clippy::unwrap_used, clippy::panic, reason = "shared by several tests, which fail by panicking")]

use escher_core::{Frame, Selector, Turn, Utterance};
use escher_server::OfflineBrain;
use serde_json::Value;

/// A Friday.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// The frame of words without a history.
pub(crate) fn read(text: &str) -> Frame {
    read_after(&[], text)
}

/// The frame of words after others.
pub(crate) fn read_after(history: &[&str], text: &str) -> Frame {
    let (brain, now) = (OfflineBrain::new(), NOW.parse().unwrap());
    let mut turns = Vec::new();
    for text in history {
        let frame = brain.read(&Utterance { text: (*text).to_owned(), history: turns.clone(), now });
        turns.push(Turn { text: (*text).to_owned(), frame, shown: None });
    }
    brain.read(&Utterance { text: text.to_owned(), history: turns, now })
}

/// A selector's text with its lists and conjunctions in one order; what cannot be read stays as it is.
pub(crate) fn ordered(selector: &str) -> String {
    Selector::parse(selector).map_or_else(|_| selector.to_owned(), |it| sorted(it).to_string())
}

fn sorted(selector: Selector) -> Selector {
    let each = |parts: Vec<Selector>| {
        let mut parts: Vec<Selector> = parts.into_iter().map(sorted).collect();
        parts.sort_by_key(ToString::to_string);
        parts
    };
    match selector {
        Selector::And(parts) => Selector::And(each(parts)),
        Selector::Or(parts) => Selector::Or(each(parts)),
        Selector::Not(inner) => Selector::Not(Box::new(sorted(*inner))),
        Selector::Related { by, to } => Selector::Related { by, to: Box::new(sorted(*to)) },
        Selector::In { field, mut values } => {
            values.sort_by_key(ToString::to_string);
            Selector::In { field, values }
        }
        other => other,
    }
}

/// Every row of the tables.
pub(crate) fn tables() -> impl Iterator<Item = Value> {
    let tables = [
        include_str!("../frames/questions.jsonl"),
        include_str!("../frames/changes.jsonl"),
        include_str!("../frames/others.jsonl"),
        include_str!("../frames/varied.jsonl"),
        include_str!("../frames/either.jsonl"),
        include_str!("../frames/careful.jsonl"),
    ];
    tables.into_iter().flat_map(str::lines).filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).unwrap())
}
