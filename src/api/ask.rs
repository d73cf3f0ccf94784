//! `ask`: words in; an answer, a plan or a clarifying question out.

use escher_core::{ConversationId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::reply::AskResponse;

/// What to ask.
///
/// ```
/// use escher::api::ask::AskRequest;
/// let request = AskRequest::new("list all VMs");
/// assert_eq!(request.conversation, None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// A question, or a change to make, in plain words.
    pub text: String,
    /// The conversation that the words build on; `ask` saves its turn there. Without it, the words stand alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// How many turns of the conversation the caller has seen, its own included. If there are more, somebody else has spoken
    /// since, and the answer is the error `stale` with what was said and with `turns`; without it nobody minds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<usize>,
}

impl AskRequest {
    /// A request outside any conversation.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), conversation: None, seen: None }
    }
}

/// Answer a question, or plan a change.
pub struct Ask;

impl Operation for Ask {
    const NAME: &'static str = "ask";
    const SUMMARY: &'static str = "Answer a question in plain words, or plan a change; nothing is run";
    const EFFECT: Effect = Effect::Plans;
    type Request = AskRequest;
    type Response = AskResponse;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: AskRequest, _: Cx<NoEvent>) -> Result<AskResponse> {
        escher.ask_seeing(&request.text, request.conversation.as_ref(), request.seen).await
    }
}
