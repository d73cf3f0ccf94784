//! A selector held against a resource in memory.

use std::borrow::Cow;
use std::cmp::Ordering;

use jiff::Timestamp;

use super::relation::Alone;
use super::{Field, FieldType, Op, Related, Selector, Value, attribute};
use crate::fuzzy::{self, fold};
use crate::id::id_forms;
use crate::resource::{attr, metric};
use crate::{Rel, Resource, Truth, lexicon, truth};

impl Selector {
    /// Whether a resource matches at `now`, by itself: `None` if what it does not report decides. Nested selectors
    /// are unknown, since nobody else is at hand; see [`Selector::matches_among`].
    ///
    /// `text ~ …` holds where each word is among those of the resource, give or take typos, or means what the resource
    /// is: “message queue” admits every queue, “prod db” the production databases.
    pub fn matches(&self, resource: &Resource, now: Timestamp) -> Truth {
        self.matches_among(resource, &Alone, now)
    }

    /// Whether a resource matches at `now`, among those that it is related to.
    pub fn matches_among(&self, resource: &Resource, around: &dyn Related, now: Timestamp) -> Truth {
        self.decided(&|leaf| match leaf {
            Self::Compare { field, op, value } => compare(resource, field, *op, value, now),
            Self::In { field, values } => {
                values.iter().map(|value| compare(resource, field, Op::Eq, value, now)).fold(Some(false), truth::or)
            }
            Self::Exists(field) => exists(resource, field),
            Self::Flag(flag) => resource.flag(*flag, now),
            Self::Related { by, to } => around.related(resource, by, to),
            // Not leaves: they are joined, never asked about.
            Self::All | Self::And(_) | Self::Or(_) | Self::Not(_) => None,
        })
    }

    /// What follows from what `of` says of each leaf, as far as it decides.
    pub(crate) fn decided(&self, of: &dyn Fn(&Self) -> Truth) -> Truth {
        let each = |parts: &[Self], start: Truth, certain: Truth, join: fn(Truth, Truth) -> Truth| {
            let mut outcome = start;
            for part in parts {
                outcome = join(outcome, part.decided(of));
                if outcome == certain {
                    break;
                }
            }
            outcome
        };
        match self {
            Self::All => Some(true),
            Self::And(parts) => each(parts, Some(true), Some(false), truth::and),
            Self::Or(parts) => each(parts, Some(false), Some(true), truth::or),
            Self::Not(inner) => truth::not(inner.decided(of)),
            leaf => of(leaf),
        }
    }
}

/// The texts that `=` holds a text field, a word field, a tag or an attribute against; none where the resource does not
/// report it.
///
/// Several where one value has several forms (an id and its last segment, an account and its display name), where
/// several tag keys are equal but for their case, and where an attribute or a relation has several values.
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
        Field::Rel(rel) => {
            let links = resource.links.iter().filter(|link| rel.is(&link.rel));
            links.flat_map(|link| link.id.forms()).map(Cow::Borrowed).collect()
        }
        Field::Name => one(Some(&resource.name)),
        Field::Id => resource.id.forms().into_iter().map(Cow::Borrowed).collect(),
        Field::State => one(resource.state.map(|state| state.as_str())),
        Field::RawState => resource.state_raw.iter().flat_map(|raw| whole_and_word(raw)).map(Cow::Borrowed).collect(),
        Field::Engine => one(resource.engine().map(|engine| engine.as_str())),
        Field::Size => one(resource.text_attr(attr::SIZE)),
        Field::Tag(key) => resource.tag_values(key).map(Cow::Borrowed).collect(),
        Field::Attr(path) => attribute::told(resource, path).into_iter().flatten().map(|told| told.text).collect(),
        Field::Text => vec![Cow::Owned(searchable(resource))],
        Field::Capacity | Field::Memory | Field::Created | Field::Age | Field::Cost | Field::Cpu => Vec::new(),
    }
}

/// The value of capacity, memory (GB), cost (dollars a month) or cpu (percent); `None` for others and if not reported.
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

/// Azure says `VM deallocated` and `PowerState/deallocated`: the word is enough.
fn whole_and_word(raw: &str) -> impl Iterator<Item = &str> {
    let word = ["vm ", "powerstate/"].iter().find_map(|lead| {
        let (head, word) = raw.split_at_checked(lead.len())?;
        head.eq_ignore_ascii_case(lead).then_some(word).filter(|word| !word.is_empty())
    });
    std::iter::once(raw).chain(word)
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
        Field::Tag(key) => resource.tags.as_ref().map(|_| resource.tag_values(key).next().is_some()),
        Field::Attr(path) => Some(attribute::told(resource, path).is_some()),
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
        FieldType::Tag => match field {
            Field::Attr(path) => {
                let told = attribute::told(resource, path)?;
                let each = told.iter().map(|told| holds_of_text(op, &told.text, told.number, &value.plain()));
                // An empty list is told, and none of its values is the wanted one.
                each.fold(Some(false), truth::or)
            }
            other => texts(resource, other).iter().map(|told| holds_of_text(op, told, None, &value.plain())).reduce(truth::or)?,
        },
        FieldType::Text | FieldType::Word | FieldType::Search => {
            let told = texts(resource, field);
            if told.is_empty() {
                return None;
            }
            let wanted = value.plain();
            match op {
                Op::Like if *field == Field::Text => Some(told.iter().any(|text| says(resource, text, &wanted, now))),
                Op::Like => Some(told.iter().any(|text| fuzzy::contains(text, &wanted))),
                _ => {
                    let wanted = fold(&wanted);
                    Some(told.iter().any(|text| fold(text) == wanted))
                }
            }
        }
    }
}

/// Whether a comparison holds of one value of a tag or an attribute; what the source says as a number equals every
/// other way to write it.
fn holds_of_text(op: Op, told: &str, number: Option<f64>, wanted: &str) -> Truth {
    match op {
        Op::Like => Some(fuzzy::contains(told, wanted)),
        Op::Eq | Op::Ne => Some(fold(told) == fold(wanted) || number.is_some_and(|number| as_number(wanted) == Some(number))),
        Op::Lt | Op::Le | Op::Gt | Op::Ge => text_order(told, wanted).map(|order| holds(op, order)),
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
fn text_order(told: &str, wanted: &str) -> Option<Ordering> {
    match (as_number(told), as_number(wanted)) {
        (Some(told), Some(wanted)) => told.partial_cmp(&wanted),
        (None, Some(_)) | (Some(_), None) => None,
        (None, None) => Some(fold(told).cmp(&fold(wanted))),
    }
}

fn as_number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
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
