//! `policy_check`: shows what policy says about a plan.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::policy::{Judged, PolicyCheckRequest, PolicyChecked};

/// Check what policy says about a plan.
pub struct PolicyCheck;

impl Operation for PolicyCheck {
    const NAME: &'static str = "policy_check";
    const SUMMARY: &'static str = "Check what policy says about a plan or a requested change, rule by rule; nothing is saved or run";
    const EFFECT: Effect = Effect::Reads;
    type Request = PolicyCheckRequest;
    type Response = PolicyChecked;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: PolicyCheckRequest, _: Cx<NoEvent>) -> Result<PolicyChecked> {
        escher.policy_check(request).await
    }
}
