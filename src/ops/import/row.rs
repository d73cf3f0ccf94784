//! Rows of a table as resources: what the columns hold, and what the id says by itself.

use std::collections::BTreeMap;

use escher_core::{Arn, CloudId, Error, Kind, Resource, Result, read_tags, read_time};
use escher_providers::shape::{arm, gcp, tagging};
use serde_json::{Map, Value, json};

use super::columns::{Mapping, Target, known};
use super::record::Reader;
use super::tally::{Gone, Sink};
use super::values::{NO_NUMBER, cloud, dollars, number, pairs, shown, text, typed};

/// What helps where nothing says which cloud a resource is in.
pub(super) const NO_CLOUD: &str = "name the cloud with the mapping cloud=aws, cloud=azure or cloud=gcp";

/// Whether an object without a cloud can be read as a row: something in it is an id that says whose it is.
pub(super) fn fits(row: &Map<String, Value>) -> bool {
    let columns: Vec<&str> = row.keys().map(String::as_str).collect();
    let targets = Mapping::default().targets(&columns);
    let mut ids =
        targets.iter().zip(row.values()).filter(|(target, _)| matches!(target, Target::Id(..))).filter_map(|(_, value)| text(value));
    ids.any(|id| own(&id).is_some())
}

/// Takes a row of a JSON document in.
pub(super) fn take(line: usize, row: &Map<String, Value>, reader: &Reader, sink: &mut Sink) -> std::result::Result<(), Gone> {
    let columns: Vec<&str> = row.keys().map(String::as_str).collect();
    let targets = reader.mapping.targets(&columns);
    take_cells(line, &columns, &targets, row.values().cloned(), reader, sink)
}

/// Takes the cells of a row in, whose columns are known.
pub(super) fn take_cells(
    line: usize,
    columns: &[&str],
    targets: &[Target],
    cells: impl Iterator<Item = Value>,
    reader: &Reader,
    sink: &mut Sink,
) -> std::result::Result<(), Gone> {
    let mut row = Row::default();
    for ((column, target), value) in columns.iter().zip(targets).zip(cells) {
        if value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty()) {
            continue;
        }
        match target {
            Target::Field(field) => drop(row.fields.insert(field, value)),
            Target::Id(rank, name) => row.ids.push((*rank, name.clone(), value)),
            Target::Tag(key) => drop(row.tags.insert(key.clone(), shown(&value))),
            Target::Metric(name) => drop(row.metrics.insert(name.clone(), value)),
            Target::Attribute(name) if value.is_object() || value.is_array() => {
                sink.ignore(line, format!("nested values of `{}`", if name.is_empty() { column } else { name.as_str() }));
            }
            Target::Attribute(name) => drop(row.attributes.insert(name.clone(), value)),
            Target::Secret => sink.ignore(line, format!("values of `{}`, which may be secrets", column.trim())),
            Target::Nothing => {}
        }
    }
    for field in ["cloud", "kind"] {
        if let Some(said) = reader.mapping.constant(field, columns) {
            row.fields.insert(known(field), json!(said));
        }
    }
    match row.resource() {
        Ok((resource, remarks)) => sink.resource(line, resource, remarks),
        Err(error) => {
            sink.bad(line, &error);
            Ok(())
        }
    }
}

#[derive(Default)]
struct Row {
    ids: Vec<(usize, String, Value)>,
    fields: BTreeMap<&'static str, Value>,
    attributes: BTreeMap<String, Value>,
    tags: BTreeMap<String, String>,
    metrics: BTreeMap<String, Value>,
}

/// What an id alone says of a resource.
fn own(id: &str) -> Option<Resource> {
    if Arn::parse(id).is_some() {
        return tagging::of_arn(id);
    }
    let told = json!({ "id": id });
    if arm::fits(&told) {
        return arm::resource(&told).ok();
    }
    gcp::of_name(id)
}

/// Whether a resource is called what its id alone says.
pub(super) fn is_named_by_id(resource: &Resource) -> bool {
    let id = resource.id.as_str();
    resource.name == id || own(id).is_some_and(|own| own.name.eq_ignore_ascii_case(&resource.name))
}

/// Out of a link to Azure's portal what follows its front.
fn unlinked(id: &str) -> String {
    match id.find("/resource/subscriptions/") {
        Some(at) if id.starts_with("https://portal.") => id[at + "/resource".len()..].to_owned(),
        _ => id.to_owned(),
    }
}

impl Row {
    fn text(&self, field: &str) -> Option<String> {
        self.fields.get(field).and_then(text)
    }

    /// The id that was named, else the best that says by itself what it is, else the best. The others are attributes.
    fn id(&mut self) -> Option<String> {
        if let Some(id) = self.text("id") {
            return Some(id);
        }
        self.ids.sort_by_key(|(rank, _, _)| *rank);
        let ids: Vec<Option<String>> = self.ids.iter().map(|(_, _, value)| text(value).map(|id| unlinked(&id))).collect();
        let known = ids.iter().position(|id| id.as_deref().is_some_and(|id| own(id).is_some()));
        let at = known.or_else(|| ids.iter().position(Option::is_some))?;
        for (n, (_, name, value)) in std::mem::take(&mut self.ids).into_iter().enumerate() {
            if n != at && !value.is_array() && !value.is_object() {
                self.attributes.insert(name, value);
            }
        }
        ids.into_iter().nth(at).flatten()
    }

