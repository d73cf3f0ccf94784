//! How often: each day, on days of the week, every few hours.

use std::collections::BTreeSet;

use super::super::args::{both, same};
use super::super::rule::{Args, Rule};
use super::clock::{day_part, number};
use crate::meaning::{DayPart, Days, Every, Sem, When};

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("When", "(every day|each day|every single day|daily|everyday|once a day|once daily|once per day)", |_| every(Every::Day))
        .ex(&[("every day", "every day"), ("daily", "every day")])
        .not(&["every other day", "every second day", "twice a day", "days"]),
    Rule::new("When", "nightly", |_| on(Every::Day, DayPart::Night)).ex(&[("nightly", "every day night")]),
    Rule::new("When", "(every|each) DayPart", |args| on(Every::Day, day_part(args, 0)?)).ex(&[("every evening", "every day evening")]),
    Rule::new(
        "When",
        "(every weekday|each weekday|every workday|each workday|every working day|every business day|on weekdays|on workdays|weekdays|workdays|\
         on business days|on working days)",
        |_| week(1..=5),
    )
    .ex(&[("on weekdays", "every 1,2,3,4,5")]),
    Rule::new("When", "(every weekend|each weekend|on weekends|at weekends|weekends)", |_| week([0, 6])).ex(&[("every weekend", "every 0,6")]),
    Rule::new("When", "on? (weekday|weekdays|workday|workdays) DayParts", |args| on(Every::Week(Days((1..=5).collect())), day_part(args, 0)?))
        .ex(&[("weekday mornings", "every 1,2,3,4,5 morning")]),
    // The coming one, or each?
    Rule::new("When", "(on|at|over|during) the (weekend|weekends)", |_| {
        Some(When { why: Some("The coming weekend, or every weekend?".to_owned()), ..When::default() }.into())
    }),
    Rule::new("When", "(every|each) DayNames", |args| named(args, 0))
        .ex(&[("every friday", "every 5"), ("every Monday and Thursday", "every 1,4"), ("every mon, wed and fri", "every 1,3,5")])
        .not(&["every second friday", "every other friday", "every friday except", "except fridays"]),
    Rule::new("When", "(every|each) DayNames DayPart", |args| {
        on(Every::Week(days(args, 0)?), day_part(args, 1)?)
    })
    .ex(&[("every friday evening", "every 5 evening")]),
    Rule::new("When", "on? Weekday DayParts", |args| on(Every::Week(days(args, 0)?), day_part(args, 1)?))
        .ex(&[("on friday evenings", "every 5 evening")]),
    Rule::new("When", "(weekly|every week|each week|once a week) on DayNames", |args| named(args, 0)).ex(&[("weekly on monday", "every 1")]),
    Rule::new("When", "(weekly|every week|each week|once a week) on DayNamesPl", |args| named(args, 0)),
    Rule::new("When", "(on|every)? DayNamesPl", |args| named(args, 0))
        .ex(&[("mondays and fridays", "every 1,5"), ("on Tuesdays", "every 2")]),
    Rule::new("When", "(on|every|each)? DaySpan", |args| Some(args.at(0).clone()))
        .ex(&[("Mon-Fri", "every 1,2,3,4,5"), ("monday to friday", "every 1,2,3,4,5"), ("fri-sun", "every 0,5,6")])
        .not(&["from monday to friday", "mon-foo"]),
    Rule::new("DaySpan", "DayRange", same),
    Rule::new("DaySpan", "Weekday (to|through|thru|-|–|till) Weekday", span),
    Rule::new("DaySpan", "Weekdays (to|through|thru) Weekdays", span),
    Rule::new("DayNames", "Weekday", same),
    Rule::new("DayNames", "Weekday (,|and|, and|&) DayNames", both),
    Rule::new("DayNamesPl", "Weekdays", same),
    Rule::new("DayNamesPl", "Weekdays (,|and|, and|&) DayNamesPl", both),
    Rule::new("When", "(hourly|every hour|each hour|once an hour|on the hour every hour)", |_| every(Every::Hours(1))).ex(&[("hourly", "every 1h")]),
    Rule::new("When", "(every minute|each minute)", |_| every(Every::Minutes(1))),
    Rule::new("When", "every (half hour|half an hour)", |_| every(Every::Minutes(30))),
    Rule::new("When", "every TimeNum Unit", |args| step(number(args, 0)?, &args.text(1)?))
        .ex(&[("every 6 hours", "every 6h"), ("every 1 day", "every day")])
        .not(&["every 0 hours"]),
    Rule::new("When", "every Duration", |args| {
        let text = args.text(0)?;
        let cut = text.find(|c: char| c.is_ascii_alphabetic())?;
        step(text[..cut].parse().ok()?, &text[cut..])
    })
    .ex(&[("every 6h", "every 6h")]),
    Rule::new("When", "every TimeNum MinuteUnit", |args| step(number(args, 0)?, "min")).ex(&[("every fifteen minutes", "every 15min")]),
    Rule::new("When", "every Minutes", |args| step(number(args, 0)?, "min")),
    Rule::new("When", "(weekly|every week|each week|once a week)", |_| {
        let every = Some(Every::Week(Days(BTreeSet::new())));
        Some(When { every, why: Some("On which day of the week, and at what time?".to_owned()), ..When::default() }.into())
    }),
    Rule::new("When", "(biweekly|bi-weekly|fortnightly|bimonthly|semiweekly|yearly|annually|quarterly)", |_| {
        Some(When { why: Some("On which days, and at what time?".to_owned()), ..When::default() }.into())
    })
    .ex(&[("biweekly", "? On which days, and at what time?")]),
];

fn every(every: Every) -> Option<Sem> {
    Some(When { every: Some(every), ..When::default() }.into())
}

fn on(every: Every, part: DayPart) -> Option<Sem> {
    Some(When { every: Some(every), part: Some(part), ..When::default() }.into())
}

fn week(days: impl IntoIterator<Item = u8>) -> Option<Sem> {
    every(Every::Week(Days(days.into_iter().collect())))
}

fn days(args: &Args<'_>, i: usize) -> Option<Days> {
    let days: BTreeSet<u8> = args.texts(i)?.iter().filter_map(|day| day.parse().ok()).collect();
    (!days.is_empty()).then_some(Days(days))
}

fn named(args: &Args<'_>, i: usize) -> Option<Sem> {
    every(Every::Week(days(args, i)?))
}

fn span(args: &Args<'_>) -> Option<Sem> {
    week(Days::between(number(args, 0)?, number(args, 1)?)?.0)
}

fn step(amount: u32, unit: &str) -> Option<Sem> {
    let question = || Some(When { why: Some("On which days, and at what time?".to_owned()), ..When::default() }.into());
    match (amount, unit) {
        (0, _) => None,
        (_, "h") => every(Every::Hours(amount)),
        (_, "min") => every(Every::Minutes(amount)),
        (1, "d") => every(Every::Day),
        _ => question(),
    }
}
