//! Replies: what an utterance comes to, in the shapes that every door passes on.

use std::collections::BTreeMap;

use escher_core::{Clarify, ConversationId, Frame, Next, PlanDoc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ops::search::Hit;

/// What came of an utterance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AskResponse {
    /// What the words were taken to mean.
    pub frame: Frame,
    /// The conversation that this turn was kept in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<ConversationId>,
    /// The reply.
    #[serde(flatten)]
    pub reply: Reply,
}

/// The reply: an answer, a plan that nothing has run, or a question back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(clippy::large_enum_variant, reason = "one at a time, moved once")]
pub enum Reply {
    /// An answer.
    Answer(Answer),
    /// A plan to approve.
    Plan(PlanDoc),
    /// A question back.
    Clarify(Clarify),
}

/// An answer from the local estate.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// In a sentence or more.
    pub text: String,
    /// How many resources the selector admits.
    pub total: usize,
    /// The resources; all of them unless a limit was asked for.
    pub hits: Vec<Hit>,
    /// Counts by what was asked to group by.
    pub groups: Vec<Group>,
    /// How many resources lack the data to decide.
    pub unknown: usize,
    /// How many match but are terminated, and are left out since nobody asked for them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub terminated: usize,
    /// What the person should know beside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
    /// What to do next, if there is nothing to answer from or nothing to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
    /// One resource in depth, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub details: Option<Value>,
    /// What the person can do about an order that has no target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether what the words ask for was answered; false says that this version cannot.
    pub answered: bool,
}

/// How many there are of one sort.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// The fields and their values; null for those that do not tell.
    pub key: BTreeMap<String, Option<String>>,
    /// How many.
    pub count: usize,
    /// US dollars per month, of those whose cost is known; null if none is.
    pub cost_month: Option<f64>,
    /// How many have no known cost and are not in the sum.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cost_unknown: usize,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
pub(crate) fn is_zero(n: &usize) -> bool {
    *n == 0
}
