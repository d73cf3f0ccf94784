//! What is different about a resource, for people.

use escher_core::{FieldChange, Resource};
use serde_json::Value;

/// The differences that the observed hash covers, `state: running → stopped`; never empty.
pub(crate) fn between(before: &Resource, now: &Resource) -> String {
    let mut told = Vec::new();
    if let (Some(old), Some(new)) = (before.created, now.created)
        && old != new
    {
        told.push(format!("it is a different resource with the same id, created {new}, not {old}"));
    }
    let is_told = |change: &FieldChange| change.field != "created" || told.is_empty();
    let fields: Vec<String> = before.differences(now).iter().filter(|change| is_told(change)).map(field).collect();
    told.extend(fields);
    if told.is_empty() { "it changed since the plan was made".to_owned() } else { told.join("; ") }
}

fn field(change: &FieldChange) -> String {
    let name = match change.field.split_once('.') {
        Some(("tag", key)) => format!("tag {key}"),
        Some(("attr", name)) => name.to_owned(),
        _ => change.field.clone(),
    };
    format!("{name}: {} → {}", word(&change.from), word(&change.to))
}

/// A value in few words; the rest of a long one is not needed to see that it changed.
fn word(value: &Value) -> String {
    let text = match value {
        Value::Null => return "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    if text.chars().count() <= 60 { text } else { text.chars().take(59).chain(['…']).collect() }
}
