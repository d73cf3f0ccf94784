//! Tags that are set: “tag web-1 with owner=bob”, “add the label team=core to dev VMs”.

use std::collections::BTreeMap;

use escher_core::Verb;
use escher_core::selector::Field;
use serde_json::{Map, Value};

use super::names::is_word_of_grammar;
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Tag Nps TagsWith? TheTag? Pairs", |args| tagged(args.set(1)?, args, 4))
        .ex(&[
            ("tag web-1 with owner=bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}"),
            ("label web-1 as env=prod and owner=bob", "tag: name = web-1 {\"tags\":{\"env\":\"prod\",\"owner\":\"bob\"}}"),
            ("tag vm db-3 with meta={\"k\":2}", "tag: kind = vm AND name = db-3 {\"tags\":{\"meta\":\"{\\\"k\\\":2}\"}}"),
            (
                "tag web-1 with link=https://wiki.example.org/x?a=1&b=2",
                "tag: name = web-1 {\"tags\":{\"link\":\"https://wiki.example.org/x?a=1&b=2\"}}",
            ),
            ("tag bucket logs-1 with owner: alice", "tag: kind = bucket AND name = logs-1 {\"tags\":{\"owner\":\"alice\"}}"),
        ])
        .not(&["tag web-1 with offices=rome and dublin"]),
    Rule::new("Full", "(update|set|mark|extend) Nps (with|to have) the? Tag Pairs", |args| tagged(args.set(0)?, args, 2))
        .ex(&[("update vm-lab-5 with tags tier=gold", "tag: name = vm-lab-5 {\"tags\":{\"tier\":\"gold\"}}")]),
    Rule::new("Full", "(update|set|change) the? Tag (of|on) Nps to Pairs", |args| tagged(args.set(1)?, args, 2)),
    Rule::new("Full", "Tag Pairs (on|onto|to) Nps", |args| tagged(args.set(2)?, args, 1))
        .ex(&[("tag owner=bob on web-1", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "Adding TheTag? Pairs (to|on|onto|for|of) Nps", |args| tagged(args.set(3)?, args, 2))
        .ex(&[
            ("add tag owner=alice to bucket logs-1", "tag: kind = bucket AND name = logs-1 {\"tags\":{\"owner\":\"alice\"}}"),
            ("set env=dev on web-1", "tag: name = web-1 {\"tags\":{\"env\":\"dev\"}}"),
        ])
        .not(&["set timeout to 30 on web-1"]),
    Rule::new("Full", "Adding (a|an|the)? Pairs (tag|tags|label|labels) (to|on|onto) Nps", |args| tagged(args.set(2)?, args, 1))
        .ex(&[("add an owner=bob tag to web-1", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "(put|add|set|attach|stick|apply) Pairs as (a|the)? (tag|tags|label|labels) (to|on|onto|for) Nps", |args| {
        tagged(args.set(1)?, args, 0)
    })
    .ex(&[("put owner=bob as a tag onto web-1", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "Nps (:|—|–|,) (please|pls|plz|kindly)? Tag TagsWith? TheTag? Pairs", |args| tagged(args.set(0)?, args, 4))
        .ex(&[("web-1: tag owner=bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "mark Nps (with|as) Pairs", |args| tagged(args.set(0)?, args, 1)),
    Rule::new("Full", "(set|change|update) the? TagKey (tag|label) to TagValue (of|on|for) Nps", |args| {
        pair(args.set(2)?, args.text(0)?, args.text(1)?)
    })
    .ex(&[("set the owner tag to bob on web-1", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "give Nps TheTag Pairs", |args| tagged(args.set(0)?, args, 2)),
    // One key, and its value in words.
    Rule::new("Full", "(set|change|update) the? TagKey (tag|label) (of|on|for) Nps to TagValue", |args| {
        pair(args.set(1)?, args.text(0)?, args.text(2)?)
    })
    .ex(&[("set the owner tag of web-1 to bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")])
    .not(&["set the owner of web-1 to bob"]),
    Rule::new("Full", "(set|change|update) the? (tag|label) TagKey (of|on|for) Nps to TagValue", |args| {
        pair(args.set(1)?, args.text(0)?, args.text(2)?)
    }),
    Rule::new("Full", "(set|change|update) the? (tag|label) TagKey to TagValue (of|on|for) Nps", |args| {
        pair(args.set(2)?, args.text(0)?, args.text(1)?)
    })
    .ex(&[("set the tag team to core on web-1", "tag: name = web-1 {\"tags\":{\"team\":\"core\"}}")]),
    Rule::new("Full", "Tag Nps (with|using) (the)? key NewName and (the)? value TagValue", |args| {
        pair(args.set(1)?, args.text(2)?, args.text(3)?)
    })
    .ex(&[("tag web-1 with key owner and value bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Full", "Tag Nps (with|as) UsualKey TagValue", |args| pair(args.set(1)?, args.text(2)?, args.text(3)?))
        .ex(&[("tag web-1 with owner bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")])
        .not(&["tag web-1 with pretty flowers"]),
    Rule::new("Full", "(add|set) the? (tag|label) UsualKey TagValue (to|on) Nps", |args| pair(args.set(2)?, args.text(0)?, args.text(1)?)),
    // Without a pair it asks for one.
    Rule::new("Plain", "Tag Nps", |args| Some(Order::new(Verb::Tag, args.set(1)?).into())).ex(&[("tag web-1", "tag: name = web-1")]),
    Rule::new("Full", "Tag Nps (with|as|using) TagWord", |args| {
        let word = args.text(2)?;
        Some(Order::new(Verb::Tag, args.set(1)?).asks(format!("Is “{word}” the key or the value? Write key=value.")).into())
    })
    .ex(&[("tag web-1 as temporary", "tag: name = web-1 ? Is “temporary” the key or the value? Write key=value.")]),
    Rule::new("Tag", "(tag|label|tags|labels|retag)", nothing),
    Rule::new("TheTag", "(the|a)? (tag|tags|label|labels)", |_| Some(Sem::Text("tag".to_owned()))),
    Rule::new("TagsWith", "(with|as|using|by|:)", nothing),
    Rule::new("Adding", "(add|apply|put|attach|set|assign|write)", nothing),
    Rule::new("Pairs", "KeyValues", same),
    Rule::new("Pairs", "TagKey : TagValue", |args| Some(Sem::Tags(BTreeMap::from([(args.text(0)?, args.text(1)?)])))),
    Rule::new("Pairs", "TagKey = TagValue", |args| Some(Sem::Tags(BTreeMap::from([(args.text(0)?, args.text(1)?)]))))
        .ex(&[("owner = bob", "owner=bob"), ("\"cost center\"=42", "cost center=42")]),
    Rule::new("Pairs", "Quoted", |args| {
        let text = args.text(0)?;
        let (key, value) = text.split_once('=')?;
        let plain = !key.is_empty() && !key.contains(char::is_whitespace);
        plain.then(|| Sem::Tags(BTreeMap::from([(key.to_owned(), value.to_owned())])))
    })
    .ex(&[("\"owner=bob\"", "owner=bob")])
    .not(&["\"owner\""]),
    Rule::new("TagKey", "Any", |args| args.text(0).filter(|text| !is_word_of_grammar(text)).map(Sem::Text)),
    Rule::new("TagKey", "Quoted", same),
    Rule::new("TagValue", "Any", |args| args.text(0).filter(|text| !is_word_of_grammar(text)).map(Sem::Text)),
    Rule::new("TagValue", "Quoted", same),
    Rule::new("TagWord", "Any", |args| args.text(0).filter(|text| !is_word_of_grammar(text)).map(Sem::Text)),
    Rule::new("UsualKey", "Any", |args| args.text(0).filter(|key| USUAL.contains(&key.to_lowercase().as_str())).map(Sem::Text)),
];

/// Keys that people tag with nearly everywhere, so that “owner bob” is a pair.
const USUAL: &[&str] = &[
    "owner",
    "team",
    "app",
    "application",
    "env",
    "environment",
    "project",
    "stage",
    "cost-center",
    "costcenter",
    "cost_center",
    "department",
    "tier",
    "customer",
    "tenant",
    "purpose",
    "contact",
    "managed-by",
];

pub(super) fn tagged(set: Set, args: &Args<'_>, at: usize) -> Option<Sem> {
    let tags = args.tags(at)?;
    // `a=1,b=2` may be one tag or two.
    let several = tags.values().find(|value| value.split(',').skip(1).any(|part| part.split_once('=').is_some_and(|(key, _)| is_key(key))));
    // `owner=alice owner=bob`: the first would say which, the second what; nobody says so.
    if tags.keys().any(|key| !set.formula.values(&Field::Tag(key.clone())).is_empty()) {
        return Some(
            Order::new(Verb::Tag, set).asks("That tag appears twice. Which resources do you mean, and which value should they get?").into(),
        );
    }
    let question = several.map(|value| format!("Is “{value}” one value, or several tags? Separate tags with spaces."));
    let tags: Map<String, Value> = tags.into_iter().map(|(key, value)| (key, Value::String(value))).collect();
    let order = Order::new(Verb::Tag, set).with(Params::of("tags", tags));
    Some(question.map_or(order.clone(), |question| order.asks(question)).into())
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':'))
}

fn pair(set: Set, key: String, value: String) -> Option<Sem> {
    let tags = Map::from_iter([(key, Value::String(value))]);
    Some(Order::new(Verb::Tag, set).with(Params::of("tags", tags)).into())
}
