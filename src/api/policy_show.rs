//! `policy_show`: shows the rules in force.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

pub use crate::policy::PolicyReport;

/// Show the rules that decide what may run.
pub struct PolicyShow;

impl Operation for PolicyShow {
    const NAME: &'static str = "policy_show";
    const SUMMARY: &'static str = "Show the rules that decide what may run, and any problems with their file";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = PolicyReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<PolicyReport> {
        Ok(escher.policy_report())
    }
}
