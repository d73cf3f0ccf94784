//! `policy_check`: what policy says of a plan.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::policy::{Judged, PolicyCheckRequest, PolicyChecked};

/// Check what policy says of a plan.
pub struct PolicyCheck;

impl Operation for PolicyCheck {
    const NAME: &'static str = "policy_check";
    const SUMMARY: &'static str = "Check what policy says of a plan or an order, rule by rule; nothing is kept or run";
    const EFFECT: Effect = Effect::Reads;
    type Request = PolicyCheckRequest;
    type Response = PolicyChecked;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PolicyCheckRequest, _: Cx<NoEvent>) -> Result<PolicyChecked> {
        escher.policy_check(request).await
    }
}
