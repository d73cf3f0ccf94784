//! `plan`: shows one plan.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::trust::StoredPlan;

/// Which plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlanRequest {
    /// The plan's id, `pl_…`.
    pub plan: String,
}

/// Show a plan.
pub struct Plan;

impl Operation for Plan {
    const NAME: &'static str = "plan";
    const SUMMARY: &'static str = "Show a plan: its targets, command lines and status";
    const EFFECT: Effect = Effect::Reads;
    type Request = PlanRequest;
    type Response = StoredPlan;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<StoredPlan> {
        escher.plan(&request.plan).await
    }
}
