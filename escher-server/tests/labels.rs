//! The labeled set is well formed, and says nothing that the tables say already.
#![allow(clippy::unwrap_used, clippy::panic, clippy::disallowed_methods, reason = "a test fails by panicking")]

mod labelled;

use std::collections::{BTreeMap, BTreeSet};

use escher_core::{Action, ActionDef, Intent, Kind, Selector, Verb};
use labelled::{Part, Row};
use serde_json::Value;

fn rows() -> Vec<(Part, Row)> {
    Part::ALL.into_iter().flat_map(|part| part.rows().unwrap().into_iter().map(move |row| (part, row))).collect()
}

fn words(say: &str) -> String {
    say.to_lowercase().trim_end_matches(['.', '!', '?']).to_owned()
}

#[test]
fn the_set_is_large_enough_and_covers_all_intents() {
    let rows = rows();
    let count = |holds: &dyn Fn(&Row) -> bool| rows.iter().filter(|(_, row)| holds(row)).count();
    assert!(rows.len() >= 1200, "{}", rows.len());
    assert!(count(&|row| row.asks) >= 400);
    assert!(count(&Row::is_clear_order) >= 250);
    for intent in Intent::ALL {
        for part in Part::ALL {
            let rows = rows.iter().filter(|(p, row)| *p == part && row.intents().any(|word| word == intent.as_str())).count();
            assert!(rows >= 3, "{}: {rows} rows of {intent}", part.name());
        }
    }
}

#[test]
fn every_row_stands_once_in_the_part_its_words_choose_and_in_no_table() {
    let mut seen = BTreeMap::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frames")).unwrap() {
        for line in std::fs::read_to_string(entry.unwrap().path()).unwrap().lines().filter(|line| !line.is_empty()) {
            let row: Value = serde_json::from_str(line).unwrap();
            seen.insert(words(row["say"].as_str().unwrap()), "tests/frames");
        }
    }
    for (part, row) in rows() {
        assert_eq!(Part::of(&row.say), part, "`{}` stands in the wrong part", row.say);
        assert_eq!(seen.insert(words(&row.say), part.name()), None, "`{}` stands twice", row.say);
    }
    let tuning = seen.values().filter(|name| **name == "tuning").count() as f64;
    let measuring = seen.values().filter(|name| **name == "measuring").count() as f64;
    assert!((0.55..0.65).contains(&(tuning / (tuning + measuring))), "{tuning} to {measuring}");
}

#[test]
fn every_label_is_in_the_words_of_the_contract() {
    let classes = BTreeSet::from(["order", "question", "unread", "unclear", "hostile", "report", "permission", "refused", "chat"]);
    for (_, row) in rows() {
        let say = &row.say;
        assert!(classes.contains(row.class.as_str()), "`{say}`: {}", row.class);
        for intent in row.intents() {
            assert!(intent.parse::<Intent>().is_ok(), "`{say}`: {intent}");
        }
        for text in row.selectors() {
            let selector = Selector::parse(text).unwrap_or_else(|e| panic!("`{say}`: `{text}`: {e}"));
            assert_eq!(selector.to_string(), text, "`{say}`");
        }
        if let Some(period) = &row.period {
            assert!(is_period(period), "`{say}`: {period}");
        }
        if let Some(schedule) = &row.schedule {
            assert!(is_schedule(schedule), "`{say}`: {schedule}");
        }
        for field in row.group_by.iter().map(String::as_str).chain(row.sort.iter().filter_map(|sort| sort["by"].as_str())) {
            assert!(Selector::parse(&format!("{field} EXISTS")).is_ok(), "`{say}`: {field}");
        }
        if let Some(action) = &row.action {
            let (kind, verb) = action.split_once('.').unwrap();
            let verb: Verb = verb.parse().unwrap_or_else(|e| panic!("`{say}`: {e}"));
            let known = match kind.parse::<Kind>() {
                Ok(kind) => ActionDef::find(Action { kind, verb }).is_some(),
                Err(_) => kind == "*" && ActionDef::all().any(|def| def.action.verb == verb),
            };
            assert!(known, "`{say}`: {action} is not in the catalog");
        }
    }
}

#[test]
fn clear_orders_have_all_that_an_order_needs_and_nothing_else_has_a_schedule() {
    for (_, row) in rows() {
        let say = &row.say;
        if !row.is_clear_order() {
            assert!(row.schedule.is_none() && row.params.is_empty(), "`{say}`");
            assert!(row.asks || row.class != "order", "`{say}`");
            continue;
        }
        let action = row.action.as_deref().unwrap_or_else(|| panic!("`{say}` has no action"));
        let (kind, verb) = action.split_once('.').unwrap();
        assert_eq!(row.schedule.is_some(), row.intent.as_deref() == Some("schedule"), "`{say}`");
        for text in row.selectors() {
            let selector = Selector::parse(text).unwrap();
            assert!(verb == "create" || selector.narrows(), "`{say}` would change all of `{text}`");
            assert!(kind == "*" || text.contains(&format!("kind = {kind}")), "`{say}`: {action} on `{text}`");
        }
        let def =
            ActionDef::all().find(|def| def.action.verb.as_str() == verb && (kind == "*" || def.action.kind.as_str() == kind)).unwrap();
        for param in def.params.iter().filter(|param| param.required) {
            assert!(row.params.contains_key(param.name), "`{say}` lacks {}", param.name);
        }
        for key in row.params.keys() {
            assert!(def.params.iter().any(|param| param.name == key), "`{say}`: {action} has no {key}");
        }
    }
}

fn is_period(period: &str) -> bool {
    const WORDS: [&str; 12] = [
        "today",
        "yesterday",
        "this_week",
        "last_week",
        "next_week",
        "this_month",
        "last_month",
        "next_month",
        "this_quarter",
        "last_quarter",
        "this_year",
        "last_year",
    ];
    let date = |text: &str| text.parse::<jiff::civil::Date>().is_ok();
    let last = period.strip_prefix("last_").and_then(|rest| rest.strip_suffix(['d', 'h']));
    WORDS.contains(&period)
        || last.is_some_and(|number| number.parse::<u32>().is_ok())
        || date(&format!("{period}-01"))
        || period.split_once("..").is_some_and(|(from, to)| date(from) && date(to) && from <= to)
}

fn is_schedule(schedule: &Value) -> bool {
    if let Some(at) = schedule["at"].as_str() {
        return at.parse::<jiff::civil::DateTime>().is_ok() && at > "2026-11-20T12:00" && at.len() == 16;
    }
    let fields: Vec<&str> = schedule["cron"].as_str().unwrap_or_default().split(' ').collect();
    let within = |text: &str, most: u8| {
        let (range, step) = text.split_once('/').unwrap_or((text, "1"));
        let numbers = range.split([',', '-']).all(|number| number.parse::<u8>().is_ok_and(|number| number <= most));
        (range == "*" || numbers) && step.parse::<u8>().is_ok_and(|step| step > 0)
    };
    let tz = schedule["tz"].as_str().is_none_or(|tz| tz == "UTC" || tz.contains('/'));
    tz && fields.len() == 5 && fields.iter().zip([59, 23, 31, 12, 7]).all(|(field, most)| within(field, most))
}
