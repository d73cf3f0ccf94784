//! When: a period to look at, an age to select by, a schedule to act by.

use escher_core::selector::{Field, Op};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span as JiffSpan, ToSpan};

use super::when::{self, Span};
use super::{Part, schedule};
use crate::scene::{Ask, Mood, Scene};

/// Reads times. In an order they say when to act; elsewhere what to look at.
pub(crate) struct Time;

/// Words that make of a period an age.
const BORN: &[&str] = &[
    "created",
    "launched",
    "made",
    "provisioned",
    "added",
    "built",
    "deployed",
    "spun",
    "started",
    "new",
    "born",
    "newly",
    "creation",
    "registered",
];

impl Part for Time {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        let today = scene.now.to_zoned(TimeZone::UTC).date();
        ages(scene, today);
        if scene.mood == Mood::Order {
            schedule::read(scene, today);
        }
        for i in 0..scene.len() {
            if !scene.free(i) || scene.period.is_some() {
                continue;
            }
            if let Some((period, len)) = period_at(scene, i, today).filter(|&(_, len)| scene.all_free(i, len)) {
                if scene.mood == Mood::Order && !dates_things(scene, i) {
                    let said = (i..i + len).map(|i| scene.text(i)).collect::<Vec<_>>().join(" ");
                    scene.doubt(
                        format!("What does “{said}” say: when to act, or how old they are?"),
                        vec![format!("created {said}"), "now".to_owned()],
                    );
                }
                scene.use_up(i, len);
                use_up_lead(scene, i);
                scene.period = Some(period);
            }
        }
    }
}

/// “Snapshots from last year”: in an order a bare period may be a time to act as well, “stop dev VMs last week”.
fn dates_things(scene: &Scene<'_>, i: usize) -> bool {
    i > 0 && matches!(scene.low(i - 1), "from" | "of" | "dated" | "taken") || scene.low(i) == "from"
}

fn use_up_lead(scene: &mut Scene<'_>, i: usize) {
    let mut j = i;
    while j > 0
        && matches!(scene.low(j - 1), "in" | "for" | "during" | "over" | "within" | "the" | "of" | "from" | "since" | "through" | "on")
        && scene.free(j - 1)
    {
        j -= 1;
        scene.use_up(j, 1);
    }
}

/// “Created in the last 7 days”, “created before 2026-01-31”.
fn ages(scene: &mut Scene<'_>, today: Date) {
    for i in 0..scene.len() {
        // “Snapshots from before 2026”, “older than last month” need no verb.
        let bare = matches!(scene.low(i), "from" | "taken" | "dated") && matches!(scene.low(i + 1), "before" | "after")
            || matches!(scene.low(i), "older" | "newer" | "younger") && period_at(scene, i + 2, today).is_some();
        if !(BORN.contains(&scene.low(i)) || bare) || !scene.free(i) {
            continue;
        }
        let mut j = if matches!(scene.low(i), "older" | "newer" | "younger") { i } else { i + 1 };
        while matches!(scene.low(j), "in" | "within" | "during" | "over" | "the" | "on" | "up" | "date" | "at" | "from") {
            j += 1;
        }
        let ago = when::span_at(scene, j).filter(|&(.., len)| matches!(scene.low(j + len), "ago"));
        let ask = if let Some((number, span, len)) = ago {
            Some((vec![(Field::Age, Op::Eq, span.text(number))], len + 1, j))
        } else if let Some((comparison, k)) = compared(scene, j) {
            let ago = when::span_at(scene, k).filter(|&(.., len)| scene.low(k + len) == "ago");
            if let Some((number, span, len)) = ago {
                // “More than 90 days ago” and “before 90 days ago” are older.
                Some((vec![(Field::Age, comparison.0, span.text(number))], k + len + 1 - j, j))
            } else {
                side_of(scene, k, comparison.1, today).map(|(op, date, len)| (vec![(Field::Created, op, date.to_string())], k + len - j, j))
            }
        } else if let Some((period, len)) = period_at(scene, j, today) {
            Some((asks_of_period(&period, today), len, j))
        } else {
            None
        };
        let Some((asks, len, j)) = ask.filter(|(asks, ..)| !asks.is_empty()) else { continue };
        let negated = scene.negated(i);
        scene.use_up(i, j + len - i);
        for (field, op, value) in asks {
            scene.found.push(crate::scene::Found { at: i, ask: Ask::Compare(field, op, value), negated });
        }
    }
}

