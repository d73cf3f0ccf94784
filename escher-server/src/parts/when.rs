//! Days, times of day and zones, as people write them.

use jiff::civil::{Date, Weekday};

use super::amount::whole;
use crate::scene::Scene;

/// A day of the week: `monday`, `mon`, `mondays`.
pub(crate) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mondays" | "mon" => Weekday::Monday,
        "tuesday" | "tuesdays" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wednesdays" | "wed" => Weekday::Wednesday,
        "thursday" | "thursdays" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fridays" | "fri" => Weekday::Friday,
        "saturday" | "saturdays" | "sat" => Weekday::Saturday,
        "sunday" | "sundays" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// A month by its name, 1 to 12.
pub(crate) fn month(word: &str) -> Option<i8> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let word = if word == "sept" { "sep" } else { word };
    let found = MONTHS.iter().position(|month| *month == word || (word.len() == 3 && month.starts_with(word)))?;
    i8::try_from(found + 1).ok()
}

/// A year of this era that people speak of.
pub(crate) fn year(word: &str) -> Option<i16> {
    word.parse().ok().filter(|year| word.len() == 4 && (2000..2100).contains(year))
}

/// `2026-12-01`.
pub(crate) fn date(word: &str) -> Option<Date> {
    (word.len() == 10 && word.as_bytes()[4] == b'-').then(|| word.parse().ok()).flatten()
}

/// `2026-10`: year and month.
pub(crate) fn year_month(word: &str) -> Option<(i16, i8)> {
    let (y, m) = word.split_once('-').filter(|(_, m)| m.len() == 2)?;
    Some((year(y)?, m.parse().ok().filter(|m| (1..=12).contains(m))?))
}

/// `1st`, `2nd`, `15th`, `15`.
pub(crate) fn day_of_month(word: &str) -> Option<i8> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|suffix| word.strip_suffix(suffix)).unwrap_or(word);
    let first = (word == "first").then_some(1);
    first.or_else(|| digits.parse().ok()).filter(|day| (1..=31).contains(day))
}

/// A date in words at `i`: `December 1`, `1st of December 2026`, `2026-12-01`; with its length. Years not told are the next to come.
pub(crate) fn date_at(scene: &Scene<'_>, i: usize, today: Date) -> Option<(Date, usize)> {
    if let Some(date) = date(scene.low(i)) {
        return Some((date, 1));
    }
    let (month, day, mut len) = if let Some(month) = month(scene.low(i)) {
        (month, day_of_month(scene.low(i + 1))?, 2)
    } else {
        let day = day_of_month(scene.low(i))?;
        let of = usize::from(scene.low(i + 1) == "of");
        (month(scene.low(i + 1 + of))?, day, 2 + of)
    };
    let told = year(scene.low(i + len));
    len += usize::from(told.is_some());
    let this = Date::new(told.unwrap_or(today.year()), month, day).ok()?;
    let next = || Date::new(today.year() + 1, month, day).ok();
    let date = if told.is_none() && this < today { next()? } else { this };
    Some((date, len))
}

/// A time of day at `i`: hour, minute, length. A bare number counts only after “at”.
pub(crate) fn time_at(scene: &Scene<'_>, i: usize) -> Option<(i8, i8, usize)> {
    let word = scene.low(i);
    match word {
        "noon" | "midday" => return Some((12, 0, 1)),
        "midnight" => return Some((0, 0, 1)),
        _ => {}
    }
    let half = |word: &str| match word {
        "am" | "a.m" => Some(false),
        "pm" | "p.m" => Some(true),
        _ => None,
    };
    let (digits, glued) = match word.find(|c: char| c.is_alphabetic()) {
        Some(at) => (&word[..at], half(&word[at..]).map(Some).or((&word[at..] == "h").then_some(None))?),
        None => (word, None),
    };
    let mut len = 1;
    let after = glued.or_else(|| half(scene.low(i + 1)).inspect(|_| len = 2));
    let clock = scene.low(i + 1) == "o'clock";
    if clock {
        len = 2;
    }
    let (hour, minute, colon) = match digits.split_once([':', '.']) {
        Some((hour, minute)) if minute.len() == 2 => (hour.parse::<i8>().ok()?, minute.parse::<i8>().ok()?, digits.contains(':')),
        Some(_) => return None,
        None => (digits.parse::<i8>().ok()?, 0, false),
    };
    let hour = match after {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(true) => hour % 12 + 12,
        Some(false) => hour % 12,
        None => hour,
    };
    let told = after.is_some() || colon || clock || word.ends_with('h') || (i > 0 && scene.low(i - 1) == "at" && !digits.contains('.'));
    (told && (0..24).contains(&hour) && (0..60).contains(&minute)).then_some((hour, minute, len))
}

