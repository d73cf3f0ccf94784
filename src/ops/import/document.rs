//! JSON documents: an array of records, an object that holds a list of them, one record, or several of these after one
//! another. Lists are read item by item, however long they are.

use std::cell::Cell;
use std::fmt;
use std::io::{BufRead, Read};
use std::rc::Rc;

use escher_core::{Error, Result};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::format::Format;
use super::record::{self, Reader};
use super::tally::{Gone, Sink};

/// Keys under which tools put lists of resources.
const LISTS: &[&str] = &["data", "value", "rows", "results", "items", "assets", "resources", "ResourceTagMappingList"];
/// Keys that only a single record has: what follows them is no list of others.
const RECORD: &[&str] = &["cloud", "asset_type", "assetType", "properties", "selfLink", "ResourceARN"];

pub(super) fn read(input: impl BufRead, reader: &Reader, sink: &mut Sink) -> Result<()> {
    let line = Rc::new(Cell::new(1));
    let mut deserializer = serde_json::Deserializer::from_reader(Counting { input, line: line.clone() });
    let mut walk = Walk { line, reader, sink, gone: false, columns: Vec::new() };
    // A document, or several after one another.
    while deserializer.end().is_err() {
        match (Part { walk: &mut walk, within: Within::Document }).deserialize(&mut deserializer) {
            Ok(None) => {}
            Ok(Some(_)) => {
                let error = Error::invalid("neither a JSON object nor a list of objects");
                if walk.sink.is_empty() {
                    return Err(error
                        .operation("read import file")
                        .hint("export the resources as JSON Lines, JSON or CSV, and import that"));
                }
                walk.sink.bad(walk.line.get(), &error);
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
    Ok(())
}

/// Counts lines as they are read.
struct Counting<R> {
    input: R,
    line: Rc<Cell<usize>>,
}

impl<R: BufRead> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.input.read(buffer)?;
        let breaks = buffer[..count].iter().filter(|byte| **byte == b'\n').count();
        if breaks > 0 {
            self.line.set(self.line.get() + breaks);
        }
        Ok(count)
    }
}

struct Walk<'w> {
    line: Rc<Cell<usize>>,
    reader: &'w Reader,
    sink: &'w mut Sink,
    gone: bool,
    /// The columns of a table, once they were told.
    columns: Vec<String>,
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
    ($($visit:ident $ty:ty),+) => {
        $(fn $visit<E>(self, value: $ty) -> std::result::Result<Self::Value, E> {
            Ok(Some(Value::from(value)))
        })+
    };
}

impl<'de> Visitor<'de> for Part<'_, '_> {
    type Value = Option<Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object or a list of objects")
    }

    plain!(visit_bool bool, visit_i64 i64, visit_u64 u64, visit_f64 f64, visit_str &str);

    fn visit_unit<E>(self) -> std::result::Result<Self::Value, E> {
        Ok(Some(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> std::result::Result<Self::Value, A::Error> {
        let Self { walk, .. } = self;
        while let Some((line, value)) = list.next_element_seed(Item(&walk.line))? {
            walk.take(line, value)?;
        }
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Self::Value, A::Error> {
        let Self { walk, within } = self;
        let line = walk.line.get();
        let mut kept = Map::new();
        let mut lists = matches!(within, Within::Scopes | Within::Scope);
        while let Some(key) = map.next_key::<String>()? {
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
                None => Some(map.next_value()?),
            };
            match value {
                Some(value) => {
                    if key == "columns" {
                        walk.columns = columns(&value);
                    }
                    if within == Within::Scope && value.pointer("/code").is_some_and(|code| code == "UNREACHABLE") {
                        walk.sink.ignore(walk.line.get(), "places that the cloud could not reach when it answered".to_owned());
                    }
                    kept.insert(key, value);
                }
                None => lists = true,
            }
        }
        match (lists, within) {
            (true, _) => Ok(None),
            (false, Within::Document) => walk.take(line, Value::Object(kept)).map(|()| None),
            (false, _) => Ok(Some(Value::Object(kept))),
        }
    }
}

/// Names of columns, told as texts or as objects with a name.
fn columns(value: &Value) -> Vec<String> {
    let name = |column: &Value| column.as_str().or_else(|| column.get("name")?.as_str()).map(str::to_owned);
    value.as_array().into_iter().flatten().filter_map(name).collect()
}

/// An item and the line on which it begins.
struct Item<'l>(&'l Cell<usize>);

impl<'de> DeserializeSeed<'de> for Item<'_> {
    type Value = (usize, Value);
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> std::result::Result<Self::Value, D::Error> {
        let line = self.0.get();
        serde::Deserialize::deserialize(deserializer).map(|value| (line, value))
    }
}
