//! The record of a run, for lists.

use escher_core::{PlanDoc, RunRecord, WallTime};

use crate::{RunSummary, ids};

/// The record of a run that is about to begin, with a new id. It is stored before the run is started.
pub fn begin(plan: &PlanDoc, at: WallTime) -> RunRecord {
    RunRecord {
        id: ids::run(),
        plan: plan.id.clone(),
        goal: plan.goal.clone(),
        principal: plan.principal.clone(),
        started: at.timestamp(),
        finished: None,
        done: 0,
        failed: 0,
        skipped: 0,
        undoes: plan.undoes(),
        head: None,
    }
}

/// The record with the counts of a summary; finished only where every step has an outcome.
#[must_use]
pub fn close(record: RunRecord, summary: &RunSummary, at: WallTime) -> RunRecord {
    let finished = summary.is_finished().then_some(record.finished.unwrap_or(at.timestamp()));
    RunRecord { finished, done: summary.done, failed: summary.failed, skipped: summary.skipped, ..record }
}
