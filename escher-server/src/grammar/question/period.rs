//! Periods: “last month”, “in October”, “since Monday”. What depends on today is told in a word that `decide` settles.

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::{Args, Rule};
use crate::meaning::Sem;

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Period", "(in|on|for|during|over|within|from|throughout|as of|of) Stretch", same),
    Rule::new("Period", "Stretch", same),
    Rule::new("Period", "Stretch 's", same).ex(&[("yesterday's", "yesterday")]),
    Rule::new("Stretch", "(today|this morning|so far today|this evening|this afternoon)", |_| word("today")).ex(&[("today", "today")]),
    Rule::new("Stretch", "(yesterday|last night|yesterday night|yesterday evening|yesterday morning)", |_| word("yesterday")),
    Rule::new("Stretch", "(this week|the current week|current week|this week so far)", |_| word("this_week")),
    Rule::new("Stretch", "(last week|the previous week|previous week|the past week|past week)", |_| word("last_week")),
    Rule::new("Stretch", "(next week|the coming week)", |_| word("next_week")),
    Rule::new("Stretch", "(this month|the current month|current month|month to date|mtd|this month so far|so far this month)", |_| {
        word("this_month")
    }),
    Rule::new("Stretch", "(last month|the previous month|previous month|the past month|past month)", |_| word("last_month"))
        .ex(&[("last month", "last_month")]),
    Rule::new("Stretch", "(next month|the coming month)", |_| word("next_month")),
    Rule::new("Stretch", "(this quarter|the current quarter|current quarter|quarter to date|qtd)", |_| word("this_quarter")),
    Rule::new("Stretch", "(last quarter|the previous quarter|previous quarter|the past quarter)", |_| word("last_quarter")),
    Rule::new("Stretch", "(this year|the current year|year to date|ytd|so far this year|the year to date)", |_| word("this_year")),
    Rule::new("Stretch", "(last year|the previous year|previous year|the past year)", |_| word("last_year")),
    Rule::new("Stretch", "the? (last|past|previous) Figure Unit", |args| span(&args.text(0)?, &args.text(1)?)).ex(&[
        ("last 7 days", "last_7d"),
        ("the past two hours", "last_2h"),
        ("last 2 weeks", "last_14d"),
    ]),
    Rule::new("Stretch", "the? (last|past|previous) Duration", |args| {
        let text = args.text(0)?;
        let cut = text.find(|c: char| c.is_ascii_alphabetic())?;
        span(&text[..cut], &text[cut..])
    })
    .ex(&[("the last 24h", "last_24h")]),
    Rule::new("Stretch", "the? (last|past) (hour)", |_| word("last_1h")),
    Rule::new("Stretch", "the? (last|past) (day)", |_| word("last_24h")),
    Rule::new("Stretch", "Month", |args| Some(Sem::Text(format!("month {}", args.text(0)?)))),
    Rule::new("Stretch", "(next|the next|the coming|this coming) Month", |args| Some(Sem::Text(format!("coming month {}", args.text(0)?))))
        .ex(&[("next december", "coming month 12")]),
    Rule::new("Stretch", "(last|the last|this past) Month", |args| Some(Sem::Text(format!("over month {}", args.text(0)?))))
        .ex(&[("last november", "over month 11")]),
    Rule::new("Stretch", "this Month", |args| Some(Sem::Text(format!("this month {}", args.text(0)?)))),
    Rule::new("Stretch", "(next|the coming) quarter", |_| word("coming quarter")),
    Rule::new("Stretch", "(next|the coming) year", |_| word("coming year")),
    Rule::new("Stretch", "(the weekend|last weekend|this past weekend|the last weekend|the past weekend)", |_| word("last weekend")),
    Rule::new("Stretch", "the? day before yesterday", |_| word("ago 2d")),
    Rule::new("Stretch", "Figure Unit ago", |args| Some(Sem::Text(format!("ago {}{}", args.text(0)?, args.text(1)?))))
        .ex(&[("3 months ago", "ago 3mo")])
        .not(&["2 hours and"]),
    Rule::new("Stretch", "the? week (of|starting|starting on|beginning|beginning on|of the) OneDay", |args| {
        Some(Sem::Text(format!("week {}", args.text(0)?)))
    })
    .ex(&[("week of november 2", "week 11-02"), ("the week of 2026-11-02", "week 2026-11-02")]),
    Rule::new("OneDay", "DayOfMonth of? Month", |args| month_day(args, 1, 0).map(Sem::Text)),
    Rule::new("OneDay", "Month the? DayOfMonth", |args| month_day(args, 0, 1).map(Sem::Text)),
    Rule::new("OneDay", "Any", |args| {
        let text = args.text(0)?;
        (text.len() == 10 && text.parse::<Date>().is_ok()).then_some(Sem::Text(text))
    }),
    Rule::new("Stretch", "Month Any", |args| {
        let (month, year) = (args.text(0)?, args.text(1)?);
        (year.len() == 4 && year.starts_with("20")).then(|| Sem::Text(format!("{year}-{:0>2}", month)))
    })
    .ex(&[("october 2026", "2026-10")]),
    Rule::new("Stretch", "Any Any", |args| {
        let (quarter, year) = (args.text(0)?.to_lowercase(), args.text(1)?);
        let quarter: i8 = quarter.strip_prefix('q')?.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
        let from = Date::new(year.parse().ok().filter(|year| (2000..2100).contains(year))?, quarter * 3 - 2, 1).ok()?;
        Some(Sem::Text(format!("{from}..{}", from.checked_add(2.months()).ok()?.last_of_month())))
    })
    .ex(&[("q1 2026", "2026-01-01..2026-03-31")]),
    Rule::new("Stretch", "Any", |args| {
        let text = args.text(0)?.to_lowercase();
        if let Some(quarter) = text.strip_prefix('q').filter(|rest| matches!(*rest, "1" | "2" | "3" | "4")) {
            return Some(Sem::Text(format!("quarter {quarter}")));
        }
        (is_month(&text) || text.parse::<Date>().is_ok() && text.len() == 10)
            .then(|| Sem::Text(if text.len() == 10 { format!("{text}..{text}") } else { text }))
    })
    .ex(&[("2026-03", "2026-03"), ("q3", "quarter 3")])
    .not(&["2026-13", "web-1"]),
    Rule::new("Period", "(from|between) Any (to|and|until|till|through|..) Any", |args| {
        let (from, to) = (args.text(0)?.parse::<Date>().ok()?, args.text(1)?.parse::<Date>().ok()?);
        (from <= to).then(|| Sem::Text(format!("{from}..{to}")))
    })
    .ex(&[("from 2026-10-01 to 2026-10-15", "2026-10-01..2026-10-15")]),
    Rule::new(
        "Period",
        "(from|between|over the weekend of|the weekend of)? DayOfMonth (to|and|until|till|through|-|–) DayOfMonth of? Month",
        |args| days(args, 2, [0, 1], 2),
    )
    .ex(&[("between 2 and 5 november", "days 11-02 11-05")]),
    Rule::new("Period", "(from|between)? Month DayOfMonth (to|and|until|till|through|-|–) DayOfMonth", |args| days(args, 0, [1, 2], 0))
        .ex(&[("from november 2 to 12", "days 11-02 11-12")]),
    Rule::new("Period", "(from|between) DayOfMonth of? Month (to|and|until|till|through|-|–) DayOfMonth of? Month", |args| {
        days(args, 1, [0, 2], 3)
    })
    .ex(&[("from 28 october to 3 november", "days 10-28 11-03")]),
    Rule::new("Period", "(from|between) Month DayOfMonth (to|and|until|till|through|-|–) Month DayOfMonth", |args| {
        days(args, 0, [1, 3], 2)
    }),
    Rule::new("Period", "since the? DayOfMonth of? Month", |args| since(args, 1, 0)).ex(&[("since 3 november", "since day 11-03")]),
    Rule::new("Period", "since Month the? DayOfMonth", |args| since(args, 0, 1)),
    Rule::new("Period", "(starting in|as of) Month", |args| Some(Sem::Text(format!("since month {}", args.text(0)?)))),
    Rule::new("Period", "(from|between) Month (to|and|until|till|through|-|–) Month", |args| {
        Some(Sem::Text(format!("months {} {}", args.text(0)?, args.text(1)?)))
    })
    .ex(&[("between july and september", "months 7 9")]),
    Rule::new("Period", "on? the? DayOfMonth of? Month", |args| day(args, 1, 0)).ex(&[("on 12 november", "days 11-12 11-12")]),
    Rule::new("Period", "on? Month the? DayOfMonth", |args| day(args, 0, 1)),
    Rule::new("Period", "since (last|this|this past)? Weekday", |args| Some(Sem::Text(format!("since weekday {}", args.text(0)?))))
        .ex(&[("since last tuesday", "since weekday 2")]),
    // From the start of it, or from its end, until today.
    Rule::new("Period", "since Stretch Onward?", |args| Some(Sem::Text(format!("since {}", args.text(0)?)))).ex(&[
        ("since last week", "since last_week"),
        ("since july", "since month 7"),
        ("since yesterday", "since yesterday"),
    ]),
    Rule::new("Period", "(from|starting|beginning|starting in|beginning in|starting from) Stretch Onward", |args| {
        Some(Sem::Text(format!("since {}", args.text(0)?)))
    })
    .ex(&[("from october on", "since month 10")]),
    Rule::new("Period", "since the? (beginning|start) of (the|this) year", |_| word("this_year")),
    Rule::new("Period", "since the? (beginning|start) of (the|this) month", |_| word("this_month"))
        .ex(&[("since the start of the month", "this_month")]),
    Rule::new("Period", "since the? (beginning|start) of (the|this) week", |_| word("this_week")),
    Rule::new("Period", "since the? (beginning|start) of (the|this) quarter", |_| word("this_quarter")),
    Rule::new("Onward", "(on|onward|onwards|until now|until today|till now|to date|up to now|to now|to today)", nothing),
    Rule::new("Period", "(after|from after) Stretch", |args| Some(Sem::Text(format!("after {}", args.text(0)?))))
        .ex(&[("after october", "after month 10"), ("after last week", "after last_week")]),
    Rule::new("Period", "after OneDay", |args| Some(Sem::Text(format!("after day {}", args.text(0)?))))
        .ex(&[("after november 5", "after day 11-05")]),
    Rule::new("Period", "(in|for|during|throughout) Year", |args| {
        let year = args.text(0)?;
        Some(Sem::Text(format!("{year}-01-01..{year}-12-31")))
    })
    .ex(&[("in 2025", "2025-01-01..2025-12-31")]),
    Rule::new("Year", "Num", |args| {
        args.text(0).filter(|year| year.len() == 4 && ["201", "202", "203"].iter().any(|decade| year.starts_with(decade))).map(Sem::Text)
    }),
    Rule::new("Period", "(on|last|on last|this past)? Weekday", |args| Some(Sem::Text(format!("weekday {}", args.text(0)?)))),
    Rule::new("Period", "(next|on next|this coming) Weekday", |args| Some(Sem::Text(format!("coming weekday {}", args.text(0)?))))
        .ex(&[("next tuesday", "coming weekday 2")]),
];