/// A time zone: an IANA name as it stands, or one of the usual abbreviations.
pub(crate) fn zone(word: &str) -> Option<&str> {
    const SHORT: &[(&str, &str)] = &[
        ("utc", "UTC"),
        ("gmt", "UTC"),
        ("cet", "Europe/Berlin"),
        ("cest", "Europe/Berlin"),
        ("bst", "Europe/London"),
        ("est", "America/New_York"),
        ("edt", "America/New_York"),
        ("et", "America/New_York"),
        ("cst", "America/Chicago"),
        ("cdt", "America/Chicago"),
        ("mst", "America/Denver"),
        ("pst", "America/Los_Angeles"),
        ("pdt", "America/Los_Angeles"),
        ("pt", "America/Los_Angeles"),
        ("ist", "Asia/Kolkata"),
        ("jst", "Asia/Tokyo"),
        ("aest", "Australia/Sydney"),
        ("sgt", "Asia/Singapore"),
    ];
    const AREAS: &[&str] = &["Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific", "Etc"];
    if let Some((_, zone)) = SHORT.iter().find(|(short, _)| word.eq_ignore_ascii_case(short)) {
        return Some(zone);
    }
    let (area, city) = word.split_once('/')?;
    let known = AREAS.iter().any(|known| known.eq_ignore_ascii_case(area));
    (known && city.chars().next().is_some_and(char::is_alphabetic)).then_some(word)
}

/// A zone as the tables spell it: `europe/berlin` is `Europe/Berlin`.
pub(crate) fn spelled(zone: &str) -> String {
    if zone.chars().any(char::is_uppercase) {
        return zone.to_owned();
    }
    let mut start = true;
    let spell = |c: char| {
        let shown = if start { c.to_ascii_uppercase() } else { c };
        start = matches!(c, '/' | '_' | '-');
        shown
    };
    zone.chars().map(spell).collect()
}

/// Whether a word tells a time or a place in a row and names nothing: `monday`, `december`, `weeks`, `weekend`, `2nd`.
pub(crate) fn is_time_word(word: &str) -> bool {
    weekday(word).is_some()
        || month(word).is_some()
        || day_of_month(word).is_some() && word.ends_with(|c: char| c.is_alphabetic())
        || word.len() > 1 && Span::from_word(word).is_some()
        // `30d`, `1h30m`, `GMT+2`
        || word.find(|c: char| c.is_alphabetic()).is_some_and(|at| at > 0 && word[..at].parse::<u64>().is_ok() && Span::from_word(&word[at..]).is_some())
        || word.starts_with(|c: char| c.is_ascii_digit()) && word.ends_with(['m', 's', 'h']) && word.contains(['h', 'm'])
        || word.starts_with("gmt+") || word.starts_with("gmt-") || word.starts_with("utc+") || word.starts_with("utc-")
        || matches!(
            word,
            "biweekly" | "fortnightly" | "quarterly" | "yearly" | "annually" | "christmas" | "easter" | "holiday" | "holidays" | "weekend" | "weekends" | "weekday" | "weekdays" | "night" | "morning" | "evening" | "afternoon" | "noon" | "midnight"
        )
}

/// `7 days`, `two weeks`, `24h`, `90d`, `a month`: number, unit and length.
pub(crate) fn span_at(scene: &Scene<'_>, i: usize) -> Option<(u64, Span, usize)> {
    let word = scene.low(i);
    if let Some(at) = word.find(|c: char| c.is_alphabetic()).filter(|&at| at > 0) {
        let digits = word[..at].trim_end_matches('-').replace(['+', ','], "");
        let unit = word[at..].trim_start_matches('-');
        let unit = unit.strip_suffix("-old").unwrap_or(unit);
        return Some((digits.parse().ok()?, Span::from_word(unit)?, 1));
    }
    let number = match word {
        "a" | "an" | "one" => Some(1),
        "half" => None,
        word => whole(word.trim_end_matches('+')),
    };
    let more = usize::from(matches!(scene.low(i + 1), "full" | "whole" | "or" | "calendar" | "business"));
    let unit = Span::from_word(scene.low(i + 1 + more))
        .filter(|_| scene.low(i + 1).len() > 1 || more > 0 || scene.low(i + 1) == "d" || scene.low(i + 1) == "h")?;
    Some((number?, unit, 2 + more))
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Span {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
}

impl Span {
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "minute" | "minutes" | "min" | "mins" => Self::Minute,
            "hour" | "hours" | "hr" | "hrs" | "h" => Self::Hour,
            "day" | "days" | "d" => Self::Day,
            "week" | "weeks" | "w" | "wk" | "wks" => Self::Week,
            "month" | "months" | "mo" | "mos" => Self::Month,
            "year" | "years" | "y" | "yr" | "yrs" => Self::Year,
            "quarter" | "quarters" => return None,
            _ => return None,
        })
    }

    /// The number with the selector language's unit.
    pub(crate) fn text(self, number: u64) -> String {
        match self {
            Self::Minute => format!("{}h", (number as f64 / 60.0 * 100.0).round() / 100.0),
            Self::Hour => format!("{number}h"),
            Self::Day => format!("{number}d"),
            Self::Week => format!("{number}w"),
            Self::Month => format!("{number}mo"),
            Self::Year => format!("{number}y"),
        }
    }

    /// Whole days.
    pub(crate) fn days(self, number: u64) -> u64 {
        number.saturating_mul(match self {
            Self::Minute | Self::Hour => 0,
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 30,
            Self::Year => 365,
        })
    }
}
