//! The exchange form: one resource a line of JSON, read by `import` and written by `export`.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::{CloudId, Error, Flag, Kind, Link, Rel, Resource, ResourceId, Result, State};

/// A line as other tools may write it: only `id`, `cloud`, `name` and `type` or `kind` are required.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Line {
    id: String,
    #[serde(deserialize_with = "word")]
    cloud: CloudId,
    name: String,
    #[serde(rename = "type")]
    native: Option<String>,
    #[serde(default, deserialize_with = "word_if_any")]
    kind: Option<Kind>,
    account: Option<String>,
    account_name: Option<String>,
    region: Option<String>,
    zone: Option<String>,
    state: Option<String>,
    state_raw: Option<String>,
    tags: Option<BTreeMap<String, Option<Value>>>,
    #[serde(default, deserialize_with = "time_if_any")]
    created: Option<Timestamp>,
    // Null is as good as absent, as in the optional fields above.
    attributes: Option<BTreeMap<String, Value>>,
    links: Option<Vec<LineLink>>,
    akas: Option<Vec<String>>,
    metrics: Option<BTreeMap<String, Option<f64>>>,
    cost_month: Option<f64>,
    /// What the format does not name is kept among the attributes.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a link such as {\"rel\":\"attached\",\"id\":\"…\"}")]
struct LineLink {
    #[serde(deserialize_with = "word")]
    rel: Rel,
    id: String,
}

/// A word of a vocabulary, in any case.
fn word<'de, D: Deserializer<'de>, T: FromStr<Err = Error>>(deserializer: D) -> std::result::Result<T, D::Error> {
    read_word(&String::deserialize(deserializer)?)
}

fn word_if_any<'de, D: Deserializer<'de>, T: FromStr<Err = Error>>(deserializer: D) -> std::result::Result<Option<T>, D::Error> {
    Option::<String>::deserialize(deserializer)?.as_deref().map(read_word).transpose()
}

fn read_word<T: FromStr<Err = Error>, E: serde::de::Error>(text: &str) -> std::result::Result<T, E> {
    text.trim().parse().map_err(|e: Error| E::custom(format!("{e}; {}", e.hint_text().unwrap_or_default())))
}

/// A time, or a day, which is its first moment in UTC.
fn time_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let time = text.parse().ok().or_else(day);
    time.map(Some)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not a time such as 2026-01-31T08:00:00Z or a day such as 2026-01-31")))
}

/// Keys that `export` adds because they are derived; `import` derives them again.
const DERIVED: &[&str] = &["env", "geo", "flags"];

