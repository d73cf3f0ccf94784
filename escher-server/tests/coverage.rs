//! How many of the tables' orders are read as they should be. `cargo test -p escher-server --test coverage -- --nocapture`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking")]

mod support;

use serde_json::json;
use support::{ordered, read, tables};

#[test]
fn orders_of_the_tables() {
    let mut right = 0;
    let (mut asks, mut wrong, mut unsafe_acts) = (Vec::new(), Vec::new(), Vec::new());
    for row in tables() {
        let say = row["say"].as_str().unwrap();
        let frame = read(say);
        let acts =
            matches!(row["intent"].as_str(), Some("act" | "schedule")) && row.get("clarify").is_none() && row.get("action").is_some();
        let got = json!({"selector": ordered(&frame.selector), "action": frame.action, "params": frame.params, "schedule": frame.schedule});
        let want = json!({"selector": ordered(row["selector"].as_str().unwrap()), "action": row["action"], "params": row.get("params").cloned().unwrap_or(json!({})), "schedule": row["schedule"]});
        match (acts, frame.is_executable()) {
            (true, true) if got == want => right += 1,
            (true, true) => wrong.push(format!("{say}\n   want {want}\n    got {got}")),
            (true, false) => asks.push(format!("{say}   -- {}", frame.clarify.map_or_else(|| frame.intent.to_string(), |c| c.question))),
            (false, true) => unsafe_acts.push(format!("{say}\n    got {got}")),
            (false, false) => {}
        }
    }
    println!("== asks\n{}\n== wrong\n{}\n== unsafe\n{}", asks.join("\n"), wrong.join("\n"), unsafe_acts.join("\n"));
    println!("right {right}, asks {}, wrong {}, unsafe {}", asks.len(), wrong.len(), unsafe_acts.len());
}
