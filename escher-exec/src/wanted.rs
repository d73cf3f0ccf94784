//! What a step wants to be so, as selectors for people and as a judgment over what a cloud shows.

use escher_core::plan::{GONE, Step};
use escher_core::resource::attr;
use escher_core::selector::{Field, Op};
use escher_core::{ActionDef, Cloud, Resource, Selector, State, Truth, Verb, Verify, truth};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::reasons::{Reasons, plain};

/// The `verify` words of a step. What the language cannot say (an empty tag key) is left to [`holds`], which knows
/// the catalog as well.
pub(crate) fn texts(def: &ActionDef, params: &Map<String, Value>) -> Vec<String> {
    let is = |field: Field, value: &str| Selector::compare(field, Op::Eq, value).ok().map(|selector| selector.to_string());
    match def.verify {
        Verify::Holds(text) => vec![text.to_owned()],
        Verify::Gone => vec![GONE.to_owned()],
        Verify::ByProvider => Vec::new(),
        Verify::FieldIsParam(field, param) => {
            let value = params.get(param).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            field.parse().ok().zip(value).and_then(|(field, value)| is(field, &value)).into_iter().collect()
        }
        Verify::TagsSet => pairs(params).filter_map(|(key, value)| is(Field::Tag(key.to_owned()), value)).collect(),
        Verify::TagsGone => keys(params)
            .map(|key| Selector::Not(Box::new(Selector::Exists(Field::Tag(key.to_owned())))).to_string())
            .filter(|text| Selector::parse(text).is_ok())
            .collect(),
    }
}

/// A relative count made definite: `+50` on a disk of 100 GB is 150, so that a second try does not add twice.
/// `None` if the present value is not known.
pub(crate) fn definite(def: &ActionDef, params: &Map<String, Value>, resource: &Resource) -> Option<Map<String, Value>> {
    let mut params = params.clone();
    if let Verify::FieldIsParam("capacity", param) = def.verify
        && let Some(text) = params.get(param).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    {
        let told: f64 = text.parse().ok()?;
        let base = if text.starts_with(['+', '-']) { resource.number_attr(attr::CAPACITY)? } else { 0.0 };
        let sum = base + told;
        // A disk is never made smaller; whole gigabytes, and few enough that the number is exact.
        let smaller = resource.number_attr(attr::CAPACITY).is_some_and(|now| sum < now);
        if smaller || !(1.0..=1e12).contains(&sum) || sum.fract() != 0.0 {
            return None;
        }
        params.insert(param.to_owned(), Value::from(sum as u64));
    }
    Some(params)
}

/// The parameters of an order over tags, for one resource: a key is the resource's own where it has one that is equal in
/// any case. Removed are all of those; set is the one that is written just so, or else all of them, or else a new one.
/// Keys that are written otherwise than in the order are noted.
pub(crate) fn as_written(verb: Verb, params: &Map<String, Value>, resource: &Resource, spelled: &mut Reasons) -> Map<String, Value> {
    let own = |key: &str| -> Vec<String> {
        let same = resource.tags_like(key).map(|(own, _)| own.to_owned());
        let exact = verb == Verb::Tag && resource.tags.as_ref().is_some_and(|tags| tags.contains_key(key));
        let found: Vec<String> = if exact { vec![key.to_owned()] } else { same.collect() };
        if found.is_empty() { vec![key.to_owned()] } else { found }
    };
    let mut params = params.clone();
    let mut note = |key: &str, found: &[String]| {
        if found.iter().any(|own| own != key) {
            let keys: Vec<String> = found.iter().map(|own| format!("`{}`", plain(own))).collect();
            spelled.add(format!("with the tag `{}` written {}", plain(key), keys.join(" and ")), &resource.name);
        }
    };
    match verb {
        Verb::Tag => {
            let set: Map<String, Value> = match params.get("tags").and_then(Value::as_object) {
                Some(tags) => tags
                    .iter()
                    .flat_map(|(key, value)| {
                        let found = own(key);
                        note(key, &found);
                        found.into_iter().map(|own| (own, value.clone())).collect::<Vec<_>>()
                    })
                    .collect(),
                None => return params,
            };
            params.insert("tags".to_owned(), Value::Object(set));
        }
        Verb::Untag => {
            let mut removed: Vec<String> = Vec::new();
            for key in keys(&params) {
                let found = own(key);
                note(key, &found);
                removed.extend(found.into_iter().filter(|own| !removed.contains(own)).collect::<Vec<_>>());
            }
            // What are no keys at all is left for the check of parameters to refuse.
            if params.get("keys").and_then(Value::as_array).is_some_and(|keys| keys.iter().all(Value::is_string)) {
                params.insert("keys".to_owned(), removed.into());
            }
        }
        _ => {}
    }
    params
}

/// Whether what the step wants is so in what was just read; `None` if that cannot be told.
pub(crate) fn holds(cloud: &dyn Cloud, def: &ActionDef, step: &Step, now: Option<&Resource>, at: Timestamp) -> Truth {
    let wants_gone = def.verify == Verify::Gone || step.verify.iter().any(|text| text == GONE);
    let Some(resource) = now else { return Some(wants_gone) };
    if wants_gone {
        return Some(resource.state == Some(State::Terminated));
    }
    // The language ignores case and takes keys that are equal but for it as one; tags are compared to the letter here.
    let by_letter = matches!(def.verify, Verify::TagsSet | Verify::TagsGone);
    let by_text = step.verify.iter().filter(|_| !by_letter).map(|text| match Selector::parse(text) {
        Ok(selector) => selector.matches(resource, at),
        Err(_) => None,
    });
    let told = match def.verify {
        Verify::TagsSet => {
            resource.tags.as_ref().map(|tags| pairs(&step.params).all(|(key, value)| tags.get(key).map(String::as_str) == Some(value)))
        }
        Verify::TagsGone => resource.tags.as_ref().map(|tags| keys(&step.params).all(|key| !tags.contains_key(key))),
        Verify::ByProvider => cloud.shows(step, resource),
        Verify::Holds(_) | Verify::FieldIsParam(..) | Verify::Gone if step.verify.is_empty() => None,
        Verify::Holds(_) | Verify::FieldIsParam(..) | Verify::Gone => Some(true),
    };
    by_text.fold(told, truth::and)
}

/// Whether seeing the wanted state proves that the act happened. After a restart a vm is running, and so it was before.
pub(crate) fn is_evidence(def: &ActionDef) -> bool {
    !matches!(def.verify, Verify::Holds(text) if def.preconditions.contains(&text))
}

/// The first precondition that does not hold, and whether it is false or not known.
pub(crate) fn unmet<'a>(preconditions: &'a [String], resource: &Resource, at: Timestamp) -> Option<(&'a str, Truth)> {
    preconditions.iter().find_map(|text| {
        let holds = Selector::parse(text).ok().and_then(|selector| selector.matches(resource, at));
        (holds != Some(true)).then_some((text.as_str(), holds))
    })
}

fn pairs(params: &Map<String, Value>) -> impl Iterator<Item = (&str, &str)> {
    let tags = params.get("tags").and_then(Value::as_object).into_iter().flatten();
    tags.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}

fn keys(params: &Map<String, Value>) -> impl Iterator<Item = &str> {
    params.get("keys").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
