//! A selector held against a resource in memory.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use super::{Field, FieldType, Op, Selector, Value};
use crate::fuzzy::{self, fold};
use crate::id::id_forms;
use crate::resource::{attr, metric};
use crate::{Rel, Resource, Truth, lexicon, truth};

impl Selector {
    /// Whether a resource matches at `now`: `None` where what it does not tell decides.
    ///
    /// `text ~ …` holds where each word is among those of the resource, give or take typos, or means what the resource
    /// is: “message queue” admits every queue, “prod db” the production databases.
    pub fn matches(&self, resource: &Resource, now: Timestamp) -> Truth {
        match self {
            Self::All => Some(true),
            Self::And(parts) => fold_all(parts, Some(true), Some(false), truth::and, resource, now),
            Self::Or(parts) => fold_all(parts, Some(false), Some(true), truth::or, resource, now),
            Self::Not(inner) => truth::not(inner.matches(resource, now)),
            Self::Compare { field, op, value } => compare(resource, field, *op, value, now),
            Self::In { field, values } => {
                values.iter().map(|value| compare(resource, field, Op::Eq, value, now)).fold(Some(false), truth::or)
            }
            Self::Exists(field) => exists(resource, field),
            Self::Flag(flag) => resource.flag(*flag, now),
        }
    }
}

/// Folds until the outcome is certain.
fn fold_all(
    parts: &[Selector],
    start: Truth,
    certain: Truth,
    join: fn(Truth, Truth) -> Truth,
    resource: &Resource,
    now: Timestamp,
) -> Truth {
    let mut outcome = start;
    for part in parts {
        outcome = join(outcome, part.matches(resource, now));
        if outcome == certain {
            break;
        }
    }
    outcome
}

/// The texts that `=` holds a text field, a word field or a tag against; none where the resource does not tell it.
///
/// Several where one value has several forms: an id and its last segment, an account and its display name.
///
/// ```
/// use escher_core::{CloudId, Kind, Resource, selector};
/// let vm = Resource::new(CloudId::Aws, "arn:aws:ec2:us-east-1:1:instance/i-0a1", Kind::Vm, "ec2:instance", "web-1");
/// assert_eq!(selector::texts(&vm, &selector::Field::Id), ["arn:aws:ec2:us-east-1:1:instance/i-0a1", "i-0a1"]);
/// ```
pub fn texts<'a>(resource: &'a Resource, field: &Field) -> Vec<Cow<'a, str>> {
    let one = |text: Option<&'a str>| text.map(Cow::Borrowed).into_iter().collect();
    match field {
        Field::Cloud => one(Some(resource.cloud.as_str())),
        Field::Kind => one(Some(resource.kind.as_str())),
        Field::Type => one(Some(&resource.native)),
        Field::Service => one(Some(resource.service())),
        Field::Account => {
            [resource.account.as_deref(), resource.account_name.as_deref()].into_iter().flatten().map(Cow::Borrowed).collect()
        }
        Field::Region => one(resource.region.as_deref()),
        Field::Zone => one(resource.zone.as_deref()),
        Field::Geo => one(resource.geo().map(|geo| geo.as_str())),
        Field::Env => one(resource.env().map(|env| env.as_str())),
        Field::Group => one(resource.text_attr(attr::RESOURCE_GROUP)),
        Field::Network => networks(resource),
        Field::Linked => resource.links.iter().flat_map(|link| link.id.forms()).map(Cow::Borrowed).collect(),
        Field::Name => one(Some(&resource.name)),
        Field::Id => resource.id.forms().into_iter().map(Cow::Borrowed).collect(),
        Field::State => one(resource.state.map(|state| state.as_str())),
        Field::Engine => one(resource.engine().map(|engine| engine.as_str())),
        Field::Size => one(resource.text_attr(attr::SIZE)),
        Field::Tag(key) => one(resource.tag(key)),
        Field::Text => vec![Cow::Owned(searchable(resource))],
        Field::Capacity | Field::Memory | Field::Created | Field::Age | Field::Cost | Field::Cpu => Vec::new(),
    }
}

