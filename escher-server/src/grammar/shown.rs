//! A meaning in words, for examples, tests and explanations.

use crate::meaning::{Ask, Formula, Order, Params, Sem, Set};

/// A meaning on one line.
pub(crate) fn shown(sem: &Sem) -> String {
    match sem {
        Sem::Nothing => "-".to_owned(),
        Sem::Text(text) => text.clone(),
        Sem::Texts(texts) => texts.iter().cloned().collect::<Vec<_>>().join(", "),
        Sem::Tags(tags) => tags.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(", "),
        Sem::Noun(noun) => formula(&noun.formula()),
        Sem::Cond(condition) => formula(condition),
        Sem::Set(it) => set(it),
        Sem::Verb(verb) => verb.to_string(),
        Sem::Params(it) => params(it),
        Sem::When(when) => when.to_string(),
        Sem::Order(it) => order(it),
        Sem::Ask(it) => ask(it),
        Sem::Other(other) => format!("{other:?}").to_lowercase(),
    }
}

fn formula(it: &Formula) -> String {
    let dead = if it.is_contradictory() { "✗ " } else { "" };
    // Examples are of one day.
    match it.on(jiff::civil::date(2026, 11, 20)).selector() {
        Ok(selector) => format!("{dead}{selector}"),
        Err(e) => format!("✗ {e}"),
    }
}

fn set(it: &Set) -> String {
    it.why.as_ref().map_or_else(|| formula(&it.formula), |why| format!("{} ? {why}", formula(&it.formula)))
}

fn params(it: &Params) -> String {
    serde_json::Value::Object(it.map()).to_string()
}

fn order(it: &Order) -> String {
    let verb = it.verb.map_or_else(|| "?".to_owned(), |verb| verb.to_string());
    let mut text = format!("{verb}: {}", formula(&it.set.formula));
    if !it.params.is_empty() {
        text.push_str(&format!(" {}", params(&it.params)));
    }
    if let Some(when) = &it.when {
        text.push_str(&format!(" @ {when}"));
    }
    if let Some(why) = it.question() {
        text.push_str(&format!(" ? {why}"));
    }
    text
}

fn ask(it: &Ask) -> String {
    let mut parts = Vec::new();
    parts.extend(it.intent.map(|intent| intent.to_string()));
    parts.extend(it.set.as_ref().map(set));
    parts.extend(it.verb.map(|verb| format!("of {verb}")));
    parts.extend(
        (!it.group_by.is_empty()).then(|| format!("by {}", it.group_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
    );
    parts.extend(it.sort.as_ref().map(|(field, desc)| format!("sorted by {field}{}", if *desc { " downward" } else { "" })));
    parts.extend(it.limit.map(|limit| format!("limit {limit}")));
    parts.extend(it.period.clone());
    parts.extend(it.beyond.iter().map(|beyond| format!("beyond: {beyond}")));
    parts.join("; ")
}
