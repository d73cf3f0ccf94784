//! Why a plan was made.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{PlanDoc, RunId};

/// Why a plan was made. Part of its digest, so an approval covers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase")]
#[non_exhaustive]
pub enum PlanOrigin {
    /// A person's words.
    Ask,
    /// A request to undo a run.
    Undo {
        /// The run to undo.
        run: RunId,
    },
    /// A schedule that fired.
    Schedule,
    /// A playbook.
    Playbook,
    /// An alert.
    Alert,
    /// A program that called an operation.
    Api,
}

impl PlanDoc {
    /// The run that this plan undoes, if it was made for that.
    pub fn undoes(&self) -> Option<RunId> {
        match &self.origin {
            Some(PlanOrigin::Undo { run }) => Some(run.clone()),
            Some(_) => None,
            None => undone_in_words(&self.goal),
        }
    }
}

/// Documents with schema 1 name the run only at the end of their goal: `Undo: stop vms (run_…)`.
fn undone_in_words(goal: &str) -> Option<RunId> {
    let (_, last) = goal.strip_prefix("Undo: ")?.rsplit_once('(')?;
    last.strip_suffix(')')?.parse().ok()
}
