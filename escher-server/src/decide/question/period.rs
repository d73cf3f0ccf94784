//! Periods that depend on today, in the words of a frame.

use std::cmp::Ordering;
use std::ops::Range;

use escher_core::Period;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// The period; `None` if there is no such time. Where the question looks ahead, a month by its name is the next one.
pub(super) fn settled(period: &str, now: Timestamp, ahead: bool) -> Option<Period> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let (what, value) = match period.split_once(' ') {
        Some((what, value)) => (what, value),
        None => return period.parse().ok(),
    };
    match what {
        // The last one that has begun.
        "month" => {
            let month: i8 = value.parse().ok()?;
            let year = match (month.cmp(&today.month()), ahead) {
                (Ordering::Less, true) => today.year() + 1,
                (Ordering::Greater, false) => today.year() - 1,
                _ => today.year(),
            };
            Date::new(year, month, 1).ok().map(Period::month)
        }
        "quarter" => {
            let quarter: i8 = value.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            let first = quarter * 3 - 2;
            let year = match first + 2 < today.month() {
                true if ahead => today.year() + 1,
                _ if first <= today.month() || ahead => today.year(),
                _ => today.year() - 1,
            };
            let from = Date::new(year, first, 1).ok()?;
            let to = from.checked_add(2.months()).ok()?.last_of_month();
            Period::days(from, to)
        }
        "weekday" => {
            let day = last(today, value)?;
            Period::days(day, day)
        }
        // The last ones that have begun.
        "days" => {
            let (from, to) = value.split_once(' ')?;
            let from = begun(today, from)?;
            Period::days(from, coming(from, to)?)
        }
        "months" => {
            let (from, to) = value.split_once(' ')?;
            let from = begun(today, &format!("{from}-1"))?;
            Period::days(from, coming(from, &format!("{to}-1"))?.last_of_month())
        }
        "day" => {
            let day = begun(today, value)?;
            Period::days(day, day)
        }
        // Until today, from its start or behind its end.
        "since" => Period::days(stretch(value, now)?.start, today),
        "after" => Period::days(stretch(value, now)?.end, today),
        // The one of this name that is to come, that is over, and that is in this year.
        "coming" => coming_one(value, today),
        "over" => {
            let month: i8 = value.strip_prefix("month ")?.parse().ok()?;
            let year = if month < today.month() { today.year() } else { today.year() - 1 };
            Date::new(year, month, 1).ok().map(Period::month)
        }
        "this" => {
            let month: i8 = value.strip_prefix("month ")?.parse().ok()?;
            Date::new(today.year(), month, 1).ok().map(Period::month)
        }
        "last" => {
            let saturday = today.nth_weekday(-1, Weekday::Saturday).ok().filter(|_| value == "weekend")?;
            Period::days(saturday, saturday.tomorrow().ok()?)
        }
        "ago" => ago(value, today),
        "week" => {
            let day = value.parse().ok().or_else(|| begun(today, value))?;
            week(day)
        }
        _ => None,
    }
}

/// The days of a period: the first, and the one after the last.
fn stretch(value: &str, now: Timestamp) -> Option<Range<Date>> {
    let date = |at: Timestamp| at.to_zoned(TimeZone::UTC).date();
    if let Ok(day) = value.parse::<Date>() {
        return Some(day..day.tomorrow().ok()?);
    }
    let range = settled(value, now, false)?.range(&now.to_zoned(TimeZone::UTC));
    Some(date(range.start)..date(range.end))
}

