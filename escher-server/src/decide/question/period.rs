//! Periods that depend on today, in the words of a frame.

use std::cmp::Ordering;

use escher_core::Period;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// The period; `None` where there is no such time. Where the question looks ahead, a month by its name is the next one.
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
        "since" => {
            let from = match value.split_once(' ') {
                Some(("month", month)) => begun(today, &format!("{month}-1"))?,
                Some(("day", day)) => begun(today, day)?,
                Some((_, day)) => last(today, day)?,
                None if value == "yesterday" => today.yesterday().ok()?,
                None => value.parse().ok()?,
            };
            Period::days(from, today)
        }
        _ => None,
    }
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
