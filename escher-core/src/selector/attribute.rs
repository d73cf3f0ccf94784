//! Attributes as a selector addresses them: by name, or by a path of names with dots between them.
//!
//! Names are equal in any case, and a name may have dots itself: `net.mtu` is the attribute `net.mtu` as well as `mtu`
//! within `net`. A path leads through lists into each of their elements.

use std::borrow::Cow;

use serde_json::Value as Json;

use crate::Resource;
use crate::fuzzy::fold;

/// One value of an attribute.
pub(super) struct Told<'a> {
    pub(super) text: Cow<'a, str>,
    /// The number, where the source says a number.
    pub(super) number: Option<f64>,
}

/// What a resource says at a path: none where it says nothing, no values where it says that there are none (an empty
/// list). A list is each of its elements; an object is its JSON.
pub(super) fn told<'a>(resource: &'a Resource, path: &str) -> Option<Vec<Told<'a>>> {
    let mut found = Found::default();
    found.within(resource.attributes.iter(), &fold(path));
    found.told.then_some(found.values)
}

#[derive(Default)]
struct Found<'a> {
    told: bool,
    values: Vec<Told<'a>>,
}

impl<'a> Found<'a> {
    fn within(&mut self, entries: impl Iterator<Item = (&'a String, &'a Json)>, path: &str) {
        for (name, value) in entries {
            match path.strip_prefix(&fold(name)) {
                Some("") => self.take(value),
                Some(rest) => {
                    if let Some(rest) = rest.strip_prefix('.') {
                        self.descend(value, rest);
                    }
                }
                None => {}
            }
        }
    }

    fn descend(&mut self, value: &'a Json, path: &str) {
        match value {
            Json::Object(entries) => self.within(entries.iter(), path),
            Json::Array(elements) => elements.iter().for_each(|element| self.descend(element, path)),
            _ => {}
        }
    }

    fn take(&mut self, value: &'a Json) {
        let text = match value {
            Json::Null => return,
            Json::Array(elements) => {
                self.told = true;
                return elements.iter().for_each(|element| self.take(element));
            }
            Json::String(text) => Cow::Borrowed(text.as_str()),
            other => Cow::Owned(other.to_string()),
        };
        self.told = true;
        self.values.push(Told { text, number: value.as_f64().filter(|number| number.is_finite()) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{CloudId, Kind};
    use serde_json::json;

    fn at(path: &str) -> Option<Vec<String>> {
        let mut vm = Resource::new(CloudId::Aws, "i-1", Kind::Vm, "ec2:instance", "web");
        let attributes = json!({
            "Lifecycle": "spot", "lifecycle": "extra", "imds": {"Tokens": "required", "hops": 2}, "imds.v6": true, "none": null,
            "zones": [], "rules": [{"port": 22}, {"port": 443, "from": ["a", "b"]}],
        });
        vm.attributes = attributes.as_object().unwrap().clone().into_iter().collect();
        told(&vm, path).map(|values| values.into_iter().map(|value| value.text.into_owned()).collect())
    }

    #[test]
    fn a_path_leads_to_every_value_of_that_name() {
        let some = |values: &[&str]| Some(values.iter().map(|&value| value.to_owned()).collect::<Vec<_>>());
        assert_eq!(at("LIFECYCLE"), some(&["spot", "extra"]));
        assert_eq!(at("imds.tokens"), some(&["required"]));
        assert_eq!(at("imds.hops"), some(&["2"]));
        assert_eq!(at("imds.v6"), some(&["true"]));
        assert_eq!(at("imds"), some(&[r#"{"Tokens":"required","hops":2}"#]));
        assert_eq!(at("rules.port"), some(&["22", "443"]));
        assert_eq!(at("rules.from"), some(&["a", "b"]));
        assert_eq!(at("zones"), some(&[]));
        for nothing in ["none", "life", "imds.", "imds.tokens.x", "", "zones.a", "."] {
            assert_eq!(at(nothing), None, "{nothing}");
        }
    }
}
