//! When: a period to look at, an age to select by, a schedule to act by.

use escher_core::Schedule;
use escher_core::selector::{Field, Op};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Span as JiffSpan, ToSpan};

use super::Part;
use super::when::{self, Span};
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
            schedule(scene, today);
        }
        for i in 0..scene.len() {
            if !scene.free(i) || scene.period.is_some() {
                continue;
            }
            if let Some((period, len)) = period_at(scene, i, today).filter(|&(_, len)| scene.all_free(i, len)) {
                scene.use_up(i, len);
                use_up_lead(scene, i);
                scene.period = Some(period);
            }
        }
    }
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
        // “Snapshots from before 2026”, “VMs since Monday” need no verb.
        let bare = matches!(scene.low(i), "from" | "taken" | "dated") && matches!(scene.low(i + 1), "before" | "after");
        if !(BORN.contains(&scene.low(i)) || bare) || !scene.free(i) {
            continue;
        }
        let mut j = i + 1;
        while matches!(scene.low(j), "in" | "within" | "during" | "over" | "the" | "on" | "up" | "date" | "at" | "from") {
            j += 1;
        }
        let ago = when::span_at(scene, j).filter(|&(.., len)| matches!(scene.low(j + len), "ago"));
        let ask = if let Some((number, span, len)) = ago {
            Some((vec![(Field::Age, Op::Eq, span.text(number))], len + 1, j))
        } else if let Some((comparison, k)) = compared(scene, j) {
            let ago = when::span_at(scene, k).filter(|&(.., len)| scene.low(k + len) == "ago");
            let dated = when::date_at(scene, k, today).map(|(date, len)| (past(date, today), len)).or_else(|| year_start(scene, k));
            if let Some((number, span, len)) = ago {
                // “More than 90 days ago” and “before 90 days ago” are older.
                Some((vec![(Field::Age, comparison.0, span.text(number))], k + len + 1 - j, j))
            } else {
                dated.map(|(date, len)| (vec![(Field::Created, comparison.1, date.to_string())], k + len - j, j))
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
        "less" | "later" | "fewer" if scene.low(i + 1) == "than" => ((Op::Lt, Op::Gt), 2),
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

fn on(date: Date, span: JiffSpan) -> Date {
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

/// What the words say of when to act.
#[derive(Default)]
struct When {
    every: Option<String>,
    weekdays: Vec<Weekday>,
    weekend: bool,
    workdays: bool,
    day: Option<i8>,
    date: Option<Date>,
    times: Vec<(i8, i8)>,
    vague: bool,
    tz: Option<String>,
}

fn schedule(scene: &mut Scene<'_>, today: Date) {
    let mut when = When::default();
    let mut any = scene.timed;
    let mut i = 0;
    while i < scene.len() {
        let len = if scene.free(i) { piece(scene, i, today, &mut when) } else { 0 };
        if len > 0 {
            any = true;
            scene.use_up(i, len);
            let mut j = i;
            while j > 0 && matches!(scene.low(j - 1), "at" | "on" | "in" | "the" | "by" | "around") && scene.free(j - 1) {
                j -= 1;
                scene.use_up(j, 1);
            }
        }
        i += len.max(1);
    }
    if let Some(i) = (0..scene.len()).find(|&i| scene.free(i) && any && when::zone(scene.text(i)).is_some()) {
        when.tz = when::zone(scene.text(i)).map(when::spelled);
        scene.use_up(i, 1);
        if matches!(scene.low(i + 1), "time") {
            scene.use_up(i + 1, 1);
        }
    }
    if !any {
        return;
    }
    scene.timed = true;
    settle(scene, when, today);
}

/// When nobody works; which hours those are is not said.
const AFTER_HOURS: &[&str] = &[
    "outside business hours",
    "outside office hours",
    "outside working hours",
    "out of hours",
    "after hours",
    "off hours",
    "outside of business hours",
    "outside of working hours",
];

/// Reads one piece of a schedule at `i`; its length, 0 for none.
fn piece(scene: &Scene<'_>, i: usize, today: Date, when: &mut When) -> usize {
    let word = scene.low(i);
    let next = scene.low(i + 1);
    match (word, next) {
        ("every" | "each", "day" | "night" | "morning" | "evening" | "afternoon") => when.every = Some("day".to_owned()),
        ("every" | "each", "weekday" | "workday") => when.workdays = true,
        ("every" | "each", "weekend") => when.weekend = true,
        ("every" | "each", "hour") => when.every = Some("hour".to_owned()),
        ("every" | "each", "week") => when.every = Some("week".to_owned()),
        ("every" | "each", "month") => when.every = Some("month".to_owned()),
        ("every" | "each", "minute") => when.every = Some("*/1 * * * *".to_owned()),
        ("every" | "each", _) if when::weekday(next).is_some() => {
            when.every = Some("day".to_owned());
            return 1 + weekdays(scene, i + 1, when);
        }
        ("every", _) => {
            let Some((number, span, len)) = when::span_at(scene, i + 1) else { return 0 };
            when.every = match span {
                Span::Minute if (1..60).contains(&number) => Some(format!("*/{number} * * * *")),
                Span::Hour if (1..24).contains(&number) => Some(format!("0 */{number} * * *")),
                Span::Day if number == 1 => Some("day".to_owned()),
                _ => {
                    when.vague = true;
                    Some("day".to_owned())
                }
            };
            return 1 + len;
        }
        ("on" | "at", "weekdays" | "workdays") => when.workdays = true,
        ("on" | "at" | "over", "weekends") => when.weekend = true,
        ("over" | "on" | "during", "the") if matches!(scene.low(i + 2), "weekend" | "weekends") => {
            when.weekend = true;
            return 3;
        }
        ("outside" | "after" | "off" | "out", _) if scene.phrase(i, AFTER_HOURS) > 0 => {
            when.vague = true;
            return scene.phrase(i, AFTER_HOURS);
        }
        ("at", "night") | ("later", "today") | ("some", "time") => when.vague = true,
        ("later" | "soon" | "overnight", _) => {
            when.vague = true;
            return 1;
        }
        ("weekdays" | "workdays", _) => {
            when.workdays = true;
            return 1;
        }
        ("weekends", _) => {
            when.weekend = true;
            return 1;
        }
        ("daily" | "nightly", _) => {
            when.every = Some("day".to_owned());
            return 1;
        }
        ("hourly" | "weekly" | "monthly", _) => {
            when.every = Some(word.trim_end_matches("ly").to_owned());
            return 1;
        }
        ("tomorrow", _) => {
            when.date = Some(on(today, 1.day()));
            return 1 + usize::from(matches!(next, "morning" | "evening" | "night" | "afternoon"));
        }
        ("today" | "tonight", _) => {
            when.date = Some(today);
            return 1;
        }
        ("on" | "next" | "this" | "coming", _) if when::weekday(next).is_some() => {
            let plural = next.ends_with("days");
            if plural {
                when.every = Some("day".to_owned());
                return 1 + weekdays(scene, i + 1, when);
            }
            let Some(day) = when::weekday(next) else { return 0 };
            let ahead = i64::from(today.weekday().until(day));
            when.date = Some(on(today, if ahead == 0 { 7 } else { ahead }.days()));
        }
        ("in", _) => {
            let Some((number, span, len)) = when::span_at(scene, i + 1) else { return 0 };
            relative(scene, number, span, when);
            return 1 + len;
        }
        ("next", "week" | "month") => {
            when.vague = true;
        }
        ("first" | "last", "day") if scene.phrase(i + 2, &["of the month", "of every month", "of each month"]) > 0 => {
            when.every = Some("month".to_owned());
            when.vague |= word == "last";
            when.day = Some(1);
            return 2 + scene.phrase(i + 2, &["of the month", "of every month", "of each month"]);
        }
        _ => return clock(scene, i, today, when),
    }
    2
}

fn clock(scene: &Scene<'_>, i: usize, today: Date, when: &mut When) -> usize {
    if let Some((hour, minute, len)) = when::time_at(scene, i) {
        when.times.push((hour, minute));
        return len;
    }
    if when::weekday(scene.low(i)).is_some() && scene.low(i).ends_with("days") {
        when.every = Some("day".to_owned());
        return weekdays(scene, i, when);
    }
    let monthly = scene.phrase(i + 1, &["of the month", "of every month", "of each month"]);
    if let Some(day) = when::day_of_month(scene.low(i)).filter(|_| monthly > 0) {
        when.every = Some("month".to_owned());
        when.day = Some(day);
        return 1 + monthly;
    }
    let monthly = when.every.as_deref() == Some("month");
    if let Some(day) = when::day_of_month(scene.low(i)).filter(|_| monthly && scene.low(i).ends_with(['t', 'd', 'h'])) {
        when.day = Some(day);
        return 1;
    }
    if (i > 0 && matches!(scene.low(i - 1), "on" | "the" | "from" | "after") || when::date(scene.low(i)).is_some())
        && let Some((date, len)) = when::date_at(scene, i, today)
    {
        when.date = Some(date);
        return len;
    }
    // 2026-12-01T09:00
    if let Some(at) = scene.text(i).get(..16).and_then(|text| text.parse::<jiff::civil::DateTime>().ok()) {
        when.date = Some(at.date());
        when.times.push((at.hour(), at.minute()));
        return 1;
    }
    0
}

/// “Monday and Thursday”, “Mon, Wed, Fri”.
fn weekdays(scene: &Scene<'_>, i: usize, when: &mut When) -> usize {
    let mut j = i;
    let mut end = i;
    while let Some(day) = when::weekday(scene.low(j)) {
        if !when.weekdays.contains(&day) {
            when.weekdays.push(day);
        }
        end = j + 1;
        j = end + usize::from(matches!(scene.low(end), "and" | "&"));
    }
    end - i
}

fn relative(scene: &Scene<'_>, number: u64, span: Span, when: &mut When) {
    let number = i64::try_from(number).unwrap_or(0).min(10_000);
    let now = scene.now.to_zoned(TimeZone::UTC).datetime();
    let ahead = match span {
        Span::Minute => number.minutes(),
        Span::Hour => number.hours(),
        Span::Day => number.days(),
        Span::Week => number.weeks(),
        Span::Month => number.months(),
        Span::Year => number.years(),
    };
    if let Ok(at) = now.checked_add(ahead) {
        when.date = Some(at.date());
        if matches!(span, Span::Minute | Span::Hour) {
            when.times.push((at.hour(), at.minute()));
        } else {
            when.times.push((now.hour(), now.minute()));
        }
    }
}

fn settle(scene: &mut Scene<'_>, mut when: When, today: Date) {
    const TIMES: [&str; 3] = ["08:00", "18:00", "22:00"];
    let options = || TIMES.iter().map(|time| (*time).to_owned()).collect::<Vec<_>>();
    if when.vague {
        scene.doubt("When exactly?", options());
        return;
    }
    if when.times.len() > 1 {
        let times = when.times.iter().map(|(hour, minute)| format!("{hour:02}:{minute:02}")).collect();
        scene.doubt("At which of these times?", times);
        return;
    }
    let time = when.times.first().copied();
    let clock = time.map(|(hour, minute)| format!("{minute} {hour}"));
    when.weekdays.sort_by_key(|day| day.to_monday_one_offset());
    let days: Vec<String> = when.weekdays.iter().map(|day| day.to_sunday_zero_offset().to_string()).collect();
    let on_days = if when.workdays {
        Some("1-5".to_owned())
    } else if when.weekend {
        Some("0,6".to_owned())
    } else {
        (!days.is_empty()).then(|| days.join(","))
    };
    let cron = match (when.every.as_deref(), on_days) {
        (Some(cron), None) if cron.contains('*') => Some(Ok(cron.to_owned())),
        (Some("hour"), None) => Some(Ok("0 * * * *".to_owned())),
        (_, Some(days)) => Some(clock.map(|clock| format!("{clock} * * {days}")).ok_or("At what time?")),
        (Some("day"), None) => Some(clock.map(|clock| format!("{clock} * * *")).ok_or("At what time?")),
        (Some("week"), None) => Some(Err("On which day of the week, and at what time?")),
        (Some("month"), None) => Some(match (when.day, clock) {
            (Some(day), Some(clock)) => Ok(format!("{clock} {day} * *")),
            _ => Err("On which day of the month, and at what time?"),
        }),
        _ => None,
    };
    match cron {
        Some(Ok(cron)) => scene.schedule = Some(Schedule::Cron { cron, tz: when.tz }),
        Some(Err(question)) => scene.doubt(question, options()),
        None => match (when.date, time) {
            (None, None) => {
                scene.doubt("When?", vec!["now".to_owned(), "tonight at 22:00".to_owned(), "every weekday at 20:00".to_owned()])
            }
            (Some(_), None) => scene.doubt("At what time?", options()),
            (date, Some((hour, minute))) => {
                let now = scene.now.to_zoned(TimeZone::UTC).datetime();
                let mut at = date.unwrap_or(today).at(hour, minute, 0, 0);
                if date.is_none() && at <= now {
                    at = at.checked_add(1.day()).unwrap_or(at);
                }
                scene.schedule = Some(Schedule::At { at: at.strftime("%Y-%m-%dT%H:%M").to_string() });
                if at < now.checked_sub(1.minute()).unwrap_or(now) {
                    scene.doubt("That time is past. When do you mean?", vec!["now".to_owned(), "tomorrow at the same time".to_owned()]);
                }
            }
        },
    }
}
