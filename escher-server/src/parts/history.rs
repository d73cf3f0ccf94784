//! “It” and “them”: what the conversation named before, if that was exactly one thing.

use escher_core::selector::Field;
use escher_core::{Intent, Utterance};
use serde_json::Value;

use super::Part;
use crate::OfflineBrain;
use crate::scene::{Ask, Found, Scene};

/// Resolves pronouns against the last utterance that was about resources.
pub(crate) struct History;

impl Part for History {
    fn read(&self, scene: &mut Scene<'_>) {
        let act = matches!(scene.intent, Some(Intent::Act | Intent::Schedule));
        let asks = matches!(scene.intent, Some(Intent::Describe | Intent::Unknown | Intent::Find))
            && scene.note.as_deref().is_none_or(|note| note.starts_with("I did not"));
        let refers = scene.pronoun || (!act && (0..scene.len()).any(|i| matches!(scene.low(i), "it" | "that" | "this" | "its")));
        let empty =
            scene.found.iter().all(|found| found.negated || matches!(found.ask, Ask::Is(Field::State, _) | Ask::Flag(..) | Ask::Kind(..)));
        if !refers || !(act || asks) || !empty || scene.history.is_empty() {
            return;
        }
        // Only words can be resolved, never more of the conversation than the last thing that was spoken of.
        for text in scene.history.iter().rev().take(10) {
            let frame = OfflineBrain::new().read(&Utterance { text: text.clone(), history: Vec::new(), now: scene.now });
            if frame.constraints.is_empty() {
                continue;
            }
            let names: Vec<_> = frame.constraints.iter().filter(|c| matches!(c.field.as_str(), "name" | "id") && c.op == "=").collect();
            let [name] = names.as_slice() else { return };
            let Value::String(value) = &name.value else { return };
            let field = if name.field == "id" { Field::Id } else { Field::Name };
            scene.found.push(Found { at: 0, ask: Ask::Is(field, value.clone()), negated: false });
            for (word, field) in [("cloud", Field::Cloud), ("region", Field::Region), ("account", Field::Account)] {
                if let Some(value) = frame.constraints.iter().find(|c| c.field == word && c.op == "=").and_then(|c| c.value.as_str()) {
                    scene.found.push(Found { at: 0, ask: Ask::Is(field, value.to_owned()), negated: false });
                }
            }
            if scene.kinds().is_empty() {
                let kind = frame.constraints.iter().find(|c| c.field == "kind" && c.op == "=").and_then(|c| c.value.as_str());
                if let Some(kind) = kind.and_then(|kind| kind.parse().ok()) {
                    scene.found.push(Found { at: 0, ask: Ask::Kind(kind, None, None), negated: false });
                }
            }
            if scene.intent == Some(Intent::Unknown) {
                scene.intent = Some(Intent::Describe);
                scene.note = None;
            }
            if scene.intent == Some(Intent::Describe) {
                // “Why is it public?” asks about the one thing, public or not.
                scene.found.retain(|found| !matches!(found.ask, Ask::Is(Field::State, _) | Ask::Flag(..)));
            }
            scene.pronoun = false;
            return;
        }
    }
}
