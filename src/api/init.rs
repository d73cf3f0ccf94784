//! `init`: sets up the data directory and the embedding model.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

pub use crate::ops::init::InitReport;

/// Set up the data directory.
pub struct Init;

impl Operation for Init {
    const NAME: &'static str = "init";
    const SUMMARY: &'static str = "Set up the data directory and fetch the embedding model";
    const EFFECT: Effect = Effect::Changes;
    type Request = Nothing;
    type Response = InitReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<InitReport> {
        escher.init().await
    }
}
