//! A person's approval: of one plan, through these connections, signed with this installation's key.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Checked, Plan, PlanId};
use crate::{CLOCK_SKEW, CloudId, Decision, Error, ErrorKind, Next, PublicKey, Result, SecretKey, WallTime};

/// The kind of document that the signature covers.
const KIND: &str = "escher plan approval 1";

/// A connection as it was when a plan that uses it was approved. The principal is in the plan itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApprovedConnection {
    /// The connection's name.
    pub name: String,
    /// The cloud it leads to.
    pub cloud: CloudId,
    /// The API endpoint, if it is not the cloud's default; for a simulated cloud, what it simulates.
    pub endpoint: Option<String>,
    /// The profile that provides its credentials, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The accounts it covers, sorted.
    pub accounts: Vec<String>,
}

/// An approval of one digest, as stored. Only [`Approval::sign`] makes one that verifies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// The plan's id.
    pub plan: PlanId,
    /// The digest of the plan that was shown.
    pub digest: String,
    /// Who approved.
    pub by: String,
    /// When, by the system clock.
    pub at: Timestamp,
    /// The connections through which the plan acts, as they were at that time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connections: Vec<ApprovedConnection>,
    /// The public key of the installation where it was given; empty if an older version made it, which did not sign.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The signature over all other fields.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub signature: String,
}

/// An approval that was verified against its plan. Only [`Approval::verify`] makes one.
#[derive(Clone, Debug)]
pub struct VerifiedApproval {
    approval: Approval,
    resumes: bool,
}

impl VerifiedApproval {
    /// The approval.
    pub fn approval(&self) -> &Approval {
        &self.approval
    }

    /// Whether it is for this plan, and for the moment that the plan was checked for.
    pub(super) fn is_for(&self, plan: &Plan<Checked>) -> bool {
        self.approval.plan == plan.doc().id && self.approval.digest == plan.doc().digest && self.resumes == plan.resumes()
    }
}

impl Approval {
    /// Approves a plan in the name of `by`.
    ///
    /// # Errors
    /// `Forbidden` if policy forbids the plan, whoever approves; `Stale` outside the plan's lifetime.
    pub fn sign(
        plan: &Plan<Checked>,
        by: impl Into<String>,
        at: WallTime,
        connections: Vec<ApprovedConnection>,
        key: &SecretKey,
    ) -> Result<Self> {
        let mut approval = Self {
            plan: plan.doc().id.clone(),
            digest: plan.doc().digest.clone(),
            by: by.into(),
            at: at.timestamp(),
            connections,
            key: key.public().to_string(),
            signature: String::new(),
        };
        approval.fits(plan)?;
        approval.signature = key.sign(KIND, &approval)?;
        Ok(approval)
    }

    /// Checks that it was given with this key and is unaltered.
    ///
    /// # Errors
    /// `Stale`, with the reason why it is not valid here.
    pub fn is_signed(&self, key: Option<&PublicKey>) -> Result<()> {
        let void = |message: &str| {
            let error = Error::new(ErrorKind::Stale, message).operation("verify approval").with("plan", self.plan.clone());
            Err(error.hint("review the plan and approve it again").next(Next::Approve { plan: self.plan.clone() }))
        };
        if self.signature.is_empty() || self.key.is_empty() {
            return void("the approval is not signed: it comes from a version of Escher that did not sign approvals");
        }
        let Some(key) = key.filter(|key| key.to_string() == self.key) else {
            return void(
                "this approval was signed with another key: the plan was approved in another data directory, \
                 or the key of this one was lost or replaced",
            );
        };
        let unsigned = Self { signature: String::new(), ..self.clone() };
        if key.verifies(KIND, &unsigned, &self.signature) { Ok(()) } else { void("the approval was altered after it was given") }
    }

    /// Verifies the approval against a plan, this installation's key, and the current connections.
    ///
    /// # Errors
    /// `Stale` if it is for another plan or digest, was given outside the plan's lifetime, was signed with another key, was
    /// altered, or if a connection leads elsewhere than it did; `Forbidden` if policy forbids the plan, whoever
    /// approves.
    pub fn verify(self, plan: &Plan<Checked>, key: Option<&PublicKey>, connections: &[ApprovedConnection]) -> Result<VerifiedApproval> {
        self.fits(plan)?;
        self.is_signed(key)?;
        if let Some(difference) = difference(&self.connections, connections) {
            return Err(fail(plan, ErrorKind::Stale, &format!("since the plan was approved, {difference}"))
                .hint("find out who changed the connections; if the change is right, approve the plan again")
                .next(Next::Approve { plan: self.plan.clone() }));
        }
        Ok(VerifiedApproval { resumes: plan.resumes(), approval: self })
    }

    /// Checks that it can be for this plan at all.
    fn fits(&self, plan: &Plan<Checked>) -> Result<()> {
        let doc = plan.doc();
        if doc.decision == Decision::Forbid {
            return Err(fail(plan, ErrorKind::Forbidden, "policy forbids this plan").hint(doc.reasons.join("; ")).next(Next::Policy));
        }
        if self.plan != doc.id || self.digest != doc.digest {
            return Err(fail(plan, ErrorKind::Stale, "the approval is for another plan or another version of it")
                .hint("review the plan and approve it again"));
        }
        // A run that was begun in time may be approved once more after that, for the rest of it.
        if doc.created.duration_since(self.at) > CLOCK_SKEW || (self.at >= doc.expires && !plan.resumes()) {
            return Err(fail(plan, ErrorKind::Stale, "the approval was given before the plan was created or after it expired")
                .hint("ask again to get a new plan"));
        }
        Ok(())
    }
}

fn fail(plan: &Plan<Checked>, kind: ErrorKind, message: &str) -> Error {
    Error::new(kind, message).operation("approve plan").with("plan", plan.doc().id.clone())
}

/// The first difference between the connections of an approval and the current ones.
fn difference(then: &[ApprovedConnection], now: &[ApprovedConnection]) -> Option<String> {
    for before in then {
        let name = &before.name;
        let Some(after) = now.iter().find(|after| after.name == *name) else {
            return Some(format!("the connection `{name}` is gone or covers other accounts"));
        };
        let text = |value: &Option<String>| value.as_ref().map_or_else(|| "the default".to_owned(), |value| format!("`{value}`"));
        for (what, before, after) in [("endpoint", &before.endpoint, &after.endpoint), ("profile", &before.profile, &after.profile)] {
            if before != after {
                return Some(format!("the {what} of the connection `{name}` changed from {} to {}", text(before), text(after)));
            }
        }
        if before != after {
            return Some(format!("the connection `{name}` covers other accounts"));
        }
    }
    let added = now.iter().find(|after| !then.iter().any(|before| before.name == after.name));
    if let Some(added) = added {
        return Some(format!("the connection `{}` now covers its accounts too", added.name));
    }
    // Which of two connections to one account is used depends on their order.
    (then != now).then(|| "the connections were reordered".to_owned())
}
