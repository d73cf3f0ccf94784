//! Trying a plan without a change, and saying honestly what that shows.

use escher_core::plan::DryRun;
use escher_core::{Checked, Plan, PlanDoc, ResourceId, Step, StepId};
use futures::{StreamExt, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::executor::Executor;
use crate::step::told;
use crate::wanted;

/// What trying a step showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum DryRunOutcome {
    /// Nothing speaks against it.
    Passed,
    /// It would be skipped or refused.
    Refused,
    /// It cannot be tried, or could not.
    NotTried,
}

/// A step that was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DryRunStep {
    /// The step.
    pub step: StepId,
    /// The resource.
    pub target: ResourceId,
    /// How it was tried.
    pub how: DryRun,
    /// What that showed.
    pub result: DryRunOutcome,
    /// The same in words: what was checked and what was not.
    pub text: String,
}

impl Executor {
    /// Tries every step without a change, in the order of the plan. A step that waits for another on the same target
    /// is tried against the present state, so its preconditions are not judged.
    pub async fn dry_run(&self, plan: &Plan<Checked>) -> Vec<DryRunStep> {
        let tries: Vec<_> = plan
            .doc()
            .steps
            .iter()
            .map(|step| async move {
                let (result, text) = self.try_step(plan.doc(), step).await;
                DryRunStep { step: step.id.clone(), target: step.target.id.clone(), how: step.dry_run, result, text }
            })
            .collect();
        stream::iter(tries).buffered(self.limits.per_account.max(1)).collect().await
    }

    async fn try_step(&self, plan: &PlanDoc, step: &Step) -> (DryRunOutcome, String) {
        let cloud = match self.clouds.of(&step.target) {
            Ok(cloud) => cloud,
            Err(error) => return (DryRunOutcome::NotTried, told(&error)),
        };
        let budget = self.budget();
        let now = match self.read_confirmed(&**cloud, step, &budget).await {
            Ok(Some(now)) => now,
            Ok(None) => return (DryRunOutcome::Refused, "it is no longer there".to_owned()),
            Err(error) => return (DryRunOutcome::NotTried, format!("the target could not be read: {}", told(&error))),
        };
        if now.observed_hash() != step.target.observed {
            return (DryRunOutcome::Refused, self.what_changed(plan, step, &step.target.observed, &now).await);
        }
        if step.needs.is_empty()
            && let Some((text, truth)) = wanted::unmet(&step.preconditions, &now, self.clock.now())
        {
            let what = if truth.is_none() { "could not be evaluated" } else { "does not hold" };
            return (DryRunOutcome::Refused, format!("precondition `{text}` {what}"));
        }
        match step.dry_run {
            DryRun::None => (DryRunOutcome::NotTried, "the target matches the plan; the action itself has no dry run".to_owned()),
            DryRun::Simulate => (
                DryRunOutcome::Passed,
                "simulated: the target matches the plan; the cloud was not asked whether it would allow the action".to_owned(),
            ),
            DryRun::Native => {
                match tokio::time::timeout(self.limits.request, cloud.dry_run(&self.read_cx().with_retries(budget), step)).await {
                    Ok(Ok(())) => (
                        DryRunOutcome::Passed,
                        "the cloud would allow the action; it did not check whether the action would succeed".to_owned(),
                    ),
                    Ok(Err(error)) if error.kind().is_temporary() => (DryRunOutcome::NotTried, told(&error)),
                    Ok(Err(error)) => (DryRunOutcome::Refused, told(&error)),
                    Err(_) => (DryRunOutcome::NotTried, "the cloud did not answer in time".to_owned()),
                }
            }
        }
    }
}
