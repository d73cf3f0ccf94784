//! What a run tells while it runs, and its counts.

use std::collections::HashMap;

use escher_core::{JournalEntry, Phase, PlanDoc, PlanId, ResourceId, RunId, StepId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of `plan run --json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum RunEvent {
    /// A step moved on. The line is in the journal already.
    Step {
        /// The plan.
        plan: PlanId,
        /// The step.
        step: StepId,
        /// The resource.
        target: ResourceId,
        /// What happened. An outcome that nobody knows is told as failed, with the reason.
        phase: Phase,
        /// Why, for skipped and failed, and for a step that is tried again.
        reason: Option<String>,
    },
    /// Every step has an outcome. A run that was interrupted ends without this line.
    Finished {
        /// The run.
        run: RunId,
        /// Steps done.
        done: usize,
        /// Steps failed or with an unknown outcome.
        failed: usize,
        /// Steps skipped.
        skipped: usize,
    },
}

/// Where the steps of a run stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunSummary {
    /// The run.
    pub run: RunId,
    /// Steps done.
    pub done: usize,
    /// Steps failed or with an unknown outcome.
    pub failed: usize,
    /// Those of them with an unknown outcome.
    pub unknown: usize,
    /// Steps skipped.
    pub skipped: usize,
    /// Steps without an outcome: not begun, or broken off. Resuming carries them on.
    pub open: usize,
}

impl RunSummary {
    /// Whether every step has an outcome.
    pub fn is_finished(&self) -> bool {
        self.open == 0
    }
}

/// The counts of a run, from its journal lines alone.
pub fn summary(run: &RunId, plan: &PlanDoc, entries: &[JournalEntry]) -> RunSummary {
    let outcomes = outcomes(run, entries);
    let mut summary = RunSummary { run: run.clone(), done: 0, failed: 0, unknown: 0, skipped: 0, open: 0 };
    for step in &plan.steps {
        match outcomes.get(step.id.as_str()).map(|entry| entry.phase) {
            Some(Phase::Done) => summary.done += 1,
            Some(Phase::Skipped) => summary.skipped += 1,
            Some(phase) => {
                summary.failed += 1;
                summary.unknown += usize::from(phase == Phase::Unknown);
            }
            None => summary.open += 1,
        }
    }
    summary
}

/// The final line of each step that has one.
pub(crate) fn outcomes<'a>(run: &RunId, entries: &'a [JournalEntry]) -> HashMap<&'a str, &'a JournalEntry> {
    let mut outcomes = HashMap::new();
    for entry in entries.iter().filter(|entry| entry.run == *run && entry.phase.is_final()) {
        outcomes.entry(entry.step.as_str()).or_insert(entry);
    }
    outcomes
}
