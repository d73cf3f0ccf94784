//! What an operation is, and what connects one call of it to its caller.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use escher_core::Result;
use escher_exec::CancellationToken;

use crate::escher::Escher;

/// One capability of Escher: declared once, served by every interface.
pub trait Operation: Send + Sync + 'static {
    /// Its name in every interface, in snake case.
    const NAME: &'static str;
    /// What it does, in one line.
    const SUMMARY: &'static str;
    /// What it may change.
    const EFFECT: Effect;
    /// Whether it stops cleanly by itself if asked to stop. Any other operation is dropped immediately.
    const ORDERLY: bool = false;
    /// Its request.
    type Request: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// Its response.
    type Response: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What it reports while it runs.
    type Event: Event;

    /// Carries it out.
    fn call(escher: &Escher, request: Self::Request, cx: Cx<Self::Event>) -> impl Future<Output = Result<Self::Response>> + Send;
}

/// What an operation may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing except Escher's own copy of the estate.
    Reads,
    /// Saves a plan that has not run, or a turn of a conversation.
    Plans,
    /// Changes a cloud, an approval, or what Escher knows and can reach.
    Changes,
}

/// What an operation reports while it runs.
pub trait Event: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// Whether there are any events.
    const STREAMS: bool = true;
}

/// The event of an operation that reports nothing while it runs: no such value exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoEvent {}

impl Event for NoEvent {
    const STREAMS: bool = false;
}

impl JsonSchema for NoEvent {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "NoEvent".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!(false)
    }
}

/// Takes no parameters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What connects one call to its caller.
pub struct Cx<E> {
    /// Where events go.
    pub events: Events<E>,
    /// Asks an operation that can stop cleanly to stop.
    pub cancel: CancellationToken,
    /// Input that the caller attaches, if it can.
    pub input: Option<Box<dyn std::io::Read + Send>>,
}

impl<E> Cx<E> {
    /// A call that nobody listens to.
    pub fn silent() -> Self {
        Self { events: Events::silent(), cancel: CancellationToken::new(), input: None }
    }
}

impl<E> fmt::Debug for Cx<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx").field("cancelled", &self.cancel.is_cancelled()).field("input", &self.input.is_some()).finish_non_exhaustive()
    }
}

/// Where the events of one call go, in order.
#[derive(Clone, Debug)]
pub struct Events<E>(Way<E>);

#[derive(Clone, Debug)]
enum Way<E> {
    Silent,
    Typed(mpsc::Sender<E>),
    Json(mpsc::Sender<Value>),
}

impl<E> Events<E> {
    /// Events go nowhere.
    pub fn silent() -> Self {
        Self(Way::Silent)
    }

    /// Events as typed values.
    pub fn typed(to: mpsc::Sender<E>) -> Self {
        Self(Way::Typed(to))
    }

    /// Events as JSON, as sent over a wire.
    pub(crate) fn json(to: mpsc::Sender<Value>) -> Self {
        Self(Way::Json(to))
    }
}

impl<E: Event> Events<E> {
    /// Sends an event, waiting while there is no room; returns whether anyone is listening.
    pub async fn send(&self, event: E) -> bool {
        match &self.0 {
            Way::Silent => false,
            Way::Typed(to) => to.send(event).await.is_ok(),
            Way::Json(to) => match serde_json::to_value(event) {
                Ok(event) => to.send(event).await.is_ok(),
                Err(_) => false,
            },
        }
    }

    /// Sends an event that may be dropped if there is no room, such as progress.
    pub fn offer(&self, event: E) {
        match &self.0 {
            Way::Silent => {}
            Way::Typed(to) => drop(to.try_send(event)),
            Way::Json(to) => drop(serde_json::to_value(event).map(|event| to.try_send(event))),
        }
    }
}
