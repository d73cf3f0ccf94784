//! What is stored keeps its shape: documents of the version before are read, and their digests stay.
#![allow(clippy::unwrap_used, reason = "tests")]

use escher_core::plan::SCHEMA;
use escher_core::{JournalEntry, PlanDoc, PlanId, Resource, RunId, StepId};
use serde_json::{Value, json};

/// A plan as the version that wrote schema 1 stored it, digest and all.
const SCHEMA_1: &str = include_str!("plan_schema_1.json");

#[test]
fn a_document_of_schema_1_keeps_its_digest_and_its_form() {
    let doc: PlanDoc = serde_json::from_str(SCHEMA_1).unwrap();
    assert_eq!((doc.schema, SCHEMA), (1, 2));
    assert_eq!(doc.compute_digest(), doc.digest);
    assert_eq!(serde_json::to_value(&doc).unwrap(), serde_json::from_str::<Value>(SCHEMA_1).unwrap());
    assert_eq!(doc.undoes(), Some("run_01jhmgfd7gthm7z2wwyyd8z0y3".parse().unwrap()), "read from the goal, where it stood");
}

#[test]
fn a_line_of_the_version_before_says_what_was_observed_where_it_belongs() {
    let old = |phase: &str, reason: &str| {
        let line = json!({"run": "run_1", "plan": "pl_1", "step": "s1", "target": "i-1", "attempt": 1, "phase": phase,
            "at": "2025-01-15T08:00:00Z", "reason": reason});
        let entry = serde_json::from_value::<JournalEntry>(line).unwrap().upgraded();
        (entry.observed, entry.reason)
    };
    assert_eq!(old("observed", "sha256:ab"), (Some("sha256:ab".into()), None));
    assert_eq!(old("failed", "sha256:ab"), (None, Some("sha256:ab".into())));
}

#[test]
fn ids_of_another_shape_are_refused_wherever_they_are_read() {
    for bad in ["", "pl_", "pl_A", "pl_a/b", "pl_a b", "pl_é", "run_1", "pl_\n", &format!("pl_{}", "a".repeat(65))] {
        let error = bad.parse::<PlanId>().unwrap_err();
        assert!(error.hint_text().is_some() && error.message().len() < 300, "{bad:?}: {error}");
        assert!(serde_json::from_value::<PlanId>(json!(bad)).is_err(), "{bad:?}");
    }
    assert!("pl_1".parse::<RunId>().is_err());
    for bad in ["", "1", "S1", "s 1", "s1\u{1b}[2J"] {
        assert!(bad.parse::<StepId>().is_err(), "{bad:?}");
    }
    let id: StepId = "take-backup_2".parse().unwrap();
    assert_eq!(serde_json::to_value(&id).unwrap(), json!("take-backup_2"));
}

#[test]
fn the_hash_of_what_was_observed_stays() {
    let resource: Resource = serde_json::from_str(include_str!("resource.json")).unwrap();
    assert_eq!(resource.observed_hash(), "sha256:5ededded042a07247ea1ca3d561e78b6dd70a27f36bfeffcaab5d7b8de87e85d");
}