/// A date, or the end of a period that a comparison means: “before last month” ends where it begins, “after” where it ends.
fn side_of(scene: &Scene<'_>, i: usize, op: Op, today: Date) -> Option<(Op, Date, usize)> {
    let dated = when::date_at(scene, i, today).map(|(date, len)| (past(date, today), len)).or_else(|| year_start(scene, i));
    if let Some((date, len)) = dated {
        return Some((op, date, len));
    }
    let (period, len) = period_at(scene, i, today)?;
    let (from, to) = bounds(&period, today)?;
    Some(match op {
        Op::Lt | Op::Le => (Op::Lt, from, len),
        Op::Ge => (Op::Ge, from, len),
        _ => (Op::Ge, to, len),
    })
}

fn year_start(scene: &Scene<'_>, i: usize) -> Option<(Date, usize)> {
    if let Some((y, m)) = when::year_month(scene.low(i)) {
        return Date::new(y, m, 1).ok().map(|date| (date, 1));
    }
    when::year(scene.low(i)).and_then(|year| Date::new(year, 1, 1).ok()).map(|date| (date, 1))
}

fn past(date: Date, today: Date) -> Date {
    if date > today { date.checked_sub(1.year()).unwrap_or(date) } else { date }
}

/// How something is held against a time: as an age, and as a date.
fn compared(scene: &Scene<'_>, i: usize) -> Option<((Op, Op), usize)> {
    let age_then_date = match scene.low(i) {
        "before" => ((Op::Gt, Op::Lt), 1),
        "after" | "since" => ((Op::Lt, Op::Ge), 1),
        "more" | "over" | "earlier" | "longer" if scene.low(i + 1) == "than" => ((Op::Gt, Op::Lt), 2),
        "over" => ((Op::Gt, Op::Lt), 1),
        "older" if scene.low(i + 1) == "than" => ((Op::Gt, Op::Lt), 2),
        "less" | "later" | "fewer" | "newer" | "younger" if scene.low(i + 1) == "than" => ((Op::Lt, Op::Gt), 2),
        "at" if scene.low(i + 1) == "least" => ((Op::Ge, Op::Le), 2),
        _ => return None,
    };
    Some((age_then_date.0, i + age_then_date.1))
}

/// A period as conditions on the age or the creation time.
pub(crate) fn asks_of_period(period: &str, today: Date) -> Vec<(Field, Op, String)> {
    if let Some(rest) = period.strip_prefix("last_").filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return vec![(Field::Age, Op::Lt, rest.to_owned())];
    }
    let Some((from, to)) = bounds(period, today) else { return Vec::new() };
    let mut asks = vec![(Field::Created, Op::Ge, from.to_string())];
    if to <= today {
        asks.push((Field::Created, Op::Lt, to.to_string()));
    }
    asks
}

/// First day of a period and first day after it.
fn bounds(period: &str, today: Date) -> Option<(Date, Date)> {
    let monday = |date: Date| back(date, i64::from(date.weekday().to_monday_zero_offset()).days());
    let first = |year: i16, month: i8| Date::new(year, month, 1).ok();
    let month = today.first_of_month();
    let quarter = first(today.year(), (today.month() - 1) / 3 * 3 + 1)?;
    let year = first(today.year(), 1)?;
    Some(match period {
        "today" => (today, on(today, 1.day())),
        "yesterday" => (back(today, 1.day()), today),
        "this_week" => (monday(today), on(monday(today), 7.days())),
        "last_week" => (back(monday(today), 7.days()), monday(today)),
        "this_month" => (month, on(month, 1.month())),
        "last_month" => (back(month, 1.month()), month),
        "this_quarter" => (quarter, on(quarter, 3.months())),
        "last_quarter" => (back(quarter, 3.months()), quarter),
        "this_year" => (year, on(year, 1.year())),
        "last_year" => (back(year, 1.year()), year),
        other => {
            if let Some((from, to)) = other.split_once("..") {
                (from.parse().ok()?, on(to.parse().ok()?, 1.day()))
            } else {
                let (y, m) = when::year_month(other)?;
                let from = first(y, m)?;
                (from, on(from, 1.month()))
            }
        }
    })
}

pub(crate) fn on(date: Date, span: JiffSpan) -> Date {
    date.checked_add(span).unwrap_or(date)
}

fn back(date: Date, span: JiffSpan) -> Date {
    date.checked_sub(span).unwrap_or(date)
}

