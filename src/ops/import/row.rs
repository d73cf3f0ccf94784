//! Rows of a table: columns are recognized by their names, or by what the person says of them.

use std::collections::BTreeMap;

use escher_core::resource::attr;
use escher_core::{Arn, CloudId, Error, Kind, Resource, Result, read_tags, read_time};
use escher_providers::shape::{arm, gcp, tagging};
use serde_json::{Map, Value, json};

use super::record::Reader;
use super::tally::{Gone, Sink};
use super::values::{boolean, dollars, gigabytes, number, pairs};

/// What a column is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A field of the exchange form.
    Field(&'static str),
    /// One of several columns that may hold the id: how good it is, and what it is called otherwise.
    Id(usize, String),
    /// An attribute.
    Attribute(String),
    /// A tag.
    Tag(String),
    /// A metric.
    Metric(String),
    /// Not kept, since it may hold a secret.
    Secret,
    /// Of no use.
    Nothing,
}

/// Fields and the names of columns that hold them, best first; in small letters, without what separates words.
const FIELDS: &[(&str, &[&str])] = &[
    ("id", &["arn", "resourcearn", "selflink", "resourceid", "id", "uri", "resourcelink", "akas", "instanceid", "fullresourcename"]),
    ("cloud", &["cloud", "cloudprovider", "provider", "providername", "csp"]),
    ("type", &["type", "resourcetype", "assettype", "nativetype"]),
    ("kind", &["kind", "resourcekind"]),
    ("name", &["name", "resourcename", "displayname", "title"]),
    ("account", &["account", "accountid", "subscriptionid", "projectid", "subscription", "project", "owneraccountid"]),
    ("account_name", &["accountname", "subscriptionname", "projectname", "accountalias"]),
    ("region", &["region", "location", "awsregion", "regionname"]),
    ("zone", &["zone", "availabilityzone", "zonename", "az"]),
    ("state", &["state", "status", "instancestate", "powerstate", "vmstate", "lifecyclestate"]),
    (
        "created",
        &[
            "created",
            "createdat",
            "createtime",
            "creationtime",
            "creationdate",
            "launchtime",
            "creationtimestamp",
            "timecreated",
            "createdate",
        ],
    ),
    ("tags", &["tags", "labels"]),
    ("cost_month", &["costmonth", "monthlycost", "costpermonth"]),
];

/// Attributes that selectors read, and the names of columns that hold them.
const ATTRIBUTES: &[(&str, &[&str])] = &[
    (
        attr::SIZE,
        &["size", "instancetype", "instanceclass", "vmsize", "machinetype", "machinetypename", "sku", "skuname", "nodetype", "class"],
    ),
    (attr::CAPACITY, &["capacity", "capacitygb", "sizegb", "disksizegb", "allocatedstorage", "storagegb"]),
    (attr::MEMORY, &["memory", "memorygb", "memorysizegb"]),
    (attr::ENGINE, &["engine", "databaseengine", "databaseversion"]),
    (attr::RESOURCE_GROUP, &["resourcegroup", "resourcegroupname", "group"]),
    (attr::NETWORK, &["network", "vpcid", "vpc", "vnet", "virtualnetwork"]),
    (attr::PUBLIC, &["public", "ispublic", "publiclyaccessible"]),
    (attr::ENCRYPTED, &["encrypted", "storageencrypted", "isencrypted"]),
    (attr::ATTACHED, &["attached", "isattached", "inuse"]),
    (attr::AUTO_BACKUPS, &["automaticbackups"]),
];

/// Parts of names of columns whose values are not for keeping.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "privatekey",
    "accesskey",
    "connectionstring",
    "credential",
    "userdata",
    "customdata",
    "apikey",
];

/// What helps where nothing says which cloud a resource is in.
pub(super) const NO_CLOUD: &str = "name the cloud with the mapping cloud=aws, cloud=azure or cloud=gcp";

/// What the person says of columns: `name=Column`.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping(Vec<(Target, String)>);

