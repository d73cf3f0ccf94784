//! Policy: the rules in force, and what they say of a plan.

use escher_core::{Decision, Error, ErrorKind, Finding, Occasion, PlanDoc, PlanId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;
use crate::policy::PolicyReport;

/// What is to be judged: a plan by its id, an order in words, or a plan's document. With none of them, only the policy
/// file is checked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyCheckRequest {
    /// A plan's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// An order in plain words. It is planned, and the plan is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A plan's document, from wherever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document: Option<PlanDoc>,
    /// Who would approve it; if absent, whoever has, or else the configured user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
}

/// What policy says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyChecked {
    /// The rules in force, and what is wrong with their file.
    pub policy: PolicyReport,
    /// What they say of the plan, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
}

/// What policy says of one plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// The plan's id; of one that was not kept, nothing else knows it.
    pub plan: PlanId,
    /// What it is for.
    pub goal: String,
    /// How many resources it touches.
    pub blast_radius: usize,
    /// Who approves it, or would.
    pub approver: String,
    /// The strictest decision of all rules.
    pub decision: Decision,
    /// Each rule that applies or could not be decided.
    pub findings: Vec<Finding>,
}

impl Escher {
    /// The rules in force, where they come from, and what is wrong with them.
    pub fn policy_report(&self) -> PolicyReport {
        self.policy_file().report(self.wall_now())
    }

    /// What policy would say of a plan. Nothing is stored, approved or run.
    ///
    /// # Errors
    /// `Invalid` if name only one plan or the words order no change; `NotFound`; `Storage`.
    pub async fn policy_check(&self, request: PolicyCheckRequest) -> Result<PolicyChecked> {
        let PolicyCheckRequest { plan, text, document, approver } = request;
        let (doc, approved_by) = match (plan, text, document) {
            (None, None, None) => (None, None),
            (Some(plan), None, None) => {
                let stored = self.plan(&plan).await?.record;
                (Some(stored.doc), stored.approval.map(|approval| approval.by))
            }
            (None, Some(text), None) => (Some(self.planned(&text).await?), None),
            (None, None, Some(document)) => (Some(document), None),
            _ => {
                return Err(Error::new(ErrorKind::Invalid, "name only one plan")
                    .operation("check policy")
                    .hint("give one of plan, text and document"));
            }
        };
        if approver.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(Error::invalid("the approver's name is empty").operation("check policy").hint("name a person, or leave it out"));
        }
        let approver = approver.or(approved_by).unwrap_or_else(|| self.config().user.clone());
        let judged = doc.map(|doc| {
            let verdict = self.policy().judge(&doc, &Occasion { at: self.wall_now(), approver: Some(&approver) });
            let (decision, findings) = (verdict.decision, verdict.findings);
            Judged { plan: doc.id, goal: doc.goal, blast_radius: doc.blast_radius, approver, decision, findings }
        });
        Ok(PolicyChecked { policy: self.policy_report(), judged })
    }
}
