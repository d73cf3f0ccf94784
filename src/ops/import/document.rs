//! JSON documents: an array of records, an object that holds a list of them, one record, or several of these after one
//! another. Lists are read item by item, however long they are.

use std::fmt;
use std::io::BufRead;

use escher_core::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::bounded::{Bounded, Text};
use super::format::Format;
use super::record::{self, Reader};
use super::tally::{Gone, Sink};
use super::{LARGEST, LONGEST, too_long};

/// Keys under which tools put lists of resources.
const LISTS: &[&str] = &["data", "value", "rows", "results", "items", "assets", "resources", "ResourceTagMappingList"];
/// Keys that only a single record has: what follows them is no list of others.
const RECORD: &[&str] = &["cloud", "asset_type", "assetType", "properties", "selfLink", "ResourceARN"];

pub(super) fn read(input: impl BufRead, reader: &Reader, sink: &mut Sink) -> Result<()> {
    let input = Bounded::new(input);
    let text = input.text();
    let mut deserializer = serde_json::Deserializer::from_reader(input);
    let mut walk = Walk { text, reader, sink, gone: false, columns: Vec::new(), page: None };
    // A document, or several after one another.
    while deserializer.end().is_err() {
        walk.text.limit(0, LARGEST);
        match (Part { walk: &mut walk, within: Within::Document }).deserialize(&mut deserializer) {
            Ok(None) => {}
            Ok(Some(_)) => {
                let error = Error::invalid("neither a JSON object nor a list of objects");
                if walk.sink.is_empty() {
                    return Err(error
                        .operation("read import file")
                        .hint("export the resources as JSON Lines, JSON or CSV, and import that"));
                }
                walk.sink.bad(walk.text.line(), &error);
            }
            Err(_) if walk.gone => return Ok(()),
            Err(e) if e.is_io() => return Err(super::lines::failed(e.into())),
            Err(e) => {
                let reason = e.to_string();
                let reason = reason.split(" at line ").next().unwrap_or_default();
                let error = Error::invalid(format!("not JSON: {reason} (line {}, column {})", e.line(), e.column()));
                if walk.sink.is_empty() {
                    return Err(error.operation("read import file").hint("check that the file is complete"));
                }
                walk.sink.bad(e.line(), &Error::invalid(format!("{}; what follows was not read", error.message())));
                return Ok(());
            }
        }
    }
    if let Some((line, key)) = walk.page {
        let told = format!("this is one page of several, since `{key}` leads to the next: import the other pages as well");
        walk.sink.remark(line, told);
    }
    Ok(())
}

struct Walk<'w> {
    text: Text,
    reader: &'w Reader,
    sink: &'w mut Sink,
    gone: bool,
    /// The columns of a table, once they were told.
    columns: Vec<String>,
    /// What leads from the last document to the one after it, and where it ended.
    page: Option<(usize, String)>,
}

impl Walk<'_> {
    fn take<E: serde::de::Error>(&mut self, line: usize, value: Value) -> std::result::Result<(), E> {
        let (value, format) = match value {
            Value::Array(cells) if !self.columns.is_empty() => {
                (Value::Object(self.columns.iter().cloned().zip(cells).collect::<Map<String, Value>>()), Format::Steampipe)
            }
            other => (other, if self.columns.is_empty() { Format::Json } else { Format::Steampipe }),
        };
        record::take(line, value, format, self.reader, self.sink, None).map_err(|Gone| {
            self.gone = true;
            E::custom("nobody takes the rest")
        })
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// The outermost value.
    Document,
    /// The value of a key that holds a list, or a table.
    List,
    /// `items` of an aggregated list: lists by zone.
    Scopes,
    /// One of these zones.
    Scope,
}

/// A value that is read as a list; what is none comes back.
struct Part<'p, 'w> {
    walk: &'p mut Walk<'w>,
    within: Within,
}

