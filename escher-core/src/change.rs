//! What became of the estate: what appeared, what changed in which fields, what was removed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::resource::attr;
use crate::words::vocabulary;
use crate::{Resource, ResourceId, RunId};

vocabulary! {
    /// What became of a resource.
    ChangeKind, "change" {
        /// It was seen for the first time.
        Appeared = "appeared",
        /// Fields of it differ.
        Changed = "changed",
        /// It is gone.
        Removed = "removed",
    }
}

/// A field that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FieldChange {
    /// The field as a selector names it: `state`, `tag.env`, `size`, `attr.vpc_id`, `rel.attached`.
    pub field: String,
    /// What it was; `null` if it was not reported.
    pub from: Value,
    /// What it is; `null` if it is not reported.
    pub to: Value,
}

/// Something that happened to a resource, by the time at which it was noticed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// When it was noticed.
    pub at: Timestamp,
    /// The resource.
    pub id: ResourceId,
    /// Its name then.
    pub name: String,
    /// What happened.
    pub change: ChangeKind,
    /// For a change, the fields that differ.
    pub fields: Vec<FieldChange>,
    /// The run of ours that caused it, as far as that is known.
    pub run: Option<RunId>,
}

/// Attributes that are fields of their own in selectors.
const FIELDS: [&str; 8] =
    [attr::ENGINE, attr::SIZE, attr::CAPACITY, attr::MEMORY, attr::RESOURCE_GROUP, attr::NETWORK, attr::PUBLIC, attr::ENCRYPTED];

impl Resource {
    /// In which fields `now` differs from this, as far as [`Resource::observed_hash`] covers them; sorted by name. Where
    /// nothing else differs, the cloud's own word for the state may.
    pub fn differences(&self, now: &Self) -> Vec<FieldChange> {
        let mut changes = Vec::new();
        let mut compare = |field: String, from: Option<Value>, to: Option<Value>| {
            if from != to {
                changes.push(FieldChange { field, from: from.unwrap_or_default(), to: to.unwrap_or_default() });
            }
        };
        let (Ok(Value::Object(old)), Ok(Value::Object(new))) = (serde_json::to_value(self), serde_json::to_value(now)) else {
            return changes;
        };
        let keys: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for key in keys {
            match key.as_str() {
                "id" | "metrics" | "cost_month" | "state_raw" | "attributes" | "tags" | "links" => {}
                key => compare(key.to_owned(), old.get(key).cloned(), new.get(key).cloned()),
            }
        }
        let names: BTreeSet<&String> = self.attributes.keys().chain(now.attributes.keys()).collect();
        for name in names.into_iter().filter(|name| *name != attr::LAST_BACKUP) {
            let field = if FIELDS.contains(&name.as_str()) { name.clone() } else { format!("attr.{name}") };
            compare(field, self.attributes.get(name).cloned(), now.attributes.get(name).cloned());
        }
        let keys: BTreeSet<&String> = self.tags.iter().chain(&now.tags).flatten().map(|(key, _)| key).collect();
        let tag = |resource: &Self, key: &String| resource.tags.as_ref().and_then(|tags| tags.get(key)).map(|value| value.as_str().into());
        for key in keys {
            compare(format!("tag.{key}"), tag(self, key), tag(now, key));
        }
        if self.tags.is_some() != now.tags.is_some() && self.tags.iter().chain(&now.tags).all(|tags| tags.is_empty()) {
            let none = |resource: &Self| resource.tags.as_ref().map(|_| Value::Object(Default::default()));
            compare("tags".to_owned(), none(self), none(now));
        }
        let rels: BTreeSet<&str> = self.links.iter().chain(&now.links).map(|link| link.rel.as_str()).collect();
        for rel in rels {
            let targets = |resource: &Self| {
                let targets: Vec<Value> =
                    resource.links.iter().filter(|link| link.rel.as_str() == rel).map(|link| link.id.as_str().into()).collect();
                (!targets.is_empty()).then_some(Value::Array(targets))
            };
            compare(format!("rel.{rel}"), targets(self), targets(now));
        }
        if changes.is_empty() && self.state_raw != now.state_raw {
            let word = |resource: &Self| resource.state_raw.clone().map_or(Value::Null, Value::String);
            changes.push(FieldChange { field: "raw-state".to_owned(), from: word(self), to: word(now) });
        }
        changes.sort_by(|a, b| a.field.cmp(&b.field));
        changes
    }
}
