//! Days of a month: of every month, and of a certain one.

use jiff::civil::Date;

use super::super::args::same;
use super::super::rule::{Args, Rule};
use super::clock::number;
use crate::meaning::{Day, Every, Sem, When};

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("When", "(every month|each month|monthly|once a month) on (the|day|the day)? DayOfMonth", |args| monthly(args, 0))
        .ex(&[("every month on the 15th", "every month on 15"), ("monthly on the first", "every month on 1")])
        .not(&["every month on the 32nd"]),
    Rule::new("When", "(on|every|each|on the|the|on day)? DayOfMonth of (the|every|each) month", |args| monthly(args, 0))
        .ex(&[
            ("on the 1st of every month", "every month on 1"),
            ("every first of the month", "every month on 1"),
            ("the 2nd of each month", "every month on 2"),
        ])
        .not(&["the last of the month", "the 1st monday of the month"]),
    Rule::new("When", "(on|on the|the|every) DayOfMonth day of (the|every|each) month", |args| monthly(args, 0))
        .ex(&[("on the first day of every month", "every month on 1")]),
    Rule::new("When", "(monthly|every month|each month|once a month)", |_| ask("On which day of the month, and at what time?")),
    Rule::new("When", "(on|on the|the) last day of (the|every|each) month", |_| ask("Months differ in length. On which day of the month?")),
    Rule::new("DayOfMonth", "Nth", |args| number::<u8>(args, 0).filter(|day| (1..=31).contains(day)).map(|_| args.at(0).clone())),
    Rule::new("DayOfMonth", "Num", |args| number::<u8>(args, 0).filter(|day| (1..=31).contains(day)).map(|_| args.at(0).clone())),
    Rule::new("MonthDay", "Month the? DayOfMonth", |args| yearly(args, 0, 1))
        .ex(&[("December 1", "12-01"), ("dec 24th", "12-24")])
        .not(&["february 30", "December 32"]),
    Rule::new("MonthDay", "DayOfMonth of? Month", |args| yearly(args, 1, 0)).ex(&[("1st of December", "12-01"), ("24 december", "12-24")]),
    Rule::new("MonthDay", "Month DayOfMonth ,? Year", |args| date(args, 0, 1)).ex(&[("December 1, 2027", "2027-12-01")]),
    Rule::new("MonthDay", "DayOfMonth of? Month Year", |args| date(args, 1, 0)).ex(&[("1 December 2027", "2027-12-01")]),
    // “On Friday, 4 December”: the day of the week has to fit.
    Rule::new("When", "on? Weekday ,? the? MonthDay", told).ex(&[("on friday 4 december", "friday 12-04")]),
    Rule::new("When", "on? Weekday ,? Date", told).ex(&[("friday, 2026-12-04", "friday 2026-12-04")]),
    Rule::new("Year", "Num", |args| number::<i16>(args, 0).filter(|year| (2000..2100).contains(year)).and_then(|_| same(args))),
];

fn ask(question: &str) -> Option<Sem> {
    Some(When { why: Some(question.to_owned()), ..When::default() }.into())
}

fn monthly(args: &Args<'_>, day: usize) -> Option<Sem> {
    Some(When { every: Some(Every::Month(number(args, day)?)), ..When::default() }.into())
}

fn yearly(args: &Args<'_>, month: usize, day: usize) -> Option<Sem> {
    let (month, day) = (number(args, month)?, number(args, day)?);
    // A leap year has every day that there is.
    Date::new(2028, month, day).ok()?;
    Some(When { day: Some(Day::Yearly { month, day }), ..When::default() }.into())
}

fn date(args: &Args<'_>, month: usize, day: usize) -> Option<Sem> {
    let date = Date::new(number(args, 2)?, number(args, month)?, number(args, day)?).ok()?;
    Some(When { day: Some(Day::Date(date)), ..When::default() }.into())
}

fn told(args: &Args<'_>) -> Option<Sem> {
    Some(When { weekday: Some(number(args, 0)?), ..args.when(1)? }.into())
}
