//! What policy evaluates, and what it returns.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PlanDoc;
use crate::{Decision, WallTime};

/// When a plan is judged, and who approves it.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// The time, by the system clock.
    pub at: WallTime,
    /// Who approves the plan or has approved it; `None` if nobody has yet.
    pub approver: Option<&'a str>,
}

/// The rules that decide what may run, what needs approval, and what is forbidden.
pub trait Policy: Send + Sync {
    /// Judges a plan by its steps, the facts about its targets, and the occasion. What no rule covers is not allowed.
    fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>) -> Verdict;
}

/// What one rule says about a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The rule's decision.
    pub decision: Decision,
    /// The reason, in a sentence that names the rule.
    pub reason: String,
    /// The rule's line in the policy file; absent for the default rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Names of targets that lack the data to decide. They count as matching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

/// What policy says about a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The strictest decision of all rules.
    pub decision: Decision,
    /// What each applicable rule says, default rules first.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// A verdict without findings.
    pub const fn of(decision: Decision) -> Self {
        Self { decision, findings: Vec::new() }
    }

    /// Adds a finding. It can make the decision stricter, never looser.
    pub fn add(&mut self, finding: Finding) {
        self.decision = self.decision.max(finding.decision);
        self.findings.push(finding);
    }

    /// Adds what a default rule says.
    pub fn say(&mut self, decision: Decision, reason: impl Into<String>) {
        self.add(Finding { decision, reason: reason.into(), line: None, undecided: Vec::new() });
    }

    /// The reasons, one for each rule that led to the decision; milder rules appear only in the findings.
    pub fn reasons(&self) -> Vec<String> {
        self.findings.iter().filter(|finding| finding.decision == self.decision).map(|finding| finding.reason.clone()).collect()
    }
}
