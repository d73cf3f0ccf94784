//! When to act: “at 8 pm”, “every weekday at 20:00”, “tomorrow at 9”.

use escher_core::Schedule;
use jiff::ToSpan;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::time::on;
use super::when::{self, Span};
use crate::scene::Scene;

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

/// Reads a schedule from the words of an order, and asks back where they leave open when.
pub(crate) fn read(scene: &mut Scene<'_>, today: Date) {
    let mut when = When::default();
    let mut any = scene.timed;
    let mut i = 0;
    while i < scene.len() {
        let len = if scene.free(i) { piece(scene, i, today, &mut when) } else { 0 };
        if len > 0 {
            any = true;
            // “Except on Fridays”: a schedule has no exceptions.
            when.vague |= scene.negated(i);
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
                // Only what divides the hour or the day is even: `*/45` would be at 0 and 45.
                Span::Minute if (1..60).contains(&number) && 60 % number == 0 => Some(format!("*/{number} * * * *")),
                Span::Hour if (1..24).contains(&number) && 24 % number == 0 => Some(format!("0 */{number} * * *")),
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
            // The coming one, or each?
            when.vague |= scene.low(i + 2) == "weekend";
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
            // “On Friday”, said on a Friday: today, or in a week?
            when.vague |= ahead == 0 && word != "next";
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
    if let Some((days, len)) = day_range(scene, i) {
        when.weekdays.extend(days);
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

/// “Monday to Friday”, “Mon-Fri”: the days from one to the other, and how many words that takes.
fn day_range(scene: &Scene<'_>, i: usize) -> Option<(Vec<Weekday>, usize)> {
    let (first, last, len) = match scene.low(i).split_once(['-', '–']) {
        Some((first, last)) => (when::weekday(first)?, when::weekday(last)?, 1),
        None if matches!(scene.low(i + 1), "to" | "through" | "till" | "until") => {
            (when::weekday(scene.low(i))?, when::weekday(scene.low(i + 2))?, 3)
        }
        None => return None,
    };
    let count = usize::try_from(first.until(last)).ok()? + 1;
    Some((first.cycle_forward().take(count).collect(), len))
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
        (!days.is_empty()).then(|| if days == ["1", "2", "3", "4", "5"] { "1-5".to_owned() } else { days.join(",") })
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
