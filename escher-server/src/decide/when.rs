//! From a time as it is said to a schedule. What leaves open when becomes a question.

use escher_core::Schedule;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::meaning::{Clock, Day, DayPart, Every, Once, When};

/// The schedule, or the question that has to be answered first.
pub(crate) fn settle(when: &When, now: Timestamp) -> Result<Schedule, String> {
    if let Some(why) = &when.why {
        return Err(why.clone());
    }
    let zone = when.zone.as_deref().map(zone).transpose()?;
    match (&when.every, when.day, when.once) {
        (Some(every), None, None) => {
            let cron = cron(every, when.clock, when.part)?;
            Ok(Schedule::Cron { cron, tz: zone.as_ref().map(name).transpose()? })
        }
        (None, None, Some(Once::In(minutes))) if when.clock.is_none() && when.part.is_none() && zone.is_none() => {
            let at = local(now, None).checked_add(minutes.minutes()).map_err(|_| "When exactly?")?;
            Ok(Schedule::At { at: shown(at) })
        }
        (None, None, Some(Once::At(at))) if when.clock.is_none() && when.part.is_none() => at_moment(at, zone.as_ref(), now),
        (None, day, None) => {
            let at = once(day, when.clock, when.part, local(now, zone.as_ref()))?;
            if when.weekday.is_some_and(|told| i8::try_from(told) != Ok(at.weekday().to_sunday_zero_offset())) {
                return Err(format!("{} is a {:?}. Which day do you mean?", at.date(), at.weekday()));
            }
            at_moment(at, zone.as_ref(), now)
        }
        (Some(_), _, _) => Err("Once, or repeatedly?".to_owned()),
        _ => Err("When exactly?".to_owned()),
    }
}

/// The time on the wall; that of the person is taken to be UTC.
fn local(now: Timestamp, zone: Option<&TimeZone>) -> DateTime {
    now.to_zoned(zone.cloned().unwrap_or(TimeZone::UTC)).datetime()
}

/// Once, at a moment. Without a zone it is told as the wall's time, with one it keeps its distance from UTC.
fn at_moment(at: DateTime, zone: Option<&TimeZone>, now: Timestamp) -> Result<Schedule, String> {
    let ambiguous = zone.cloned().unwrap_or(TimeZone::UTC).into_ambiguous_zoned(at);
    if ambiguous.is_ambiguous() {
        return Err("The clocks change then, so that time happens twice or not at all. When exactly?".to_owned());
    }
    let moment = ambiguous.compatible().map_err(|_| "When exactly?")?;
    if moment.timestamp() <= now {
        return Err("That time has passed. When do you mean?".to_owned());
    }
    Ok(Schedule::At {
        at: match zone {
            None => shown(at),
            Some(_) if moment.offset() == Offset::UTC => format!("{}Z", shown(at)),
            Some(_) => format!("{}{}", shown(at), moment.strftime("%:z")),
        },
    })
}

fn shown(at: DateTime) -> String {
    at.strftime("%Y-%m-%dT%H:%M").to_string()
}

fn zone(text: &str) -> Result<TimeZone, String> {
    let unknown = || format!("I don't know the time zone “{text}”. Which one do you mean?");
    let Some(sign) = text.chars().next().filter(|c| matches!(c, '+' | '-')) else {
        return if text == "UTC" { Ok(TimeZone::UTC) } else { TimeZone::get(text).map_err(|_| unknown()) };
    };
    let (hours, minutes) = text[1..].split_once(':').ok_or_else(unknown)?;
    let number = |text: &str| text.parse::<i32>().map_err(|_| unknown());
    let seconds = number(hours)? * 3_600 + number(minutes)? * 60;
    let offset = Offset::from_seconds(if sign == '-' { -seconds } else { seconds }).map_err(|_| unknown())?;
    Ok(TimeZone::fixed(offset))
}

/// A zone as a schedule keeps it.
fn name(zone: &TimeZone) -> Result<String, String> {
    if let Some(name) = zone.iana_name() {
        return Ok(name.to_owned());
    }
    let seconds = zone.to_fixed_offset().map_err(|_| "In which time zone?")?.seconds();
    match (seconds, seconds / 3_600) {
        (0, _) => Ok("UTC".to_owned()),
        // These zones count the other way round.
        (_, hours) if seconds % 3_600 == 0 => Ok(format!("Etc/GMT{:+}", -hours)),
        _ => Err("A repeating schedule needs a named time zone, such as Europe/Berlin. Which one?".to_owned()),
    }
}

