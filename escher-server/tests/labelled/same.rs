//! Whether two selectors, parameters or schedules say the same, however they are written.

use std::collections::BTreeSet;

use escher_core::Selector;
use escher_core::selector::{Field, Op, Value};
use serde_json::{Map, Value as Json};

/// An OR of ANDs of leaves, each in one spelling.
pub(crate) type Normal = BTreeSet<BTreeSet<String>>;

/// More alternatives than this are compared as they are written.
const MOST: usize = 4096;

/// The normal form of a selector.
pub(crate) fn normal(selector: &Selector) -> Normal {
    alternatives(selector, true).unwrap_or_else(|| leaf(selector.to_string()))
}

/// Whether two texts select the same.
pub(crate) fn selectors(a: &str, b: &str) -> bool {
    match (Selector::parse(a), Selector::parse(b)) {
        (Ok(a), Ok(b)) => normal(&a) == normal(&b),
        _ => a == b,
    }
}

/// The parts of the top-level conjunction, each in its normal form.
pub(crate) fn conjuncts(text: &str) -> BTreeSet<String> {
    let Ok(selector) = Selector::parse(text) else { return BTreeSet::from([text.to_owned()]) };
    selector.conjuncts().iter().map(|part| shown(&normal(part))).collect()
}

/// Whether parameters are the same; in a list order does not matter, and `100` GB are `"100GB"`.
pub(crate) fn params(a: &Map<String, Json>, b: &Map<String, Json>) -> bool {
    a.len() == b.len() && a.iter().all(|(key, value)| b.get(key).is_some_and(|other| plain(key, value) == plain(key, other)))
}

/// Whether schedules are the same; `1-5` is `1,2,3,4,5`.
pub(crate) fn schedules(a: &Json, b: &Json) -> bool {
    match (a["cron"].as_str(), b["cron"].as_str()) {
        (Some(x), Some(y)) => a["tz"] == b["tz"] && cron(x) == cron(y),
        _ => a == b,
    }
}

fn plain(key: &str, value: &Json) -> Json {
    match value {
        Json::Array(values) => {
            let mut values: Vec<String> = values.iter().map(ToString::to_string).collect();
            values.sort();
            values.into()
        }
        Json::String(text) if key == "size" => text.trim_end_matches("GB").trim_end().to_ascii_lowercase().into(),
        Json::Number(number) if key == "size" => number.to_string().into(),
        other => other.clone(),
    }
}

fn cron(text: &str) -> Vec<String> {
    let field = |(i, text): (usize, &str)| {
        if i < 4 || text == "*" {
            return text.to_owned();
        }
        let mut days = BTreeSet::new();
        for part in text.split(',') {
            let (from, to) = part.split_once('-').unwrap_or((part, part));
            let (Ok(from), Ok(to)) = (from.parse::<u8>(), to.parse::<u8>()) else { return text.to_owned() };
            days.extend((from..=to).map(|day| day % 7));
        }
        format!("{days:?}")
    };
    text.split_whitespace().enumerate().map(field).collect()
}

fn shown(normal: &Normal) -> String {
    let and = |parts: &BTreeSet<String>| parts.iter().map(String::as_str).collect::<Vec<_>>().join(" & ");
    normal.iter().map(and).collect::<Vec<_>>().join(" | ")
}

fn leaf(text: String) -> Normal {
    Normal::from([BTreeSet::from([text])])
}

fn any(parts: impl IntoIterator<Item = Option<Normal>>) -> Option<Normal> {
    let mut whole = Normal::new();
    for part in parts {
        whole.extend(part?);
        if whole.len() > MOST {
            return None;
        }
    }
    Some(absorbed(whole))
}

fn all(parts: impl IntoIterator<Item = Option<Normal>>) -> Option<Normal> {
    let mut whole = Normal::from([BTreeSet::new()]);
    for part in parts {
        let part = part?;
        if whole.len() * part.len() > MOST {
            return None;
        }
        whole = whole.iter().flat_map(|a| part.iter().map(|b| a.union(b).cloned().collect())).collect();
    }
    Some(absorbed(whole))
}

/// Without what a wider alternative covers.
fn absorbed(normal: Normal) -> Normal {
    let covered = |parts: &BTreeSet<String>| normal.iter().any(|wider| wider.len() < parts.len() && wider.is_subset(parts));
    normal.iter().filter(|parts| !covered(parts)).cloned().collect()
}

/// Negation goes down to the leaves, lists become alternatives.
fn alternatives(selector: &Selector, holds: bool) -> Option<Normal> {
    let parts = |parts: &[Selector]| parts.iter().map(|part| alternatives(part, holds)).collect::<Vec<_>>();
    match selector {
        Selector::All => Some(if holds { Normal::from([BTreeSet::new()]) } else { Normal::new() }),
        Selector::And(inner) if holds => all(parts(inner)),
        Selector::And(inner) => any(parts(inner)),
        Selector::Or(inner) if holds => any(parts(inner)),
        Selector::Or(inner) => all(parts(inner)),
        Selector::Not(inner) => alternatives(inner, !holds),
        Selector::In { field, values } => {
            let each = values.iter().map(|value| Some(compared(field, Op::Eq, value, holds))).collect::<Vec<_>>();
            if holds { any(each) } else { all(each) }
        }
        Selector::Compare { field, op, value } => Some(compared(field, *op, value, holds)),
        Selector::Exists(field) => Some(leaf(format!("{} exists = {holds}", word(field)))),
        Selector::Flag(flag) => Some(leaf(format!("{flag} = {holds}"))),
        Selector::Related { by, to } => Some(leaf(format!("{by} IN ({}) = {holds}", shown(&normal(to))))),
    }
}

fn compared(field: &Field, op: Op, value: &Value, holds: bool) -> Normal {
    let op = match (op, holds) {
        (Op::Eq, true) | (Op::Ne, false) => "=",
        (Op::Ne, true) | (Op::Eq, false) => "!=",
        (Op::Like, true) => "~",
        (Op::Like, false) => "!~",
        (Op::Lt, true) | (Op::Ge, false) => "<",
        (Op::Le, true) | (Op::Gt, false) => "<=",
        (Op::Gt, true) | (Op::Le, false) => ">",
        (Op::Ge, true) | (Op::Lt, false) => ">=",
    };
    let value = match value {
        Value::Number(quantity) => quantity.in_unit_of(field.ty()).map_or_else(|| value.to_string(), |amount| amount.to_string()),
        Value::Text(text) => text.to_lowercase(),
    };
    leaf(format!("{} {op} {value}", word(field)))
}

/// Tag keys match in any case.
fn word(field: &Field) -> String {
    field.to_string().to_lowercase()
}