#[allow(clippy::unnecessary_wraps, reason = "a production's meaning has this type")]
fn word(period: &str) -> Option<Sem> {
    Some(Sem::Text(period.to_owned()))
}

fn span(amount: &str, unit: &str) -> Option<Sem> {
    let amount: u32 = amount.parse().ok().filter(|amount| (1..=10_000).contains(amount))?;
    let (amount, unit) = match unit {
        "h" => (amount, 'h'),
        "d" => (amount, 'd'),
        "w" => (amount * 7, 'd'),
        "mo" => (amount * 30, 'd'),
        "y" => (amount * 365, 'd'),
        _ => return None,
    };
    Some(Sem::Text(format!("last_{amount}{unit}")))
}

/// From one day to another, each as month and day.
fn days(args: &Args<'_>, month: usize, days: [usize; 2], last: usize) -> Option<Sem> {
    let day = |month: usize, day: usize| month_day(args, month, day);
    // “From november 12 to 2” is no time within it.
    if month == last && day(month, days[0])? > day(last, days[1])? {
        return None;
    }
    Some(Sem::Text(format!("days {} {}", day(month, days[0])?, day(last, days[1])?)))
}

fn day(args: &Args<'_>, month: usize, day: usize) -> Option<Sem> {
    days(args, month, [day, day], month)
}

fn since(args: &Args<'_>, month: usize, day: usize) -> Option<Sem> {
    Some(Sem::Text(format!("since day {}", month_day(args, month, day)?)))
}

/// Whatever year it is, there is such a day in a leap year.
fn month_day(args: &Args<'_>, month: usize, day: usize) -> Option<String> {
    let date = Date::new(2028, args.text(month)?.parse().ok()?, args.text(day)?.parse().ok()?).ok()?;
    Some(format!("{:02}-{:02}", date.month(), date.day()))
}

fn is_month(text: &str) -> bool {
    text.split_once('-').is_some_and(|(year, month)| {
        year.len() == 4
            && month.len() == 2
            && year.parse::<u16>().is_ok()
            && month.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month))
    })
}
