//! Tags: with a value, with any value, without.

use escher_core::selector::Field;

use super::args::same;
use super::noun::narrowed;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "Tagging", same),
    Rule::new("Tagging", "(carrying|carrying the tag|carrying the tags|carrying tag|that carry|that carry the tag|which carry the tag|bearing|bearing the tag|with|with tag|with tags|with the tag|with the tags|with label|with labels|with the label|tagged|tagged with|tagged as|labeled|labelled|labeled with|labelled with|having|having tag|that have|which have|that have the tag|that are tagged|that are tagged with|which are tagged) Tags", |args| all(args, 0))
        .ex(&[("tagged keep=yes", "tag.keep = yes"), ("tagged env=dev and team=data", "env = dev AND tag.team = data"), ("with the tag app=main", "tag.app = main")]),
    Rule::new("Tagging", "(not|that are not|which are not|that is not|but not|and not) (tagged|tagged with|labeled|labelled) Tags", |args| {
        let Sem::Cond(tags) = all(args, 0)? else { return None };
        Some(tags.not().into())
    })
    .ex(&[("not tagged keep=yes", "tag.keep != yes")]),
    Rule::new("Tagging", "(with|tagged|tagged with) KeyValue or KeyValue", |args| {
        let (Sem::Cond(a), Sem::Cond(b)) = (all(args, 0)?, all(args, 1)?) else { return None };
        let either = a.or(b);
        matches!(either, Formula::Is { .. }).then(|| either.into())
    })
    .ex(&[("tagged keep=1 or keep=2", "tag.keep IN (1, 2)")]),
    Rule::new("Tagging", "without (the|a|any)? (tag|tags|label|labels)? Tags", |args| {
        let Sem::Cond(tags) = all(args, 0)? else { return None };
        Some(tags.not().into())
    }),
    // Key and value as words.
    Rule::new("Tagging", "(tagged|tagged with|labeled|labelled) KeyWord (:|is) FreeValue", |args| Some(is(args.text(0)?, args.text(1)?)?.into())),
    Rule::new("Tagging", "(tagged|tagged with|labeled|labelled) UsualKey FreeValue", |args| Some(is(args.text(0)?, args.text(1)?)?.into()))
        .ex(&[("tagged with owner bob", "tag.owner = bob")])
        .not(&["tagged owner unknown"]),
    Rule::new("Tagging", "whose (tag|label) KeyWord (is|=|equals|is set to) ValueWord", |args| Some(is(args.text(0)?, args.text(1)?)?.into()))
        .ex(&[("whose tag auto-off is true", "tag.auto-off = true")]),
    Rule::new("Tagging", "whose KeyWord (tag)? is ValueWord", |args| Some(is(args.text(0)?, args.text(1)?)?.into()))
        .ex(&[("whose owner is bob", "tag.owner = bob")])
        .not(&["whose owner is unknown", "whose name is web-1", "whose owner is me"]),
    Rule::new("Tagging", "whose KeyWord (tag)? is (empty|blank)", empty).ex(&[("whose team tag is blank", "tag.team = \"\"")]),
    Rule::new("Tagging", "whose KeyWord (tag)? is not ValueWord", |args| Some(is(args.text(0)?, args.text(1)?)?.not().into()))
        .ex(&[("whose owner is not alice", "tag.owner != alice")]),
    Rule::new("Tagging", "(with|where) the UsualKey (=|is|:) ValueWord", |args| Some(is(args.text(0)?, args.text(1)?)?.into()))
        .ex(&[("where the owner is bob", "tag.owner = bob")]),
    Rule::new("Tagging", "(with|where) (the tag|tag)? KeyWord (=|is|:) ValueWord", |args| Some(is(args.text(0)?, args.text(1)?)?.into())),
    Rule::new("Tagging", "(with|where) (the tag|tag)? KeyWord (is not|!=|isnt) ValueWord", |args| {
        Some(is(args.text(0)?, args.text(1)?)?.not().into())
    })
    .ex(&[("where tag user:Team is not web/shop", "tag.user:Team != web/shop")])
    .not(&["where owner is not unknown"]),
    Rule::new("Tagging", "(owned by|that belong to owner|belonging to owner) ValueWord", |args| Some(is("owner".to_owned(), args.text(0)?)?.into()))
        .ex(&[("owned by bob", "tag.owner = bob")]),
    // “Team payments”, “the payments team”: whose something is.
    Rule::new("Tagging", "(for|of|belonging to|that belong to|which belong to) Team", same).ex(&[
        ("of team payments", "tag.team = payments"),
        ("for the payments team", "tag.team = payments"),
        ("for app checkout", "tag.app = checkout"),
    ]),
    Rule::new("Team", "(the)? team ValueWord", |args| Some(is("team".to_owned(), args.text(0)?)?.into())).not(&["team of"]),
    Rule::new("Team", "(the)? ValueWord team", |args| Some(is("team".to_owned(), args.text(0)?)?.into())).not(&["the same team", "our team"]),
    Rule::new("Team", "(the)? (app|application) ValueWord", |args| Some(is("app".to_owned(), args.text(0)?)?.into())),
    Rule::new("Nominal", "Word team Noun", |args| narrowed(args.set(1)?, is("team".to_owned(), args.text(0)?)?))
        .ex(&[("payments team vms", "kind = vm AND tag.team = payments")]),
    Rule::new("Base", "Team ('s|') Nominal", |args| narrowed(args.set(1)?, args.cond(0)?))
        .ex(&[("the payments team's vms", "kind = vm AND tag.team = payments")]),
    Rule::new("Tagging", "(that have|which have|with|having) tags", |_| Some(Formula::flag(escher_core::Flag::Untagged, false).into()))
        .ex(&[("that have tags", "untagged = false")]),
    Rule::new("FreeValue", "Word", same),
    Rule::new("FreeValue", "Name", same),
    Rule::new("FreeValue", "Quoted", same),
    Rule::new("FreeValue", "Num", same),
    Rule::new("ValueWord", "Any", value),
    Rule::new("ValueWord", "Quoted", same),
    Rule::new("Tags", "KeyValues", same),
    Rule::new("KeyValues", "KeyValue", same),
    Rule::new("KeyValues", "KeyValue (,|and|, and|&)? KeyValues", |args| {
        let (mut tags, more) = (args.tags(0)?, args.tags(1)?);
        let apart = more.keys().all(|key| !tags.contains_key(key));
        tags.extend(more);
        apart.then_some(Sem::Tags(tags))
    })
    .ex(&[("a=1 and b=2", "a=1, b=2")]),
];

