//! Cases from the field and their neighbors, a file per part of the language. A row says what the words mean, or that they
//! must not be carried out (`"asks": true`); what a row leaves out is not looked at.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use escher_core::{Frame, Selector, Utterance};
use escher_server::OfflineBrain;
use serde_json::{Map, Value, json};

const FILES: [(&str, &str); 5] = [
    ("nouns", include_str!("cases/nouns.jsonl")),
    ("modifiers", include_str!("cases/modifiers.jsonl")),
    ("orders", include_str!("cases/orders.jsonl")),
    ("times", include_str!("cases/times.jsonl")),
    ("questions", include_str!("cases/questions.jsonl")),
];

/// A Friday.
fn read(text: &str) -> Frame {
    OfflineBrain::new().read(&Utterance { text: text.to_owned(), history: Vec::new(), now: "2026-11-20T12:00:00Z".parse().unwrap() })
}

/// A selector whose lists and conjunctions stand in one order.
fn ordered(selector: Selector) -> Selector {
    let sorted = |parts: Vec<Selector>| {
        let mut parts: Vec<Selector> = parts.into_iter().map(ordered).collect();
        parts.sort_by_key(ToString::to_string);
        parts
    };
    match selector {
        Selector::And(parts) => Selector::And(sorted(parts)),
        Selector::Or(parts) => Selector::Or(sorted(parts)),
        Selector::Not(inner) => Selector::Not(Box::new(ordered(*inner))),
        Selector::Related { by, to } => Selector::Related { by, to: Box::new(ordered(*to)) },
        Selector::In { field, mut values } => {
            values.sort_by_key(ToString::to_string);
            Selector::In { field, values }
        }
        other => other,
    }
}

fn wrong(row: &Map<String, Value>, frame: &Frame) -> Option<String> {
    if row.get("asks").is_some() {
        return frame.is_executable().then(|| format!("must ask, but does {:?} to {}", frame.action, frame.selector));
    }
    if row.get("action").is_some() && !frame.is_executable() {
        return Some(format!("asks: {:?}", frame.clarify));
    }
    let got = serde_json::to_value(frame).unwrap();
    for (key, want) in row.iter().filter(|(key, _)| !matches!(key.as_str(), "case" | "say" | "why")) {
        let same = if key == "selector" {
            let parsed = |value: &Value| ordered(Selector::parse(value.as_str().unwrap_or_default()).unwrap());
            parsed(want) == parsed(&got[key])
        } else {
            *want == got[key]
        };
        if !same {
            return Some(format!("{key}: expected {want}, found {}", got[key]));
        }
    }
    None
}

#[test]
fn every_case_is_read_as_it_should_be() {
    let mut failed = Vec::new();
    for (file, text) in FILES {
        for line in text.lines().filter(|line| !line.is_empty()) {
            let row: Map<String, Value> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{file}: {e}: {line}"));
            let say = row["say"].as_str().unwrap();
            // Questions are held against their cases in `questions.rs`.
            if file == "questions" {
                continue;
            }
            if let Some(what) = wrong(&row, &read(say)) {
                failed.push(format!("{file} {} `{say}`: {what}", row["case"].as_str().unwrap_or_default()));
            }
        }
    }
    assert!(failed.is_empty(), "{} wrong:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn no_row_stands_twice() {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (file, text) in FILES {
        for line in text.lines().filter(|line| !line.is_empty()) {
            let row: Value = serde_json::from_str(line).unwrap();
            let say = json!(row["say"]).to_string();
            assert_eq!(seen.insert(say.clone(), file), None, "{say}");
        }
    }
}