    fn resource(mut self) -> Result<(Resource, Vec<String>)> {
        let id = self.id().ok_or_else(|| Error::invalid("the id is missing"))?;
        let mut remarks = Vec::new();
        let base = own(&id);
        let said = self.text("cloud");
        let cloud = match (&base, said.as_deref().map(cloud)) {
            (Some(base), _) => base.cloud,
            (None, Some(Some(cloud))) => cloud,
            (None, Some(None)) => return Err(Error::invalid(format!("`{}` is not a cloud", said.unwrap_or_default())).hint(NO_CLOUD)),
            (None, None) => return Err(Error::invalid(format!("nothing says which cloud `{id}` is in")).hint(NO_CLOUD)),
        };
        let mut line = Map::new();
        line.insert("cloud".into(), json!(cloud));
        let (native, kind) = self.native(cloud, base.as_ref(), &mut remarks);
        line.insert("type".into(), json!(native));
        line.insert("kind".into(), json!(kind));
        let name = self.tags.get("Name").cloned().or_else(|| self.text("name")).or_else(|| base.as_ref().map(|base| base.name.clone()));
        line.insert("name".into(), json!(name.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| id.clone())));
        line.insert("id".into(), json!(id));
        for field in ["account", "account_name", "zone", "state"] {
            line.insert(field.into(), json!(self.text(field)));
        }
        let mut region = self.text("region");
        if cloud == CloudId::Azure {
            region = region.map(|region| region.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase());
        }
        line.insert("region".into(), json!(region));
        line.insert("cost_month".into(), json!(self.cost(&mut remarks)));
        if let Some(created) = self.text("created") {
            match read_time(&created) {
                Some(at) => drop(line.insert("created".into(), json!(at))),
                None => remarks.push("times of creation that could not be read were left out".to_owned()),
            }
        }
        if let Some(tags) = self.tags() {
            line.insert("tags".into(), json!(tags));
        }
        line.insert("metrics".into(), json!(self.metrics(&mut remarks)));
        line.insert("attributes".into(), json!(self.attributes(&mut remarks)));
        let (mut resource, more) = Resource::read_value(Value::Object(line))?;
        remarks.extend(more);
        if let Some(base) = base {
            // A column that names a project may name it in words; the id says it for certain.
            resource.account = base.account.or(resource.account);
            resource.region = resource.region.or(base.region);
            resource.zone = resource.zone.or(base.zone);
            for (name, value) in base.attributes {
                resource.attributes.entry(name).or_insert(value);
            }
        }
        Ok((resource, remarks))
    }

    /// The native type and the kind: what a column says if it is a type of the cloud, else what the id says.
    fn native(&mut self, cloud: CloudId, base: Option<&Resource>, remarks: &mut Vec<String>) -> (String, Kind) {
        let told = self.text("type");
        let kind_told = self.text("kind").filter(|kind| !kind.contains('#'));
        let kind = kind_told.as_deref().and_then(|kind| kind.parse::<Kind>().ok());
        let native = told.as_deref().filter(|ty| match cloud {
            CloudId::Aws => ty.contains(':') && !ty.contains("::"),
            CloudId::Azure => ty.contains('/'),
            CloudId::Gcp => ty.contains(".googleapis.com/"),
        });
        if let (Some(kind_told), None) = (&kind_told, kind) {
            // Clouds have a “kind” of their own.
            self.attributes.entry("native_kind".to_owned()).or_insert_with(|| json!(kind_told));
        }
        let ty_kind = told.as_deref().and_then(|ty| ty.parse::<Kind>().ok());
        match (native, base) {
            (Some(native), _) => (native.to_owned(), kind.unwrap_or_else(|| Kind::of_native(cloud, native))),
            (None, Some(base)) => (base.native.clone(), kind.or(ty_kind).unwrap_or(base.kind)),
            (None, None) => {
                let kind = kind.or(ty_kind);
                let native = told.or_else(|| kind.map(|kind| kind.to_string())).unwrap_or_else(|| Kind::Other.to_string());
                let kind = kind.unwrap_or_else(|| Kind::of_native(cloud, &native));
                if kind == Kind::Other && native == Kind::Other.as_str() {
                    remarks.push("resources of which nothing says what they are were kept as `other`".to_owned());
                }
                (native, kind)
            }
        }
    }

    fn cost(&self, remarks: &mut Vec<String>) -> Option<f64> {
        let value = self.fields.get("cost_month")?;
        let read = dollars(value);
        if read.is_none() {
            remarks.push(unreadable("cost_month", NO_NUMBER));
        }
        read
    }

    fn metrics(&self, remarks: &mut Vec<String>) -> BTreeMap<String, f64> {
        let mut metrics = BTreeMap::new();
        for (name, value) in &self.metrics {
            match number(value) {
                Some(number) => drop(metrics.insert(name.clone(), number)),
                None => remarks.push(unreadable(name, NO_NUMBER)),
            }
        }
        metrics
    }

    /// Tags of columns of their own, and those in one column: JSON, or `env=prod; team=web`.
    fn tags(&self) -> Option<BTreeMap<String, String>> {
        let told = self.fields.get("tags").and_then(|value| match value {
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(value) => read_tags(&value),
                Err(_) => Some(pairs(text)),
            },
            other => read_tags(other),
        });
        match (told, self.tags.is_empty()) {
            (None, true) => None,
            (told, _) => {
                let mut tags = told.unwrap_or_default();
                tags.extend(self.tags.clone());
                Some(tags)
            }
        }
    }

    fn attributes(&self, remarks: &mut Vec<String>) -> BTreeMap<String, Value> {
        let mut attributes = BTreeMap::new();
        for (name, value) in &self.attributes {
            match typed(name, value) {
                Ok(value) => drop(attributes.insert(name.clone(), value)),
                Err(what) => remarks.push(unreadable(name, what)),
            }
        }
        attributes
    }
}

fn unreadable(name: &str, what: &str) -> String {
    format!("values of `{name}` that {what} were left out")
}
