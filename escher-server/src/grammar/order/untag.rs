//! Tags that are taken away: “remove the owner tag from web-1”.

use std::collections::BTreeSet;

use escher_core::Verb;
use serde_json::{Value, json};

use super::names::is_word_of_grammar;
use crate::grammar::args::{both, nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Removing the? TagNoun Keys (from|on|off|of) Nps", |args| untagged(args.set(3)?, args.texts(2)?))
        .ex(&[
            ("remove tag owner from web-1", "untag: name = web-1 {\"keys\":[\"owner\"]}"),
            ("remove the tags owner and team from vm web-1", "untag: kind = vm AND name = web-1 {\"keys\":[\"owner\",\"team\"]}"),
            ("remove tag \"Cost Center\" from web-1", "untag: name = web-1 {\"keys\":[\"Cost Center\"]}"),
        ])
        .not(&["remove the tags except owner from web-1"]),
    Rule::new("Full", "Removing the? Keys TagNoun (from|on|off|of) Nps", |args| untagged(args.set(3)?, args.texts(1)?))
        .ex(&[("remove the owner tag from dev vms", "untag: kind = vm AND env = dev {\"keys\":[\"owner\"]}")])
        .not(&["remove owner from web-1"]),
    Rule::new("Full", "(untag|unlabel) Keys (from|on) Nps", |args| untagged(args.set(1)?, args.texts(0)?)).ex(&[
        ("untag owner, team from web-1", "untag: name = web-1 {\"keys\":[\"owner\",\"team\"]}"),
        ("untag temp on vm web-1", "untag: kind = vm AND name = web-1 {\"keys\":[\"temp\"]}"),
    ]),
    Rule::new("Full", "(untag|unlabel) the? Keys TagNoun (from|on) Nps", |args| untagged(args.set(2)?, args.texts(0)?)),
    Rule::new("Full", "(untag|unlabel) Nps (key|keys|tag|tags) Keys", |args| untagged(args.set(0)?, args.texts(1)?)),
    Rule::new("Full", "(take|pull|get) the? TagNoun Keys off Nps", |args| untagged(args.set(2)?, args.texts(1)?))
        .ex(&[("take the tag temp off bucket logs-1", "untag: kind = bucket AND name = logs-1 {\"keys\":[\"temp\"]}")]),
    Rule::new("Full", "(take|pull|get) the? Keys TagNoun off Nps", |args| untagged(args.set(2)?, args.texts(0)?))
        .ex(&[("take the temp tag off web-1", "untag: name = web-1 {\"keys\":[\"temp\"]}")]),
    // Without keys it asks for them.
    Rule::new("Plain", "(untag|unlabel) Nps", |args| Some(Order::new(Verb::Untag, args.set(0)?).into())),
    Rule::new("Full", "Removing (all|all the|the|their|every|all of the)? TagNoun (from|on|off|of) Nps", |args| {
        Some(Order::new(Verb::Untag, args.set(2)?).into())
    })
    .ex(&[("remove all tags from web-1", "untag: name = web-1")]),
    Rule::new("Full", "Removing (the|all)? TagNoun KeyValues (from|on|off|of) Nps", |args| {
        let keys: Vec<String> = args.tags(2)?.into_keys().collect();
        let order = Order::new(Verb::Untag, args.set(3)?);
        Some(order.asks("Tags are removed by key, whatever their value. Which key should be removed?").offers(keys).into())
    })
    .ex(&[(
        "remove the tag env=dev from dev vms",
        "untag: kind = vm AND env = dev ? Tags are removed by key, whatever their value. Which key should be removed?",
    )]),
    Rule::new("Removing", "(remove|delete|drop|strip|clear|take off|unset)", nothing),
    Rule::new("TagNoun", "(tag|tags|label|labels|tag key|tag keys)", nothing),
    Rule::new("Keys", "OneKey", same),
    Rule::new("Keys", "OneKey (,|and|, and|&) Keys", both).ex(&[("owner, team and app", "app, owner, team")]),
    Rule::new("OneKey", "Any", |args| args.text(0).filter(|text| !is_word_of_grammar(text)).map(Sem::Text)).not(&["all", "the", "except"]),
    Rule::new("OneKey", "Quoted", same),
];

fn untagged(set: Set, keys: BTreeSet<String>) -> Option<Sem> {
    let keys: Vec<Value> = keys.into_iter().map(|key| json!(key)).collect();
    Some(Order::new(Verb::Untag, set).with(Params::of("keys", keys)).into())
}
