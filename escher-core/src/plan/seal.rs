//! The seal on a stored plan: which parts of the row are as this installation wrote them.
//!
//! A plan's digest covers what it does; an approval covers who approved it. The seal covers the rest of the row, in two
//! parts: the plan's standing (its status and its run), and its remarks (warnings and impact), which cannot be recomputed
//! without the estate as it was. Decision and reasons are not sealed: policy is evaluated again.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{PlanRecord, PublicKey, Result, SecretKey};

const STANDING: &str = "escher plan standing 1";
const REMARKS: &str = "escher plan remarks 1";

/// The signatures on a stored plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Seal {
    /// The public key of the installation that wrote it.
    pub key: String,
    /// The signature over id, digest, status and run.
    pub standing: String,
    /// The signature over id, digest, warnings and the steps' impact.
    pub remarks: String,
}

/// What a seal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealState {
    /// There is none, or another installation's key made it: it proves nothing here.
    Foreign,
    /// Sealed here, but the status or run differs from what was sealed.
    Broken,
    /// Unaltered since it was written here.
    Whole {
        /// Whether warnings and impact are unaltered too.
        remarks: bool,
    },
}

impl PlanRecord {
    /// The record with a new seal.
    ///
    /// # Errors
    /// `Internal` if it has no canonical form.
    pub fn sealed(mut self, key: &SecretKey) -> Result<Self> {
        self.seal = Some(Seal {
            key: key.public().to_string(),
            standing: key.sign(STANDING, &self.standing())?,
            remarks: key.sign(REMARKS, &self.remarks())?,
        });
        Ok(self)
    }

    /// What the seal shows, checked with this key.
    pub fn seal_state(&self, key: Option<&PublicKey>) -> SealState {
        let (Some(seal), Some(key)) = (&self.seal, key) else { return SealState::Foreign };
        if seal.key != key.to_string() {
            return SealState::Foreign;
        }
        if !key.verifies(STANDING, &self.standing(), &seal.standing) {
            return SealState::Broken;
        }
        SealState::Whole { remarks: key.verifies(REMARKS, &self.remarks(), &seal.remarks) }
    }

    fn standing(&self) -> Value {
        json!({"plan": self.doc.id, "digest": self.doc.digest, "status": self.status, "run": self.run})
    }

    fn remarks(&self) -> Value {
        let impact: Vec<&str> = self.doc.steps.iter().map(|step| step.impact.as_str()).collect();
        json!({"plan": self.doc.id, "digest": self.doc.digest, "warnings": self.doc.warnings, "impact": impact})
    }
}
