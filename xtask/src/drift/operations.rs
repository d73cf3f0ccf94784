//! `docs/operations.md`: the list of operations, as the program itself prints it.

use std::fmt::Write as _;

use escher_core::{Error, Result};
use serde_json::Value;

use super::program;
use crate::process;
use crate::project::Project;

/// The page.
pub(crate) fn page(project: &Project) -> Result<String> {
    let printed = process::capture(process::command(program(project)?).args(["ops", "--json"]))?;
    let document: Value = serde_json::from_str(&printed).map_err(|e| Error::internal("the list of operations is not JSON").caused_by(e))?;
    Ok(written(&document))
}

fn written(document: &Value) -> String {
    let mut text = String::from(
        "# Operations\n\n\
         Everything Escher does is an operation; every interface serves the same list. *Reads* changes only Escher's own copy of\n\
         the estate, *plans* saves a plan that has not run or a turn of a conversation, and *changes* changes a cloud, an\n\
         approval, or what Escher knows and can reach. `escher ops --json` prints the full JSON Schemas; [doors.md](doors.md)\n\
         describes the interfaces.\n\n\
         This page is generated from the list in `src/api`: change it there, then run `cargo xtask drift --write`.\n",
    );
    for it in document["operations"].as_array().into_iter().flatten() {
        let (name, effect, summary) = (said(&it["name"]), said(&it["effect"]), said(&it["summary"]));
        let streams = if it["streams"] == true { ", reports events" } else { "" };
        // Writing to a String does not fail.
        let _ = write!(text, "\n## `{name}`\n\n{summary}. Effect: {effect}{streams}.\n");
        table(&mut text, "request", &it["request"]);
        table(&mut text, "response", &it["response"]);
        if it["streams"] == true {
            table(&mut text, "event", &it["event"]);
        }
    }
    text
}

/// The fields of an object, or of each kind of it.
fn table(text: &mut String, title: &str, schema: &Value) {
    let mut rows = Vec::new();
    fields(schema, schema, &mut rows);
    for option in ["oneOf", "anyOf"].iter().filter_map(|key| schema[*key].as_array()).flatten() {
        fields(option, schema, &mut rows);
    }
    if rows.is_empty() {
        return;
    }
    let _ = write!(text, "\n| {title} | type | |\n|---|---|---|\n");
    rows.dedup();
    for row in rows {
        let _ = writeln!(text, "{row}");
    }
}

fn fields(schema: &Value, root: &Value, rows: &mut Vec<String>) {
    let required: Vec<&str> = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, field) in schema["properties"].as_object().into_iter().flatten() {
        let shown = if required.contains(&name.as_str()) { format!("`{name}`") } else { format!("[`{name}`]") };
        let about = said(&field["description"]).split("\n\n").next().unwrap_or_default().replace('\n', " ").replace('|', "\\|");
        rows.push(format!("| {shown} | {} | {about} |", kind(field, root)));
    }
}

/// What a value is, in a word or two.
fn kind(schema: &Value, root: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|to| to.strip_prefix("#/$defs/")) {
        let target = &root["$defs"][name];
        return if target["type"] == "string" && target["enum"].is_null() { "string".to_owned() } else { name.to_owned() };
    }
    if let Some(value) = schema["const"].as_str() {
        return format!("`\"{value}\"`");
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let known: Vec<String> = options.iter().map(|option| kind(option, root)).collect();
        return known.join(" or ");
    }
    match &schema["type"] {
        Value::String(word) if word == "array" => format!("list of {}", kind(&schema["items"], root)),
        Value::String(word) => word.clone(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ => "any".to_owned(),
    }
}

fn said(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_operation_has_its_fields_and_what_they_are() {
        let page = written(&json!({"operations": [{
            "name": "look", "summary": "Look", "effect": "reads", "streams": false, "event": null,
            "request": {"type": "object", "required": ["id"], "properties": {
                "id": {"type": "string", "description": "Which one.\n\nAt length."}, "kind": {"anyOf": [{"$ref": "#/$defs/Kind"}, {"type": "null"}]}}},
            "response": {"type": "object", "properties": {"all": {"type": "array", "items": {"type": "integer"}}}},
        }]}));
        assert!(page.contains("## `look`\n\nLook. Effect: reads.\n"), "{page}");
        assert!(page.contains("| `id` | string | Which one. |\n| [`kind`] | Kind or null |  |\n"), "{page}");
        assert!(page.contains("| [`all`] | list of integer |  |\n"), "{page}");
    }
}
