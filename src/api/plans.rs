//! `plans`: lists plans.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;
use crate::ops::trust::StoredPlan;

/// A list of plans.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanList {
    /// The plans, newest first.
    pub plans: Vec<StoredPlan>,
}

/// List plans.
pub struct Plans;

impl Operation for Plans {
    const NAME: &'static str = "plans";
    const SUMMARY: &'static str = "List plans, newest first";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = PlanList;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<PlanList> {
        Ok(PlanList { plans: escher.plans().await? })
    }
}
