//! `conversation_new`: starts a conversation.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;
use crate::ops::chat::Conversation;

/// Start a conversation.
pub struct ConversationNew;

impl Operation for ConversationNew {
    const NAME: &'static str = "conversation_new";
    const SUMMARY: &'static str = "Start a conversation; `ask` with its id saves turns and understands references to earlier ones";
    const EFFECT: Effect = Effect::Plans;
    type Request = Nothing;
    type Response = Conversation;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<Conversation> {
        escher.new_conversation().await
    }
}
