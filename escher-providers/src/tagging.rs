//! What all clouds share about tags: parameters, what they do to the tags of a resource, and the way back.

use std::collections::BTreeMap;

use escher_core::{Action, Resource, Undo, Verb};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Parameters of `tag`.
#[derive(Deserialize)]
pub(crate) struct TagParams {
    pub(crate) tags: BTreeMap<String, String>,
}

/// Parameters of `untag`.
#[derive(Deserialize)]
pub(crate) struct UntagParams {
    pub(crate) keys: Vec<String>,
}

/// The tags of parameter `tags`.
pub(crate) fn tags(params: &Map<String, Value>) -> BTreeMap<String, String> {
    let text = |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
    params.get("tags").and_then(Value::as_object).into_iter().flatten().filter_map(text).collect()
}

/// The keys of parameter `keys`.
pub(crate) fn keys(params: &Map<String, Value>) -> Vec<String> {
    params.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Sets `new` among the tags that are there: the others stay.
pub(crate) fn set(tags: &mut BTreeMap<String, String>, new: BTreeMap<String, String>) {
    tags.extend(new);
}

/// Removes the tags of these keys, whatever their values.
pub(crate) fn remove(tags: &mut BTreeMap<String, String>, keys: &[String]) {
    tags.retain(|key, _| !keys.contains(key));
}

/// After `tag`: overwritten values come back, new keys go. Nothing where the tags before are not known.
pub(crate) fn undo_tag(params: &Map<String, Value>, before: &Resource) -> Vec<Undo> {
    let Some(had) = &before.tags else { return Vec::new() };
    let set = tags(params);
    let old: BTreeMap<_, _> = set.iter().filter_map(|(key, value)| had.get_key_value(key).filter(|(_, was)| *was != value)).collect();
    let new: Vec<_> = set.keys().filter(|key| !had.contains_key(*key)).collect();
    put_back(before, json!(old), json!(new), old.is_empty(), new.is_empty())
}

/// After `untag`: the tags that were there come back.
pub(crate) fn undo_untag(params: &Map<String, Value>, before: &Resource) -> Vec<Undo> {
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
    use super::{BTreeMap, keys, remove, set, tags, undo_tag, undo_untag};
    use escher_core::{CloudId, Kind, Resource, Undo, Verb};
    use proptest::prelude::*;
    use serde_json::json;

    fn apply(all: &mut BTreeMap<String, String>, step: &Undo) {
        match step.action.verb {
            Verb::Tag => set(all, tags(&step.params)),
            _ => remove(all, &keys(&step.params)),
        }
    }

    proptest! {
        #[test]
        fn what_is_done_to_tags_is_undone(
            before in prop::collection::btree_map("[a-d]", "[xy]", 0..4),
            new in prop::collection::btree_map("[a-e]", "[xyz]", 1..4),
        ) {
            let mut resource = Resource::new(CloudId::Aws, "arn:aws:ec2:eu-west-1:1:volume/vol-1", Kind::Disk, "ec2:volume", "d");
            resource.tags = Some(before.clone());
            let gone: Vec<&String> = new.keys().collect();
            let (tag, untag) = (json!({ "tags": new }), json!({ "keys": gone }));
            let (tag, untag) = (tag.as_object().unwrap(), untag.as_object().unwrap());
            let mut now = before.clone();
            set(&mut now, tags(tag));
            prop_assert!(new.iter().all(|pair| now.get_key_value(pair.0) == Some(pair)) && before.keys().all(|key| now.contains_key(key)));
            undo_tag(tag, &resource).iter().for_each(|step| apply(&mut now, step));
            prop_assert_eq!(&now, &before);
            remove(&mut now, &keys(untag));
            prop_assert!(!now.keys().any(|key| new.contains_key(key)));
            undo_untag(untag, &resource).iter().for_each(|step| apply(&mut now, step));
            prop_assert_eq!(now, before);
        }
    }

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
