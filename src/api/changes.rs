//! `changes`: what changed in the estate.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::changes::{ChangeList, ChangesRequest, Since};

/// List what appeared, changed or was removed.
pub struct Changes;

impl Operation for Changes {
    const NAME: &'static str = "changes";
    const SUMMARY: &'static str = "List what appeared in the estate, what changed, and what was removed, newest first";
    const EFFECT: Effect = Effect::Reads;
    type Request = ChangesRequest;
    type Response = ChangeList;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: ChangesRequest, _: Cx<NoEvent>) -> Result<ChangeList> {
        escher.changes(&request).await
    }
}
