//! The exchange form: one resource per line of JSON, read by `import` and written by `export`.

use std::collections::BTreeMap;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value, json};

use crate::{CloudId, Error, Flag, Kind, Link, Rel, Resource, ResourceId, Result, State};

/// What a line is, as other tools may write it: only `id`, `cloud`, `name` and `type` or `kind` are required.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object")]
struct Line {
    id: String,
    #[serde(deserialize_with = "word")]
    cloud: CloudId,
    name: String,
    #[serde(rename = "type")]
    native: Option<String>,
    kind: Option<String>,
    account: Option<String>,
    account_name: Option<String>,
    region: Option<String>,
    zone: Option<String>,
    state: Option<String>,
    state_raw: Option<String>,
    #[serde(default, deserialize_with = "tags_if_any")]
    tags: Option<BTreeMap<String, String>>,
    #[serde(default, deserialize_with = "time_if_any")]
    created: Option<Timestamp>,
    // Null is as good as absent, as in the optional fields above.
    attributes: Option<BTreeMap<String, Value>>,
    links: Option<Vec<LineLink>>,
    aliases: Option<Vec<String>>,
    /// What `aliases` was once called.
    akas: Option<Vec<String>>,
    metrics: Option<BTreeMap<String, Number>>,
    #[serde(default)]
    cost_month: Number,
    /// What the format does not name is kept among the attributes.
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(expecting = "a link such as {\"rel\":\"attached\",\"id\":\"…\"}")]
struct LineLink {
    rel: Option<String>,
    id: Option<String>,
}

/// A number, one in quotation marks, or none.
#[derive(Default)]
struct Number(Option<f64>);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let number = match Value::deserialize(deserializer)? {
            Value::Null => None,
            Value::Number(number) => number.as_f64(),
            Value::String(text) if text.trim().is_empty() => None,
            Value::String(text) if text.trim().parse::<f64>().is_ok_and(f64::is_finite) => text.trim().parse().ok(),
            other => return Err(D::Error::custom(format!("`{}` is not a number", shown(&other)))),
        };
        Ok(Self(number))
    }
}

/// A value's text, short enough for a message.
fn shown(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= 40 { text } else { text.chars().take(40).chain(['…']).collect() }
}

/// A word of a vocabulary, in any case.
fn word<'de, D: Deserializer<'de>, T: FromStr<Err = Error>>(deserializer: D) -> std::result::Result<T, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.trim().parse().map_err(|e: Error| D::Error::custom(format!("{e}; {}", e.hint_text().unwrap_or_default())))
}

/// A time, or a day, which is its first moment in UTC.
fn time_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<Timestamp>, D::Error> {
    let Some(text) = Option::<String>::deserialize(deserializer)?.filter(|text| !text.trim().is_empty()) else { return Ok(None) };
    read_time(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not a time such as 2026-01-31T08:00:00Z or a day such as 2026-01-31")))
}

/// A time as RFC 3339 writes it, with a blank for its `T` or without its zone too; a day is its first moment. UTC where
/// no zone is given.
pub fn read_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let local = || text.trim_end_matches(" UTC").parse::<jiff::civil::DateTime>().ok()?.to_zoned(TimeZone::UTC).ok();
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok();
    text.parse().ok().or_else(|| local().or_else(day).map(|zoned| zoned.timestamp()))
}

/// Tags: an object, or a list of `{"Key":…,"Value":…}` as AWS writes them.
fn tags_if_any<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<BTreeMap<String, String>>, D::Error> {
    match Option::<Value>::deserialize(deserializer)? {
        None | Some(Value::Null) => Ok(None),
        Some(told) => read_tags(&told)
            .map(Some)
            .ok_or_else(|| D::Error::custom("`tags` is neither an object nor a list of objects with a key and a value")),
    }
}

