//! What is different about a resource, for people.

use std::collections::BTreeSet;

use escher_core::Resource;
use serde_json::Value;

/// The differences that the observed hash covers, `state: running → stopped`; never empty.
pub(crate) fn between(before: &Resource, now: &Resource) -> String {
    let mut told = Vec::new();
    if let (Some(old), Some(new)) = (before.created, now.created)
        && old != new
    {
        told.push(format!("it is another resource under the same id, created {new}, not {old}"));
    }
    let (Ok(Value::Object(old)), Ok(Value::Object(new))) = (serde_json::to_value(before), serde_json::to_value(now)) else {
        return "it changed since the plan was made".to_owned();
    };
    let fields: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for field in fields {
        if matches!(field.as_str(), "metrics" | "cost_month" | "state_raw") || (field == "created" && !told.is_empty()) {
            continue;
        }
        compare(field, old.get(field), new.get(field), &mut told);
    }
    if told.is_empty() && before.state_raw != now.state_raw {
        let word = |state: &Option<String>| state.clone().unwrap_or_else(|| "nothing".to_owned());
        told.push(format!("state: {} → {}", word(&before.state_raw), word(&now.state_raw)));
    }
    if told.is_empty() { "it changed since the plan was made".to_owned() } else { told.join("; ") }
}

fn compare(field: &str, old: Option<&Value>, new: Option<&Value>, told: &mut Vec<String>) {
    if old == new {
        return;
    }
    let empty = serde_json::Map::new();
    let object = |value: Option<&Value>| value.map_or(Some(empty.clone()), |value| value.as_object().cloned());
    if let (Some(old), Some(new), true) = (object(old), object(new), matches!(field, "tags" | "attributes")) {
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys.into_iter().filter(|key| old.get(*key) != new.get(*key)) {
            let name = if field == "tags" { format!("tag {key}") } else { key.clone() };
            told.push(format!("{name}: {} → {}", word(old.get(key)), word(new.get(key))));
        }
        return;
    }
    told.push(format!("{field}: {} → {}", word(old), word(new)));
}

/// A value in few words; the rest of a long one is not needed to see that it changed.
fn word(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => return "nothing".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    if text.chars().count() <= 60 { text } else { text.chars().take(59).chain(['…']).collect() }
}
