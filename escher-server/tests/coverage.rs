//! How many of the tables' orders are read as they should be. `cargo test -p escher-server --test coverage -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

use escher_core::Utterance;
use escher_server::OfflineBrain;
use serde_json::{Value, json};

/// With the values of each list in one order.
fn sorted(selector: &str) -> String {
    let mut text = String::new();
    let mut rest = selector;
    while let Some((before, (list, after))) = rest.split_once(" IN (").and_then(|(before, rest)| Some((before, rest.split_once(')')?))) {
        let mut values: Vec<&str> = list.split(", ").collect();
        values.sort_unstable();
        text.push_str(&format!("{before} IN ({})", values.join(", ")));
        rest = after;
    }
    text + rest
}

#[test]
fn orders_of_the_tables() {
    let mut right = 0;
    let (mut asks, mut wrong, mut unsafe_acts) = (Vec::new(), Vec::new(), Vec::new());
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frames")).unwrap() {
        for line in std::fs::read_to_string(entry.unwrap().path()).unwrap().lines().filter(|line| !line.is_empty()) {
            let row: Value = serde_json::from_str(line).unwrap();
            let say = row["say"].as_str().unwrap();
            let frame = OfflineBrain::new().read(&Utterance {
                text: say.to_owned(),
                history: Vec::new(),
                now: "2026-11-20T12:00:00Z".parse().unwrap(),
            });
            let acts =
                matches!(row["intent"].as_str(), Some("act" | "schedule")) && row.get("clarify").is_none() && row.get("action").is_some();
            let selector =
                |text: &str| text.parse::<escher_core::Selector>().map_or_else(|_| text.to_owned(), |it| sorted(&it.to_string()));
            let got =
                json!({"selector": selector(&frame.selector), "action": frame.action, "params": frame.params, "schedule": frame.schedule});
            let want = json!({"selector": selector(row["selector"].as_str().unwrap()), "action": row["action"], "params": row.get("params").cloned().unwrap_or(json!({})), "schedule": row["schedule"]});
            match (acts, frame.is_executable()) {
                (true, true) if got == want => right += 1,
                (true, true) => wrong.push(format!("{say}\n   want {want}\n    got {got}")),
                (true, false) => {
                    asks.push(format!("{say}   -- {}", frame.clarify.map_or_else(|| frame.intent.to_string(), |c| c.question)))
                }
                (false, true) => unsafe_acts.push(format!("{say}\n    got {got}")),
                (false, false) => {}
            }
        }
    }
    println!("== asks\n{}\n== wrong\n{}\n== unsafe\n{}", asks.join("\n"), wrong.join("\n"), unsafe_acts.join("\n"));
    println!("right {right}, asks {}, wrong {}, unsafe {}", asks.len(), wrong.len(), unsafe_acts.len());
}
