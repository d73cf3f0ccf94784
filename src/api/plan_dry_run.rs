//! `plan_dry_run`: try a plan without a change.

use escher_core::Result;
use escher_exec::DryRunStep;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// What trying a plan showed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DryRunReport {
    /// Each step, in the order of the plan.
    pub steps: Vec<DryRunStep>,
}

/// Try a plan without a change.
pub struct PlanDryRun;

impl Operation for PlanDryRun {
    const NAME: &'static str = "plan_dry_run";
    const SUMMARY: &'static str = "Try a plan, as far as each step can be tried; changes nothing";
    const EFFECT: Effect = Effect::Reads;
    type Request = PlanRequest;
    type Response = DryRunReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<DryRunReport> {
        Ok(DryRunReport { steps: escher.dry_run(&request.plan).await? })
    }
}
