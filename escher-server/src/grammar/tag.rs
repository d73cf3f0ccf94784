//!

use escher_core::selector::Field;

use super::args::same;
use super::rule::Rule;
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "(with|tagged|tagged with|labeled|labelled) KeyValues", |args| {
        Some(args.tags(0)?.into_iter().map(|(key, value)| Formula::is(Field::Tag(key), value)).fold(Formula::all(), Formula::and).into())
    })
    .ex(&[("tagged keep=yes", "tag.keep = yes")]),
    Rule::new("Post", "not tagged KeyValues", |args| {
        let tags = args.tags(0)?;
        let all = tags.into_iter().map(|(key, value)| Formula::is(Field::Tag(key), value)).fold(Formula::all(), Formula::and);
        Some(all.not().into())
    })
    .ex(&[("not tagged keep=yes", "tag.keep != yes")]),
    Rule::new("KeyValues", "KeyValue", same),
    Rule::new("KeyValues", "KeyValue (,|and|, and|&)? KeyValues", |args| {
        let (mut tags, more) = (args.tags(0)?, args.tags(1)?);
        let apart = more.keys().all(|key| !tags.contains_key(key));
        tags.extend(more);
        apart.then_some(Sem::Tags(tags))
    })
    .ex(&[("a=1 and b=2", "a=1, b=2")]),
];
