//! Times of day, and parts of the day.

use super::super::args::same;
use super::super::rule::{Args, Rule};
use crate::meaning::{Clock, DayPart, Sem, When};

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("TimeNum", "Num", same),
    Rule::new("TimeNum", "NumWord", same),
    Rule::new("ClockTime", "Clock", same)
        .ex(&[("20:00", "20:00"), ("9:30", "9:30?"), ("09:30", "09:30"), ("8pm", "20:00")])
        .not(&["25:00", "8:75", "13pm", "8:5"]),
    Rule::new("ClockTime", "TimeNum (am|a.m.|a.m|o'clock am|o'clock in the morning)", |args| half(number(args, 0)?, 0, false))
        .ex(&[("7 am", "07:00"), ("12 am", "00:00")])
        .not(&["13 am", "0 am"]),
    Rule::new("ClockTime", "TimeNum (pm|p.m.|p.m|o'clock pm)", |args| half(number(args, 0)?, 0, true))
        .ex(&[("8 p.m.", "20:00"), ("twelve pm", "12:00")]),
    Rule::new("ClockTime", "Clock (am|a.m.|a.m)", |args| open(args).and_then(|clock| half(clock.hour, clock.minute, false)))
        .ex(&[("7:30 am", "07:30")])
        .not(&["19:30 am", "8pm am"]),
    Rule::new("ClockTime", "Clock (pm|p.m.|p.m)", |args| open(args).and_then(|clock| half(clock.hour, clock.minute, true)))
        .ex(&[("12:15 pm", "12:15")]),
    Rule::new("ClockTime", "Any", |args| {
        let text = args.text(0)?.to_lowercase();
        let (hour, minute) = text.split_once('h')?;
        let minute = if minute.is_empty() { 0 } else { minute.parse().ok().filter(|minute| (0..60).contains(minute) && text.len() > 3)? };
        let hour = hour.parse().ok().filter(|hour| (13..24).contains(hour))?;
        clock(hour, minute, true)
    })
    .ex(&[("18h", "18:00"), ("18h30", "18:30")])
    .not(&["6h", "25h", "18h75"]),
    Rule::new("ClockTime", "(noon|midday|twelve noon)", |_| clock(12, 0, true)),
    Rule::new("ClockTime", "midnight", |_| clock(Clock::MIDNIGHT, 0, true)).ex(&[("midnight", "midnight")]),
    Rule::new("ClockTime", "TimeNum o'clock", |args| hour(args, 0)),
    Rule::new("ClockTime", "half past TimeNum", |args| past(args, 30)).ex(&[("half past eight", "8:30?")]),
    Rule::new("ClockTime", "(quarter|a quarter) past TimeNum", |args| past(args, 15)),
    Rule::new("When", "ClockTime", same),
    Rule::new("When", "(at|at exactly|exactly at|@) ClockTime", same).ex(&[("at 8 pm", "20:00"), ("at noon", "12:00")]).not(&[
        "after 8pm",
        "before 8pm",
        "by 8pm",
        "around 8pm",
    ]),
    Rule::new("When", "(at|at exactly|exactly at) TimeNum", |args| hour(args, 0))
        .ex(&[("at 8", "8:00?"), ("at 20", "20:00"), ("at eight", "8:00?")])
        .not(&["at 25", "8", "at 100"]),
    Rule::new("When", "in the DayPart", |args| part(args, 0)).ex(&[("in the evening", "evening")]).not(&["in the night shift"]),
    Rule::new("When", "at night", |_| Some(When { part: Some(DayPart::Night), ..When::default() }.into())),
];

/// A number of the lexicon or of the text.
pub(super) fn number<N: std::str::FromStr>(args: &Args<'_>, i: usize) -> Option<N> {
    args.text(i)?.parse().ok()
}

pub(super) fn day_part(args: &Args<'_>, i: usize) -> Option<DayPart> {
    Some(match args.text(i)?.as_str() {
        "morning" => DayPart::Morning,
        "afternoon" => DayPart::Afternoon,
        "evening" => DayPart::Evening,
        _ => DayPart::Night,
    })
}

fn part(args: &Args<'_>, i: usize) -> Option<Sem> {
    Some(When { part: Some(day_part(args, i)?), ..When::default() }.into())
}

fn clock(hour: i8, minute: i8, certain: bool) -> Option<Sem> {
    Some(When::at(Clock { hour, minute, certain }).into())
}

/// A bare number is an hour of the day.
fn hour(args: &Args<'_>, i: usize) -> Option<Sem> {
    let hour = number(args, i)?;
    // “At 08” and “at 1000” are no hours that one says.
    (0..24).contains(&hour).then(|| clock(hour, 0, !(1..=12).contains(&hour))).flatten()
}

fn past(args: &Args<'_>, minute: i8) -> Option<Sem> {
    let hour = number(args, 0)?;
    (1..=12).contains(&hour).then(|| clock(hour, minute, false)).flatten()
}

/// With am or pm.
fn half(hour: i8, minute: i8, pm: bool) -> Option<Sem> {
    (1..=12).contains(&hour).then(|| clock(hour % 12 + if pm { 12 } else { 0 }, minute, true)).flatten()
}

/// A time that leaves the half of the day open.
fn open(args: &Args<'_>) -> Option<Clock> {
    args.when(0)?.clock.filter(|clock| !clock.certain)
}
