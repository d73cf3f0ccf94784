//! An order as a plain sentence: “Stop idle VMs in Azure West US”.

use escher_core::selector::{Field, Op};
use escher_core::{CloudId, Flag, Kind, Selector, Verb, regions};
use serde_json::{Map, Value};

/// The sentence for one order.
pub(crate) fn sentence(verb: Verb, kind: Option<Kind>, selector: &Selector, params: &Map<String, Value>) -> String {
    // Adjectives with their order: “idle stopped dev postgres databases”.
    let mut before: Vec<(u8, String)> = Vec::new();
    let mut cloud: Option<CloudId> = None;
    let mut clouds: Option<String> = None;
    let mut places: Vec<String> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    let mut among = false;
    let mut after: Vec<String> = Vec::new();
    for part in selector.conjuncts() {
        match part {
            Selector::Flag(flag) => before.push((0, adjective(*flag, true).to_owned())),
            Selector::Not(inner) => match &**inner {
                Selector::Flag(flag) => before.push((0, adjective(*flag, false).to_owned())),
                _ => after.push(part.to_string()),
            },
            Selector::Compare { field, op: Op::Eq, value } => match field {
                Field::Cloud => cloud = value.plain().parse().ok(),
                Field::Kind => {}
                Field::Env => before.push((2, value.plain())),
                Field::State => before.push((1, value.plain())),
                Field::Engine => before.push((3, value.plain())),
                Field::Region | Field::Zone => places.push(value.plain()),
                Field::Name | Field::Id => names.push(value.plain()),
                _ => after.push(part.to_string()),
            },
            Selector::In { field, values } => {
                let words: Vec<String> = values.iter().map(escher_core::selector::Value::plain).collect();
                match field {
                    Field::Kind => {}
                    Field::Cloud => {
                        let named: Vec<&str> = words.iter().filter_map(|word| word.parse().ok()).map(title).collect();
                        clouds = Some(named.join(" and "));
                    }
                    // Ids are long and say nothing to a person; how many of them meet the other conditions only the estate tells.
                    Field::Id => among = true,
                    Field::Name => names.extend(words),
                    Field::Env => before.push((2, words.join(" and "))),
                    Field::Region => places.extend(words),
                    _ => after.push(part.to_string()),
                }
            }
            other => after.push(other.to_string()),
        }
    }
    let one = names.len() == 1;
    let mut sentence = lead(verb, params);
    let mut push = |text: String| {
        if !text.is_empty() {
            sentence.push(' ');
            sentence.push_str(&text);
        }
    };
    let noun = kind.map(|kind| noun(kind, one || verb == Verb::Create));
    before.sort_by_key(|(rank, _)| *rank);
    push(if among { "selected".to_owned() } else { String::new() });
    push(before.into_iter().map(|(_, word)| word).collect::<Vec<_>>().join(" "));
    match (noun, names.is_empty()) {
        (Some(noun), _) => push(noun),
        (None, true) => push("resources".to_owned()),
        (None, false) => {}
    }
    push(names.join(", "));
    let place = places.iter().map(|code| shown(cloud, code)).collect::<Vec<_>>().join(", ");
    let cloud = clouds.or_else(|| cloud.map(|cloud| title(cloud).to_owned()));
    match (cloud, place.is_empty()) {
        (Some(cloud), true) => push(format!("in {cloud}")),
        (Some(cloud), false) => push(format!("in {cloud} {place}")),
        (None, false) => push(format!("in {place}")),
        (None, true) => {}
    }
    if !after.is_empty() {
        push(format!("where {}", after.join(" and ")));
    }
    push(with(verb, params));
    sentence
}

fn shown(cloud: Option<CloudId>, code: &str) -> String {
    match cloud {
        Some(cloud @ CloudId::Azure) => regions::find(cloud, code).map_or_else(|| code.to_owned(), |region| region.name.to_owned()),
        _ => code.to_owned(),
    }
}

fn told(params: &Map<String, Value>, key: &str) -> Option<String> {
    params.get(key).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

/// What stands before the things: “Stop”, “Close port 22 on”.
fn lead(verb: Verb, params: &Map<String, Value>) -> String {
    let port = || told(params, "port").unwrap_or_default();
    match verb {
        Verb::OpenPort => format!("Open port {} on", port()),
        Verb::ClosePort => format!("Close port {} on", port()),
        Verb::MakePrivate => "Make".to_owned(),
        Verb::Snapshot => "Take a snapshot of".to_owned(),
        Verb::Untag => {
            let keys: Vec<&str> = params.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            format!("Remove {} {} from", if keys.len() == 1 { "tag" } else { "tags" }, keys.join(", "))
        }
        Verb::EnableVersioning => "Enable versioning on".to_owned(),
        Verb::EnableBackups => "Enable backups for".to_owned(),
        _ => capital(verb.as_str().replace('-', " ")),
    }
}

/// What stands behind them: “to m5.large”, “with owner=bob”.
fn with(verb: Verb, params: &Map<String, Value>) -> String {
    let text = |key: &str| told(params, key);
    match verb {
        Verb::Resize => text("size").map_or_else(String::new, |size| format!("to {size}")),
        Verb::Scale => text("count")
            .map_or_else(String::new, |count| if count.starts_with(['+', '-']) { format!("by {count}") } else { format!("to {count}") }),
        Verb::Tag => params.get("tags").and_then(Value::as_object).map_or_else(String::new, |tags| {
            let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default())).collect();
            format!("with {}", tags.join(", "))
        }),
        Verb::OpenPort | Verb::ClosePort => text("cidr").map_or_else(String::new, |cidr| format!("to {cidr}")),
        Verb::MakePrivate => "private".to_owned(),
        Verb::Attach => text("to").map_or_else(String::new, |to| format!("to {to}")),
        Verb::Snapshot | Verb::Restore => text("name").map_or_else(String::new, |name| format!("as {name}")),
        Verb::Create => {
            let name = text("name").unwrap_or_default();
            text("region").map_or(name.clone(), |region| format!("{name} in {region}"))
        }
        _ => String::new(),
    }
}

fn adjective(flag: Flag, value: bool) -> &'static str {
    match (flag, value) {
        (Flag::Idle, true) => "idle",
        (Flag::Idle, false) => "busy",
        (Flag::Public, true) => "public",
        (Flag::Public, false) => "private",
        (Flag::Encrypted, true) => "encrypted",
        (Flag::Encrypted, false) => "unencrypted",
        (Flag::Attached, true) => "attached",
        (Flag::Attached, false) => "unattached",
        (Flag::BackedUp, true) => "backed-up",
        (Flag::BackedUp, false) => "not backed-up",
        (Flag::Untagged, true) => "untagged",
        (Flag::Untagged, false) => "tagged",
    }
}

fn title(cloud: CloudId) -> &'static str {
    match cloud {
        CloudId::Aws => "AWS",
        CloudId::Azure => "Azure",
        CloudId::Gcp => "GCP",
    }
}

/// The kind in words, one or many.
pub(crate) fn noun(kind: Kind, one: bool) -> String {
    if one { kind.label().to_owned() } else { kind.labels() }
}

/// With a capital letter.
pub(crate) fn capital(word: String) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