impl Mapping {
    /// Reads `name=Column` pairs.
    pub(super) fn parse(pairs: &[(String, String)]) -> Result<Self> {
        pairs.iter().map(|(name, column)| Ok((target(name)?, column.trim().to_owned()))).collect::<Result<_>>().map(Self)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is said of a field that no column holds: the value itself, for all rows.
    fn constant(&self, field: &str, columns: &[&str]) -> Option<&str> {
        let said = self.0.iter().find(|(target, column)| *target == Target::Field(known(field)) && !has(columns, column))?;
        Some(&said.1)
    }

    /// What each column is for.
    pub(super) fn targets(&self, columns: &[&str]) -> Vec<Target> {
        let mut targets = vec![None; columns.len()];
        for (target, column) in &self.0 {
            if let Some(at) = columns.iter().position(|name| name.trim().eq_ignore_ascii_case(column)) {
                targets[at] = Some(target.clone());
            }
        }
        let plain: Vec<String> = columns.iter().map(|name| squashed(name)).collect();
        let fields = FIELDS.iter().map(|(field, names)| (Target::Field(field), *names));
        let attributes = ATTRIBUTES.iter().map(|(name, names)| (Target::Attribute((*name).to_owned()), *names));
        for (target, names) in fields.chain(attributes) {
            if self.0.iter().any(|(said, _)| *said == target) {
                continue;
            }
            if target == Target::Field("id") {
                for (at, column) in plain.iter().enumerate().filter(|(at, _)| targets[*at].is_none()).collect::<Vec<_>>() {
                    if let Some(rank) = names.iter().position(|name| name == column) {
                        targets[at] = Some(Target::Id(rank, snake(columns[at])));
                    }
                }
                continue;
            }
            let free = |name: &&&str| plain.iter().enumerate().any(|(at, column)| targets[at].is_none() && column == **name);
            if let Some(name) = names.iter().find(free)
                && let Some(at) = (0..plain.len()).find(|at| targets[*at].is_none() && plain[*at] == *name)
            {
                targets[at] = Some(target);
            }
        }
        targets.into_iter().zip(columns).map(|(target, column)| target.unwrap_or_else(|| other(column))).collect()
    }

    /// Whether a column was spoken of.
    pub(super) fn names(&self, column: &str) -> bool {
        self.0.iter().any(|(_, said)| column.trim().eq_ignore_ascii_case(said))
    }

    /// Puts what was said over a record in the exchange form, which stays as it is otherwise.
    pub(super) fn apply(&self, record: &mut Map<String, Value>) {
        for (target, column) in &self.0 {
            let key = record.keys().find(|key| key.trim().eq_ignore_ascii_case(column)).cloned();
            let value = match (key, target) {
                (Some(key), Target::Field(field)) if key == *field => continue,
                (Some(key), _) => record.remove(&key).unwrap_or_default(),
                // A word for all records.
                (None, Target::Field("cloud" | "kind")) => json!(column),
                (None, _) => continue,
            };
            let (part, name, value) = match target {
                Target::Field("cloud") => {
                    let known = value.as_str().and_then(cloud).map(|cloud| json!(cloud));
                    drop(record.insert("cloud".to_owned(), known.unwrap_or(value)));
                    continue;
                }
                Target::Field(field) => {
                    drop(record.insert((*field).to_owned(), value));
                    continue;
                }
                Target::Attribute(name) => ("attributes", name, typed(name, &value).ok()),
                Target::Tag(key) => ("tags", key, Some(json!(shown(&value)))),
                Target::Metric(name) => ("metrics", name, number(&value).map(|number| json!(number))),
                Target::Id(..) | Target::Secret | Target::Nothing => continue,
            };
            let part = record.entry(part).or_insert_with(|| json!({}));
            if part.is_null() {
                *part = json!({});
            }
            if let (Some(part), Some(value)) = (part.as_object_mut(), value) {
                part.insert(name.clone(), value);
            }
        }
    }

    /// Holds what was said against the columns that there are.
    ///
    /// # Errors
    /// `Invalid` where a column isn't there.
    pub(super) fn fit(&self, columns: &[&str]) -> Result<()> {
        for (target, column) in &self.0 {
            let constant = match target {
                Target::Field("cloud") => cloud(column).is_some(),
                Target::Field("kind") => column.parse::<Kind>().is_ok(),
                _ => false,
            };
            if !has(columns, column) && !constant {
                let told = match target {
                    Target::Field("cloud") => format!("`{column}` is neither a cloud (aws, azure, gcp) nor a column"),
                    _ => format!("there is no column `{column}`"),
                };
                return Err(Error::invalid(told).operation("read import file").hint(format!("the columns are: {}", listed(columns))));
            }
        }
        Ok(())
    }

    /// As [`Mapping::fit`], for a table.
    ///
    /// # Errors
    /// `Invalid` where a column isn't there, or none holds an id.
    pub(super) fn check(&self, columns: &[&str]) -> Result<Vec<Target>> {
        self.fit(columns)?;
        let targets = self.targets(columns);
        if !targets.iter().any(|target| matches!(target, Target::Field("id") | Target::Id(..))) {
            let hint = format!("say which one it is with a mapping such as id=COLUMN; the columns are: {}", listed(columns));
            return Err(Error::invalid("no column is known to hold the id of the resource").operation("read import file").hint(hint));
        }
        Ok(targets)
    }
}

fn listed(columns: &[&str]) -> String {
    columns.iter().map(|name| name.trim()).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
}

fn has(columns: &[&str], column: &str) -> bool {
    columns.iter().any(|name| name.trim().eq_ignore_ascii_case(column))
}

/// A field's name as the table of fields has it.
fn known(field: &str) -> &'static str {
    FIELDS.iter().find(|(name, _)| *name == field).map_or("", |(name, _)| name)
}