impl Resource {
    /// Reads one line of the exchange form.
    ///
    /// # Errors
    /// `Invalid` says which field is missing or wrong.
    ///
    /// ```
    /// use escher_core::{Kind, Resource};
    /// let r = Resource::from_line(r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1"}"#)?;
    /// assert_eq!(r.kind, Kind::Vm);
    /// assert!(Resource::from_line(r#"{"id":"i-1"}"#).is_err());
    /// # Ok::<(), escher_core::Error>(())
    /// ```
    pub fn from_line(text: &str) -> Result<Self> {
        // Some editors put a byte order mark in front of the first line.
        let line: Line = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| {
            // It is one line; which one, whoever reads the file knows.
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            Error::invalid(format!("{reason} (column {})", e.column()))
                .hint("each line is one JSON object with at least id, cloud, name, and type or kind")
        })?;
        for (key, value) in [("id", &line.id), ("name", &line.name)] {
            if value.trim().is_empty() {
                return Err(Error::invalid(format!("`{key}` is empty")).hint("give each resource an id and a name"));
            }
        }
        let (native, kind) = match (line.native, line.kind) {
            (Some(native), Some(kind)) => (native, kind),
            (Some(native), None) => {
                let kind = Kind::of_native(line.cloud, &native);
                (native, kind)
            }
            (None, Some(kind)) => (kind.to_string(), kind),
            (None, None) => {
                return Err(Error::invalid("neither `type` nor `kind` is given").hint("give the native type, or one of the kinds"));
            }
        };
        let mut attributes = line.attributes.unwrap_or_default();
        for (key, value) in line.rest {
            if !DERIVED.contains(&key.as_str()) {
                attributes.entry(key).or_insert(value);
            }
        }
        let text_of = |value: Value| match value {
            Value::String(text) => text,
            other => other.to_string(),
        };
        // Only the word itself is ours: GCP's `TERMINATED` is a stopped one.
        let word = |raw: &str| State::ALL.iter().copied().find(|state| state.as_str() == raw);
        let state = line.state.as_deref().map(|raw| word(raw).unwrap_or_else(|| State::from_raw(line.cloud, raw)));
        let state_raw = line.state_raw.or_else(|| line.state.filter(|raw| word(raw).is_none()));
        Ok(Self {
            id: ResourceId::verbatim(line.id),
            cloud: line.cloud,
            account: line.account.filter(|text| !text.is_empty()),
            account_name: line.account_name,
            region: line.region.filter(|text| !text.is_empty()),
            zone: line.zone.filter(|text| !text.is_empty()),
            kind,
            native,
            name: line.name,
            state,
            state_raw,
            tags: line.tags.map(|tags| tags.into_iter().map(|(k, v)| (k, v.map(text_of).unwrap_or_default())).collect()),
            created: line.created,
            attributes,
            links: line.links.into_iter().flatten().map(|link| Link { rel: link.rel, id: ResourceId::verbatim(link.id) }).collect(),
            akas: line.akas.unwrap_or_default(),
            metrics: line.metrics.into_iter().flatten().filter_map(|(k, v)| v.map(|v| (k, v))).collect(),
            cost_month: line.cost_month,
        })
    }

    /// The exchange form with what is derived at `now` added: `env`, `geo`, `akas`, `flags` (null is unknown).
    pub fn to_line(&self, now: Timestamp) -> Value {
        let mut line = serde_json::to_value(self).unwrap_or_default();
        if let Some(line) = line.as_object_mut() {
            let flags: Map<String, Value> = Flag::ALL.iter().map(|&flag| (flag.to_string(), json!(self.flag(flag, now)))).collect();
            line.insert("env".into(), json!(self.env()));
            line.insert("geo".into(), json!(self.geo()));
            line.insert("akas".into(), json!(self.akas));
            line.insert("flags".into(), Value::Object(flags));
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Env;

    #[test]
    fn null_is_as_good_as_absent() {
        let bare = r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1"}"#;
        let nulls = "\u{feff}".to_owned()
            + r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1","tags":null,"attributes":null,"links":null,"#
            + r#""akas":null,"metrics":null,"region":null}"#;
        assert_eq!(Resource::from_line(&nulls).unwrap(), Resource::from_line(bare).unwrap());
    }

    #[test]
    fn words_are_read_in_any_case_and_a_day_is_a_time() {
        let line = |kind: &str, created: &str| {
            Resource::from_line(&format!(r#"{{"id":"i-1","cloud":"AWS","kind":"{kind}","name":"web-1","created":"{created}"}}"#))
        };
        let read = line("VM", "2026-01-31").unwrap();
        assert_eq!((read.cloud, read.kind, read.created), (CloudId::Aws, Kind::Vm, "2026-01-31T00:00:00Z".parse().ok()));
        assert!(line("widget", "2026-01-31").unwrap_err().to_string().contains("load-balancer"), "it names the kinds");
        assert!(line("vm", "yesterday").unwrap_err().to_string().contains("2026-01-31"));
    }

    #[test]
    fn a_state_is_read_as_its_cloud_means_it() {
        let state = |cloud: &str, raw: &str| {
            let line = format!(r#"{{"id":"i-1","cloud":"{cloud}","kind":"vm","name":"web-1","state":"{raw}"}}"#);
            let read = Resource::from_line(&line).unwrap();
            (read.state.unwrap(), read.state_raw)
        };
        assert_eq!(state("gcp", "TERMINATED"), (State::Stopped, Some("TERMINATED".into())));
        assert_eq!(state("gcp", "terminated"), (State::Terminated, None));
        assert_eq!(state("azure", "VM running"), (State::Running, Some("VM running".into())));
    }

    #[test]
    fn of_keys_that_differ_in_case_only_any_may_tell_the_environment() {
        let line = r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1","tags":{"Env":"blue","env":"prod"}}"#;
        assert_eq!(Resource::from_line(line).unwrap().env(), Some(Env::Prod));
    }
}
