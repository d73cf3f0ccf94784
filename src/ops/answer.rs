//! How answers are put together from entries: sorted, grouped, said in a sentence, told in depth.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use escher_core::selector::{self, Field};
use escher_core::{ActionDef, Capabilities, Entry, Estate, Frame, Intent, Resource, Selector, Sort, Verb, idle_rule};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::ops::reply::{Answer, Group};

/// An answer that is only words.
pub(crate) fn said(text: &str) -> Answer {
    Answer { text: text.to_owned(), answered: true, ..Answer::default() }
}

/// What an order or a question about creating something gets.
pub(crate) const NO_CREATION: &str = "Creating resources isn't supported yet. Create it with the cloud's own tools, then scan that cloud.";

/// Words that say why there is no answer.
pub(crate) fn unanswered(text: &str) -> Answer {
    Answer { text: text.to_owned(), ..Answer::default() }
}

/// Sorts by a field; what does not tell it comes last.
pub(crate) fn sort(entries: &mut [Entry], sort: &Sort, now: Timestamp) {
    entries.sort_by(|a, b| {
        let number = |entry: &Entry| measure(&entry.resource, &sort.by, now);
        let text = |entry: &Entry| selector::texts(&entry.resource, &sort.by).first().map(|text| text.to_lowercase());
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
pub(crate) fn group(entries: &[Entry], by: &[Field], now: Timestamp) -> Vec<Group> {
    if by.is_empty() {
        return Vec::new();
    }
    let mut groups: BTreeMap<Vec<Option<String>>, Costs> = BTreeMap::new();
    for entry in entries {
        let value = |field: &Field| {
            let text = selector::texts(&entry.resource, field).first().map(|text| text.to_string());
            text.or_else(|| measure(&entry.resource, field, now).map(|n| n.to_string()))
        };
        groups.entry(by.iter().map(value).collect()).or_default().add(selector::number(&entry.resource, &Field::Cost));
    }
    let mut groups: Vec<Group> = groups
        .into_iter()
        .map(|(values, costs)| Group {
            key: by.iter().map(ToString::to_string).zip(values).collect(),
            count: costs.known + costs.unknown,
            cost_month: costs.sum(),
            cost_unknown: costs.unknown,
        })
        .collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    groups
}

/// A sum over costs of which some may be unknown: unknown is never zero.
#[derive(Default)]
struct Costs {
    known: usize,
    unknown: usize,
    total: f64,
}

impl Costs {
    fn add(&mut self, cost: Option<f64>) {
        match cost {
            Some(cost) => {
                self.known += 1;
                self.total += cost;
            }
            None => self.unknown += 1,
        }
    }

    /// The sum of those that are known, in whole cents unless that would make nothing of it.
    fn sum(&self) -> Option<f64> {
        let cents = (self.total * 100.0).round() / 100.0;
        (self.known > 0).then_some(if cents == 0.0 || !cents.is_finite() { self.total } else { cents })
    }
}

/// Says how many of the sorted entries lack what they are sorted by.
pub(crate) fn unsorted(entries: &[Entry], sort: &Sort, now: Timestamp) -> Option<String> {
    let field = &sort.by;
    let lacks = |entry: &&Entry| measure(&entry.resource, field, now).is_none() && selector::texts(&entry.resource, field).is_empty();
    let unknown = entries.iter().filter(lacks).count();
    (unknown > 0).then(|| match unknown {
        1 => format!(" The {field} of 1 of them is unknown; it comes last."),
        n => format!(" The {field} of {n} of them is unknown; they come last."),
    })
}

/// A selector for people: of many ids, which say little, the first ones.
pub fn shortened(selector: &Selector) -> String {
    const SHOWN: usize = 3;
    let part = |part: &Selector| match part {
        Selector::In { field: Field::Id, values } if values.len() > SHOWN => {
            let ids: Vec<String> = values[..SHOWN].iter().map(ToString::to_string).collect();
            Some(format!("id IN ({}, … {} more)", ids.join(", "), values.len() - SHOWN))
        }
        _ => None,
    };
    let parts = selector.conjuncts();
    if parts.iter().all(|it| part(it).is_none()) {
        return selector.to_string();
    }
    let whole = |it: &Selector| if matches!(it, Selector::Or(_)) { format!("({it})") } else { it.to_string() };
    parts.iter().map(|it| part(it).unwrap_or_else(|| whole(it))).collect::<Vec<_>>().join(" AND ")
}

/// What was understood and how many there are.
pub(crate) fn sentence(frame: &Frame, answer: &Answer) -> String {
    let what = if frame.selector == Selector::All { "everything".to_owned() } else { shortened(&frame.selector) };
    let mut text = match answer.total {
        0 => format!("Nothing matches {what}."),
        1 => format!("1 resource matches {what}."),
        n => format!("{n} resources match {what}."),
    };
    if frame.intent == Intent::Find && answer.hits.len() < answer.total {
        let are = if answer.hits.len() == 1 { "is" } else { "are" };
        text.push_str(&format!(" Here {are} {} of them.", answer.hits.len()));
    }
    if answer.unknown > 0 {
        let lack = if answer.unknown == 1 { "lacks" } else { "lack" };
        text.push_str(&format!(" {} more {lack} the data to decide.", answer.unknown));
    }
    text.push_str(&left_out(answer.terminated));
    text
}

/// Says how many terminated resources are left out.
pub(crate) fn left_out(terminated: usize) -> String {
    match terminated {
        0 => String::new(),
        1 => " 1 terminated resource is left out.".to_owned(),
        n => format!(" {n} terminated resources are left out."),
    }
}

/// One resource in depth.
pub(crate) struct Details {
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// A resource with its relations both ways, why it counts as idle or not, and what can be done to it.
pub(crate) fn details(entry: &Entry, estate: &Estate, capabilities: &Capabilities, now: Timestamp) -> Details {
    let resource = &entry.resource;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for other in estate.entries() {
        *names.entry(&other.resource.name).or_default() += 1;
    }
    // What others are called too is shown with its id.
    let name = |other: &Resource| match names.get(other.name.as_str()) {
        Some(1) | None => other.name.clone(),
        Some(_) if other.id.last_segment() == other.name => format!("{} ({})", other.name, other.id),
        Some(_) => format!("{} ({})", other.name, other.id.last_segment()),
    };
    let named = |id: &escher_core::ResourceId| estate.get(id).map(|other| (name(&other.resource), other.resource.kind));
    let mut relations: Vec<Value> = Vec::new();
    let mut lines: Vec<String> = Vec::new();
    for link in &resource.links {
        let known = named(&link.id);
        lines.push(format!(
            "{} {}",
            link.rel.phrase(),
            known.as_ref().map_or_else(|| link.id.to_string(), |(name, kind)| format!("{} {name}", kind.label()))
        ));
        relations.push(json!({"rel": link.rel, "direction": "out", "id": link.id, "name": known.map(|(name, _)| name)}));
    }
    for other in estate.entries() {
        for link in other.resource.links.iter().filter(|link| link.id == resource.id) {
            lines.push(format!("{} {} {} it", other.resource.kind.label(), name(&other.resource), link.rel.phrase()));
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
        "{} is {} ({}) in {}",
        resource.name,
        resource.kind.one(),
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
        text.push_str(&format!(" Available actions: {}.", actions.join(", ")));
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
