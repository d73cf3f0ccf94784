//! `ask`: words in, an answer or a plan out.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::ask::Asked;

/// What to ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskRequest {
    /// A question or an order, in plain words.
    pub text: String,
}

/// Answer a question, or make a plan of an order.
pub struct Ask;

impl Operation for Ask {
    const NAME: &'static str = "ask";
    const SUMMARY: &'static str = "Answer a question in plain words, or make a plan of an order; nothing is run";
    const EFFECT: Effect = Effect::Plans;
    type Request = AskRequest;
    type Response = Asked;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: AskRequest, _: Cx<NoEvent>) -> Result<Asked> {
        escher.ask(&request.text).await
    }
}
