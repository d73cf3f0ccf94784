//! Resources out of what the clouds' own tools print: Azure Resource Manager and Resource Graph, Cloud Asset Inventory
//! and the Google Cloud APIs, the AWS tagging API.
//!
//! Pure: JSON in, a [`Resource`] out. Of a resource's properties only those are kept that are known to be harmless:
//! what a tool prints may hold connection strings and keys. What isn't there stays unknown.

pub mod arm;
pub mod gcp;
pub mod tagging;

use escher_core::resource::attr;
use escher_core::{CloudId, Error, Link, Rel, Resource, ResourceId, State, regions};
use serde_json::{Value, json};

/// A text at a path; an empty one isn't told.
pub(crate) fn text<'v>(value: &'v Value, path: &str) -> Option<&'v str> {
    value.pointer(path)?.as_str().filter(|text| !text.trim().is_empty())
}

/// The first of these paths that holds a text.
fn first<'v>(value: &'v Value, paths: &[&str]) -> Option<&'v str> {
    paths.iter().find_map(|path| text(value, path))
}

/// A number at a path, in quotation marks or not.
fn number(value: &Value, path: &str) -> Option<f64> {
    let value = value.pointer(path)?;
    value.as_f64().or_else(|| value.as_str()?.trim().parse().ok()).filter(|number| number.is_finite())
}

/// The texts at a path in each item of a list.
fn each<'v>(value: &'v Value, list: &str, path: &'v str) -> impl Iterator<Item = &'v str> {
    value.pointer(list).and_then(Value::as_array).into_iter().flatten().filter_map(move |item| text(item, path))
}

/// The part after the last slash.
fn leaf(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    path.rsplit('/').next().unwrap_or(path)
}

fn missing(what: &str, of: &str) -> Error {
    Error::invalid(format!("{of} without {what}"))
}

/// The last touches of a resource out of a cloud's own words.
trait Told {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>);
    fn state_of(&mut self, raw: Option<&str>);
    fn link(&mut self, rel: Rel, id: Option<&str>);
    fn placed(&mut self, location: Option<&str>);
}

impl Told for Resource {
    fn put(&mut self, name: &str, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.attributes.insert(name.to_owned(), value.into());
        }
    }

    fn state_of(&mut self, raw: Option<&str>) {
        let Some(raw) = raw else { return };
        self.state = Some(State::from_raw(self.cloud, raw));
        self.state_raw = Some(raw.to_owned());
    }

    fn link(&mut self, rel: Rel, id: Option<&str>) {
        let Some(id) = id else { return };
        let link = Link { rel, id: ResourceId::new(self.cloud, id) };
        if link.id != self.id && !self.links.contains(&link) {
            self.links.push(link);
        }
    }

    /// A region, or a zone with its region.
    fn placed(&mut self, location: Option<&str>) {
        let Some(location) = location else { return };
        let location = leaf(location);
        match self.cloud {
            // `East US 2` and `eastus2` are one.
            CloudId::Azure => self.region = Some(location.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase()),
            _ if is_zone(location) => {
                self.zone = Some(location.to_owned());
                let region = regions::of_zone(self.cloud, location).map(|region| region.code.to_owned());
                self.region = region.or_else(|| location.rsplit_once('-').map(|(region, _)| region.to_owned()));
            }
            _ => self.region = Some(if location.contains('-') { location.to_ascii_lowercase() } else { location.to_owned() }),
        }
    }
}

/// `us-central1-a`.
fn is_zone(location: &str) -> bool {
    location.rsplit_once('-').is_some_and(|(region, letter)| {
        letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_lowercase()) && region.ends_with(|c: char| c.is_ascii_digit())
    })
}

/// Gigabytes, whole ones as whole numbers.
fn gigabytes(resource: &mut Resource, name: &str, value: Option<f64>) {
    resource.put(name, value.map(|value| if value.fract() == 0.0 && value.abs() < 1e15 { json!(value as i64) } else { json!(value) }));
}

/// In use by something, or not: of what was told whole, silence means that it is not.
fn attached(resource: &mut Resource, whole: bool, used: bool) {
    if used || whole {
        resource.put(attr::ATTACHED, Some(used));
    }
}
