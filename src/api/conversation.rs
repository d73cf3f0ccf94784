//! `conversation`: one conversation with its turns.

use escher_core::{ConversationId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::chat::{ChatTurn, Conversation as ConversationDetails, Replied};
pub use crate::ops::shown::Listed;
pub use crate::speaker::Speaker;

/// Which conversation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConversationRequest {
    /// The conversation's id, `cv_…`.
    pub conversation: ConversationId,
}

/// Show a conversation.
pub struct Conversation;

impl Operation for Conversation {
    const NAME: &'static str = "conversation";
    const SUMMARY: &'static str = "Show a conversation: each turn, how it was understood, and its reply";
    const EFFECT: Effect = Effect::Reads;
    type Request = ConversationRequest;
    type Response = ConversationDetails;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: ConversationRequest, _: Cx<NoEvent>) -> Result<ConversationDetails> {
        escher.conversation(&request.conversation).await
    }
}
