//! Templates and plan documents: what is stored, shown and digested.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Action, CloudId, Decision, Effect, ResourceId, Risk, Selector, Verb, digest};

/// The version of the plan document.
pub const SCHEMA: u32 = 1;

/// A plan before it knows its targets: steps over selectors, no resource ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanTemplate {
    /// What the person wants, in words.
    pub goal: String,
    /// Steps in their order.
    pub steps: Vec<StepTemplate>,
    /// What the brain holds the risk to be at the least; a plan's is that or more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
}

/// One order: a verb on everything that a selector admits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepTemplate {
    /// What to do. The kind is each target's own, as far as it has the verb.
    pub verb: Verb,
    /// On what.
    pub selector: Selector,
    /// With what.
    #[serde(default)]
    pub params: Map<String, Value>,
}

/// The resource a step acts on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// Canonical id.
    pub id: ResourceId,
    /// Its name, for people.
    pub name: String,
    /// The cloud.
    pub cloud: CloudId,
    /// Account, subscription or project.
    pub account: String,
    /// The region, `global` where it has none.
    pub region: String,
    /// The native type, by which the provider finds its service.
    #[serde(rename = "type")]
    pub native: String,
    /// [`crate::Resource::observed_hash`] when the plan was made.
    pub observed: String,
}

/// How often a step is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retry {
    /// At least 1; above 1 only for idempotent actions.
    pub max_attempts: u32,
}

/// What a failed step means for the steps not yet begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Those that need it are skipped.
    Stop,
    /// They go on.
    Continue,
}

/// How a step can be tried without a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DryRun {
    /// The cloud says itself whether it would permit it; whether it would succeed it mostly does not check.
    Native,
    /// Escher reads the target and checks preconditions.
    Simulate,
    /// Not at all, and none is claimed.
    None,
}

/// One action on one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// `s1`, `s2`, … unique in the plan.
    pub id: String,
    /// What is done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// With what.
    pub params: Map<String, Value>,
    /// Ids of steps that must be done before.
    pub needs: Vec<String>,
    /// What it leaves behind.
    pub effect: Effect,
    /// Selectors that must hold for the target right before.
    pub preconditions: Vec<String>,
    /// How it can be tried.
    pub dry_run: DryRun,
    /// What must hold afterwards: selectors, or `gone`.
    pub verify: Vec<String>,
    /// The action that takes it back.
    pub compensate: Option<Action>,
    /// How long a try may take, `300s`.
    pub timeout: String,
    /// How often it is tried.
    pub retry: Retry,
    /// What its failure means.
    pub on_failure: OnFailure,
    /// The same as command lines, argv by argv.
    pub cli: Vec<Vec<String>>,
    /// What it means, for people; not part of the digest.
    pub impact: String,
}

/// A plan: ids, not selectors. What is stored, shown and approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDoc {
    /// [`SCHEMA`].
    pub schema: u32,
    /// `pl_…`.
    pub id: String,
    /// What the person wants, in words.
    pub goal: String,
    /// [`PlanDoc::compute_digest`] when it was made.
    pub digest: String,
    /// When it was made.
    pub created: Timestamp,
    /// Until when it may be started.
    pub expires: Timestamp,
    /// Who it runs as, per account: named again in every plan.
    pub principal: String,
    /// The highest risk of its steps, raised by environment and size.
    pub risk: Risk,
    /// What policy says.
    pub decision: Decision,
    /// Why.
    pub reasons: Vec<String>,
    /// How many resources it touches.
    pub blast_radius: usize,
    /// The steps.
    pub steps: Vec<Step>,
    /// What the person should know before approving.
    pub warnings: Vec<String>,
}

impl PlanDoc {
    /// SHA-256 over the RFC 8785 JSON of the plan without `digest`, `decision`, `reasons`, `warnings` and `impact`.
    pub fn compute_digest(&self) -> String {
        let mut value = serde_json::to_value(self).unwrap_or_default();
        if let Some(plan) = value.as_object_mut() {
            for key in ["digest", "decision", "reasons", "warnings", "impact"] {
                plan.remove(key);
            }
            for step in plan.get_mut("steps").and_then(Value::as_array_mut).into_iter().flatten() {
                if let Some(step) = step.as_object_mut() {
                    step.remove("impact");
                }
            }
        }
        digest::of(&value)
    }

    /// The document with its digest computed.
    #[must_use]
    pub fn sealed(mut self) -> Self {
        self.digest = self.compute_digest();
        self
    }
}
