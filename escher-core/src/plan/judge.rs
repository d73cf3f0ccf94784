//! What policy is asked, and what it answers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::PlanDoc;
use crate::{Decision, WallTime};

/// When a plan is judged, and in whose name.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    /// When, by the system clock.
    pub at: WallTime,
    /// Who approves the plan or has approved it; `None` if nobody has yet.
    pub approver: Option<&'a str>,
}

/// The rules that decide what may run, what needs approval, what is forbidden.
pub trait Policy: Send + Sync {
    /// Judges a plan by its steps, the facts about its targets, and the occasion. What no rule knows is not allowed.
    fn judge(&self, plan: &PlanDoc, occasion: &Occasion<'_>) -> Verdict;
}

/// What one rule says of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// Its decision.
    pub decision: Decision,
    /// Why, in a sentence that names the rule.
    pub reason: String,
    /// The line of the policy file that the rule stands in; absent for the default rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Names of targets that lack the facts to decide. They count as matching.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undecided: Vec<String>,
}

/// What policy says of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The strictest decision of all rules.
    pub decision: Decision,
    /// What each rule says that applies, the default rules first.
    pub findings: Vec<Finding>,
}

impl Verdict {
    /// A verdict that nothing was said for yet.
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

    /// Why, a line for each rule that led to the decision; what milder rules say is among the findings only.
    pub fn reasons(&self) -> Vec<String> {
        self.findings.iter().filter(|finding| finding.decision == self.decision).map(|finding| finding.reason.clone()).collect()
    }
}
