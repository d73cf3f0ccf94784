//! `conversation_new`: a place for turns.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;
use crate::ops::chat::Conversation;

/// Begin a conversation.
pub struct ConversationNew;

impl Operation for ConversationNew {
    const NAME: &'static str = "conversation_new";
    const SUMMARY: &'static str = "Begin a conversation; `ask` with its id keeps turns and understands what refers to them";
    const EFFECT: Effect = Effect::Plans;
    type Request = Nothing;
    type Response = Conversation;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<Conversation> {
        escher.new_conversation().await
    }
}
