//! Templates and plan documents: what is stored, shown and digested.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PlanId, PlanOrigin, StepId};
use crate::{Action, CloudId, Decision, Effect, Env, Flag, Resource, ResourceId, Risk, Selector, Truth, Verb, digest};

/// The current version of plan documents. Documents of version 1 have neither an origin nor facts about their targets;
/// absent fields are not written, so that their digest stays the same.
pub const SCHEMA: u32 = 2;

/// A plan before its targets are known: steps over selectors, without resource ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanTemplate {
    /// The person's goal, in words.
    pub goal: String,
    /// The steps, in order.
    pub steps: Vec<StepTemplate>,
    /// The minimum risk, in the brain's judgment; the plan's risk is this or higher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
}

/// One step of a template: a verb for everything that a selector matches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepTemplate {
    /// The step's id, unique in the template.
    pub id: StepId,
    /// What to do. The kind comes from each target, if that kind has the verb.
    pub verb: Verb,
    /// The targets, as a selector.
    pub selector: Selector,
    /// The verb's parameters.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// Earlier steps that must be done, on all their targets, before this one begins.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<StepId>,
    /// What a failure on one of its targets means for the steps that need it.
    #[serde(default)]
    pub on_failure: OnFailure,
}

impl StepTemplate {
    /// A step that needs no other.
    pub fn new(id: StepId, verb: Verb, selector: Selector, params: Map<String, Value>) -> Self {
        Self { id, verb, selector, params, needs: Vec::new(), on_failure: OnFailure::default() }
    }
}

/// The resource that a step acts on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The canonical id.
    pub id: ResourceId,
    /// The resource's name, for people.
    pub name: String,
    /// The cloud.
    pub cloud: CloudId,
    /// The account, subscription or project.
    pub account: String,
    /// The region; `global` if it has none.
    pub region: String,
    /// The cloud's own type, by which the provider finds its service.
    #[serde(rename = "type")]
    pub native: String,
    /// [`crate::Resource::observed_hash`] when the plan was made.
    pub observed: String,
    /// What else was observed then, for policy to evaluate. Present in every document with schema 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<TargetFacts>,
}

/// What policy may need to know about a target besides its location, as observed when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetFacts {
    /// The display name of its account; absent if unknown, and in documents of versions that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The environment, derived from its tags, its account or its name.
    pub env: Option<Env>,
    /// Its tags, with keys as the resource spells them; `None` if unknown.
    pub tags: Option<BTreeMap<String, String>>,
    /// Every flag; `None` means unknown.
    pub flags: BTreeMap<Flag, Truth>,
}

impl TargetFacts {
    /// The facts of a resource at a point in time.
    pub fn of(resource: &Resource, at: Timestamp) -> Self {
        Self {
            account_name: resource.account_name.clone(),
            env: resource.env(),
            tags: resource.tags.clone(),
            flags: Flag::ALL.iter().map(|&flag| (flag, resource.flag(flag, at))).collect(),
        }
    }
}

/// How often a step may be tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retry {
    /// The maximum number of attempts: at least 1; above 1 only for idempotent actions.
    pub max_attempts: u32,
}

/// What a failed step means for the steps that have not begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Steps that need it are skipped.
    #[default]
    Stop,
    /// They continue.
    Continue,
}

/// How a step can be tried without changing anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum DryRun {
    /// The cloud itself says whether it would permit the step; it mostly does not check whether the step would succeed.
    Native,
    /// Escher reads the target and checks preconditions.
    Simulate,
    /// Not at all; no dry run is claimed.
    None,
}

/// One action on one target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// The step's id, `s1`, `s2`, …, unique in the plan.
    pub id: StepId,
    /// The action.
    pub action: Action,
    /// The target.
    pub target: Target,
    /// The action's parameters.
    pub params: Map<String, Value>,
    /// Ids of the steps that must be done first.
    pub needs: Vec<StepId>,
    /// What it does to the target: reads, mutates or destroys.
    pub effect: Effect,
    /// Selectors that must match the target right before the step.
    pub preconditions: Vec<String>,
    /// How it can be tried.
    pub dry_run: DryRun,
    /// What must hold after the step: selectors, or `gone`.
    pub verify: Vec<String>,
    /// The action that undoes it.
    pub compensate: Option<Action>,
    /// The timeout of one attempt, such as `300s`.
    pub timeout: String,
    /// How often it may be tried.
    pub retry: Retry,
    /// What its failure means for the steps that need it.
    pub on_failure: OnFailure,
    /// The equivalent command lines, each as a list of arguments.
    pub cli: Vec<Vec<String>>,
    /// What the step means, for people; not part of the digest.
    pub impact: String,
}

/// A plan: ids instead of selectors. This is what is stored, shown and approved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlanDoc {
    /// The schema version: [`SCHEMA`], or the one with which it was made.
    pub schema: u32,
    /// The plan's id.
    pub id: PlanId,
    /// The person's goal, in words.
    pub goal: String,
    /// Why the plan was made. Present in every document with schema 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<PlanOrigin>,
    /// The digest, [`PlanDoc::compute_digest`], when it was made.
    pub digest: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it expires; it must be started before.
    pub expires: Timestamp,
    /// Who it runs as, for each account.
    pub principal: String,
    /// The highest risk of its steps, raised by environment and size.
    pub risk: Risk,
    /// Policy's decision.
    pub decision: Decision,
    /// The reasons for the decision.
    pub reasons: Vec<String>,
    /// How many resources it touches.
    pub blast_radius: usize,
    /// The steps.
    pub steps: Vec<Step>,
    /// Warnings for the person to read before approving.
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
