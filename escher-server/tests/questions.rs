//! Questions from the field and their neighbors. A row of `cases/questions.jsonl` says what the frame must be: `intent`,
//! `selector` and other parts as they are, `admits` if something must be unread or asked back, `or` for selectors of
//! which one is right unless something is admitted, `not` for what the selector must not contain, `after` for the turns
//! before.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use escher_core::{Frame, Intent, Selector};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use support::ordered;

fn read(after: &[&str], text: &str) -> Frame {
    support::read_after(after, text)
}

fn parsed(text: &str) -> String {
    Selector::parse(text).unwrap_or_else(|e| panic!("`{text}`: {e}"));
    ordered(text)
}

fn wrong(row: &Map<String, Value>, frame: &Frame) -> Option<String> {
    let admits = !frame.unread.is_empty() || frame.clarify.is_some();
    let got = serde_json::to_value(frame).unwrap();
    if frame.is_executable() {
        return Some("is executable".to_owned());
    }
    for (key, want) in row {
        let right = match key.as_str() {
            "case" | "say" | "after" => true,
            "admits" => admits,
            "clarify" => frame.clarify.is_some(),
            "note" => frame.note.is_some(),
            "unread" if want.is_null() => frame.unread.is_empty(),
            "not" => !frame.selector.to_string().contains(want.as_str().unwrap()),
            "selector" => parsed(want.as_str().unwrap()) == parsed(&frame.selector.to_string()),
            "or" => {
                admits || want.as_array().unwrap().iter().any(|one| parsed(one.as_str().unwrap()) == parsed(&frame.selector.to_string()))
            }
            _ => *want == got[key],
        };
        if !right {
            return Some(format!("{key}: expected {want}, found {got}"));
        }
    }
    None
}

#[test]
fn every_case_is_read_or_admitted() {
    let mut failed = Vec::new();
    for line in include_str!("cases/questions.jsonl").lines().filter(|line| !line.is_empty()) {
        let row: Map<String, Value> = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let say = row["say"].as_str().unwrap();
        let after: Vec<&str> =
            row.get("after").and_then(Value::as_array).map(|turns| turns.iter().filter_map(Value::as_str).collect()).unwrap_or_default();
        if let Some(what) = wrong(&row, &read(&after, say)) {
            failed.push(format!("{} `{say}`: {what}", row["case"].as_str().unwrap_or_default()));
        }
    }
    assert!(failed.is_empty(), "{} wrong:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn a_clause_that_nothing_understands_is_admitted() {
    let clauses =
        ["that nobody likes", "near the harbor", "like last summer", "without flux capacitors", "which bob forgot", "not blorped"];
    for question in [
        "show idle VMs in prod",
        "how many databases are public",
        "list stopped vms",
        "VMs in us-east-1 by region",
        "top 5 most expensive vms",
    ] {
        assert!(read(&[], question).unread.is_empty(), "{question}");
        for clause in clauses {
            let text = format!("{question} {clause}");
            let frame = read(&[], &text);
            assert!(!frame.unread.is_empty() && frame.confidence < read(&[], question).confidence, "{text}: {frame:?}");
        }
    }
}

#[test]
fn long_and_odd_text_is_answered_and_does_nothing() {
    let mail = "Dear all, please note that the quarterly numbers look fine and nobody should worry about the migration. ".repeat(25);
    let logs = "2026-11-20T11:59:59Z ERROR web-1 connection refused to 10.0.0.5:5432 (attempt 3)\n".repeat(40);
    let code = "fn main() { for vm in vms { vm.stop(); } } // delete all vms\n".repeat(30);
    let orders = format!("{mail} Stop web-1. {mail} Then delete bucket logs-1 please.");
    let long = "stop ".repeat(200_000);
    let nested = "of vms in dev ".repeat(8);
    let odd = [
        "",
        " ",
        "\u{0}\u{1}",
        "\u{202e}pots",
        "???",
        "...",
        "=",
        "not",
        "not not not",
        "or or or",
        "“”",
        "(",
        "? ? ?",
        "by by by",
        "top",
        "last",
    ];
    let texts = [mail.as_str(), &logs, &code, &orders, &long, &nested];
    for text in texts.into_iter().chain(odd) {
        let frame = read(&[], text);
        assert!(!frame.is_executable(), "{text:.60}: {frame:?}");
    }
    let frame = read(&[], &orders);
    assert!(frame.intent == Intent::Act && frame.clarify.is_some(), "{frame:?}");
}

#[test]
fn turns_end() {
    let turns: Vec<String> =
        (0..200).map(|i| if i % 2 == 0 { "and in westus?".to_owned() } else { "only the idle ones".to_owned() }).collect();
    let turns: Vec<&str> = turns.iter().map(String::as_str).collect();
    let frame = read(&turns, "stop them");
    assert!(!frame.is_executable(), "{frame:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_a_sound_frame(text in ".{0,160}") {
        let frame = read(&[], &text);
        prop_assert_eq!(Selector::parse(&frame.selector.to_string()).unwrap(), frame.selector.clone());
        prop_assert!((0.0..=1.0).contains(&frame.confidence));
        prop_assert_eq!(json!(read(&[], &text)), json!(frame));
    }
}
