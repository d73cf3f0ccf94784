//! What an operation is, and what one call of it has to do with its caller.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

use escher_core::Result;
use escher_exec::CancellationToken;

use crate::escher::Escher;

/// One capability of Escher: declared once, served by every door.
pub trait Operation: Send + Sync + 'static {
    /// Its name on every door, in snake case.
    const NAME: &'static str;
    /// What it does, in one line.
    const SUMMARY: &'static str;
    /// What it may change.
    const EFFECT: Effect;
    /// Whether it ends by itself, in order, when it is asked to stop. Any other is dropped where it stands.
    const ORDERLY: bool = false;
    /// What it is asked with.
    type Request: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What it answers.
    type Response: Serialize + DeserializeOwned + JsonSchema + Send + 'static;
    /// What it reports on the way.
    type Event: Event;

    /// Does it.
    fn call(escher: &Escher, request: Self::Request, cx: Cx<Self::Event>) -> impl Future<Output = Result<Self::Response>> + Send;
}

/// What an operation may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Nothing but Escher's own copy of what is out there.
    Reads,
    /// It saves a plan that nothing has run, or a turn of a conversation.
    Plans,
    /// A cloud, an approval, or what Escher knows and reaches.
    Changes,
}

/// What an operation reports on the way.
pub trait Event: Serialize + DeserializeOwned + JsonSchema + Send + 'static {
    /// Whether there are any.
    const STREAMS: bool = true;
}

/// The event of an operation that reports nothing on the way: there is no such value.
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

/// The request of an operation that needs to be told nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// What one call has to do with its caller.
pub struct Cx<E> {
    /// Where events go.
    pub events: Events<E>,
    /// Asks an orderly operation to stop.
    pub cancel: CancellationToken,
    /// What the caller sends along, if it can.
    pub input: Option<Box<dyn std::io::Read + Send>>,
}

impl<E> Cx<E> {
    /// A call that nobody follows.
    pub fn silent() -> Self {
        Self { events: Events::silent(), cancel: CancellationToken::new(), input: None }
    }
}

impl<E> fmt::Debug for Cx<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cx").field("cancelled", &self.cancel.is_cancelled()).field("input", &self.input.is_some()).finish_non_exhaustive()
    }
}

/// Where the events of one call go, in their order.
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

    /// Events as they are.
    pub fn typed(to: mpsc::Sender<E>) -> Self {
        Self(Way::Typed(to))
    }

    /// Events as they go over a wire.
    pub(crate) fn json(to: mpsc::Sender<Value>) -> Self {
        Self(Way::Json(to))
    }
}

impl<E: Event> Events<E> {
    /// Sends an event, and waits while there is no room; returns whether anybody listens.
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

    /// Sends an event that may be lost if there is no room: progress.
    pub fn offer(&self, event: E) {
        match &self.0 {
            Way::Silent => {}
            Way::Typed(to) => drop(to.try_send(event)),
            Way::Json(to) => drop(serde_json::to_value(event).map(|event| to.try_send(event))),
        }
    }
}
