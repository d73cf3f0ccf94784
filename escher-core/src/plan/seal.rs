//! The seal on a stored plan: what of the row is as this installation wrote it.
//!
//! A plan's digest covers what it does, an approval covers who said yes. The seal covers the rest of the row, in two
//! parts: where the plan stands (its status and its run), and its remarks (warnings and impact), which cannot be
//! worked out anew without the estate as it was. Decision and reasons are sealed by nothing: policy is asked anew.

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
    /// Over id, digest, status and run.
    pub standing: String,
    /// Over id, digest, warnings and the steps' impact.
    pub remarks: String,
}

/// What a seal shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealState {
    /// There is none, or it is of another installation's key: it proves nothing here.
    Foreign,
    /// Sealed here, and the status or run is not what was sealed.
    Broken,
    /// As it was written here.
    Whole {
        /// Whether warnings and impact are too.
        remarks: bool,
    },
}

impl PlanRecord {
    /// The record with its seal made anew.
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

    /// What the seal shows to the holder of this key.
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