/// “Next December”, “next Tuesday”, “next quarter”.
fn coming_one(what: &str, today: Date) -> Option<Period> {
    let after = |first: Date, months: i32| Period::days(first, first.checked_add(months.months()).ok()?.yesterday().ok()?);
    let month = today.first_of_month();
    match what.split_once(' ') {
        Some(("month", number)) => {
            let number: i8 = number.parse().ok()?;
            let year = if number > today.month() { today.year() } else { today.year() + 1 };
            Date::new(year, number, 1).ok().map(Period::month)
        }
        Some(("weekday", number)) => {
            let day = today.nth_weekday(1, Weekday::from_sunday_zero_offset(number.parse().ok()?).ok()?).ok()?;
            Period::days(day, day)
        }
        None if what == "quarter" => after(month.checked_add((3 - (i32::from(today.month()) - 1) % 3).months()).ok()?, 3),
        None if what == "year" => after(Date::new(today.year() + 1, 1, 1).ok()?, 12),
        _ => None,
    }
}

/// So long before today: that day, or the week, month or year that it was in.
fn ago(span: &str, today: Date) -> Option<Period> {
    let (amount, unit) = span.split_at(span.find(|c: char| c.is_ascii_alphabetic())?);
    let amount: i32 = amount.parse().ok().filter(|amount| (1..=1_000).contains(amount))?;
    match unit {
        "d" => today.checked_sub(amount.days()).ok().and_then(|day| Period::days(day, day)),
        "w" => week(today.checked_sub(amount.weeks()).ok()?),
        "mo" => today.checked_sub(amount.months()).ok().map(Period::month),
        "y" => {
            let year = today.checked_sub(amount.years()).ok()?;
            Period::days(year.first_of_year(), year.last_of_year())
        }
        _ => None,
    }
}

/// The week that a day is in.
fn week(day: Date) -> Option<Period> {
    let monday = day.checked_sub(i32::from(day.weekday().to_monday_zero_offset()).days()).ok()?;
    Period::days(monday, monday.checked_add(6.days()).ok()?)
}

/// The last such day of a year, month and day, that is not to come.
fn begun(today: Date, day: &str) -> Option<Date> {
    [today.year(), today.year() - 1].into_iter().find_map(|year| in_year(year, day).filter(|date| *date <= today))
}

/// The first such day that is not before another.
fn coming(from: Date, day: &str) -> Option<Date> {
    [from.year(), from.year() + 1].into_iter().find_map(|year| in_year(year, day).filter(|date| *date >= from))
}

fn in_year(year: i16, day: &str) -> Option<Date> {
    let (month, day) = day.split_once('-')?;
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

/// The last day of that name before today; 0 is Sunday.
fn last(today: Date, number: &str) -> Option<Date> {
    let weekday = Weekday::from_sunday_zero_offset(number.parse().ok()?).ok()?;
    today.nth_weekday(-1, weekday).ok()
}

#[cfg(test)]
mod tests {
    use super::settled;

    #[test]
    fn what_is_told_by_name_is_the_last_one() {
        // A Friday.
        let now = "2026-11-20T12:00:00Z".parse().unwrap_or_default();
        for (said, period) in [
            ("last_7d", Some("last_7d")),
            ("month 10", Some("2026-10")),
            ("month 12", Some("2025-12")),
            ("quarter 3", Some("2026-07-01..2026-09-30")),
            ("days 11-02 11-05", Some("2026-11-02..2026-11-05")),
            ("days 12-28 01-03", Some("2025-12-28..2026-01-03")),
            ("months 7 9", Some("2026-07-01..2026-09-30")),
            ("since month 7", Some("2026-07-01..2026-11-20")),
            ("since day 12-01", Some("2025-12-01..2026-11-20")),
            ("since weekday 1", Some("2026-11-16..2026-11-20")),
            ("weekday 5", Some("2026-11-13..2026-11-13")),
            ("since 2027-01-01", None),
        ] {
            assert_eq!(settled(said, now, false).map(|it| it.to_string()).as_deref(), period, "{said}");
        }
    }

    #[test]
    fn a_forecast_is_of_what_comes() {
        let now = "2026-11-20T12:00:00Z".parse().unwrap_or_default();
        for (said, period) in [("month 12", "2026-12"), ("month 11", "2026-11"), ("month 1", "2027-01")] {
            assert_eq!(settled(said, now, true).map(|it| it.to_string()).as_deref(), Some(period), "{said}");
        }
    }
}
