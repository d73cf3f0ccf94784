//! A frame: what an utterance means.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::words::vocabulary;

vocabulary! {
    /// What the person wants.
    Intent, "intent" {
        /// List or look up.
        Find = "find",
        /// How many.
        Count = "count",
        /// One resource in depth.
        Describe = "describe",
        /// Change something now.
        Act = "act",
        /// Change something later or repeatedly.
        Schedule = "schedule",
        /// Write, list or run a procedure of several steps.
        Playbook = "playbook",
        /// Spend, trend, budget, forecast, anomaly.
        Cost = "cost",
        /// Waste, rightsizing, security or compliance findings.
        Advise = "advise",
        /// Morning, inventory or compliance report; export.
        Report = "report",
        /// Events, alerts, rules, incidents.
        Alerts = "alerts",
        /// What was run, by whom.
        History = "history",
        /// How to, what is; never executes.
        Explain = "explain",
        /// Greeting, thanks.
        Smalltalk = "smalltalk",
        /// Outside cloud operations, or refused.
        Unknown = "unknown",
    }
}

/// One part of the selector's top-level conjunction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    /// A field of the selector language.
    pub field: String,
    /// `=` `!=` `~` `NOT ~` `<` `<=` `>` `>=` `IN` `NOT IN` `EXISTS`.
    pub op: String,
    /// Text, number, truth value; for `IN` and `NOT IN` a list, or `{"selector": "…"}` where a relation is followed.
    pub value: Value,
}

/// A question back. Nothing happens until it is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clarify {
    /// The question.
    pub question: String,
    /// Answers to choose from; free text is welcome too.
    pub options: Vec<String>,
}

/// A word that was read as another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// As it was typed.
    pub from: String,
    /// As it was read.
    pub to: String,
}

/// When something is to happen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Schedule {
    /// Repeatedly.
    Cron {
        /// Five fields.
        cron: String,
        /// IANA zone; the person's own where `None`.
        tz: Option<String>,
    },
    /// Once.
    At {
        /// Local time, `2026-12-01T09:00`.
        at: String,
    },
}

/// The order of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// A field of the selector language.
    pub by: String,
    /// Largest first.
    pub desc: bool,
}

/// What an utterance means: the contract between the brain and everything that acts on words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Frame {
    /// What the person wants.
    pub intent: Intent,
    /// Which resources, in the selector language; empty for all.
    pub selector: String,
    /// The selector's top-level conjunction, flattened.
    pub constraints: Vec<Constraint>,
    /// Whether `constraints` say all that the selector says; printed only when they do not.
    #[serde(default = "yes", skip_serializing_if = "is_true")]
    pub complete: bool,
    /// `vm.stop`, or `*.stop` where the kind was not told.
    pub action: Option<String>,
    /// The action's parameters.
    pub params: Map<String, Value>,
    /// Fields to group by.
    pub group_by: Vec<String>,
    /// A period word, `last_7d`, `2026-10` or `2026-10-01..2026-10-31`.
    pub period: Option<String>,
    /// When, for `schedule`.
    pub schedule: Option<Schedule>,
    /// The order asked for.
    pub sort: Option<Sort>,
    /// How many at most.
    pub limit: Option<u64>,
    /// The question back, if one is needed.
    pub clarify: Option<Clarify>,
    /// How sure, 0 to 1.
    pub confidence: f64,
    /// Why the utterance was refused or not understood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Words whose spelling was corrected.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Correction>,
    /// Words of a question that nothing accounted for: the answer is to what is left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<String>,
    /// Where an order can be read in several ways, each of them whole. Whoever holds the estate sees whether they differ.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub readings: Vec<Frame>,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for this signature")]
fn is_true(value: &bool) -> bool {
    *value
}

impl Frame {
    /// A frame that says nothing yet but the intent.
    pub fn new(intent: Intent) -> Self {
        Self {
            intent,
            selector: String::new(),
            constraints: Vec::new(),
            complete: true,
            action: None,
            params: Map::new(),
            group_by: Vec::new(),
            period: None,
            schedule: None,
            sort: None,
            limit: None,
            clarify: None,
            confidence: 0.0,
            note: None,
            corrected: Vec::new(),
            unread: Vec::new(),
            readings: Vec::new(),
        }
    }

    /// Whether the frame orders a change that can be planned as it stands.
    pub fn is_executable(&self) -> bool {
        matches!(self.intent, Intent::Act | Intent::Schedule) && self.clarify.is_none() && self.action.is_some()
    }
}
