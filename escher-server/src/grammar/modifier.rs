//! Conditions before and behind a noun.

use escher_core::selector::{Field, Op};

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    // Before: adjectives.
    Rule::new("Pre", "Env", same),
    Rule::new("Pre", "NonProd", same),
    Rule::new("Pre", "Cloud", same),
    Rule::new("Pre", "State", same),
    Rule::new("Pre", "Flag", same),
    Rule::new("Pre", "Engine", same),
    Rule::new("Pre", "Region", same),
    Rule::new("Pre", "Place", same),
    Rule::new("Pre", "Pre (and|or|,|/) Pre", |args| one_field(args.cond(0)?, args.cond(1)?))
        .ex(&[("dev and test", "env IN (dev, test)")])
        .not(&["dev and idle"]),
    Rule::new("Pre", "(not|non) Flag", |args| Some(args.cond(0)?.not().into())).ex(&[("non idle", "idle = false")]),
    // Behind: places.
    Rule::new("Post", "(in|within|on|from|across|inside) Loc", same),
    Rule::new("Post", "not (in|within|on) Loc", |args| Some(args.cond(0)?.not().into())).ex(&[("not in prod", "env != prod")]),
    Rule::new("Loc", "the? OneLoc (region|environment|cloud|env)?", same),
    Rule::new("Loc", "OneLoc (and|or|,) Loc", |args| one_field(args.cond(0)?, args.cond(1)?))
        .ex(&[("dev and test", "env IN (dev, test)"), ("us-east-1 or us-west-2", "region IN (us-east-1, us-west-2)")]),
    Rule::new("OneLoc", "Region", same),
    Rule::new("OneLoc", "Zone", same),
    Rule::new("OneLoc", "Place", same),
    Rule::new("OneLoc", "Geo", same),
    Rule::new("OneLoc", "Cloud", same),
    Rule::new("OneLoc", "Env", same),
    Rule::new("OneLoc", "NonProd", same),
    Rule::new("OneLoc", "Cloud Place", |args| consistent(args.cond(0)?.and(args.cond(1)?)))
        .ex(&[("azure west us", "cloud = azure AND region = westus")])
        .not(&["aws west us"]),
    // Behind: adjectives in a clause, amounts.
    Rule::new("Post", "FlagPhrase", same),
    Rule::new("Post", "(that|which) (are|is) Adj", same).ex(&[("that are not idle", "idle = false")]),
    Rule::new("Adj", "Flag", same),
    Rule::new("Adj", "State", same),
    Rule::new("Adj", "not Adj", |args| Some(args.cond(0)?.not().into())),
    Rule::new("Post", "older than Span", |args| Some(Formula::compare(Field::Age, Op::Gt, args.text(0)?).into()))
        .ex(&[("older than 90 days", "age > 90d")])
        .not(&["older than last month"]),
    Rule::new("Span", "Duration", same),
    Rule::new("Span", "Num Unit", |args| Some(Sem::Text(format!("{}{}", args.text(0)?, args.text(1)?)))),
    // Behind: tags.
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

/// Alternatives of one field.
fn one_field(a: Formula, b: Formula) -> Option<Sem> {
    let both = a.or(b);
    matches!(both, Formula::Is { .. } | Formula::Place { .. }).then(|| both.into())
}

fn consistent(formula: Formula) -> Option<Sem> {
    (!formula.is_contradictory()).then(|| formula.into())
}

