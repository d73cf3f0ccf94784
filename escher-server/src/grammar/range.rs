//! Amounts between two others, “or more”, and amounts as they are: “between 100 and 500 GB”, “90 days or older”.

use escher_core::Kind;
use escher_core::selector::{Field, Op};

use super::args::{nothing, same};
use super::measure::{compare, created};
use super::noun::narrowed;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem, moment};

pub(super) const RULES: &[Rule] = &[
    // Between two; the unit may be said once.
    Rule::new("Measure", "(with|of|sized)? between Amount and Capacity (in size)?", |args| between(Field::Capacity, args, 0)).ex(&[
        ("between 100 GB and 500 GB", "capacity <= 500GB AND capacity >= 100GB"),
        ("between 100 and 500 GB", "capacity <= 500GB AND capacity >= 100GB"),
    ]),
    Rule::new("Measure", "(with|having)? between Amount and Capacity (of)? Ram", |args| between(Field::Memory, args, 0))
        .ex(&[("with between 8 and 32 GB of memory", "memory <= 32GB AND memory >= 8GB")]),
    Rule::new("Measure", "(with|having)? Ram between Amount and Capacity", |args| between(Field::Memory, args, 1)),
    Rule::new("Measure", "(with|whose|having)? Cpu (is)? between Share and Share", |args| between(Field::Cpu, args, 1))
        .ex(&[("with cpu between 5 and 20%", "cpu <= 20% AND cpu >= 5%")]),
    Rule::new("Measure", "(with|using|at)? between Share and Share Cpu", |args| between(Field::Cpu, args, 0)),
    Rule::new("Measure", "Costing between Dollars and Dollars Monthly?", |args| between(Field::Cost, args, 1))
        .ex(&[("costing between $100 and $300", "cost <= $300 AND cost >= $100")]),
    Rule::new("Measure", "between Dollars and Cash Monthly?", |args| between(Field::Cost, args, 0)),
    Rule::new("Measure", "(aged)? between Amount and Span (old|of age)", |args| between(Field::Age, args, 0))
        .ex(&[("between 30 and 90 days old", "age <= 90d AND age >= 30d")]),
    Rule::new("Measure", "Made between Amount and Span ago", |args| between(Field::Age, args, 1))
        .ex(&[("created between 30 and 60 days ago", "age <= 60d AND age >= 30d")]),
    Rule::new("Measure", "Made between Moment and Moment", |args| {
        let (from, to) = (created(Op::Ge, moment::start(&args.text(1)?))?, created(Op::Lt, moment::end(&args.text(2)?))?);
        let (Sem::Cond(from), Sem::Cond(to)) = (from, to) else { return None };
        Some(from.and(to).into())
    })
    .ex(&[("created between 2026-01-01 and 2026-03-01", "created < 2026-03-02 AND created >= 2026-01-01")]),
    Rule::new("Amount", "Figure", same),
    Rule::new("Amount", "Capacity", same),
    Rule::new("Amount", "Span", same),
    // So much or more.
    Rule::new("Measure", "(with|of|having)? Capacity OrSo (in size)?", |args| compare(Field::Capacity, args.op(1)?, args.text(0)?))
        .ex(&[("of 100GB or more", "capacity >= 100GB")]),
    Rule::new("Measure", "(with|having)? Capacity OrSo (of)? Ram", |args| compare(Field::Memory, args.op(1)?, args.text(0)?)),
    Rule::new("Measure", "(with|having)? Capacity (of)? Ram OrSo", |args| compare(Field::Memory, args.op(2)?, args.text(0)?))
        .ex(&[("with 16 GB of RAM or more", "memory >= 16GB")]),
    Rule::new("Measure", "Span (old)? OrSo", |args| compare(Field::Age, args.op(1)?, args.text(0)?))
        .ex(&[("90 days or older", "age >= 90d")])
        .not(&["90 days or so"]),
    Rule::new("Measure", "(with|at|using)? Cpu (at|of|is)? Share OrSo", |args| compare(Field::Cpu, args.op(2)?, args.text(1)?)),
    Rule::new("Measure", "Costing Dollars Monthly? OrSo", |args| compare(Field::Cost, args.op(3)?, args.text(1)?)),
    Rule::new("Measure", "Costing Dollars OrSo Monthly?", |args| compare(Field::Cost, args.op(2)?, args.text(1)?))
        .ex(&[("costing $50 or more a month", "cost >= $50")]),
    Rule::new("OrSo", "(or more|or larger|or bigger|or higher|or greater|or older|or above|or over|and up|and above|and older)", |_| {
        Some(Sem::Text(">=".to_owned()))
    }),
    Rule::new("OrSo", "(or less|or smaller|or lower|or fewer|or younger|or newer|or below|or under|and below|and under)", |_| {
        Some(Sem::Text("<=".to_owned()))
    }),
    // Just so much.
    Rule::new("Measure", "(with|having)? Capacity (of)? Ram", |args| compare(Field::Memory, Op::Eq, args.text(0)?))
        .ex(&[("with 8 GB memory", "memory = 8GB"), ("with 8gb of ram", "memory = 8GB")]),
    Rule::new("Measure", "(with|having|whose) Ram (of|is|=)? Capacity", |args| compare(Field::Memory, Op::Eq, args.text(1)?)),
    Rule::new("Np", "Np (of|with|sized|of size) Capacity", |args| narrowed(holding(args, 0)?, capacity(args, 1)?))
        .ex(&[("disks of 100 GB", "kind = disk AND capacity = 100GB")])
        .not(&["vms with 8 GB"]),
    Rule::new("Nominal", "Capacity Noun", |args| narrowed(holding(args, 1)?, capacity(args, 0)?))
        .ex(&[("500GB disks", "kind = disk AND capacity = 500GB")]),
    // Money by itself is what something costs.
    Rule::new("Measure", "(with|at)? Cmp Cash Monthly?", |args| compare(Field::Cost, args.op(0)?, args.text(1)?))
        .ex(&[("over $50/month", "cost > $50"), ("under $10 a month", "cost < $10")]),
    Rule::new("Cash", "Money", |args| Some(Sem::Text(format!("${}", args.text(0)?)))),
    Rule::new("Ram", "(memory|ram)", nothing),
    Rule::new("Cpu", "(cpu|average cpu|cpu usage|cpu utilization|cpu utilisation|cpu load)", nothing),
    Rule::new(
        "Costing",
        "(costing|that cost|which cost|that costs|which costs|with a cost of|with cost|with a cost|with costs|with a monthly cost|with a monthly cost of|with monthly cost|whose cost is|whose monthly cost is|that are costing|that cost us)",
        nothing,
    ),
    // Not older than.
    Rule::new("Measure", "(not|no) older than Span", |args| compare(Field::Age, Op::Le, args.text(0)?))
        .ex(&[("not older than 30 days", "age <= 30d")]),
    // Which end of a stretch is meant is not said. Only questions read it.
    Rule::new("Loose", "Elder Moment", |args| created(Op::Lt, moment::start(&args.text(1)?))),
    Rule::new("Loose", "Younger Moment", |args| created(Op::Ge, moment::end(&args.text(1)?))),
];

