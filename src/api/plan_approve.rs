//! `plan_approve`: a person approves a plan.

use escher_core::{PlanRecord, Result};

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// Approve a plan.
pub struct PlanApprove;

impl Operation for PlanApprove {
    const NAME: &'static str = "plan_approve";
    const SUMMARY: &'static str = "Approve a plan as shown; for a person, never for an assistant";
    const EFFECT: Effect = Effect::Changes;
    type Request = PlanRequest;
    type Response = PlanRecord;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<PlanRecord> {
        escher.approve(&request.plan).await
    }
}
