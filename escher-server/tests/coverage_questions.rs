//! How many of the tables' questions are read as they should be: everything that orders no change.
//! `cargo test -p escher-server --test coverage_questions -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use escher_core::{Frame, Selector, Utterance};
use escher_server::OfflineBrain;
use serde_json::{Value, json};

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

/// What is compared. A question back and unread words both admit that something was not understood.
fn shown(frame: &Value) -> Value {
    let selector = frame["selector"].as_str().unwrap();
    let selector = selector.parse::<Selector>().map_or_else(|_| selector.to_owned(), |it| ordered(it).to_string());
    let told = |key: &str, empty: Value| frame.get(key).filter(|value| **value != Value::Null && **value != empty).cloned();
    json!({
        "intent": frame["intent"], "selector": selector, "group_by": told("group_by", json!([])), "period": told("period", json!("")),
        "sort": told("sort", json!("")), "limit": told("limit", json!("")), "action": told("action", json!("")),
        "admits": told("clarify", json!("")).is_some() || told("unread", json!([])).is_some(), "note": told("note", json!("")).is_some(),
    })
}

#[test]
fn questions_of_the_tables() {
    let mut right = 0;
    let mut near = 0;
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut count = 0;
    for table in ["questions", "others", "varied", "either", "careful"] {
        let path = format!("{}/tests/frames/{table}.jsonl", env!("CARGO_MANIFEST_DIR"));
        for line in std::fs::read_to_string(path).unwrap().lines().filter(|line| !line.is_empty()) {
            let row: Value = serde_json::from_str(line).unwrap();
            if matches!(row["intent"].as_str(), Some("act" | "schedule")) {
                continue;
            }
            count += 1;
            let say = row["say"].as_str().unwrap();
            let frame: Frame = OfflineBrain::new().read(&Utterance {
                text: say.to_owned(),
                history: Vec::new(),
                now: "2026-11-20T12:00:00Z".parse().unwrap(),
            });
            assert!(!frame.is_executable(), "`{say}` is no order");
            let unread = frame.unread.join(" ");
            let (want, got) = (shown(&row), shown(&serde_json::to_value(&frame).unwrap()));
            if want == got {
                right += 1;
                continue;
            }
            let class = if want["intent"] == got["intent"] {
                near += 1;
                "intent right"
            } else {
                "intent wrong"
            };
            let differing: Vec<String> = want
                .as_object()
                .unwrap()
                .iter()
                .filter(|(key, value)| got[key.as_str()] != **value)
                .map(|(key, value)| format!("{key}: {value} -> {}", got[key.as_str()]))
                .collect();
            let unread = if unread.is_empty() { unread } else { format!("   unread: {unread}") };
            wrong
                .entry(format!("{class}, {}", want["intent"].as_str().unwrap()))
                .or_default()
                .push(format!("{say}\n    {}{unread}", differing.join("\n    ")));
        }
    }
    for (class, lines) in &wrong {
        println!("== {class} ({})\n{}", lines.len(), lines.join("\n"));
    }
    println!("exact {right} of {count}, intent right {}, wrong {}", right + near, count - right - near);
}
