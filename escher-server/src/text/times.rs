//! Times by their looks: `8pm`, `20:00`, `2026-12-01`, `1st`, `mon-fri`, `+02:00`, `Europe/Berlin`.

use jiff::civil::Date;

use crate::lexicon::Lexicon;
use crate::meaning::{Clock, Day, Days, Every, Once, Sem, When};

/// The parts of the world that zones are named after.
const AREAS: &[&str] =
    &["africa", "america", "antarctica", "arctic", "asia", "atlantic", "australia", "europe", "indian", "pacific", "etc"];

/// What a word says of a time, if that is what it looks like.
pub(super) fn of(low: &str, lexicon: &Lexicon) -> Option<(&'static str, Sem)> {
    if let Some(sem) = zone(low) {
        return Some(("Tz", Sem::Text(sem)));
    }
    if let Some(days) = day_range(low, lexicon) {
        return Some(("DayRange", When { every: Some(Every::Week(days)), ..When::default() }.into()));
    }
    if !low.starts_with(|c: char| c.is_ascii_digit()) || !low.is_ascii() {
        return None;
    }
    clock(low)
        .map(|clock| ("Clock", When::at(clock).into()))
        .or_else(|| date(low).map(|date| ("Date", When::on(Day::Date(date)).into())))
        .or_else(|| date_time(low).map(|when| ("DateTime", when.into())))
        .or_else(|| nth(low).map(|day| ("Nth", Sem::Text(day))))
        .or_else(|| minutes(low).map(|minutes| ("Minutes", Sem::Text(minutes))))
}

/// `1h30m`, `8pm-6am`, `25:00`: a time that has no reading. It is no name either.
pub(super) fn is_odd(low: &str) -> bool {
    const ENDS: &[&str] = &[
        "am", "pm", "s", "sec", "secs", "ms", "m", "min", "mins", "h", "hr", "hrs", "d", "day", "days", "w", "wk", "wks", "mo", "mos", "y",
        "yr", "yrs", "st", "nd", "rd", "th",
    ];
    let mut timely = false;
    let whole = low.split(['-', '–', '/']).all(|part| {
        let mut rest = part;
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(rest.len());
            if digits == 0 {
                return false;
            }
            rest = &rest[digits..];
            let letters = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            if letters == 0 && !rest.is_empty() {
                return false;
            }
            timely |= letters > 0 && ENDS.contains(&&rest[..letters]);
            if letters > 0 && !ENDS.contains(&&rest[..letters]) {
                return false;
            }
            rest = &rest[letters..];
        }
        !part.is_empty()
    });
    whole && timely
}

fn clock(low: &str) -> Option<Clock> {
    let cut = low.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(low.len());
    let (digits, half) = low.split_at(cut);
    let pm = match half {
        "" => None,
        "am" | "a.m." | "a.m" => Some(false),
        "pm" | "p.m." | "p.m" => Some(true),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some((hours, minutes)) if minutes.len() == 2 => (hours, minutes),
        // `7.30pm`; without am or pm that is a number.
        None if pm.is_some() => digits.split_once('.').filter(|(_, minutes)| minutes.len() == 2).unwrap_or((digits, "00")),
        _ => return None,
    };
    let number = |text: &str| text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<i8>().ok()).flatten();
    let (hour, minute) = (number(hours).filter(|_| hours.len() <= 2)?, number(minutes).filter(|minute| *minute < 60)?);
    match pm {
        Some(_) if !(1..=12).contains(&hour) => None,
        Some(pm) => Some(Clock { hour: hour % 12 + if pm { 12 } else { 0 }, minute, certain: true }),
        // `09:00` is written by those who count to 24.
        None => (hour < 24).then_some(Clock { hour, minute, certain: !(1..=12).contains(&hour) || hours.starts_with('0') }),
    }
}

fn date(low: &str) -> Option<Date> {
    let bytes = low.as_bytes();
    (bytes.len() == 10 && bytes[4] == b'-' && bytes[7] == b'-').then(|| low.parse().ok()).flatten()
}

/// `2027-01-05t21:00`, with `z` or an offset behind it.
fn date_time(low: &str) -> Option<When> {
    let (day, rest) = low.split_once('t')?;
    let date = date(day)?;
    let (time, zone) = match rest.find(['z', '+', '-']) {
        Some(at) => (&rest[..at], Some(&rest[at..])),
        None => (rest, None),
    };
    let time = time.strip_suffix(":00").filter(|time| time.contains(':')).unwrap_or(time);
    let clock = clock(time).filter(|_| time.len() == 5)?;
    let zone = match zone {
        None => None,
        Some("z") => Some("UTC".to_owned()),
        Some(text) => Some(offset(text)?),
    };
    Some(When { once: Some(Once::At(date.at(clock.hour, clock.minute, 0, 0))), zone, ..When::default() })
}

fn nth(low: &str) -> Option<String> {
    let digits = ["st", "nd", "rd", "th"].iter().find_map(|ending| low.strip_suffix(ending))?;
    let day: u8 = digits.parse().ok().filter(|day| (1..=31).contains(day))?;
    Some(day.to_string())
}

fn minutes(low: &str) -> Option<String> {
    let digits = ["minutes", "minute", "mins", "min", "m"].iter().find_map(|unit| low.strip_suffix(unit))?;
    let digits = digits.strip_suffix('-').unwrap_or(digits);
    let amount: u32 = digits.parse().ok()?;
    Some(amount.to_string())
}

fn day_range(low: &str, lexicon: &Lexicon) -> Option<Days> {
    let (first, last) = low.split_once(['-', '–'])?;
    let day = |word: &str| -> Option<u8> {
        lexicon.entries(word).iter().find_map(|entry| match &entry.sem {
            Sem::Text(day) if entry.category == "Weekday" => day.parse().ok(),
            _ => None,
        })
    };
    Days::between(day(first)?, day(last)?)
}

/// A zone or an offset.
fn zone(low: &str) -> Option<String> {
    if let Some(rest) = low.strip_prefix("utc").or_else(|| low.strip_prefix("gmt")) {
        return offset(rest);
    }
    if low.len() == 6 && low.is_char_boundary(3) && low[3..].starts_with(':') {
        return offset(low);
    }
    let (area, city) = low.split_once('/')?;
    let fits = city.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | '/' | '+') || area == "etc" && c.is_ascii_digit());
    (AREAS.contains(&area) && city.len() >= 3 && fits).then(|| low.to_owned())
}

/// `+2`, `+02`, `+02:00`, `-0530` as `+02:00`.
fn offset(text: &str) -> Option<String> {
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-'))?;
    let digits = &text[1..];
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 && digits.is_ascii() => digits.split_at(2),
        None => (digits, "00"),
    };
    let number = |text: &str| (text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u8>().ok()).flatten();
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|_| minutes.len() == 2)?);
    (hours <= 14 && minutes < 60).then(|| format!("{sign}{hours:02}:{minutes:02}"))
}
