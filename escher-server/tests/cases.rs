//! Cases from the field and their neighbors, a file per part of the language. A row says what the words mean, or that they
//! must not be carried out (`"asks": true`), or what they may mean (`"reads"`: each of it); what a row leaves out is not
//! looked at.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;

use escher_core::Frame;
use serde_json::{Map, Value, json};
use support::{ordered, read};

const FILES: [(&str, &str); 6] = [
    ("nouns", include_str!("cases/nouns.jsonl")),
    ("modifiers", include_str!("cases/modifiers.jsonl")),
    ("orders", include_str!("cases/orders.jsonl")),
    ("scope", include_str!("cases/scope.jsonl")),
    ("times", include_str!("cases/times.jsonl")),
    ("questions", include_str!("cases/questions.jsonl")),
];

fn wrong(row: &Map<String, Value>, frame: &Frame) -> Option<String> {
    if row.get("asks").is_some() {
        return frame.is_executable().then(|| format!("must ask, but does {:?} to {}", frame.action, frame.selector));
    }
    if let Some(reads) = row.get("reads").and_then(Value::as_array) {
        let mut want: Vec<String> = reads.iter().filter_map(Value::as_str).map(ordered).collect();
        let mut found: Vec<String> = frame.readings.iter().map(|reading| ordered(&reading.selector.to_string())).collect();
        want.sort();
        found.sort();
        return (want != found).then(|| format!("reads: expected {want:#?}, found {found:#?} ({:?})", frame.clarify));
    }
    if row.get("action").is_some() && !frame.is_executable() {
        return Some(format!("asks: {:?}", frame.clarify));
    }
    let got = serde_json::to_value(frame).unwrap();
    for (key, want) in row.iter().filter(|(key, _)| !matches!(key.as_str(), "case" | "say" | "why")) {
        let same = if key == "selector" {
            ordered(want.as_str().unwrap_or_default()) == ordered(&frame.selector.to_string())
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
