//! How answers are put together from entries: sorted, grouped, said in a sentence, told in depth.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use escher_core::selector::{self, Field};
use escher_core::{ActionDef, Capabilities, Entry, Estate, Frame, Intent, Resource, Result, Sort, Verb, idle_rule};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};

use crate::ops::ask::Answer;

/// How many there are of one sort.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The fields and their values; null for those that do not tell.
    pub key: BTreeMap<String, Option<String>>,
    /// How many.
    pub count: usize,
    /// US dollars a month, of those that tell.
    pub cost_month: f64,
}

/// An answer that is only words.
pub(crate) fn said(text: &str) -> Answer {
    Answer { text: text.to_owned(), answered: true, ..Answer::default() }
}

/// Words that say why there is no answer.
pub(crate) fn unanswered(text: &str) -> Answer {
    Answer { text: text.to_owned(), ..Answer::default() }
}

/// Sorts by a field; what does not tell it comes last.
pub(crate) fn sort(entries: &mut [Entry], sort: &Sort, now: Timestamp) {
    let Ok(field) = sort.by.parse::<Field>() else { return };
    entries.sort_by(|a, b| {
        let number = |entry: &Entry| measure(&entry.resource, &field, now);
        let text = |entry: &Entry| selector::texts(&entry.resource, &field).first().map(|text| text.to_lowercase());
        let turn = |ordering: Ordering| if sort.desc { ordering.reverse() } else { ordering };
        match (number(a), number(b)) {
            (Some(a), Some(b)) => turn(a.total_cmp(&b)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => match (text(a), text(b)) {
                (Some(a), Some(b)) => turn(a.cmp(&b)),
                (a, b) => b.is_some().cmp(&a.is_some()),
            },
        }
    });
}

/// A field's number: seconds for times and ages, the field's own unit otherwise.
#[allow(clippy::cast_precision_loss, reason = "seconds since 1970 fit a double")]
fn measure(resource: &Resource, field: &Field, now: Timestamp) -> Option<f64> {
    match field {
        Field::Created => resource.created.map(|at| at.as_second() as f64),
        Field::Age => resource.created.map(|at| (now.as_second() - at.as_second()) as f64),
        _ => selector::number(resource, field),
    }
}

/// Counts by fields, the largest group first.
pub(crate) fn group(entries: &[Entry], by: &[String], now: Timestamp) -> Result<Vec<Group>> {
    if by.is_empty() {
        return Ok(Vec::new());
    }
    let fields = by.iter().map(|name| Ok((name.clone(), name.parse::<Field>()?))).collect::<Result<Vec<_>>>()?;
    let mut groups: BTreeMap<Vec<Option<String>>, (usize, f64)> = BTreeMap::new();
    for entry in entries {
        let value = |field: &Field| {
            let text = selector::texts(&entry.resource, field).first().map(|text| text.to_string());
            text.or_else(|| measure(&entry.resource, field, now).map(|n| n.to_string()))
        };
        let slot = groups.entry(fields.iter().map(|(_, field)| value(field)).collect()).or_default();
        slot.0 += 1;
        slot.1 += entry.resource.cost_month.unwrap_or_default();
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(values, (count, cost))| Group {
            key: fields.iter().map(|(name, _)| name.clone()).zip(values).collect(),
            count,
            cost_month: (cost * 100.0).round() / 100.0,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    Ok(groups)
}

/// What was understood and how many there are.
pub(crate) fn sentence(frame: &Frame, answer: &Answer) -> String {
    let what = if frame.selector.is_empty() { "everything".to_owned() } else { frame.selector.clone() };
    let mut text = match answer.total {
        0 => format!("Nothing matches {what}."),
        1 => format!("1 resource matches {what}."),
        n => format!("{n} resources match {what}."),
    };
    if frame.intent == Intent::Find && answer.hits.len() < answer.total {
        text.push_str(&format!(" Here are {} of them.", answer.hits.len()));
    }
    if answer.unknown > 0 {
        text.push_str(&format!(" {} more do not tell enough to say.", answer.unknown));
    }
    text
}

/// One resource in depth.
pub(crate) struct Details {
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// A resource with its relations both ways, why it counts as idle or not, and what can be done to it.
pub(crate) fn details(entry: &Entry, estate: &Estate, capabilities: &Capabilities, now: Timestamp) -> Details {
    let resource = &entry.resource;
    let named = |id: &escher_core::ResourceId| estate.get(id).map(|other| (other.resource.name.clone(), other.resource.kind));
    let mut relations: Vec<Value> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for link in &resource.links {
        let known = named(&link.id);
        lines.push(format!("{} {}", link.rel, known.as_ref().map_or_else(|| link.id.to_string(), |(name, kind)| format!("{kind} {name}"))));
        relations.push(json!({"rel": link.rel, "direction": "out", "id": link.id, "name": known.map(|(name, _)| name)}));
    }
    for other in estate.entries() {
        for link in other.resource.links.iter().filter(|link| link.id == resource.id) {
            lines.push(format!("{} {} is {} it", other.resource.kind, other.resource.name, link.rel));
            relations.push(json!({"rel": link.rel, "direction": "in", "id": other.resource.id, "name": other.resource.name}));
        }
    }
    let rule = idle_rule(resource.cloud, resource.kind).map(|rule| {
        let read: BTreeMap<&str, Option<f64>> = rule.conditions.iter().map(|c| (c.metric, resource.metrics.get(c.metric).copied())).collect();
        json!({"rule": rule.name, "source": rule.source, "days": rule.days, "reads": read, "idle": resource.flag(escher_core::Flag::Idle, now)})
    });
    let actions: Vec<String> = ActionDef::all()
        .filter(|def| def.action.kind == resource.kind && def.action.verb != Verb::Create && capabilities.can(resource.cloud, def.action))
        .map(|def| def.action.to_string())
        .collect();
    let mut text = format!(
        "{} is a {} ({}) in {}",
        resource.name,
        resource.kind,
        resource.native,
        resource.region.as_deref().unwrap_or("an unknown region")
    );
    if let Some(account) = &resource.account {
        text.push_str(&format!(", account {account}"));
    }
    if let Some(state) = resource.state {
        text.push_str(&format!(", {state}"));
    }
    if let Some(cost) = resource.cost_month {
        text.push_str(&format!(", ${cost:.2} a month"));
    }
    text.push('.');
    if !lines.is_empty() {
        text.push_str(&format!(" Relations: {}.", lines.join("; ")));
    }
    if !actions.is_empty() {
        text.push_str(&format!(" It can take: {}.", actions.join(", ")));
    }
    let body = json!({
        "resource": resource.to_line(now),
        "first_seen": entry.first_seen,
        "last_seen": entry.last_seen,
        "relations": relations,
        "idle": rule,
        "actions": actions,
    });
    Details { text, body }
}