fn cron(every: &Every, clock: Option<Clock>, part: Option<DayPart>) -> Result<String, String> {
    let even = "That interval doesn't divide the day or the hour evenly. Which interval do you mean?";
    match every {
        Every::Hours(_) | Every::Minutes(_) if clock.is_some() || part.is_some() => {
            return Err("All day long, or only at that time?".to_owned());
        }
        Every::Hours(1) | Every::Minutes(60) => return Ok("0 * * * *".to_owned()),
        Every::Hours(step) if *step < 24 && 24 % step == 0 => return Ok(format!("0 */{step} * * *")),
        Every::Minutes(step) if *step < 60 && 60 % step == 0 => return Ok(format!("*/{step} * * * *")),
        Every::Hours(_) | Every::Minutes(_) => return Err(even.to_owned()),
        _ => {}
    }
    let clock = clock.ok_or("At what time?")?;
    if clock.hour == Clock::MIDNIGHT && *every != Every::Day {
        return Err("Midnight at the start or at the end of that day?".to_owned());
    }
    let hour = hour(clock, part, *every != Every::Day)?;
    let minute = clock.minute;
    Ok(match every {
        Every::Week(days) => {
            let listed: Vec<String> = days.0.iter().map(u8::to_string).collect();
            match listed.join(",").as_str() {
                "1,2,3,4,5" => format!("{minute} {hour} * * 1-5"),
                "0,1,2,3,4,5,6" => format!("{minute} {hour} * * *"),
                days => format!("{minute} {hour} * * {days}"),
            }
        }
        Every::Month(day) if *day > 28 => return Err(format!("Not every month has a day {day}. Which day do you mean?")),
        Every::Month(day) => format!("{minute} {hour} {day} * *"),
        _ => format!("{minute} {hour} * * *"),
    })
}

/// The hour of the day, 0 to 23, with what the part of the day says about it.
fn hour(clock: Clock, part: Option<DayPart>, one_day: bool) -> Result<i8, String> {
    let Clock { hour, certain, .. } = clock;
    let Some(part) = part else { return Ok(hour % 24) };
    let which = || Err(format!("{hour}:{:02} in the {}: which time is that?", clock.minute, part));
    if hour == Clock::MIDNIGHT {
        return if part == DayPart::Night { Ok(0) } else { which() };
    }
    let hour = match part {
        _ if certain => hour,
        DayPart::Afternoon if hour == 12 => 12,
        _ if hour == 12 => return which(),
        DayPart::Morning => hour,
        DayPart::Afternoon | DayPart::Evening => hour + 12,
        DayPart::Night if hour >= 6 => hour + 12,
        DayPart::Night => hour,
    };
    let fits = match part {
        DayPart::Morning => (1..12).contains(&hour),
        DayPart::Afternoon => (12..19).contains(&hour),
        DayPart::Evening => (16..24).contains(&hour),
        DayPart::Night => !(6..17).contains(&hour),
    };
    if !fits {
        return which();
    }
    if part == DayPart::Night && hour < 6 && one_day {
        return Err("A night spans two days. Which one do you mean?".to_owned());
    }
    Ok(hour)
}

/// Once, on a day or the next time that the clock shows it.
fn once(day: Option<Day>, clock: Option<Clock>, part: Option<DayPart>, now: DateTime) -> Result<DateTime, String> {
    let clock = match (clock, day) {
        (Some(clock), _) => clock,
        (None, Some(Day::In(_))) if part.is_none() => Clock { hour: now.hour(), minute: now.minute(), certain: true },
        (None, None) if part.is_none() => return Err("When exactly?".to_owned()),
        (None, _) => return Err("At what time?".to_owned()),
    };
    let today = now.date();
    let is_today = matches!(day, None | Some(Day::From(0)));
    if is_today && part.is_none() && !clock.certain && (1..12).contains(&clock.hour) {
        let Clock { hour, minute, .. } = clock;
        return Err(format!("At {hour:02}:{minute:02} or at {}:{minute:02}?", hour + 12));
    }
    let tonight = day == Some(Day::From(0)) && part == Some(DayPart::Night);
    if clock.hour == Clock::MIDNIGHT && day.is_some() && !tonight {
        return Err("Midnight at the start or at the end of that day?".to_owned());
    }
    let hour = hour(clock, part, day.is_some() && !(tonight && clock.hour == Clock::MIDNIGHT))?;
    let time = |date: Date| date.at(hour, clock.minute, 0, 0);
    let later = |date: Date, days: i32| date.checked_add(days.days()).map_err(|_| "When exactly?".to_owned());
    Ok(match day {
        None if time(today) > now => time(today),
        None => time(later(today, 1)?),
        Some(Day::From(0)) if clock.hour == Clock::MIDNIGHT => time(later(today, 1)?),
        Some(Day::From(days) | Day::In(days)) => time(later(today, days)?),
        Some(Day::Weekday { day, next }) => time(weekday(day, next, today)?),
        Some(Day::Date(date)) => time(date),
        Some(Day::Yearly { month, day }) => {
            let of = |year: i16| Date::new(year, month, day).map_err(|_| "In which year?".to_owned());
            let this = of(today.year())?;
            time(if this < today { of(today.year() + 1)? } else { this })
        }
    })
}

/// The day of this name that is meant: the coming one, unless that leaves a doubt.
fn weekday(day: u8, next: bool, today: Date) -> Result<Date, String> {
    let which = || "This coming one, or the one in the week after?".to_owned();
    let wanted = i8::try_from(day).ok().and_then(|day| Weekday::from_sunday_zero_offset(day).ok()).ok_or_else(which)?;
    let ahead = today.weekday().until(wanted);
    let until_sunday = today.weekday().until(Weekday::Sunday);
    match (ahead, next) {
        (0, false) => Err("Today, or in a week?".to_owned()),
        // “Next Sunday”, said on a Friday.
        (1.., true) if ahead <= until_sunday => Err(which()),
        (0, true) => today.checked_add(7.days()).map_err(|_| which()),
        _ => today.checked_add(i32::from(ahead).days()).map_err(|_| which()),
    }
}