/// Tags as clouds write them: `{"env":"prod"}`, `[{"Key":"env","Value":"prod"}]` (in any case), or `["blue"]`, which are
/// keys without a value. `None` for anything else.
pub fn read_tags(told: &Value) -> Option<BTreeMap<String, String>> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    let pair = |item: &Value| match item {
        Value::String(key) => Some((key.clone(), String::new())),
        Value::Object(item) => {
            let field = |name: &str| item.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
            let key = field("key").or_else(|| field("tagkey"))?.as_str()?;
            Some((key.to_owned(), field("value").or_else(|| field("tagvalue")).map(text).unwrap_or_default()))
        }
        _ => None,
    };
    match told {
        Value::Object(tags) => Some(tags.iter().map(|(key, value)| (key.clone(), text(value))).collect()),
        Value::Array(tags) => tags.iter().map(pair).collect(),
        _ => None,
    }
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
        Self::read_line(text).map(|(resource, _)| resource)
    }

    /// Reads one line of the exchange form, and says what it kept without knowing what it means.
    ///
    /// # Errors
    /// As [`Resource::from_line`].
    pub fn read_line(text: &str) -> Result<(Self, Vec<String>)> {
        // Some editors put a byte order mark in front of the first line.
        let line: Line =
            serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|e| unreadable(&e, &format!(" (column {})", e.column())))?;
        line.resource()
    }

    /// Reads the exchange form out of a value that was parsed already.
    ///
    /// # Errors
    /// As [`Resource::from_line`].
    pub fn read_value(value: Value) -> Result<(Self, Vec<String>)> {
        serde_json::from_value::<Line>(value).map_err(|e| unreadable(&e, ""))?.resource()
    }

    /// The exchange form with what is derived at `now` added: `env`, `geo`, `aliases`, `flags` (null is unknown).
    pub fn to_line(&self, now: Timestamp) -> Value {
        let mut line = serde_json::to_value(self).unwrap_or_default();
        if let Some(line) = line.as_object_mut() {
            let flags: Map<String, Value> = Flag::ALL.iter().map(|&flag| (flag.to_string(), json!(self.flag(flag, now)))).collect();
            line.insert("env".into(), json!(self.env()));
            line.insert("geo".into(), json!(self.geo()));
            line.insert("aliases".into(), json!(self.aliases));
            line.insert("flags".into(), Value::Object(flags));
        }
        line
    }
}

/// What is wrong with a line. It is one line; which one, whoever reads the file knows.
fn unreadable(e: &serde_json::Error, place: &str) -> Error {
    let reason = e.to_string();
    let reason = reason.split(" at line ").next().unwrap_or_default();
    Error::invalid(format!("{reason}{place}")).hint("each line is one JSON object with at least id, cloud, name, and type or kind")
}

impl Line {
    fn resource(self) -> Result<(Resource, Vec<String>)> {
        for (key, value) in [("id", &self.id), ("name", &self.name)] {
            if value.trim().is_empty() {
                return Err(Error::invalid(format!("`{key}` is empty")).hint("give each resource an id and a name"));
            }
        }
        let cloud = self.cloud;
        let mut remarks = Vec::new();
        let (native, kind) = native_and_kind(cloud, self.native, self.kind, &mut remarks)?;
        let mut attributes = self.attributes.unwrap_or_default();
        for (key, value) in self.rest {
            if !DERIVED.contains(&key.as_str()) {
                attributes.entry(key).or_insert(value);
            }
        }
        // Only the word itself is ours: GCP's `TERMINATED` is a stopped one.
        let word = |raw: &str| State::ALL.iter().copied().find(|state| state.as_str() == raw);
        let told = self.state.filter(|raw| !raw.is_empty());
        let state = told.as_deref().map(|raw| word(raw).unwrap_or_else(|| State::from_raw(cloud, raw)));
        let state_raw = self.state_raw.or_else(|| told.filter(|raw| word(raw).is_none()));
        let resource = Resource {
            id: ResourceId::new(cloud, self.id),
            cloud,
            account: self.account.filter(|text| !text.is_empty()),
            account_name: self.account_name,
            region: self.region.filter(|text| !text.is_empty()),
            zone: self.zone.filter(|text| !text.is_empty()),
            kind,
            native,
            name: self.name,
            state,
            state_raw,
            tags: self.tags,
            created: self.created,
            attributes,
            links: links(cloud, self.links.unwrap_or_default(), &mut remarks),
            aliases: self.aliases.or(self.akas).unwrap_or_default(),
            metrics: self.metrics.into_iter().flatten().filter_map(|(k, v)| v.0.map(|v| (k, v))).collect(),
            cost_month: self.cost_month.0,
        };
        Ok((resource, remarks))
    }
}

