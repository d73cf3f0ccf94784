//! `conversation_delete`: deletes a conversation.

use escher_core::{ConversationId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conversation::ConversationRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// The result of a deletion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConversationDeleted {
    /// The deleted conversation.
    pub deleted: ConversationId,
}

/// Delete a conversation.
pub struct ConversationDelete;

impl Operation for ConversationDelete {
    const NAME: &'static str = "conversation_delete";
    const SUMMARY: &'static str = "Delete a conversation for good; plans made in it stay";
    const EFFECT: Effect = Effect::Changes;
    type Request = ConversationRequest;
    type Response = ConversationDeleted;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: ConversationRequest, _: Cx<NoEvent>) -> Result<ConversationDeleted> {
        escher.delete_conversation(&request.conversation).await?;
        Ok(ConversationDeleted { deleted: request.conversation })
    }
}
