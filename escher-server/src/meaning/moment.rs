//! Points in time that depend on today: “the start of last month”. They stand in a condition as a word until a question or
//! an order is settled.

use escher_core::selector::{Field, Op};
use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};

use super::Formula;

/// The start of a stretch of days, as a value of `created`.
pub(crate) fn start(stretch: &str) -> String {
    format!("@start {stretch}")
}

/// The day after a stretch of days, as a value of `created`.
pub(crate) fn end(stretch: &str) -> String {
    format!("@end {stretch}")
}

impl Formula {
    /// The same with every point in time told by its date.
    #[must_use]
    pub(crate) fn on(&self, today: Date) -> Self {
        match self {
            Self::And(parts) => Self::And(parts.iter().map(|part| part.on(today)).collect()),
            Self::Or(parts) => Self::Or(parts.iter().map(|part| part.on(today)).collect()),
            Self::Not(inner) => Self::Not(Box::new(inner.on(today))),
            Self::Rel { by, to } => Self::Rel { by: by.clone(), to: Box::new(to.on(today)) },
            Self::Compare { field: Field::Created, op, value, not } => {
                let value = date(value, today).map_or_else(|| value.clone(), |date| date.to_string());
                Self::Compare { field: Field::Created, op: *op, value, not: *not }
            }
            other => other.clone(),
        }
    }

    /// Created within a stretch of days.
    pub(crate) fn created_in(stretch: &str) -> Self {
        Self::compare(Field::Created, Op::Ge, start(stretch)).and(Self::compare(Field::Created, Op::Lt, end(stretch)))
    }
}

/// The date that a word of [`start`] or [`end`] stands for.
fn date(value: &str, today: Date) -> Option<Date> {
    let (edge, stretch) = value.strip_prefix('@')?.split_once(' ')?;
    let (from, length) = stretch_of(stretch, today)?;
    if edge == "start" { Some(from) } else { from.checked_add(length).ok() }
}

/// Where a stretch begins and how long it is.
fn stretch_of(word: &str, today: Date) -> Option<(Date, Span)> {
    let back = |span: Span| today.checked_sub(span).ok();
    let monday = today.checked_sub(i64::from(today.weekday().since(Weekday::Monday)).days()).ok()?;
    let month = today.first_of_month();
    let quarter = month.checked_sub(i64::from((today.month() - 1) % 3).months()).ok()?;
    let year = today.first_of_year();
    let earlier = |date: Date, span: Span| date.checked_sub(span).ok();
    Some(match word {
        "today" => (today, 1.day()),
        "yesterday" => (back(1.day())?, 1.day()),
        "this_week" => (monday, 1.week()),
        "last_week" => (earlier(monday, 1.week())?, 1.week()),
        "this_month" => (month, 1.month()),
        "last_month" => (earlier(month, 1.month())?, 1.month()),
        "this_quarter" => (quarter, 3.months()),
        "last_quarter" => (earlier(quarter, 3.months())?, 3.months()),
        "this_year" => (year, 1.year()),
        "last_year" => (earlier(year, 1.year())?, 1.year()),
        other => return of_calendar(other, today),
    })
}

/// A year, a month, a day, or a month's number, which is the last one of that name.
fn of_calendar(word: &str, today: Date) -> Option<(Date, Span)> {
    if let Some(number) = word.strip_prefix("month ") {
        let this_year = Date::new(today.year(), number.parse().ok()?, 1).ok()?;
        let from = if this_year > today { this_year.checked_sub(1.year()).ok()? } else { this_year };
        return Some((from, 1.month()));
    }
    let numbers: Vec<i16> = word.split('-').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let part = |number: i16| i8::try_from(number).ok();
    match numbers.as_slice() {
        [year] => Some((Date::new(*year, 1, 1).ok()?, 1.year())),
        [year, month] => Some((Date::new(*year, part(*month)?, 1).ok()?, 1.month())),
        [year, month, day] => Some((Date::new(*year, part(*month)?, part(*day)?).ok()?, 1.day())),
        _ => None,
    }
}
