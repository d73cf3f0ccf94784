//! `plan_dry_run`: tries a plan without changing anything.

use escher_core::Result;
use escher_exec::DryRunStep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// The result of a dry run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DryRunReport {
    /// Each step, in plan order.
    pub steps: Vec<DryRunStep>,
}

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
        Ok(DryRunReport { steps: escher.dry_run(&request.plan).await? })
    }
}
