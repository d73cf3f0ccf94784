//! What can be done about an error, as data: each door renders it in its own way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CloudId, PlanId, RunId};

/// The operation that helps, under the name by which every door knows it.
///
/// The command line prints a command, a desktop app shows a button. Library text never names a command itself.
///
/// ```
/// use escher_core::Next;
/// let next = Next::Resume { run: Some("run_1".parse().unwrap()) };
/// assert_eq!(serde_json::to_string(&next).unwrap(), r#"{"operation":"run_resume","params":{"run":"run_1"}}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "operation", content = "params", rename_all = "snake_case")]
pub enum Next {
    /// Load an estate to begin with: the demo, or a connected cloud and a sync.
    Start,
    /// Prepare the data directory and fetch the embedding model.
    Init,
    /// Connect a cloud account, or sign in to it again.
    Connect {
        /// Which cloud; any of them if none is named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cloud: Option<CloudId>,
    },
    /// Scan the connected clouds again.
    Sync,
    /// Find out what is wrong with the data directory.
    Doctor,
    /// Ask or order something in plain words.
    Ask {
        /// The words.
        text: String,
    },
    /// Search the estate.
    Search {
        /// The words; empty to list everything that the selector admits.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        words: String,
        /// The selector; empty to admit everything.
        #[serde(default, rename = "where", skip_serializing_if = "String::is_empty")]
        filter: String,
    },
    /// List conversations.
    Conversations,
    /// List plans.
    Plans,
    /// Show a plan.
    Plan {
        /// The plan's id.
        plan: PlanId,
    },
    /// Approve a plan.
    #[serde(rename = "plan_approve")]
    Approve {
        /// The plan's id.
        plan: PlanId,
    },
    /// Show the rules that decide what may run.
    #[serde(rename = "policy_show")]
    Policy,
    /// List runs.
    Runs,
    /// Show a run with its journal.
    Run {
        /// The run's id.
        run: RunId,
    },
    /// Resume a run that was interrupted; all of them if none is named.
    #[serde(rename = "run_resume")]
    Resume {
        /// The run's id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        run: Option<RunId>,
    },
}
