//! Times as they are said: parts that come in any order and are put together at the end.

use std::collections::BTreeSet;
use std::fmt;

use jiff::civil::{Date, DateTime};

/// A time of day, and whether it was said without leaving open which half of the day is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Clock {
    pub(crate) hour: i8,
    pub(crate) minute: i8,
    /// Said with am or pm, as 24 hours, or as noon or midnight.
    pub(crate) certain: bool,
}

impl Clock {
    /// The hour of “midnight”, which leaves open whose day ends or begins.
    pub(crate) const MIDNIGHT: i8 = 24;
}

/// A part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum DayPart {
    Morning,
    Afternoon,
    Evening,
    Night,
}

/// Days of the week, 0 is Sunday.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Days(pub(crate) BTreeSet<u8>);

impl Days {
    /// The days from one to another, across the end of the week where it must be; `None` if they are one.
    pub(crate) fn between(first: u8, last: u8) -> Option<Self> {
        if first > 6 || last > 6 || first == last {
            return None;
        }
        let count = (last + 7 - first) % 7;
        Some(Self((0..=count).map(|ahead| (first + ahead) % 7).collect()))
    }
}

/// How often.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Every {
    /// Each day.
    Day,
    /// On these days of the week.
    Week(Days),
    /// On this day of each month.
    Month(u8),
    /// Every so many hours.
    Hours(u32),
    /// Every so many minutes.
    Minutes(u32),
}

/// A day as it is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Day {
    /// So many days from today.
    From(i32),
    /// So many days from now, at the same time where none is said.
    In(i32),
    /// The next day of this name, 0 is Sunday; of next week where `next` was said.
    Weekday { day: u8, next: bool },
    /// A date.
    Date(Date),
    /// A month and a day without a year.
    Yearly { month: i8, day: i8 },
}

/// Once, at a moment that is told whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Once {
    /// So many minutes from now.
    In(i64),
    /// At this moment.
    At(DateTime),
}

/// A time, or a part of one. A part that is told twice is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct When {
    pub(crate) clock: Option<Clock>,
    pub(crate) part: Option<DayPart>,
    pub(crate) every: Option<Every>,
    pub(crate) day: Option<Day>,
    /// The day of the week that was told beside a date, 0 is Sunday.
    pub(crate) weekday: Option<u8>,
    pub(crate) once: Option<Once>,
    /// An IANA zone, or an offset as `+02:00`.
    pub(crate) zone: Option<String>,
    /// Why it can only lead to a question, if so: the question.
    pub(crate) why: Option<String>,
}

impl When {
    /// At a time of day.
    pub(crate) fn at(clock: Clock) -> Self {
        Self { clock: Some(clock), ..Self::default() }
    }

    /// On a day.
    pub(crate) fn on(day: Day) -> Self {
        Self { day: Some(day), ..Self::default() }
    }

    /// Both together; `None` if a part is told twice.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        fn either<T>(a: Option<T>, b: Option<T>) -> Option<Option<T>> {
            match (a, b) {
                (Some(_), Some(_)) => None,
                (a, b) => Some(a.or(b)),
            }
        }
        // “Weekly” leaves the day open, and “on Sunday” after it does not.
        let open = |a: &Self, b: &Self| matches!(&a.every, Some(Every::Week(Days(days))) if days.is_empty()) && b.day.is_some();
        if open(&self, &other) || open(&other, &self) {
            return None;
        }
        Some(Self {
            clock: either(self.clock, other.clock)?,
            part: either(self.part, other.part)?,
            every: either(self.every, other.every)?,
            day: either(self.day, other.day)?,
            weekday: either(self.weekday, other.weekday)?,
            once: either(self.once, other.once)?,
            zone: either(self.zone, other.zone)?,
            why: self.why.or(other.why),
        })
    }
}

/// In short: the parts that were said.
impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
        let every = self.every.as_ref().map(|every| match every {
            Every::Day => "every day".to_owned(),
            Every::Week(days) => format!("every {}", days.0.iter().map(u8::to_string).collect::<Vec<_>>().join(",")),
            Every::Month(day) => format!("every month on {day}"),
            Every::Hours(step) => format!("every {step}h"),
            Every::Minutes(step) => format!("every {step}min"),
        });
        let day = self.day.map(|day| match day {
            Day::From(days) => format!("+{days}d"),
            Day::In(days) => format!("in {days}d"),
            Day::Weekday { day, next } => {
                let name = DAYS.get(usize::from(day)).copied().unwrap_or_default();
                if next { format!("next {name}") } else { name.to_owned() }
            }
            Day::Date(date) => date.to_string(),
            Day::Yearly { month, day } => format!("{month:02}-{day:02}"),
        });
        let weekday = self.weekday.and_then(|day| DAYS.get(usize::from(day)).copied()).map(str::to_owned);
        let part = self.part.map(|part| part.to_string());
        let clock = self.clock.map(|clock| match clock {
            Clock { hour: Clock::MIDNIGHT, .. } => "midnight".to_owned(),
            Clock { hour, minute, certain: true } => format!("{hour:02}:{minute:02}"),
            Clock { hour, minute, .. } => format!("{hour}:{minute:02}?"),
        });
        let once = self.once.map(|once| match once {
            Once::In(minutes) => format!("in {minutes}min"),
            Once::At(at) => at.strftime("%Y-%m-%dT%H:%M").to_string(),
        });
        let why = self.why.as_ref().map(|why| format!("? {why}"));
        let parts: Vec<String> = [every, weekday, day, part, clock, once, self.zone.clone(), why].into_iter().flatten().collect();
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for DayPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Morning => "morning",
            Self::Afternoon => "afternoon",
            Self::Evening => "evening",
            Self::Night => "night",
        })
    }
}
