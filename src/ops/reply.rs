//! Replies: the results of an utterance, in the shapes that every interface returns.

use std::collections::BTreeMap;

use escher_core::{Clarify, ConversationId, Frame, Next, PlanDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ops::search::Hit;

/// The response to an utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AskResponse {
    /// How the words were understood.
    pub frame: Frame,
    /// The conversation in which this turn was saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The reply.
    #[serde(flatten)]
    pub reply: Reply,
}

/// The reply: an answer, a plan that has not run, or a clarifying question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::large_enum_variant, reason = "one at a time, moved once")]
pub enum Reply {
    /// An answer.
    Answer(Answer),
    /// A plan to approve.
    Plan(PlanDoc),
    /// A clarifying question.
    Clarify(Clarify),
}

/// An answer from the local estate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The answer, in one or more sentences.
    pub text: String,
    /// How many resources match the selector.
    pub total: usize,
    /// The resources; all of them unless a limit was requested.
    pub hits: Vec<Hit>,
    /// Counts by the requested grouping.
    pub groups: Vec<Group>,
    /// How many resources lack the data to decide.
    pub unknown: usize,
    /// How many match but are terminated, and are left out because they were not requested.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub terminated: usize,
    /// Warnings for the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// The next step, if there is no data to answer from or nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// One resource in detail, if one was requested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// What the person can do if a requested change has no target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the question was answered; false if this version can't answer it.
    pub answered: bool,
}

/// One group with its count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// The fields and their values; null for fields that the resources don't report.
    pub key: BTreeMap<String, Option<String>>,
    /// How many resources are in the group.
    pub count: usize,
    /// US dollars per month, for resources whose cost is known; null if none is known.
    pub cost_month: Option<f64>,
    /// How many have an unknown cost and are not in the sum.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cost_unknown: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_zero(n: &usize) -> bool {
    *n == 0
}
