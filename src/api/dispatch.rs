//! Operations by name: what an interface that speaks JSON needs.

use escher_core::{Error, ErrorKind, Result};
use escher_exec::CancellationToken;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;

use super::Op;
use super::operation::{Cx, Effect, Event as _, Events, Operation};
use crate::escher::Escher;

type Call = for<'a> fn(&'a Escher, Value, mpsc::Sender<Value>, CancellationToken) -> BoxFuture<'a, Result<Value>>;

/// An operation as interfaces see it: its name, its request and response, and how to call it.
pub struct Declared {
    /// Its name in every interface.
    pub name: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What it may change.
    pub effect: Effect,
    /// Whether it reports events while it runs.
    pub streams: bool,
    /// Whether it stops cleanly by itself if asked to stop.
    pub orderly: bool,
    request: fn() -> Schema,
    response: fn() -> Schema,
    event: Option<fn() -> Schema>,
    fits: fn(&Value) -> Result<()>,
    call: Call,
}

impl Declared {
    pub(super) const fn of<O: Operation>() -> Self {
        Self {
            name: O::NAME,
            summary: O::SUMMARY,
            effect: O::EFFECT,
            streams: O::Event::STREAMS,
            orderly: O::ORDERLY,
            request: taken::<O::Request>,
            response: given::<O::Response>,
            event: if O::Event::STREAMS { Some(given::<O::Event>) } else { None },
            fits: |params| request_of::<O>(params.clone()).map(drop),
            call: |escher, params, events, cancel| call_typed::<O>(escher, params, events, cancel).boxed(),
        }
    }

    /// The schema of a request.
    pub fn request(&self) -> Schema {
        (self.request)()
    }

    /// The schema of a response.
    pub fn response(&self) -> Schema {
        (self.response)()
    }

    /// The schema of an event; `None` if there are none.
    pub fn event(&self) -> Option<Schema> {
        self.event.map(|event| event())
    }

    /// Checks whether params are a valid request.
    ///
    /// # Errors
    /// `Invalid`, with what does not match.
    pub fn fits(&self, params: &Value) -> Result<()> {
        (self.fits)(params)
    }

    /// Calls it. Events go to `events`; `cancel` stops it, cleanly if it can.
    ///
    /// # Errors
    /// `Invalid` for params that are not a valid request; `Cancelled`; the operation's own errors.
    pub async fn call(&self, escher: &Escher, params: Value, events: mpsc::Sender<Value>, cancel: CancellationToken) -> Result<Value> {
        let work = (self.call)(escher, params, events, cancel.clone());
        if self.orderly {
            return work.await;
        }
        tokio::select! {
            done = work => done,
            () = cancel.cancelled() => Err(Error::new(ErrorKind::Cancelled, "stopped by the caller").operation(self.name)),
        }
    }
}

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Declared").field("name", &self.name).field("effect", &self.effect).finish_non_exhaustive()
    }
}

/// Calls an operation by name.
///
/// # Errors
/// `Invalid` if there is no such operation; otherwise as [`Declared::call`].
pub async fn call(escher: &Escher, name: &str, params: Value, events: mpsc::Sender<Value>, cancel: CancellationToken) -> Result<Value> {
    find(name)?.call(escher, params, events, cancel).await
}

/// Finds an operation by name.
///
/// # Errors
/// `Invalid` if there is none; the error lists those that exist.
pub fn find(name: &str) -> Result<&'static Declared> {
    Op::ALL.iter().map(|op| op.declared()).find(|known| known.name == name).ok_or_else(|| {
        let shown: String = name.chars().take(60).collect();
        let names: Vec<&str> = Op::ALL.iter().map(|op| op.declared().name).collect();
        Error::invalid(format!("there is no operation `{shown}`")).hint(format!("one of: {}", names.join(", ")))
    })
}

/// The list as a document: every operation with its schemas, and the version of this program.
pub fn document() -> Value {
    let operation = |op: &Op| {
        let it = op.declared();
        json!({
            "name": it.name, "summary": it.summary, "effect": it.effect, "streams": it.streams,
            "request": it.request(), "response": it.response(), "event": it.event(),
        })
    };
    json!({"version": crate::VERSION, "operations": Op::ALL.iter().map(operation).collect::<Vec<_>>()})
}

async fn call_typed<O: Operation>(escher: &Escher, params: Value, events: mpsc::Sender<Value>, cancel: CancellationToken) -> Result<Value> {
    let request = request_of::<O>(params)?;
    let cx = Cx { events: Events::json(events), cancel, input: None };
    written(O::NAME, &O::call(escher, request, cx).await?)
}

/// Reads a request; if params are missing, the request is empty.
fn request_of<O: Operation>(params: Value) -> Result<O::Request> {
    let params = if params.is_null() { Value::Object(Map::new()) } else { params };
    read(params).map_err(|e| {
        Error::invalid(format!("the request does not fit: {e}"))
            .operation(O::NAME)
            .hint("the list of operations has the schema of every request")
    })
}

fn read<T: DeserializeOwned>(value: Value) -> serde_json::Result<T> {
    serde_json::from_value(value)
}

fn written<T: Serialize>(name: &str, value: &T) -> Result<Value> {
    serde_json::to_value(value).map_err(|e| Error::internal(format!("the response cannot be written: {e}")).operation(name))
}

/// The schema of what an interface accepts.
fn taken<T: JsonSchema>() -> Schema {
    settings().for_deserialize().into_generator().into_root_schema_for::<T>()
}

/// The schema of what an interface returns.
fn given<T: JsonSchema>() -> Schema {
    settings().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn settings() -> SchemaSettings {
    SchemaSettings::draft2020_12().with_transform(RecursiveTransform(portable))
}

/// Clients know neither Rust's integers nor, some of them, more than one type at once.
fn portable(schema: &mut Schema) {
    let ours = |format: &Value| format.as_str().is_some_and(|format| format.trim_start_matches('u').starts_with("int"));
    if schema.get("format").is_some_and(ours) {
        schema.remove("format");
    }
    let Some(Value::Array(types)) = schema.get("type").cloned() else { return };
    // What is said of the value goes with its type; titles and the like stay where they are.
    let (mut rest, said) = std::mem::take(schema.ensure_object()).into_iter().partition::<Map<_, _>, _>(|(key, _)| {
        matches!(
            key.as_str(),
            "title" | "description" | "default" | "examples" | "deprecated" | "readOnly" | "writeOnly" | "$defs" | "$schema"
        )
    });
    let branch = |of: &Value| match of.as_str() {
        Some("null") => json!({"type": "null"}),
        _ => Value::Object(said.iter().map(|(key, value)| (key.clone(), if key == "type" { of.clone() } else { value.clone() })).collect()),
    };
    rest.insert("anyOf".to_owned(), types.iter().map(branch).collect());
    *schema.ensure_object() = rest;
}