fn native_and_kind(cloud: CloudId, native: Option<String>, kind: Option<String>, remarks: &mut Vec<String>) -> Result<(String, Kind)> {
    let native = native.filter(|text| !text.trim().is_empty());
    let kind = kind.filter(|text| !text.trim().is_empty());
    let told = kind.as_deref().map(|kind| kind.trim().parse::<Kind>());
    match (native, told) {
        (Some(native), Some(Ok(kind))) => Ok((native, kind)),
        (Some(native), None) => {
            let kind = Kind::of_native(cloud, &native);
            Ok((native, kind))
        }
        (Some(native), Some(Err(_))) => {
            remarks.push(format!("Escher does not know the kind `{}`; the type was used instead", kind.unwrap_or_default()));
            let kind = Kind::of_native(cloud, &native);
            Ok((native, kind))
        }
        (None, Some(Ok(kind))) => Ok((kind.to_string(), kind)),
        (None, Some(Err(e))) => Err(Error::invalid(format!("{e}; {}", e.hint_text().unwrap_or_default()))),
        (None, None) => Err(Error::invalid("neither `type` nor `kind` is given").hint("give the native type, or one of the kinds")),
    }
}

/// Links under canonical ids. Two that differ in spelling only are one. A link that lacks a part is no reason to lose the
/// resource.
fn links(cloud: CloudId, told: Vec<LineLink>, remarks: &mut Vec<String>) -> Vec<Link> {
    let mut links: Vec<Link> = Vec::with_capacity(told.len());
    for LineLink { rel, id } in told {
        let Some(rel) = rel.and_then(|word| word.parse::<Rel>().ok()) else {
            remarks.push("links without a relation were skipped".to_owned());
            continue;
        };
        let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
            remarks.push("links without an ID were skipped".to_owned());
            continue;
        };
        if !rel.is_named() {
            remarks.push(format!("Escher does not know the relation `{rel}`; it was kept as is"));
        }
        let canonical = ResourceId::new(cloud, id.as_str());
        let respelled = canonical.as_str() != id;
        let link = Link { rel, id: canonical };
        if !(respelled && links.contains(&link)) {
            links.push(link);
        }
    }
    links
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
            + r#""akas":null,"aliases":null,"metrics":null,"region":null,"cost_month":null}"#;
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

    #[test]
    fn ids_and_links_are_canonical_whatever_the_spelling() {
        let line = |id: &str, link: &str| {
            let line = format!(
                r#"{{"id":"{id}","cloud":"azure","kind":"vm","name":"web-1","links":[{{"rel":"in","id":"{link}"}},{{"rel":"in","id":"/subscriptions/s1/resourcegroups/rg"}}]}}"#
            );
            Resource::from_line(&line).unwrap()
        };
        let one = line(
            "/subscriptions/S1/resourceGroups/RG/providers/Microsoft.Compute/virtualMachines/Web-1",
            "/subscriptions/S1/resourceGroups/RG",
        );
        let other = line(
            "/subscriptions/s1/resourcegroups/rg/providers/microsoft.compute/virtualmachines/web-1",
            "/subscriptions/s1/resourcegroups/rg/",
        );
        assert_eq!(one.id, other.id);
        assert_eq!(one.links.len(), 2, "the first was spelled otherwise, the second as it is");
        assert_eq!(other.links, one.links);
    }

    #[test]
    fn what_nobody_named_is_kept_with_a_remark() {
        let line = |more: &str| format!(r#"{{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1",{more}}}"#);
        for (more, remark) in [
            (r#""links":[{"rel":"peers-with","id":"i-2"}]"#, "`peers-with`"),
            (r#""links":[{"rel":"Depends On","id":"i-2"},{"rel":"uses","id":"i-3"}]"#, "`Depends On`"),
            (r#""kind":"widget""#, "`widget`"),
        ] {
            let (read, remarks) = Resource::read_line(&line(more)).unwrap();
            assert!(remarks.len() == 1 && remarks[0].contains(remark), "{remarks:?}");
            assert_eq!(read.kind, Kind::Vm);
            let again = Resource::read_value(read.to_line(Timestamp::UNIX_EPOCH)).unwrap().0;
            assert_eq!(again, read, "{more}");
        }
        assert!(Resource::read_line(&line(r#""links":[{"rel":"USES","id":"i-2"}]"#)).unwrap().1.is_empty());
    }

    #[test]
    fn a_link_that_lacks_a_part_is_left_out_with_a_remark() {
        for (link, missing) in [
            (r#"{"rel":"","id":"i-2"}"#, "a relation"),
            (r#"{"rel":" ","id":"i-2"}"#, "a relation"),
            (r#"{"rel":null,"id":"i-2"}"#, "a relation"),
            (r#"{"id":"i-2"}"#, "a relation"),
            (r#"{"rel":"in","id":""}"#, "an ID"),
            (r#"{"rel":"in","id":null}"#, "an ID"),
            (r#"{"rel":"in"}"#, "an ID"),
        ] {
            let line = format!(r#"{{"id":"i-1","cloud":"aws","kind":"vm","name":"web-1","links":[{link},{{"rel":"uses","id":"i-3"}}]}}"#);
            for (read, remarks) in
                [Resource::read_line(&line), Resource::read_value(serde_json::from_str(&line).unwrap())].map(Result::unwrap)
            {
                assert_eq!(remarks, [format!("links without {missing} were skipped")], "{link}");
                assert_eq!(read.links, [Link { rel: Rel::Uses, id: ResourceId::verbatim("i-3") }], "{link}");
            }
        }
    }

    #[test]
    fn tags_and_numbers_are_read_as_other_tools_write_them() {
        let line = r#"{"id":"i-1","cloud":"aws","kind":"vm","name":"web-1","cost_month":"69.1","metrics":{"cpu_avg":"2.5","cpu_max":null},
            "tags":[{"Key":"env","Value":"prod"},{"key":"team","value":null}]}"#;
        let read = Resource::from_line(&line.replace('\n', " ")).unwrap();
        assert_eq!((read.cost_month, read.metrics.get("cpu_avg"), read.metrics.get("cpu_max")), (Some(69.1), Some(&2.5), None));
        let tags = read.tags.unwrap();
        assert_eq!((tags["env"].as_str(), tags["team"].as_str()), ("prod", ""));
        for wrong in [r#""tags":"env""#, r#""cost_month":"a lot""#, r#""tags":[3]"#] {
            let line = format!(r#"{{"id":"i-1","cloud":"aws","kind":"vm","name":"web-1",{wrong}}}"#);
            assert!(Resource::from_line(&line).is_err(), "{wrong}");
        }
    }

    #[test]
    fn aliases_are_read_under_both_their_names_and_hashed_as_ever() {
        let line =
            |key: &str| format!(r#"{{"id":"i-1","cloud":"aws","type":"ec2:instance","kind":"vm","name":"web-1","{key}":["web.acme"]}}"#);
        let [old, new] = ["akas", "aliases"].map(|key| Resource::from_line(&line(key)).unwrap());
        assert_eq!(old, new);
        assert_eq!(old.to_line(Timestamp::UNIX_EPOCH)["aliases"], json!(["web.acme"]));
        // As the store and plans of then hold it.
        let then: Value = serde_json::from_str(&line("akas")).unwrap();
        assert_eq!(new.observed_hash(), crate::digest::of(&then));
        assert_eq!(serde_json::from_value::<Resource>(then).unwrap(), new);
    }
}