/// Words that are no values: nobody is called so.
const NO_VALUES: &[&str] = &[
    "turned",
    "switched",
    "growing",
    "enabled",
    "disabled",
    "off",
    "getting",
    "going",
    "running",
    "being",
    "unknown",
    "tag",
    "tags",
    "label",
    "blank",
    "missing",
    "me",
    "us",
    "them",
    "him",
    "her",
    "it",
    "not",
    "no",
    "none",
    "nobody",
    "a",
    "an",
    "the",
    "but",
    "and",
    "or",
    "in",
    "on",
    "empty",
    "wrong",
    "gone",
    "correct",
    "is",
    "are",
    "of",
    "to",
    "same",
    "different",
    "other",
    "anyone",
    "someone",
    "everyone",
    "set",
    "unset",
    "there",
    "with",
    "without",
    "for",
    "as",
    "that",
    "which",
    "my",
    "our",
];

fn value(args: &Args<'_>) -> Option<Sem> {
    let text = args.text(0)?;
    (!NO_VALUES.contains(&text.to_lowercase().as_str())).then_some(Sem::Text(text))
}

/// The condition of `key = value`: a word of the selector language where the key is one, and then only with a value of its.
pub(super) fn is(key: String, value: String) -> Option<Formula> {
    if key.eq_ignore_ascii_case("env") {
        return value.parse::<escher_core::Env>().ok().map(|env| Formula::is(Field::Env, env.as_str())).or_else(|| {
            escher_core::Env::ALL
                .iter()
                .find(|env| env.spellings().contains(&value.to_lowercase().as_str()))
                .map(|env| Formula::is(Field::Env, env.as_str()))
        });
    }
    // A pattern is no value.
    if value.contains(['*', '{', '}', '<', '>']) {
        return None;
    }
    let named = Field::NAMED.iter().any(|field| field.word().eq_ignore_ascii_case(&key));
    (!named).then(|| Formula::is(Field::Tag(key), value))
}

pub(super) fn all(args: &Args<'_>, i: usize) -> Option<Sem> {
    let mut all = Formula::all();
    for (key, value) in args.tags(i)? {
        all = all.and(is(key, value)?);
    }
    Some(all.into())
}

pub(super) fn empty(args: &Args<'_>) -> Option<Sem> {
    Some(Formula::is(Field::Tag(args.text(0)?), "").into())
}
