//! `explain`: shows how words were read.

use escher_core::{Frame, Result};
use escher_server::Explanation;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ask::AskRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// What the words mean, and why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explained {
    /// What the words mean.
    pub frame: Frame,
    /// How the words were read.
    pub explanation: Explanation,
}

/// Show how words are read.
pub struct Explain;

impl Operation for Explain {
    const NAME: &'static str = "explain";
    const SUMMARY: &'static str = "Show how words are read and which part of the brain decided what";
    const EFFECT: Effect = Effect::Reads;
    type Request = AskRequest;
    type Response = Explained;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: AskRequest, _: Cx<NoEvent>) -> Result<Explained> {
        let (frame, explanation) = escher.explain_reading(&request.text, request.conversation.as_ref(), request.seen).await?;
        Ok(Explained { frame, explanation })
    }
}
