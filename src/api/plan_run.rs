//! `plan_run`: carries out an approved plan.

use std::sync::Arc;

use escher_core::{Decision, Result};
use escher_exec::RunEvent;
use tokio::sync::mpsc;

use super::plan::PlanRequest;
use super::{Cx, Effect, Event, Operation};
use crate::escher::Escher;
use crate::ops::plan::RunOptions;

pub use crate::ops::plan::RunReport;

impl Event for RunEvent {}

/// Run an approved plan.
pub struct PlanRun;

impl Operation for PlanRun {
    const NAME: &'static str = "plan_run";
    const SUMMARY: &'static str = "Run a plan that is approved, or that policy allows without approval";
    const EFFECT: Effect = Effect::Changes;
    const ORDERLY: bool = true;
    type Request = PlanRequest;
    type Response = RunReport;
    type Event = RunEvent;

    async fn call(escher: &Escher, request: PlanRequest, cx: Cx<RunEvent>) -> Result<RunReport> {
        let plan = escher.plan(&request.plan).await?;
        // Policy's decision is of now, never what was stored. Where it allows, nobody has to be asked.
        if plan.approval.is_none() && plan.distrust.is_none() && plan.doc.decision == Decision::Allow {
            escher.approve(&request.plan).await?;
        }
        reported(cx, |options| escher.run_plan(&request.plan, options)).await
    }
}

/// Runs with events. A run never waits for a listener; listeners catch up once it is done.
pub(super) async fn reported<T, W: Future<Output = T>>(cx: Cx<RunEvent>, run: impl FnOnce(RunOptions) -> W) -> T {
    let (tell, mut told) = mpsc::unbounded_channel();
    let listener = Arc::new(move |event: &RunEvent| drop(tell.send(event.clone())));
    let events = cx.events;
    let forward = async move {
        while let Some(event) = told.recv().await {
            events.send(event).await;
        }
    };
    tokio::join!(run(RunOptions { listener, cancel: cx.cancel }), forward).0
}
