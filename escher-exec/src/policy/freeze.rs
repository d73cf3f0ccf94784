//! Windows of time in which no change runs.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// Minutes of a day.
pub(super) const DAY: u16 = 24 * 60;

/// From when to when, and on which days at which hours; what is not said does not narrow.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// The first moment of it.
    pub(super) from: Option<Timestamp>,
    /// The first moment after it.
    pub(super) to: Option<Timestamp>,
    pub(super) recurs: Option<Recurrence>,
}

/// Days of the week and hours of the day, in a time zone.
#[derive(Clone, Debug)]
pub(super) struct Recurrence {
    /// Every day if empty.
    pub(super) days: Vec<Weekday>,
    /// Minutes since midnight, the end not included; from 0 to [`DAY`] if the whole day.
    pub(super) hours: (u16, u16),
    pub(super) tz: TimeZone,
    /// The zone as it was written.
    pub(super) zone: String,
}

impl Window {
    /// Whether it is open at a moment.
    pub(super) fn is_open(&self, at: Timestamp) -> bool {
        self.from.is_none_or(|from| at >= from)
            && self.to.is_none_or(|to| at < to)
            && self.recurs.as_ref().is_none_or(|recurs| recurs.is_open(at))
    }

    /// Whether it has closed for good.
    pub(super) fn is_past(&self, at: Timestamp) -> bool {
        self.to.is_some_and(|to| at >= to)
    }

    /// When that is, in words.
    pub(super) fn in_words(&self) -> String {
        let from = self.from.map(|from| format!("from {from:.0}"));
        let to = self.to.map(|to| format!("until {to:.0}"));
        let recurs = self.recurs.as_ref().map(Recurrence::in_words);
        let span = [from, to].into_iter().flatten().collect::<Vec<_>>().join(" ");
        match recurs {
            Some(recurs) if span.is_empty() => recurs,
            Some(recurs) => format!("{recurs}, {span}"),
            None => span,
        }
    }
}

impl Recurrence {
    fn is_open(&self, at: Timestamp) -> bool {
        let local = at.to_zoned(self.tz.clone());
        let minute = u16::from(local.hour().unsigned_abs()) * 60 + u16::from(local.minute().unsigned_abs());
        let on = |day: Weekday| self.days.is_empty() || self.days.contains(&day);
        let (start, end) = self.hours;
        if start < end {
            return on(local.weekday()) && (start..end).contains(&minute);
        }
        // Over midnight, it belongs to the day on which it began.
        (on(local.weekday()) && minute >= start) || (on(local.weekday().previous()) && minute < end)
    }

    fn in_words(&self) -> String {
        let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        let days: Vec<&str> = self.days.iter().map(|day| name(*day)).collect();
        let in_a_row = self.days.windows(2).all(|pair| pair[0].next() == pair[1]);
        let days = match days.as_slice() {
            [] => "every day".to_owned(),
            [first, _, .., last] if in_a_row => format!("{first} to {last}"),
            [one] => format!("every {one}"),
            [others @ .., last] => format!("every {} and {last}", others.join(", ")),
        };
        let hours = match self.hours {
            (0, DAY) => String::new(),
            (start, end) => format!(" from {} to {}", clock(start), clock(end)),
        };
        format!("{days}{hours} ({})", self.zone)
    }
}

const DAYS: [(Weekday, &str, &str); 7] = [
    (Weekday::Monday, "mon", "monday"),
    (Weekday::Tuesday, "tue", "tuesday"),
    (Weekday::Wednesday, "wed", "wednesday"),
    (Weekday::Thursday, "thu", "thursday"),
    (Weekday::Friday, "fri", "friday"),
    (Weekday::Saturday, "sat", "saturday"),
    (Weekday::Sunday, "sun", "sunday"),
];

const NAMES: [(Weekday, &str); 7] = [
    (Weekday::Monday, "Monday"),
    (Weekday::Tuesday, "Tuesday"),
    (Weekday::Wednesday, "Wednesday"),
    (Weekday::Thursday, "Thursday"),
    (Weekday::Friday, "Friday"),
    (Weekday::Saturday, "Saturday"),
    (Weekday::Sunday, "Sunday"),
];

fn name(day: Weekday) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == day).map_or("", |(_, name)| name)
}

fn day(word: &str) -> Option<Weekday> {
    let word = word.trim().to_ascii_lowercase();
    DAYS.iter().find(|(_, short, long)| word == *short || word == *long).map(|(day, ..)| *day)
}

/// The days of `mon`, `monday` or `fri-mon`.
pub(super) fn days(text: &str) -> Option<Vec<Weekday>> {
    let Some((first, last)) = text.split_once('-') else { return day(text).map(|day| vec![day]) };
    let (first, last) = (day(first)?, day(last)?);
    let mut days = vec![first];
    let mut next = first;
    while next != last {
        next = next.next();
        days.push(next);
    }
    Some(days)
}

/// The minutes of `09:00-17:30`; the end may be 24:00, or on the next day.
pub(super) fn hours(text: &str) -> Option<(u16, u16)> {
    let minutes = |text: &str| {
        let (hour, minute) = text.trim().split_once(':')?;
        let whole = |text: &str| if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None };
        let (hour, minute): (u16, u16) = (whole(hour)?, whole(minute)?);
        let minutes = hour * 60 + minute;
        (minute < 60 && minutes <= DAY).then_some(minutes)
    };
    let (start, end) = text.split_once('-')?;
    let (start, end) = (minutes(start)?, minutes(end)?);
    (start != end && start < DAY).then_some((start, end))
}