/// The things of an argument, if they are of a kind that holds so much and has no other size.
fn holding(args: &Args<'_>, i: usize) -> Option<crate::meaning::Set> {
    let holds = |kind: &Kind| matches!(kind, Kind::Disk | Kind::Snapshot | Kind::Image | Kind::Bucket | Kind::Warehouse);
    args.set(i).filter(|set| !set.kinds().is_empty() && set.kinds().iter().all(holds))
}

fn capacity(args: &Args<'_>, i: usize) -> Option<Formula> {
    Some(Formula::compare(Field::Capacity, Op::Eq, args.text(i)?))
}

/// Between two amounts. What the first does not say of its unit, the second does.
fn between(field: Field, args: &Args<'_>, at: usize) -> Option<Sem> {
    let (least, most) = (args.text(at)?, args.text(at + 1)?);
    let number = |text: &str| text.trim_start_matches('$').parse::<f64>().ok();
    let bare = number(&least).is_some() && !least.starts_with('$');
    let unit = most.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '$'));
    let kinds = |text: &str| text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.').to_owned();
    let least = match bare {
        true if most.starts_with('$') => format!("${least}"),
        true => format!("{least}{unit}"),
        false => least,
    };
    // “Between 3 weeks and 500 GB” are two sorts of amounts.
    let space = |text: &str| kinds(text).ends_with('B');
    let fits = field != Field::Age && field != Field::Capacity && field != Field::Memory || space(&least) == space(&most);
    let least = Formula::compare(field.clone(), Op::Ge, least);
    fits.then(|| least.and(Formula::compare(field, Op::Le, most)).into())
}
