//! `interpret`: shows what words mean, without looking anything up.

use escher_core::{Frame, Result, Utterance};

use super::ask::AskRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// Read words as a frame.
pub struct Interpret;

impl Operation for Interpret {
    const NAME: &'static str = "interpret";
    const SUMMARY: &'static str = "Show what words mean, using the grammar alone; looks nothing up in the estate";
    const EFFECT: Effect = Effect::Reads;
    type Request = AskRequest;
    type Response = Frame;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: AskRequest, _: Cx<NoEvent>) -> Result<Frame> {
        let history = escher.history(request.conversation.as_ref(), request.seen).await?;
        crate::interpret(&Utterance { text: request.text, history, now: escher.now() }).await
    }
}
