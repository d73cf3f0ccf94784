//! Periods of time, as frames name them.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::{Span, Timestamp, ToSpan as _, Zoned};

use crate::words::{text_form, vocabulary};
use crate::{Error, Result};

vocabulary! {
    /// A period that depends on the day it is asked on. Weeks begin on Monday.
    PeriodWord, "period" {
        /// Midnight to midnight.
        Today = "today",
        /// The day before.
        Yesterday = "yesterday",
        /// Monday to Sunday.
        ThisWeek = "this_week",
        /// The week before.
        LastWeek = "last_week",
        /// The week after.
        NextWeek = "next_week",
        /// The calendar month.
        ThisMonth = "this_month",
        /// The month before.
        LastMonth = "last_month",
        /// The month after.
        NextMonth = "next_month",
        /// Three calendar months from January, April, July or October.
        ThisQuarter = "this_quarter",
        /// The quarter before.
        LastQuarter = "last_quarter",
        /// The year to date: up to the end of today.
        ThisYear = "this_year",
        /// The whole year before.
        LastYear = "last_year",
    }
}

/// A period of time: `last_month`, `last_7d`, `last_24h`, `2026-10`, `2026-10-01..2026-10-31`.
///
/// ```
/// use escher_core::Period;
/// let now = "2026-11-20T12:00:00+01:00[Europe/Berlin]".parse().unwrap();
/// let october = "2026-10".parse::<Period>().unwrap().range(&now);
/// assert_eq!(october.start.to_string(), "2026-09-30T22:00:00Z");
/// assert_eq!(october.end.to_string(), "2026-10-31T23:00:00Z");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period(Inner);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Inner {
    Word(PeriodWord),
    /// Up to now; one at least.
    LastDays(u32),
    /// Up to now; one at least.
    LastHours(u32),
    /// By its first day.
    Month(Date),
    /// Both days are in it; the first is not after the last.
    Days(Date, Date),
}

impl Period {
    /// A month by one of its days.
    pub fn month(day: Date) -> Self {
        Self(Inner::Month(day.first_of_month()))
    }

    /// Whole days, the last one included; `None` if it is before the first.
    pub fn days(first: Date, last: Date) -> Option<Self> {
        (first <= last).then_some(Self(Inner::Days(first, last)))
    }

    /// From when until before when, in the zone of `now`. What lies outside the supported times is cut off.
    pub fn range(&self, now: &Zoned) -> Range<Timestamp> {
        let midnight = |day: Date| day.to_zoned(now.time_zone().clone()).map_or(Timestamp::MAX, |at| at.timestamp());
        let back = |span: Span| now.checked_sub(span).map_or(Timestamp::MIN, |at| at.timestamp());
        match self.0 {
            Inner::LastDays(days) => back(Span::new().try_days(days).unwrap_or_default())..now.timestamp(),
            Inner::LastHours(hours) => back(Span::new().try_hours(hours).unwrap_or_default())..now.timestamp(),
            Inner::Word(word) => {
                let (first, after) = word.days(now.date());
                midnight(first)..midnight(after)
            }
            Inner::Month(first) => midnight(first)..midnight(first.saturating_add(1.month())),
            Inner::Days(first, last) => midnight(first)..midnight(last.saturating_add(1.day())),
        }
    }
}

impl PeriodWord {
    /// Its first day, and the day after its last.
    fn days(self, today: Date) -> (Date, Date) {
        let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
        let month = today.first_of_month();
        let quarter = month.saturating_sub(i64::from((today.month() - 1) % 3).months());
        let year = today.first_of_year();
        let (first, long): (Date, Span) = match self {
            Self::Today => (today, 1.day()),
            Self::Yesterday => (today.saturating_sub(1.day()), 1.day()),
            Self::ThisWeek => (monday, 1.week()),
            Self::LastWeek => (monday.saturating_sub(1.week()), 1.week()),
            Self::NextWeek => (monday.saturating_add(1.week()), 1.week()),
            Self::ThisMonth => (month, 1.month()),
            Self::LastMonth => (month.saturating_sub(1.month()), 1.month()),
            Self::NextMonth => (month.saturating_add(1.month()), 1.month()),
            Self::ThisQuarter => (quarter, 3.months()),
            Self::LastQuarter => (quarter.saturating_sub(3.months()), 3.months()),
            Self::ThisYear => return (year, today.saturating_add(1.day())),
            Self::LastYear => (year.saturating_sub(1.year()), 1.year()),
        };
        (first, first.saturating_add(long))
    }
}

