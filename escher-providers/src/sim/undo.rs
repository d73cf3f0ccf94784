//! What puts back what was, and what shows that something was done.

use escher_core::resource::attr;
use escher_core::{Kind, Rel, Resource, State, Step, Undo, Verb};
use serde_json::{Map, Value, json};

use super::acts::setting_of;
use super::attributes::COUNT;
use super::firewall;
use super::store::SimAct;
use crate::tagging;

fn with(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Map<String, Value> {
    entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// What would put `before` back after a step; empty where nothing would, or nothing changes.
pub(super) fn of(step: &Step, before: &Resource) -> Vec<Undo> {
    let one = |verb, params| Undo { action: escher_core::Action { kind: step.action.kind, verb }, params };
    match step.action.verb {
        Verb::Start if before.state == Some(State::Stopped) => vec![one(Verb::Stop, Map::new())],
        Verb::Stop if before.state == Some(State::Running) => vec![one(Verb::Start, Map::new())],
        Verb::Resize if before.kind != Kind::Disk => {
            let size = before.text_attr(attr::SIZE).filter(|size| step.params.get("size").and_then(Value::as_str) != Some(size));
            size.map(|size| one(Verb::Resize, with([("size", json!(size))]))).into_iter().collect()
        }
        Verb::Scale => {
            let count = before.attributes.get(COUNT);
            count.map(|count| one(Verb::Scale, with([("count", count.clone())]))).into_iter().collect()
        }
        Verb::Tag => tagging::undo_tag(&step.params, before),
        Verb::Untag => tagging::undo_untag(&step.params, before),
        Verb::Attach => vec![one(Verb::Detach, Map::new())],
        Verb::Detach => {
            let user = before.links.iter().find(|link| link.rel == Rel::Attached);
            user.map(|link| one(Verb::Attach, with([("to", json!(link.id.as_str()))]))).into_iter().collect()
        }
        verb @ (Verb::ClosePort | Verb::OpenPort) => {
            let back = if verb == Verb::ClosePort { Verb::OpenPort } else { Verb::ClosePort };
            let mut params = step.params.clone();
            params.insert("previous".into(), Value::Array(firewall::rules(before)));
            vec![one(back, params)]
        }
        verb => match setting_of(step.action) {
            Some((name, _)) => {
                let previous = before.attributes.get(name).cloned().unwrap_or(Value::Null);
                vec![one(verb, with([("previous", previous)]))]
            }
            None => Vec::new(),
        },
    }
}

/// Whether the effect of a step is visible; `None` if this is not the way to tell.
pub(super) fn shows(step: &Step, now: &Resource, act: impl FnOnce() -> Option<SimAct>) -> Option<bool> {
    if let Some((name, wanted)) = setting_of(step.action) {
        let told = now.attributes.get(name).cloned().unwrap_or(Value::Null);
        return Some(told == step.params.get("previous").cloned().unwrap_or(json!(wanted)));
    }
    match step.action.verb {
        verb @ (Verb::ClosePort | Verb::OpenPort) => firewall::shows(now, verb, &step.params),
        Verb::Scale => match step.params.get("count").map(|count| count.as_str().map_or_else(|| count.to_string(), str::to_owned)) {
            Some(count) if !count.starts_with(['+', '-']) => Some(now.attributes.get(COUNT).map(Value::to_string) == Some(count)),
            // How many more than before: the cloud remembers what that came to.
            _ => Some(act().is_some_and(|act| act.detail.get(COUNT) == now.attributes.get(COUNT))),
        },
        Verb::Snapshot | Verb::Restore | Verb::Rotate | Verb::Create => Some(act().is_some()),
        _ => None,
    }
}
