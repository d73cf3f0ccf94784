//! What an answer is grouped and sorted by.

use escher_core::selector::{Field, Op};

use crate::grammar::args::same;
use crate::grammar::rule::Rule;
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new(
        "GroupBy",
        "(by|per|grouped by|group by|group them by|broken down by|split by|split up by|for each|for every|in each|of each|of every|in every|on each|across each|and group by|, by|, per|, grouped by|, split by|, broken down by) Groups",
        same,
    )
    .ex(&[("by region and env", "by region, env"), ("per tag owner", "by tag.owner"), ("grouped by the team tag", "by tag.team")])
    .not(&["by bob", "by cost"]),
    Rule::new("GroupBy", "(live in|sit in|run in|exist in|are in|are there in|fall in|fall into) (each|every) Groups", same)
        .ex(&[("live in each region", "by region")]),
    Rule::new("GroupBy", "(has|have|does|do) (each|every) Field (got|have|hold|own|run|contain|use)?", |args| by(&args.text(0)?))
        .ex(&[("has each subscription got", "by account"), ("does each region have", "by region")]),
    Rule::new("GroupBy", "Field by Field", |args| {
        let one = args.text(0)?;
        if one == args.text(1)? { by(&one) } else { None }
    })
    .ex(&[("subscription by subscription", "by account")]),
    Rule::new("GroupBy", "PerField", |args| by(&args.text(0)?)).ex(&[("per-region", "by region")]),
    Rule::new("Groups", "GroupField", same),
    Rule::new("Groups", "GroupField (and|,|, and|then|and then|and by|&) Groups", |args| {
        let (mut first, rest) = (args.ask(0)?, args.ask(1)?);
        for field in rest.group_by {
            if !first.group_by.contains(&field) {
                first.group_by.push(field);
            }
        }
        Some(first.into())
    }),
    Rule::new("GroupField", "the? Field", |args| by(&args.text(0)?)),
    Rule::new("GroupField", "the? (tag|label) Any", |args| by_tag(args.text(0)?)),
    Rule::new("GroupField", "the? Any (tag|label)", |args| {
        let key = args.text(0)?;
        (!matches!(key.as_str(), "the" | "a" | "each" | "every")).then(|| by_tag(key)).flatten()
    }),
    // “Top 5 services by cost”, “which service is the most expensive”.
    Rule::new("Grouped", "(which|what)? Limit? the? Field (is|are)? the? Ranked", |args| {
        let group = Ask { group_by: vec![field(&args.text(1)?)?], ..args.ask(2)? };
        if args.has(0) { group.and(args.ask(0)?).map(Sem::from) } else { Some(group.into()) }
    })
    .ex(&[("which service is the most expensive", "by service; sorted by cost downward")]),
    Rule::new("Grouped", "(which|what)? Limit the? Field by Measured", |args| {
        let sort = measured(&args.text(2)?, None);
        args.ask(0)?.and(Ask { group_by: vec![field(&args.text(1)?)?], sort, ..Ask::default() }).map(Sem::from)
    })
    .ex(&[("top 5 services by cost", "by service; sorted by cost downward; limit 5")]),
    Rule::new("Grouped", "(which|what) Limit? the? Ranked Field", |args| {
        let group = Ask { group_by: vec![field(&args.text(2)?)?], ..args.ask(1)? };
        if args.has(0) { group.and(args.ask(0)?).map(Sem::from) } else { Some(group.into()) }
    }),
    // “10 priciest accounts”
    Rule::new("Grouped", "Limit Field", |args| {
        let ranked = args.ask(0)?;
        let group = Ask { group_by: vec![field(&args.text(1)?)?], ..Ask::default() };
        if ranked.sort.is_some() { ranked.and(group).map(Sem::from) } else { None }
    })
    .ex(&[("10 priciest accounts", "by account; sorted by cost downward; limit 10")])
    .not(&["top 10 accounts"]),
    Rule::new("Grouped", "(which|what) Field (has|have|holds|hold|runs|run) how many", |args| {
        Some(Ask { intent: Some(escher_core::Intent::Count), group_by: vec![field(&args.text(0)?)?], ..Ask::default() }.into())
    })
    .ex(&[("which region has how many", "count; by region")]),
    // “Which region costs us the most”
    Rule::new("Grouped", "(which|what) Field (costs|cost|costing|burns|burned|burnt|spends|spent|eats|uses|used|wastes|wasted) (us|me)? the? most money?", |args| {
        Some(Ask { group_by: vec![field(&args.text(0)?)?], sort: Some((Field::Cost, true)), ..Ask::default() }.into())
    })
    .ex(&[("which region costs us the most", "by region; sorted by cost downward")]),
    Rule::new(
        "Sort",
        "(by|sorted by|sort by|sort them by|ordered by|order by|ranked by|rank by|, sorted by|and sort by) Measured Direction?",
        |args| sorted(&args.text(0)?, args.text(1).as_deref()),
    )
    .ex(&[("sorted by cost", "sorted by cost downward"), ("by name", "sorted by name"), ("by age ascending", "sorted by age")]),
    Rule::new("Sort", "the? (highest|most|largest|greatest|top) Measured", |args| sorted(&args.text(0)?, Some("desc"))),
    Rule::new("Sort", "the? (lowest|least|smallest|fewest) Measured", |args| sorted(&args.text(0)?, Some("asc"))),
    Rule::new("Sort", "Ranked", same).ex(&[("cheapest", "sorted by cost")]),
    Rule::new(
        "Direction",
        "(descending|desc|, descending|, desc|in descending order|downward|highest first|largest first|, highest first|, most expensive first|most expensive first|oldest first|, oldest first)",
        |_| Some(Sem::Text("desc".to_owned())),
    ),
    Rule::new("Direction", "(ascending|asc|, ascending|, asc|in ascending order|upward|lowest first|smallest first|cheapest first|, cheapest first|, lowest first)", |_| {
        Some(Sem::Text("asc".to_owned()))
    }),
];

fn field(word: &str) -> Option<Field> {
    word.parse().ok()
}

fn by(word: &str) -> Option<Sem> {
    Some(Ask { group_by: vec![field(word)?], ..Ask::default() }.into())
}

fn by_tag(key: String) -> Option<Sem> {
    Some(Ask { group_by: vec![Field::Tag(key)], ..Ask::default() }.into())
}

/// Names run upward, amounts downward, unless it is said.
fn measured(word: &str, direction: Option<&str>) -> Option<(Field, bool)> {
    field(word).map(|field| (field, direction.map_or(word != "name", |direction| direction == "desc")))
}

fn sorted(word: &str, direction: Option<&str>) -> Option<Sem> {
    Some(Ask { sort: Some(measured(word, direction)?), ..Ask::default() }.into())
}

/// What is called something like this.
pub(super) fn like(word: &str) -> Set {
    Set::new(Head::Name, Number::Many, Formula::compare(Field::Name, Op::Like, word))
}
