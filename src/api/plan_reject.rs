//! `plan_reject`: a person rejects a plan.

use escher_core::{PlanRecord, Result};

use super::plan::PlanRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// Reject a plan for good.
pub struct PlanReject;

impl Operation for PlanReject {
    const NAME: &'static str = "plan_reject";
    const SUMMARY: &'static str = "Reject a plan for good";
    const EFFECT: Effect = Effect::Changes;
    type Request = PlanRequest;
    type Response = PlanRecord;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PlanRequest, _: Cx<NoEvent>) -> Result<PlanRecord> {
        escher.reject(&request.plan).await
    }
}