impl From<PeriodWord> for Period {
    fn from(word: PeriodWord) -> Self {
        Self(Inner::Word(word))
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Inner::Word(word) => word.fmt(f),
            Inner::LastDays(days) => write!(f, "last_{days}d"),
            Inner::LastHours(hours) => write!(f, "last_{hours}h"),
            Inner::Month(first) => write!(f, "{:04}-{:02}", first.year(), first.month()),
            Inner::Days(first, last) => write!(f, "{first}..{last}"),
        }
    }
}

impl FromStr for Period {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            Error::invalid(format!("`{text}` is not a period"))
                .hint("write today, last_month, last_7d, last_24h, 2026-10 or 2026-10-01..2026-10-31")
        };
        if let Ok(word) = text.parse::<PeriodWord>() {
            return Ok(word.into());
        }
        let read = || {
            if let Some((first, last)) = text.split_once("..") {
                return Self::days(first.parse().ok()?, last.parse().ok()?);
            }
            let count = |text: &str| text.parse::<u32>().ok().filter(|&count| count > 0);
            if let Some(last) = text.strip_prefix("last_") {
                let days = last.strip_suffix('d').and_then(count).map(Inner::LastDays);
                return days.or_else(|| last.strip_suffix('h').and_then(count).map(Inner::LastHours)).map(Self);
            }
            let (year, month) = text.split_once('-')?;
            let whole = year.len() == 4 && month.len() == 2;
            whole.then(|| Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()).flatten().map(Self::month)
        };
        read().ok_or_else(bad)
    }
}

text_form!(Period);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    fn range(text: &str, now: &str) -> (String, String) {
        let range = text.parse::<Period>().unwrap().range(&now.parse().unwrap());
        (range.start.to_string(), range.end.to_string())
    }

    #[test]
    fn every_period_has_its_days() {
        // A Friday.
        let now = "2026-11-20T12:00:00+00:00[UTC]";
        for (text, from, until) in [
            ("today", "2026-11-20", "2026-11-21"),
            ("yesterday", "2026-11-19", "2026-11-20"),
            ("this_week", "2026-11-16", "2026-11-23"),
            ("last_week", "2026-11-09", "2026-11-16"),
            ("next_week", "2026-11-23", "2026-11-30"),
            ("this_month", "2026-11-01", "2026-12-01"),
            ("last_month", "2026-10-01", "2026-11-01"),
            ("next_month", "2026-12-01", "2027-01-01"),
            ("this_quarter", "2026-10-01", "2027-01-01"),
            ("last_quarter", "2026-07-01", "2026-10-01"),
            ("this_year", "2026-01-01", "2026-11-21"),
            ("last_year", "2025-01-01", "2026-01-01"),
            ("2024-02", "2024-02-01", "2024-03-01"),
            ("2026-10-01..2026-10-31", "2026-10-01", "2026-11-01"),
        ] {
            assert_eq!(range(text, now), (format!("{from}T00:00:00Z"), format!("{until}T00:00:00Z")), "{text}");
        }
        assert_eq!(range("last_7d", now).0, "2026-11-13T12:00:00Z");
        assert_eq!(range("last_36h", now), ("2026-11-19T00:00:00Z".into(), "2026-11-20T12:00:00Z".into()));
    }

    #[test]
    fn days_are_those_of_the_zone_also_when_the_clocks_change() {
        let now = "2026-10-25T12:00:00+01:00[Europe/Berlin]";
        assert_eq!(range("today", now), ("2026-10-24T22:00:00Z".into(), "2026-10-25T23:00:00Z".into()));
        assert_eq!(range("last_1d", now).0, "2026-10-24T10:00:00Z", "a day back is the same time of day");
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in
            ["", "last_0d", "last_d", "last_-1h", "2026-13", "2026-1", "2026-10-31..2026-10-01", "soon", "last_99999999999d", "26-10"]
        {
            assert!(text.parse::<Period>().is_err(), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_no_range_is_reversed(text in "(last_)?[0-9]{0,12}[dh]?|[0-9]{4}-[0-9]{2}|.{0,20}") {
            if let Ok(period) = text.parse::<Period>() {
                proptest::prop_assert_eq!(period.to_string().parse::<Period>().unwrap(), period);
                let range = period.range(&"2026-11-20T12:00:00+00:00[UTC]".parse().unwrap());
                proptest::prop_assert!(range.start <= range.end);
            }
        }
    }
}
