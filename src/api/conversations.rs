//! `conversations`: lists conversations.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

pub use crate::ops::chat::ConversationEntry;

/// A list of conversations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConversationList {
    /// The conversations, latest first.
    pub conversations: Vec<ConversationEntry>,
}

/// List conversations.
pub struct Conversations;

impl Operation for Conversations {
    const NAME: &'static str = "conversations";
    const SUMMARY: &'static str = "List conversations, latest first";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = ConversationList;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<ConversationList> {
        Ok(ConversationList { conversations: escher.conversations().await? })
    }
}
