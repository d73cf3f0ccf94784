//! One record: whose it is, and the resource it becomes.

use escher_core::{Error, Resource, Result};
use escher_providers::shape::{arm, gcp, tagging};
use serde_json::{Map, Value};

use super::columns::Mapping;
use super::format::Format;
use super::tally::{Gone, Sink};
use super::{row, terraform};

/// How records are to be read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    /// What the person says they are.
    pub(super) format: Option<Format>,
    /// Which columns the person says hold what.
    pub(super) mapping: Mapping,
}

impl Reader {
    /// Whether the exchange form is to be expected.
    pub(super) fn exchange_first(&self) -> bool {
        matches!(self.format, None | Some(Format::JsonLines | Format::Json)) && self.mapping.is_empty()
    }
}

/// What a record looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    Exchange,
    Azure,
    Aws,
    Gcp,
    /// `terraform show -json`, whole.
    State,
    /// A resource of a state file.
    StateResource,
    Row,
}

fn shape(value: &Map<String, Value>, whole: &Value, format: Format, reader: &Reader) -> Option<Shape> {
    let has = |key: &str| value.contains_key(key);
    match reader.format {
        Some(Format::Azure) => return Some(Shape::Azure),
        Some(Format::Aws) => return Some(Shape::Aws),
        Some(Format::Gcp) => return Some(Shape::Gcp),
        Some(Format::Steampipe | Format::Csv) => return Some(Shape::Row),
        Some(Format::Terraform) => return Some(if has("instances") { Shape::StateResource } else { Shape::State }),
        Some(Format::Json | Format::JsonLines) | None => {}
    }
    if !reader.mapping.is_empty() {
        // What is a resource by itself stays whole.
        let exchange = has("id") && has("name") && has("cloud") && (has("type") || has("kind"));
        return Some(if exchange { Shape::Exchange } else { Shape::Row });
    }
    if has("cloud") && (has("type") || has("kind")) {
        return Some(Shape::Exchange);
    }
    if has("format_version") && (has("values") || has("planned_values") || has("resource_changes")) {
        return Some(Shape::State);
    }
    if has("mode") && has("instances") && has("type") {
        return Some(Shape::StateResource);
    }
    // Rows of a table about Azure have an id like its own, and the rest otherwise.
    let own = format != Format::Steampipe || has("location") || has("properties");
    if own && arm::fits(whole) {
        return Some(Shape::Azure);
    }
    if tagging::fits(whole) {
        return Some(Shape::Aws);
    }
    if gcp::fits(whole) {
        return Some(Shape::Gcp);
    }
    if format == Format::Steampipe || row::fits(value) {
        return Some(Shape::Row);
    }
    None
}

/// Takes a record in. `error` is what the exchange form had against it, if that was tried already.
pub(super) fn take(
    line: usize,
    value: Value,
    format: Format,
    reader: &Reader,
    sink: &mut Sink,
    error: Option<Error>,
) -> std::result::Result<(), Gone> {
    let Value::Object(object) = &value else {
        sink.bad(line, &not_an_object(&value));
        return Ok(());
    };
    if !reader.mapping.is_empty() {
        sink.columns(object.keys(), |column| reader.mapping.names(column));
    }
    let Some(shape) = shape(object, &value, format, reader) else {
        sink.bad(line, &unknown(object, error));
        return Ok(());
    };
    let read = match shape {
        Shape::Exchange => {
            sink.recognize(format);
            match (error, value) {
                (Some(error), _) => Err(error),
                (None, Value::Object(mut object)) => {
                    reader.mapping.apply(&mut object);
                    Resource::read_value(Value::Object(object))
                }
                (None, value) => Resource::read_value(value),
            }
        }
        Shape::Azure => {
            sink.recognize(Format::Azure);
            plain(arm::resource(&value))
        }
        Shape::Aws => {
            sink.recognize(Format::Aws);
            plain(tagging::resource(&value))
        }
        Shape::Gcp => {
            sink.recognize(Format::Gcp);
            if gcp::is_deleted(&value) {
                sink.ignore(line, "assets that were deleted".to_owned());
                return Ok(());
            }
            plain(gcp::resource(&value))
        }
        Shape::State => return terraform::state(line, &value, sink),
        Shape::StateResource => return terraform::state_resource(line, &value, sink),
        Shape::Row => {
            sink.recognize(format);
            return row::take(line, object, reader, sink);
        }
    };
    match read {
        Ok((resource, remarks)) if shape == Shape::Exchange => sink.whole(line, resource, remarks),
        Ok((resource, remarks)) => sink.resource(line, resource, remarks),
        Err(error) => {
            sink.bad(line, &error);
            Ok(())
        }
    }
}

fn not_an_object(value: &Value) -> Error {
    let what = match value {
        Value::Array(_) => {
            return Error::invalid("a JSON array, not a JSON object")
                .hint("name the columns: import a list of objects, CSV with a header, or an object with `columns` and `rows`");
        }
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) | Value::Object(_) => "a text",
    };
    Error::invalid(format!("{what}, not a JSON object"))
}

fn plain(read: Result<Resource>) -> Result<(Resource, Vec<String>)> {
    read.map(|resource| (resource, Vec::new()))
}

/// Keys of documents that people take for lists of resources, and what they are.
const KNOWN: &[(&str, &str)] = &[
    ("Reservations", "the output of `aws ec2 describe-instances`"),
    ("AWSTemplateFormatVersion", "a CloudFormation template"),
    ("$schema", "a template or schema"),
    ("configurationItems", "a snapshot of AWS Config"),
    ("Records", "a log of events"),
    ("modules", "a Terraform state of a version before 0.12"),
    ("error", "an error that a cloud answered with"),
    ("changes", "a history of changes"),
    ("timeSeries", "metrics"),
    ("recommendations", "recommendations"),
    ("bindings", "an access policy"),
];

fn unknown(object: &Map<String, Value>, error: Option<Error>) -> Error {
    if let Some((_, what)) = KNOWN.iter().find(|(key, _)| object.contains_key(*key)) {
        return Error::invalid(format!("this is {what}, not a list of resources"));
    }
    // With an id and a name it is meant as a resource; then what is missing helps more than what it is not.
    if (object.contains_key("id") || object.contains_key("name"))
        && let Some(error) = error.or_else(|| Resource::read_value(Value::Object(object.clone())).err())
    {
        return if object.contains_key("cloud") { error } else { error.hint(row::NO_CLOUD) };
    }
    let keys: Vec<&str> = object.keys().map(String::as_str).take(6).collect();
    let keys = if keys.is_empty() { "nothing in it".to_owned() } else { format!("the keys {}", keys.join(", ")) };
    Error::invalid(format!("not a resource in any form that Escher knows: an object with {keys}"))
}