/// What a name on the left of a mapping stands for.
fn target(name: &str) -> Result<Target> {
    let name = name.trim();
    for (front, make) in [
        ("tag.", Target::Tag as fn(String) -> Target),
        ("tags.", Target::Tag),
        ("attr.", Target::Attribute),
        ("attributes.", Target::Attribute),
        ("metric.", Target::Metric),
        ("metrics.", Target::Metric),
    ] {
        if let Some(rest) = name.strip_prefix(front).filter(|rest| !rest.trim().is_empty()) {
            return Ok(make(rest.trim().to_owned()));
        }
    }
    let plain = squashed(name);
    if let Some((field, _)) = FIELDS.iter().find(|(field, _)| squashed(field) == plain) {
        return Ok(Target::Field(field));
    }
    let attribute = ATTRIBUTES.iter().find(|(attribute, names)| squashed(attribute) == plain || names.contains(&plain.as_str()));
    attribute.map(|(attribute, _)| Target::Attribute((*attribute).to_owned())).ok_or_else(|| {
        let fields: Vec<&str> = FIELDS.iter().map(|(field, _)| *field).chain(ATTRIBUTES.iter().map(|(name, _)| *name)).collect();
        Error::invalid(format!("`{name}` is nothing that a column can be mapped to"))
            .hint(format!("map to one of {}, or to tag.KEY, attr.NAME or metric.NAME", fields.join(", ")))
    })
}

/// A name in small letters, without what separates its words.
fn squashed(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What a column is for that no table knows.
fn other(column: &str) -> Target {
    let column = column.trim();
    for front in ["tag:", "tags:", "tag.", "tags.", "label:", "labels.", "user:"] {
        if column.get(..front.len()).is_some_and(|start| start.eq_ignore_ascii_case(front)) && column.len() > front.len() {
            return Target::Tag(column[front.len()..].trim().to_owned());
        }
    }
    let plain = squashed(column);
    if plain.is_empty() || column.starts_with('_') || column.starts_with("sp_") {
        return Target::Nothing;
    }
    if SECRETS.iter().any(|part| plain.contains(part)) {
        return Target::Secret;
    }
    Target::Attribute(snake(column))
}

/// `addonsConfig` and `Addons Config` as attributes are named: `addons_config`.
fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut small = false;
    for c in name.chars() {
        if c.is_uppercase() && small {
            out.push('_');
        }
        small = c.is_lowercase() || c.is_numeric();
        out.extend(if c.is_alphanumeric() { c.to_lowercase().next() } else { Some('_') });
    }
    out.trim_matches('_').to_owned()
}

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

fn cloud(text: &str) -> Option<CloudId> {
    text.parse().ok().or_else(|| match squashed(text).as_str() {
        "amazon" | "amazonwebservices" => Some(CloudId::Aws),
        "microsoft" | "microsoftazure" => Some(CloudId::Azure),
        "google" | "googlecloud" | "googlecloudplatform" => Some(CloudId::Gcp),
        _ => None,
    })
}

/// A scalar as text; of a list its first item.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(items) => text(items.first()?),
        _ => None,
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
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

const NO_NUMBER: &str = "are no numbers";

fn unreadable(name: &str, what: &str) -> String {
    format!("values of `{name}` that {what} were left out")
}

/// An attribute's value as selectors read it, or why it is none.
fn typed(name: &str, value: &Value) -> std::result::Result<Value, &'static str> {
    match name {
        attr::CAPACITY | attr::MEMORY => gigabytes(value).map(|number| json!(number)).ok_or(NO_NUMBER),
        attr::PUBLIC | attr::ENCRYPTED | attr::ATTACHED | attr::AUTO_BACKUPS => {
            boolean(value).map(Value::Bool).ok_or("are neither true nor false")
        }
        _ => Ok(value.clone()),
    }
}
