//! Columns of a table: recognized by their names, or by what the person says of them.

use escher_core::resource::attr;
use escher_core::{Error, Kind, Result};
use serde_json::{Map, Value, json};

use super::values::{cloud, number, shown, squashed, typed};

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

/// Columns that a message lists, and characters of each.
const LISTED: usize = 30;
const LONG: usize = 60;

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
    pub(super) fn constant(&self, field: &str, columns: &[&str]) -> Option<&str> {
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
    /// `Invalid` if a column isn't there.
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
    /// `Invalid` if a column isn't there, or none holds an id.
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

/// The names of columns as a message lists them: not all of very many, and not all of a very long one.
fn listed(columns: &[&str]) -> String {
    let named = || columns.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    let short = |name: &str| match name.char_indices().nth(LONG) {
        Some((at, _)) => format!("{}…", &name[..at]),
        None => name.to_owned(),
    };
    let shown: Vec<String> = named().take(LISTED).map(short).collect();
    match named().count() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn has(columns: &[&str], column: &str) -> bool {
    columns.iter().any(|name| name.trim().eq_ignore_ascii_case(column))
}

/// A field's name as the table of fields has it.
pub(super) fn known(field: &str) -> &'static str {
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
