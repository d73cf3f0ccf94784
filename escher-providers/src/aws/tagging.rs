//! What all services share about tags: parameters, and the way back.

use std::collections::BTreeMap;

use escher_core::{Action, Resource, Undo, Verb};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Parameters of `tag`.
#[derive(Deserialize)]
pub(super) struct TagParams {
    pub(super) tags: BTreeMap<String, String>,
}

/// Parameters of `untag`.
#[derive(Deserialize)]
pub(super) struct UntagParams {
    pub(super) keys: Vec<String>,
}

/// The tags of parameter `tags`.
pub(super) fn tags(params: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    params.get("tags").and_then(Value::as_object).into_iter().flatten().filter_map(text).collect()
}

/// The keys of parameter `keys`.
pub(super) fn keys(params: &Map<String, Value>) -> Vec<String> {
    params.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// After `tag`: overwritten values come back, new keys go. Nothing where the tags before are not known.
pub(super) fn undo_tag(params: &Map<String, Value>, before: &Resource) -> Vec<Undo> {
    let Some(had) = &before.tags else { return Vec::new() };
    let set = tags(params);
    let old: BTreeMap<_, _> = set.iter().filter_map(|(key, value)| had.get_key_value(key).filter(|(_, was)| *was != value)).collect();
    let new: Vec<_> = set.keys().filter(|key| !had.contains_key(*key)).collect();
    put_back(before, json!(old), json!(new), old.is_empty(), new.is_empty())
}

/// After `untag`: the tags that were there come back.
pub(super) fn undo_untag(params: &Map<String, Value>, before: &Resource) -> Vec<Undo> {
    let Some(had) = &before.tags else { return Vec::new() };
    let old: BTreeMap<_, _> = keys(params).iter().filter_map(|key| had.get_key_value(key)).map(|(k, v)| (k.clone(), v.clone())).collect();
    put_back(before, json!(old), Value::Null, old.is_empty(), true)
}

fn put_back(before: &Resource, old: Value, new: Value, no_old: bool, no_new: bool) -> Vec<Undo> {
    let undo =
        |verb, name: &str, value| Undo { action: Action { kind: before.kind, verb }, params: Map::from_iter([(name.to_owned(), value)]) };
    let tag = (!no_old).then(|| undo(Verb::Tag, "tags", old));
    let untag = (!no_new).then(|| undo(Verb::Untag, "keys", new));
    tag.into_iter().chain(untag).collect()
}

#[cfg(test)]
mod tests {
    use super::{undo_tag, undo_untag};
    use escher_core::{CloudId, Kind, Resource};
    use serde_json::json;

    #[test]
    fn the_way_back_restores_exactly() {
        let mut before = Resource::new(CloudId::Aws, "arn:aws:ec2:eu-west-1:1:volume/vol-1", Kind::Disk, "ec2:volume", "d");
        before.tags = Some([("env".to_owned(), "dev".to_owned()), ("same".to_owned(), "x".to_owned())].into());
        let params = json!({"tags": {"env": "prod", "same": "x", "new": "1"}});
        let undo = undo_tag(params.as_object().unwrap(), &before);
        assert_eq!(
            serde_json::to_value(&undo).unwrap(),
            json!([
                {"action": "disk.tag", "params": {"tags": {"env": "dev"}}},
                {"action": "disk.untag", "params": {"keys": ["new"]}},
            ])
        );
        let params = json!({"keys": ["env", "never-there"]});
        let undo = undo_untag(params.as_object().unwrap(), &before);
        assert_eq!(serde_json::to_value(&undo).unwrap(), json!([{"action": "disk.tag", "params": {"tags": {"env": "dev"}}}]));
        before.tags = None;
        assert!(undo_untag(params.as_object().unwrap(), &before).is_empty());
    }
}
