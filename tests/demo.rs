//! The first sixty seconds: `demo` ends with an estate, and what it says to try works as printed.

use std::process::Command;

use crate::support::{Desk, ran, sorted};

#[test]
fn what_the_demo_says_to_try_works_as_printed() {
    let desk = Desk::empty();
    let demo = desk.json(&["demo", "--json"]);
    assert_eq!(demo["simulated"], true);
    assert!(demo["total"].as_u64().unwrap() > 0);
    let suggestions = demo["try"].as_array().unwrap();
    assert_eq!(suggestions.len(), 3);
    for suggestion in suggestions {
        let line = suggestion.as_str().unwrap();
        let ran = ran(desk.environment(Command::new("sh").args(["-c", line])).output().unwrap());
        assert!(ran.code == 0 || ran.code == 3, "{line}: {} {}", ran.code, ran.err);
        assert!(!ran.out.is_empty(), "{line} says nothing");
    }
}

#[test]
fn the_same_seed_is_the_same_estate_and_another_is_another() {
    let export = |spec: &str| {
        let desk = Desk::empty();
        desk.ok(&["demo", "--sim", spec, "--now", "2026-11-01", "--quiet"]);
        desk.ok(&["export", "--now", "2026-11-01"])
    };
    let first = export("3:400");
    assert_eq!(first, export("3:400"));
    assert_ne!(first, export("4:400"));
}

#[test]
fn a_second_sync_finds_everything_unchanged() {
    let desk = Desk::demo();
    let before = desk.export();
    let synced = desk.json(&["sync", "--json"]);
    assert_eq!(synced["unchanged"], synced["seen"]);
    for key in ["added", "changed", "removed", "missing", "indexed"] {
        assert_eq!(synced[key], 0, "{key}");
    }
    assert_eq!(sorted(&before, "id"), sorted(&desk.export(), "id"));
}
