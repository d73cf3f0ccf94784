//! Days on which something is done once, and times that are counted from now.

use super::super::args::same;
use super::super::rule::{Args, Rule};
use super::clock::{day_part, number};
use crate::meaning::{Day, DayPart, Once, Sem, When};

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("When", "(today|on this day)", |_| day(Day::From(0))),
    Rule::new("When", "tonight", |_| within(Day::From(0), DayPart::Night)).ex(&[("tonight", "+0d night")]),
    Rule::new("When", "(tomorrow|tmrw)", |_| day(Day::From(1))).ex(&[("tomorrow", "+1d")]),
    Rule::new("When", "tomorrow DayPart", |args| within(Day::From(1), day_part(args, 0)?)).ex(&[("tomorrow evening", "+1d evening")]),
    Rule::new("When", "this DayPart", |args| within(Day::From(0), day_part(args, 0)?)),
    Rule::new("When", "the day after tomorrow", |_| day(Day::From(2))),
    Rule::new("When", "(on|on this|on the coming|this|coming|this coming)? Weekday", |args| weekday(args, false))
        .ex(&[("on monday", "monday"), ("sunday", "sunday")])
        .not(&["until monday", "on monday and friday", "last monday", "every other monday"]),
    Rule::new("When", "(on next|next) Weekday", |args| weekday(args, true)).ex(&[("next friday", "next friday")]),
    Rule::new("When", "on? Weekday DayPart", |args| within(Day::Weekday { day: number(args, 0)?, next: false }, day_part(args, 1)?))
        .ex(&[("on sunday night", "sunday night")]),
    Rule::new("When", "on? Date", |args| Some(args.at(0).clone())).ex(&[("on 2026-12-01", "2026-12-01")]).not(&[
        "on 2026-13-01",
        "since 2026-12-01",
        "on 24.12.2026",
    ]),
    Rule::new("When", "(on|at)? DateTime", |args| Some(args.at(0).clone()))
        .ex(&[("at 2027-01-05T21:00Z", "2027-01-05T21:00 UTC"), ("2027-01-05T21:00", "2027-01-05T21:00")])
        .not(&["2027-01-05T25:00"]),
    Rule::new("When", "(on|on the)? MonthDay", |args| Some(args.at(0).clone())),
    Rule::new("When", "in TimeNum Unit", |args| ahead(number(args, 0)?, &args.text(1)?))
        .ex(&[("in 2 hours", "in 120min"), ("in two days", "in 2d"), ("in 1 week", "in 7d")])
        .not(&["in 2 months", "in -2 hours", "for two weeks", "in 0 hours"]),
    Rule::new("When", "in (a|an|one) Unit", |args| ahead(1, &args.text(0)?)).ex(&[("in an hour", "in 60min")]),
    Rule::new("When", "in Duration", |args| {
        let text = args.text(0)?;
        let cut = text.find(|c: char| c.is_ascii_alphabetic())?;
        ahead(text[..cut].parse().ok()?, &text[cut..])
    })
    .ex(&[("in 2h", "in 120min")]),
    Rule::new("When", "(in|within exactly) TimeNum MinuteUnit", |args| minutes(number(args, 0)?)).ex(&[("in 30 minutes", "in 30min")]),
    Rule::new("When", "in (a|one) MinuteUnit", |_| minutes(1)),
    Rule::new("When", "in Minutes", |args| minutes(number(args, 0)?)).ex(&[("in 15min", "in 15min")]),
    Rule::new("When", "in (half an hour|half hour)", |_| minutes(30)),
    Rule::new("When", "TimeNum Unit from now", |args| ahead(number(args, 0)?, &args.text(1)?)).ex(&[("2 hours from now", "in 120min")]),
    Rule::new("When", "TimeNum MinuteUnit from now", |args| minutes(number(args, 0)?)),
    Rule::new("When", "(a|one) Unit from (now|today)", |args| ahead(1, &args.text(0)?))
        .ex(&[("a week from today", "in 7d"), ("one day from now", "in 1d")])
        .not(&["a month from today", "a week from monday"]),
    // A schedule has no beginning of its own: “stop them daily, starting Monday”.
    Rule::new("When", "(starting|beginning|effective|starting from|starting on|as of|from) DayOf (on|onward|onwards)?", |_| {
        Some(When { why: Some("A schedule can't start later. When should it run?".to_owned()), ..When::default() }.into())
    })
    .ex(&[("starting monday", "? A schedule can't start later. When should it run?")]),
    Rule::new("DayOf", "Weekday", same),
    Rule::new("DayOf", "Date", same),
    Rule::new("DayOf", "MonthDay", same),
    Rule::new("DayOf", "(today|tomorrow|next week|next month)", |_| Some(Sem::Nothing)),
];

fn day(day: Day) -> Option<Sem> {
    Some(When { day: Some(day), ..When::default() }.into())
}

fn within(day: Day, part: DayPart) -> Option<Sem> {
    Some(When { day: Some(day), part: Some(part), ..When::default() }.into())
}

fn weekday(args: &Args<'_>, next: bool) -> Option<Sem> {
    day(Day::Weekday { day: number(args, 0)?, next })
}

/// So many hours, days or weeks from now; what is further away has no length of its own.
fn ahead(amount: i64, unit: &str) -> Option<Sem> {
    let days = |days: i64| i32::try_from(days).ok().filter(|days| (1..=3_660).contains(days)).and_then(|days| day(Day::In(days)));
    match unit {
        "h" => minutes(amount.checked_mul(60)?),
        "d" => days(amount),
        "w" => days(amount.checked_mul(7)?),
        _ => None,
    }
}

fn minutes(amount: i64) -> Option<Sem> {
    (1..=5_000_000).contains(&amount).then(|| When { once: Some(Once::In(amount)), ..When::default() }.into())
}
