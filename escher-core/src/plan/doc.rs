//! Templates and plan documents: what is stored, shown and digested.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{PlanId, PlanOrigin, StepId};
use crate::{Action, CloudId, Decision, Effect, Env, Flag, Resource, ResourceId, Risk, Selector, Truth, Verb, digest};

/// The version of plan documents that are made now. Those of version 1 have neither an origin nor facts about their
/// targets; what is absent is not written, so that their digest stays what it was.
pub const SCHEMA: u32 = 2;

/// A plan before it knows its targets: steps over selectors, no resource ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StepTemplate {
    /// Unique in the template.
    pub id: StepId,
    /// What to do. The kind is each target's own, as far as it has the verb.
    pub verb: Verb,
    /// On what.
    pub selector: Selector,
    /// With what.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// Orders that must be carried out, all of them on all their targets, before this one begins. They stand before it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<StepId>,
    /// What a failure on one of its targets means for the orders that need it.
    #[serde(default)]
    pub on_failure: OnFailure,
}

impl StepTemplate {
    /// An order that needs no other.
    pub fn new(id: StepId, verb: Verb, selector: Selector, params: Map<String, Value>) -> Self {
        Self { id, verb, selector, params, needs: Vec::new(), on_failure: OnFailure::default() }
    }
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
    /// The region, `global` if it has none.
    pub region: String,
    /// The native type, by which the provider finds its service.
    #[serde(rename = "type")]
    pub native: String,
    /// [`crate::Resource::observed_hash`] when the plan was made.
    pub observed: String,
    /// What else was observed then, for policy to judge by. In every document of schema 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<TargetFacts>,
}

/// What policy may want to know of a target, beside where it is: as it was observed when the plan was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TargetFacts {
    /// The display name of its account; absent if unknown, and in documents of versions that did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The environment that its tags, its account or its name tell.
    pub env: Option<Env>,
    /// Its tags, with their keys as they are written; `None` if they are unknown.
    pub tags: Option<BTreeMap<String, String>>,
    /// Every flag; `None` is unknown.
    pub flags: BTreeMap<Flag, Truth>,
}

impl TargetFacts {
    /// The facts of a resource at a moment.
    pub fn of(resource: &Resource, at: Timestamp) -> Self {
        Self {
            account_name: resource.account_name.clone(),
            env: resource.env(),
            tags: resource.tags.clone(),
            flags: Flag::ALL.iter().map(|&flag| (flag, resource.flag(flag, at))).collect(),
        }
    }
}

/// How often a step is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Retry {
    /// At least 1; above 1 only for idempotent actions.
    pub max_attempts: u32,
}

/// What a failed step means for the steps not yet begun.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    /// Those that need it are skipped.
    #[default]
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
    pub id: StepId,
    /// What is done.
    pub action: Action,
    /// To what.
    pub target: Target,
    /// With what.
    pub params: Map<String, Value>,
    /// Ids of steps that must be done before.
    pub needs: Vec<StepId>,
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
    /// [`SCHEMA`], or the version in which it was made.
    pub schema: u32,
    /// Its id.
    pub id: PlanId,
    /// What the person wants, in words.
    pub goal: String,
    /// What it was made for. In every document of schema 2.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<PlanOrigin>,
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
