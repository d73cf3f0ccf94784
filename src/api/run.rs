//! `run`: shows one run and its journal.

use escher_core::{JournalEntry, Result, RunRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// Which run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunRequest {
    /// The run's id, `run_…`.
    pub run: String,
}

/// A run and its journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunDetails {
    /// The run.
    pub run: RunRecord,
    /// Every line of its journal, oldest first.
    pub journal: Vec<JournalEntry>,
}

/// Show a run.
pub struct Run;

impl Operation for Run {
    const NAME: &'static str = "run";
    const SUMMARY: &'static str = "Show a run and its journal";
    const EFFECT: Effect = Effect::Reads;
    type Request = RunRequest;
    type Response = RunDetails;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: RunRequest, _: Cx<NoEvent>) -> Result<RunDetails> {
        let (run, journal) = escher.run_with_journal(&request.run).await?;
        Ok(RunDetails { run, journal })
    }
}
