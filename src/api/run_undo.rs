//! `run_undo`: a plan that restores what a run changed.

use escher_core::{PlanDoc, Result};

use super::run::RunRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// Plan the undo of a run.
pub struct RunUndo;

impl Operation for RunUndo {
    const NAME: &'static str = "run_undo";
    const SUMMARY: &'static str = "Make a plan that restores what a run changed; nothing is run";
    const EFFECT: Effect = Effect::Plans;
    type Request = RunRequest;
    type Response = PlanDoc;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: RunRequest, _: Cx<NoEvent>) -> Result<PlanDoc> {
        escher.undo(&request.run).await
    }
}
