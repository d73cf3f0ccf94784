//! `plan_approve_run`: a person approves a plan and runs it.

use escher_core::Result;
use escher_exec::RunEvent;

use super::plan::PlanRequest;
use super::plan_run::{RunReport, reported};
use super::{Cx, Effect, Operation};
use crate::escher::Escher;

/// Approve a plan, unless it is already approved, and run it.
pub struct PlanApproveRun;

impl Operation for PlanApproveRun {
    const NAME: &'static str = "plan_approve_run";
    const SUMMARY: &'static str = "Approve a plan, unless it is already approved, and run it; for a person, never for an assistant";
    const EFFECT: Effect = Effect::Changes;
    const ORDERLY: bool = true;
    type Request = PlanRequest;
    type Response = RunReport;
    type Event = RunEvent;

    async fn call(escher: &Escher, request: PlanRequest, cx: Cx<RunEvent>) -> Result<RunReport> {
        if escher.plan(&request.plan).await?.approval.is_none() {
            // An approval of what cannot be run now would lie there for whoever comes next.
            escher.could_start(&request.plan).await?;
            escher.approve(&request.plan).await?;
        }
        reported(cx, |options| escher.run_plan(&request.plan, options)).await
    }
}
