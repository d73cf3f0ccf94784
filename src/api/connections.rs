//! `connections`: lists what is connected.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::config::Connection;
use crate::escher::Escher;

/// The connected clouds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionList {
    /// Each connection, with who we are there. Contains no secrets.
    pub connections: Vec<Connection>,
}

/// List connections.
pub struct Connections;

impl Operation for Connections {
    const NAME: &'static str = "connections";
    const SUMMARY: &'static str = "List the connected clouds and who we are there";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = ConnectionList;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<ConnectionList> {
        Ok(ConnectionList { connections: escher.connections() })
    }
}