/// The value of capacity, memory (GB), cost (dollars a month) or cpu (percent); `None` for others and where not told.
pub fn number(resource: &Resource, field: &Field) -> Option<f64> {
    match field {
        Field::Capacity => resource.number_attr(attr::CAPACITY),
        Field::Memory => resource.number_attr(attr::MEMORY),
        Field::Cost => resource.cost_month,
        Field::Cpu => resource.metrics.get(metric::CPU_AVG).copied(),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// The network attribute, and what the resource is `in` if its id says that it is a network (or a subnet of one, on
/// Azure, where the id of a subnet begins with that of its network).
fn networks(resource: &Resource) -> Vec<Cow<'_, str>> {
    let told = resource.text_attr(attr::NETWORK).into_iter();
    let linked = resource.links.iter().filter(|link| link.rel == Rel::In).filter_map(|link| network_of(link.id.as_str()));
    told.chain(linked).flat_map(id_forms).map(Cow::Borrowed).collect()
}

fn network_of(id: &str) -> Option<&str> {
    // ASCII lower-casing keeps byte positions.
    let lower = id.to_ascii_lowercase();
    if let Some(start) = lower.find("/virtualnetworks/") {
        let name = start + "/virtualnetworks/".len();
        let end = lower[name..].find('/').map_or(id.len(), |slash| name + slash);
        return id.get(..end);
    }
    (lower.contains(":vpc/") || lower.contains("/global/networks/") || lower.starts_with("vpc-")).then_some(id)
}

fn searchable(resource: &Resource) -> String {
    let mut words = vec![resource.name.as_str(), &resource.native, resource.kind.as_str()];
    words.extend(resource.tags.iter().flatten().flat_map(|(key, value)| [key.as_str(), value]));
    words.extend(resource.engine().map(|engine| engine.as_str()));
    words.extend(resource.env().map(|env| env.as_str()));
    words.join(" ")
}

fn exists(resource: &Resource, field: &Field) -> Truth {
    match field {
        Field::Tag(key) => resource.tags.as_ref().map(|_| resource.tag(key).is_some()),
        Field::Created | Field::Age => Some(resource.created.is_some()),
        field if field.ty().is_number() => Some(number(resource, field).is_some()),
        field => Some(!texts(resource, field).is_empty()),
    }
}

fn compare(resource: &Resource, field: &Field, op: Op, value: &Value, now: Timestamp) -> Truth {
    if op == Op::Ne {
        return truth::not(compare(resource, field, Op::Eq, value, now));
    }
    match field.ty() {
        FieldType::Days => {
            // Older is earlier.
            let order = value.born(now)?.cmp(&resource.created?);
            Some(holds(op, order))
        }
        FieldType::Time => {
            let (start, end) = value.span()?;
            let created = resource.created?;
            let order = if created < start {
                Ordering::Less
            } else if created >= end {
                Ordering::Greater
            } else {
                Ordering::Equal
            };
            Some(holds(op, order))
        }
        FieldType::Gigabytes | FieldType::Dollars | FieldType::Percent => {
            Some(holds(op, number(resource, field)?.partial_cmp(&value.number(field)?)?))
        }
        FieldType::Text | FieldType::Word | FieldType::Tag | FieldType::Search => {
            let told = texts(resource, field);
            if told.is_empty() {
                return None;
            }
            let wanted = value.plain();
            match op {
                Op::Like if *field == Field::Text => Some(told.iter().any(|text| says(resource, text, &wanted, now))),
                Op::Eq | Op::Ne => {
                    let wanted = fold(&wanted);
                    Some(told.iter().any(|text| fold(text) == wanted))
                }
                Op::Like => Some(told.iter().any(|text| fuzzy::contains(text, &wanted))),
                Op::Lt | Op::Le | Op::Gt | Op::Ge => tag_order(told.first()?, &wanted).map(|order| holds(op, order)),
            }
        }
    }
}

/// Whether a resource says each of the words, or is what they mean.
fn says(resource: &Resource, text: &str, wanted: &str, now: Timestamp) -> bool {
    if fuzzy::contains(text, wanted) {
        return true;
    }
    let words: Vec<String> = wanted.split_whitespace().map(fold).collect();
    let readings = lexicon::read(&words);
    let means = |i: usize| {
        let covers = |reading: &lexicon::Reading| (reading.start..reading.start + reading.len).contains(&i);
        readings.iter().any(|reading| covers(reading) && reading.meaning.holds(resource, now) == Some(true))
    };
    !words.is_empty() && (0..words.len()).all(|i| means(i) || fuzzy::contains(text, &words[i]))
}

/// Numbers by their size, against a text that is no number unknown; other texts (dates, versions) by their letters.
fn tag_order(told: &str, wanted: &str) -> Option<Ordering> {
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    match (number(told), number(wanted)) {
        (Some(told), Some(wanted)) => told.partial_cmp(&wanted),
        (None, Some(_)) | (Some(_), None) => None,
        (None, None) => Some(fold(told).cmp(&fold(wanted))),
    }
}

fn holds(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq | Op::Like => order == Ordering::Equal,
        Op::Ne => order != Ordering::Equal,
        Op::Lt => order == Ordering::Less,
        Op::Le => order != Ordering::Greater,
        Op::Gt => order == Ordering::Greater,
        Op::Ge => order != Ordering::Less,
    }
}
