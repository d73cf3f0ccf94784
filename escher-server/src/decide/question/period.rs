//! Periods that depend on today, in the words of a frame.

use escher_core::Period;
use jiff::civil::{Date, Weekday};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// The period; `None` where there is no such time.
pub(super) fn settled(period: &str, now: Timestamp) -> Option<Period> {
    let today = now.to_zoned(TimeZone::UTC).date();
    let (what, value) = match period.split_once(' ') {
        Some((what, value)) => (what, value),
        None => return period.parse().ok(),
    };
    match what {
        // The last one that has begun.
        "month" => {
            let month: i8 = value.parse().ok()?;
            let year = if month <= today.month() { today.year() } else { today.year() - 1 };
            Date::new(year, month, 1).ok().map(Period::month)
        }
        "quarter" => {
            let quarter: i8 = value.parse().ok().filter(|quarter| (1..=4).contains(quarter))?;
            let first = quarter * 3 - 2;
            let year = if first <= today.month() { today.year() } else { today.year() - 1 };
            let from = Date::new(year, first, 1).ok()?;
            let to = from.checked_add(2.months()).ok()?.last_of_month();
            Period::days(from, to)
        }
        "weekday" => {
            let day = last(today, value)?;
            Period::days(day, day)
        }
        "since" => {
            let from = match value.split_once(' ') {
                Some((_, day)) => last(today, day)?,
                None if value == "yesterday" => today.yesterday().ok()?,
                None => value.parse().ok()?,
            };
            Period::days(from, today)
        }
        _ => None,
    }
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
            ("since weekday 1", Some("2026-11-16..2026-11-20")),
            ("weekday 5", Some("2026-11-13..2026-11-13")),
            ("since 2027-01-01", None),
        ] {
            assert_eq!(settled(said, now).map(|it| it.to_string()).as_deref(), period, "{said}");
        }
    }
}