impl<'de> DeserializeSeed<'de> for Part<'_, '_> {
    type Value = Option<Value>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! plain {
    ($of:expr, $($visit:ident $ty:ty),+) => {
        $(fn $visit<E>(self, value: $ty) -> std::result::Result<Self::Value, E> {
            Ok($of(value))
        })+
    };
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    plain!(|value| Some(Value::from(value)), visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str);

    fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let Self { walk, .. } = self;
        let depth = walk.text.depth();
        walk.text.limit(depth, LONGEST);
        while let Some((line, value)) = list.next_element_seed(Item(&walk.text))? {
            match walk.text.take_cut() {
                Some(length) => walk.sink.bad(line, &too_long(length, LONGEST)),
                None => {
                    walk.sink.weigh(walk.text.used());
                    walk.take(line, value)?;
                }
            }
            walk.text.limit(depth, LONGEST);
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let Self { walk, within } = self;
        let (line, depth) = (walk.text.line(), walk.text.depth());
        let mut kept = Map::new();
        let (mut size, mut broken) = (0, false);
        let mut lists = matches!(within, Within::Scopes | Within::Scope);
        loop {
            walk.text.limit(depth.saturating_sub(1), LARGEST);
            let Some(key) = map.next_key::<String>()? else { break };
            size += walk.text.used();
            walk.text.limit(depth, LARGEST);
            let inner = match within {
                Within::Scopes => Some(Within::Scope),
                Within::Scope if key == "warning" => None,
                Within::Scope => Some(Within::List),
                Within::Document | Within::List => {
                    let list = LISTS.contains(&key.as_str()) && !RECORD.iter().any(|known| kept.contains_key(*known));
                    list.then_some(if key == "items" { Within::Scopes } else { Within::List })
                }
            };
            let value = match inner {
                Some(within) => map.next_value_seed(Part { walk: &mut *walk, within })?,
                None => Some(map.next_value_seed(Whole(&walk.text))?),
            };
            let Some(value) = value else {
                lists = true;
                continue;
            };
            size += walk.text.used();
            if let Some(length) = walk.text.take_cut().or_else(|| (size > LARGEST).then_some(size)) {
                // What is left of it is no record, and what is in its lists is.
                if !std::mem::replace(&mut broken, true) {
                    walk.sink.bad(line, &too_long(length, LARGEST));
                }
                continue;
            }
            if key == "columns" {
                walk.columns = columns(&value);
            }
            if within == Within::Scope && value.pointer("/code").is_some_and(|code| code == "UNREACHABLE") {
                walk.sink.ignore(walk.text.line(), "places that the cloud could not reach when it answered".to_owned());
            }
            kept.insert(key, value);
        }
        if within == Within::Document {
            walk.page = kept.iter().find(|(key, value)| lists && leads_on(key, value)).map(|(key, _)| (walk.text.line(), key.clone()));
        }
        match (lists || broken, within) {
            (true, _) => Ok(None),
            (false, Within::Document) => {
                walk.sink.weigh(size);
                walk.take(line, Value::Object(kept)).map(|()| None)
            }
            (false, _) => Ok(Some(Value::Object(kept))),
        }
    }
}

/// Whether a key beside a list says that there is more: the clouds' answers come a page at a time.
fn leads_on(key: &str, value: &Value) -> bool {
    let plain: String = key.rsplit('.').next().unwrap_or(key).chars().filter(char::is_ascii_alphanumeric).collect();
    ["PaginationToken", "SkipToken", "NextLink", "NextPageToken", "NextToken"].iter().any(|known| known.eq_ignore_ascii_case(&plain))
        && value.as_str().is_some_and(|token| !token.trim().is_empty())
}

/// Names of columns, told as texts or as objects with a name.
fn columns(value: &Value) -> Vec<String> {
    let name = |column: &Value| column.as_str().or_else(|| column.get("name")?.as_str()).map(str::to_owned);
    value.as_array().into_iter().flatten().filter_map(name).collect()
}

/// An item and the line on which it begins.
struct Item<'t>(&'t Text);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = (usize, Value);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        let line = self.0.line();
        Whole(self.0).deserialize(deserializer).map(|value| (line, value))
    }
}

/// A value. Of a text that was cut there is no copy: the parser holds what it read of it, and nobody wants it.
struct Whole<'t>(&'t Text);

impl<'de> DeserializeSeed<'de> for Whole<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Whole<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    plain!(Value::from, visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64);

    fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E>(self, text: &str) -> std::result::Result<Self::Value, E> {
        Ok(if self.0.is_cut() { Value::Null } else { text.into() })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Whole(self.0))? {
            items.push(item);
        }
        Ok(items.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = map.next_key()? {
            object.insert(key, map.next_value_seed(Whole(self.0))?);
        }
        Ok(object.into())
    }
}
