//! Amounts: age, time of creation, cost, cpu, memory and capacity.

use escher_core::selector::{Field, Op};

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem, moment};

pub(super) const RULES: &[Rule] = &[
    // Age. “Older than last month” could mean either end of it, so it is no age.
    Rule::new("Measure", "older than Span", |args| age(Op::Gt, args, 0))
        .ex(&[("older than 90 days", "age > 90d"), ("older than a year", "age > 1y")])
        .not(&["older than last month", "older than web-1"]),
    Rule::new("Measure", "(newer|younger) than Span", |args| age(Op::Lt, args, 0)).ex(&[("newer than 1d", "age < 1d")]),
    Rule::new("Measure", "Cmp Span (old|of age)", |args| age(args.op(0)?, args, 1))
        .ex(&[("over 90 days old", "age > 90d"), ("at least 2 weeks old", "age >= 2w")]),
    Rule::new("Pre", "Span old", |args| age(Op::Gt, args, 0)).ex(&[("90 day old", "age > 90d")]),
    // Creation.
    Rule::new("Measure", "Made (in|within|during|over) the? (last|past) Span", |args| age(Op::Lt, args, 1))
        .ex(&[("created in the last 7 days", "age < 7d")]),
    Rule::new("Measure", "Made (in|within|during|over|this|in this|within this|over this)? the? past Unit", |args| {
        compare(Field::Age, Op::Lt, format!("1{}", args.text(1)?))
    })
    .ex(&[("created in the past week", "age < 1w"), ("created this past week", "age < 1w")]),
    Rule::new("Measure", "Made (in|within|during|over) the? (last|past) fortnight", |_| compare(Field::Age, Op::Lt, "14d".to_owned())),
    Rule::new("Measure", "Made Cmp Span ago", |args| age(args.op(1)?, args, 2)).ex(&[("created more than 90 days ago", "age > 90d")]),
    Rule::new("Measure", "Made (before|prior to) Moment", |args| created(Op::Lt, moment::start(&args.text(1)?)))
        .ex(&[("created before yesterday", "created < 2026-11-19"), ("created before last week", "created < 2026-11-09")]),
    Rule::new("Measure", "Made after Moment", |args| created(Op::Ge, moment::end(&args.text(1)?)))
        .ex(&[("created after 2026-03-01", "created >= 2026-03-02")]),
    Rule::new("Measure", "Made since Moment", |args| created(Op::Ge, moment::start(&args.text(1)?)))
        .ex(&[("created since last month", "created >= 2026-10-01")]),
    Rule::new("Measure", "Made (in|on|during)? Moment", |args| Some(Formula::created_in(&args.text(1)?).into()))
        .ex(&[
            ("created last month", "created < 2026-11-01 AND created >= 2026-10-01"),
            ("made in 2025", "created < 2026-01-01 AND created >= 2025-01-01"),
        ])
        .not(&["restarted yesterday", "yesterday"]),
    Rule::new("Measure", "from before Moment", |args| created(Op::Lt, moment::start(&args.text(0)?)))
        .ex(&[("from before last year", "created < 2025-01-01")]),
    Rule::new("Measure", "from Moment", |args| Some(Formula::created_in(&args.text(0)?).into())),
    Rule::new("Made", "(taken|built|added|that came into being|which came into being|created|made|launched|provisioned|spun up|set up|stood up|that appeared|which appeared|that showed up|that popped up|appearing)", |_| Some(Sem::Nothing)),
    Rule::new("Moment", "(today)", |_| word("today")),
    Rule::new("Moment", "(yesterday)", |_| word("yesterday")),
    Rule::new("Moment", "this week", |_| word("this_week")),
    Rule::new("Moment", "last week", |_| word("last_week")),
    Rule::new("Moment", "this month", |_| word("this_month")),
    Rule::new("Moment", "last month", |_| word("last_month")),
    Rule::new("Moment", "this year", |_| word("this_year")),
    Rule::new("Moment", "last year", |_| word("last_year")),
    Rule::new("Moment", "last quarter", |_| word("last_quarter")),
    Rule::new("Moment", "Month", |args| Some(Sem::Text(format!("month {}", args.text(0)?)))),
    Rule::new("Moment", "Any", |args| {
        let text = args.text(0)?;
        let parts: Vec<&str> = text.split('-').collect();
        let digits = parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit()));
        let year = parts[0].len() == 4 && parts[0].starts_with("20") && parts[1..].iter().all(|part| part.len() == 2);
        (digits && year && parts.len() <= 3).then_some(Sem::Text(text))
    })
    .not(&["2026-3", "web-1", "1999"]),
    // Money.
    Rule::new("Measure", "Costing Cmp Dollars Monthly?", |args| compare(Field::Cost, args.op(1)?, args.text(2)?))
        .ex(&[("costing over $300 a month", "cost > $300"), ("that cost more than $100 a month", "cost > $100")])
        .not(&["costing a lot", "that cost more than web-1"]),
    Rule::new("Measure", "(that|which) (do not|does not) cost Cmp Dollars Monthly?", |args| {
        let Sem::Cond(cost) = compare(Field::Cost, args.op(0)?, args.text(1)?)? else { return None };
        Some(cost.not().into())
    })
    .ex(&[("that do not cost more than $20", "cost <= $20")]),
    Rule::new("Measure", "cheaper than Dollars Monthly?", |args| compare(Field::Cost, Op::Lt, args.text(0)?)),
    Rule::new("Measure", "more expensive than Dollars Monthly?", |args| compare(Field::Cost, Op::Gt, args.text(0)?)),
    Rule::new("Monthly", "(a|per|each|every|/) month", |_| Some(Sem::Nothing)),
    Rule::new("Monthly", "(monthly)", |_| Some(Sem::Nothing)),
    // Load and memory.
    Rule::new("Measure", "(with|using|having|at|doing|running at|averaging|sitting at)? Cmp Share (cpu|of cpu|cpu usage|cpu utilization|cpu utilisation|cpu load)", |args| {
        compare(Field::Cpu, args.op(0)?, args.text(1)?)
    })
    .ex(&[("with less than 5% cpu", "cpu < 5%")])
    .not(&["more than 80% full"]),
    Rule::new(
        "Measure",
        "(with|whose|using|having)? (a|an)? (cpu|average cpu|avg cpu|mean cpu|cpu usage|average cpu usage|avg cpu usage|cpu utilization|cpu utilisation|cpu load) (is|of)? Bounds",
        |args| bounded(Field::Cpu, args, 0),
    )
    .ex(&[("with cpu below 5%", "cpu < 5%"), ("with cpu under 5% and over 1%", "cpu < 5% AND cpu > 1%")]),
    Rule::new("Bounds", "Cmp Share", |args| Some(Sem::Text(format!("{} {}", args.op(0)?.as_str(), args.text(1)?)))),
    Rule::new("Bounds", "Cmp Share (and|but) Cmp Share", |args| {
        Some(Sem::Texts(
            [0, 2].into_iter().map(|i| Some(format!("{} {}", args.op(i)?.as_str(), args.text(i + 1)?))).collect::<Option<_>>()?,
        ))
    }),
    Rule::new("Measure", "(with|having)? Cmp Capacity (of)? (memory|ram)", |args| compare(Field::Memory, args.op(0)?, args.text(1)?))
        .ex(&[("with more than 16GB of memory", "memory > 16GB")]),
    Rule::new("Measure", "(with|having) (memory|ram) Cmp Capacity", |args| compare(Field::Memory, args.op(0)?, args.text(1)?)),
    // Storage.
    Rule::new("Measure", "(larger|bigger) than Capacity", |args| compare(Field::Capacity, Op::Gt, args.text(0)?))
        .ex(&[("larger than 100GB", "capacity > 100GB")])
        .not(&["bigger than web-1"]),
    Rule::new("Measure", "smaller than Capacity", |args| compare(Field::Capacity, Op::Lt, args.text(0)?)),
    Rule::new("Measure", "(with|of|having)? Cmp Capacity (in size)?", |args| compare(Field::Capacity, args.op(0)?, args.text(1)?))
        .ex(&[("over 100 GB", "capacity > 100GB")]),
    // As they stand behind a noun.
    Rule::new("Post", "Measure", same),
    Rule::new("Measure", "Measure (and|but) Measure", |args| Some(args.cond(0)?.and(args.cond(1)?).into()))
        .ex(&[("older than 30 days and larger than 100GB", "capacity > 100GB AND age > 30d")]),
];

fn word(text: &str) -> Option<Sem> {
    Some(Sem::Text(text.to_owned()))
}

fn age(op: Op, args: &Args<'_>, span: usize) -> Option<Sem> {
    compare(Field::Age, op, args.text(span)?)
}

pub(super) fn created(op: Op, value: String) -> Option<Sem> {
    compare(Field::Created, op, value)
}

pub(super) fn compare(field: Field, op: Op, value: String) -> Option<Sem> {
    Some(Formula::compare(field, op, value).into())
}

/// `< 5%`, or two of these that leave something between them.
fn bounded(field: Field, args: &Args<'_>, i: usize) -> Option<Sem> {
    let mut all = Formula::all();
    for bound in args.texts(i)? {
        let (op, value) = bound.split_once(' ')?;
        let op = [Op::Eq, Op::Lt, Op::Le, Op::Gt, Op::Ge].into_iter().find(|known| known.as_str() == op)?;
        all = all.and(Formula::compare(field.clone(), op, value));
    }
    Some(all.into())
}
