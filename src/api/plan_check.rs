//! `plan_check`: checks whether a plan can still run.

use escher_core::{PlanDoc, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// A plan that can still be approved and run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OpenPlan {
    /// The plan, with policy's current decision.
    pub plan: PlanDoc,
    /// Whether it is approved.
    pub approved: bool,
}

/// Check whether a plan can still run.
pub struct PlanCheck;

impl Operation for PlanCheck {
    const NAME: &'static str = "plan_check";
    const SUMMARY: &'static str = "Check whether a plan can still be approved and run";
    const EFFECT: Effect = Effect::Reads;
    type Request = PlanRequest;
    type Response = OpenPlan;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<OpenPlan> {
        let stored = escher.plan(&request.plan).await?;
        // What can never run any more is refused before anybody is asked to approve it.
        let checked = escher.still_open(&stored)?;
        // An approval that is worth nothing is not replaced in passing: the person looks first.
        if let Some(unapproved) = stored.unapproved() {
            return Err(unapproved);
        }
        Ok(OpenPlan { plan: checked.into_doc(), approved: stored.approval.is_some() })
    }
}