/// The period at `i` in the frame's words, and its length.
pub(crate) fn period_at(scene: &Scene<'_>, i: usize, today: Date) -> Option<(String, usize)> {
    let word = scene.low(i);
    let next = scene.low(i + 1);
    let told = |period: &str, len: usize| Some((period.to_owned(), len));
    match (word, next) {
        ("today", _) => return told("today", 1),
        ("yesterday", _) => return told("yesterday", 1),
        ("mtd" | "month-to-date", _) => return told("this_month", 1),
        ("ytd" | "year-to-date", _) => return told("this_year", 1),
        ("month", "to") if scene.low(i + 2) == "date" => return told("this_month", 3),
        ("year", "to") if scene.low(i + 2) == "date" => return told("this_year", 3),
        ("this", "morning" | "afternoon" | "evening") => return told("today", 2),
        ("last", "night") => return told("yesterday", 2),
        ("overnight", _) => return told("last_12h", 1),
        ("this" | "current", "week" | "month" | "quarter" | "year") => return told(&format!("this_{next}"), 2),
        ("last" | "previous" | "prior", "week" | "month" | "quarter" | "year") => return told(&format!("last_{next}"), 2),
        ("past", "week") => return told("last_7d", 2),
        ("past", "month") => return told("last_30d", 2),
        ("past", "quarter") => return told("last_90d", 2),
        ("past", "year") => return told("last_365d", 2),
        ("last" | "past", "day") => return told("last_1d", 2),
        ("last" | "past", "hour") => return told("last_1h", 2),
        ("next" | "coming", "week" | "month") => return told(&format!("next_{next}"), 2),
        ("next" | "coming", "quarter" | "year") => return None,
        _ => {}
    }
    if matches!(word, "last" | "past" | "previous" | "trailing" | "recent") {
        let (number, span, len) = when::span_at(scene, i + 1)?;
        return match span {
            Span::Minute => Some((format!("last_{}h", number.div_ceil(60).max(1)), len + 1)),
            Span::Hour => Some((format!("last_{number}h"), len + 1)),
            span => Some((format!("last_{}d", span.days(number)), len + 1)),
        };
    }
    if word == "since" || word == "from" || word == "between" {
        if let Some((start, len)) = point(scene, i + 1, today) {
            let joint = i + 1 + len;
            let end = matches!(scene.low(joint), "to" | "until" | "till" | "and" | "through" | "-")
                .then(|| point(scene, joint + 1, today))
                .flatten();
            return match end {
                Some((end, more)) => Some((format!("{start}..{end}"), 1 + len + 1 + more)),
                None if word == "since" => Some((format!("{start}..{today}"), 1 + len)),
                None => None,
            };
        }
        return None;
    }
    if let Some((a, b)) = word.split_once("..") {
        return when::date(a).zip(when::date(b)).map(|(a, b)| (format!("{a}..{b}"), 1));
    }
    if let Some(date) = when::date(word) {
        let end = matches!(next, "to" | "until" | "till" | "through").then(|| when::date(scene.low(i + 2))).flatten();
        return Some(end.map_or_else(|| (format!("{date}..{date}"), 1), |end| (format!("{date}..{end}"), 3)));
    }
    if when::year_month(word).is_some() {
        return told(word, 1);
    }
    let led = i > 0 && matches!(scene.low(i - 1), "in" | "for" | "during" | "of" | "over" | "through" | "since" | "vs" | "versus");
    if let Some(quarter) = word.strip_prefix('q').and_then(|q| q.parse::<i8>().ok()).filter(|q| (1..=4).contains(q)) {
        let year = when::year(next);
        let from = Date::new(year.unwrap_or(today.year()), quarter * 3 - 2, 1).ok()?;
        let to = back(on(from, 3.months()), 1.day());
        return Some((format!("{from}..{to}"), 1 + usize::from(year.is_some())));
    }
    if let Some(month) = when::month(word) {
        let year = when::year(next);
        if (word == "may" || word.len() == 3) && year.is_none() && !led {
            return None;
        }
        let guess = if month > today.month() { today.year() - 1 } else { today.year() };
        return Some((format!("{:04}-{month:02}", year.unwrap_or(guess)), 1 + usize::from(year.is_some())));
    }
    if led {
        let year = when::year(word)?;
        return Some((format!("{year}-01-01..{year}-12-31"), 1));
    }
    None
}

/// A day in the past: a date, yesterday, a weekday.
fn point(scene: &Scene<'_>, i: usize, today: Date) -> Option<(Date, usize)> {
    match scene.low(i) {
        "yesterday" => return Some((back(today, 1.day()), 1)),
        "today" => return Some((today, 1)),
        _ => {}
    }
    let last = usize::from(scene.low(i) == "last");
    if let Some(day) = when::weekday(scene.low(i + last)) {
        let ago = i64::from(day.until(today.weekday()));
        return Some((back(today, if ago == 0 { 7 } else { ago }.days()), 1 + last));
    }
    let (date, len) = when::date_at(scene, i, today)?;
    let told = when::date(scene.low(i)).is_some() || when::year(scene.low(i + len - 1)).is_some();
    Some((if told { date } else { past(date, today) }, len))
}
