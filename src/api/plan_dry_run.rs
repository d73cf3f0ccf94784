//! `plan_dry_run`: tries a plan without changing anything.

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;
use crate::ops::plan::DryRunReport;
use escher_core::Result;

/// Try a plan without changing anything.
pub struct PlanDryRun;

impl Operation for PlanDryRun {
    const NAME: &'static str = "plan_dry_run";
    const SUMMARY: &'static str = "Try each step of a plan as far as possible; changes nothing";
    const EFFECT: Effect = Effect::Reads;
    type Request = PlanRequest;
    type Response = DryRunReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<DryRunReport> {
        escher.dry_run(&request.plan).await
    }
}
