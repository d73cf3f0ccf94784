//! The journal: nothing changes unless it was approved and recorded first.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Action, Approved, Error, Plan, PlanId, ResourceId, Result, RunId, Step, StepId, WallTime};

/// What happened to a step, in the order in which the phases can occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// About to call the cloud.
    Intent,
    /// The call was sent.
    Started,
    /// The cloud shows the expected state.
    Observed,
    /// Finished and verified.
    Done,
    /// Not called, with the reason.
    Skipped,
    /// Called or tried, and failed; not retried further.
    Failed,
    /// Called, but the outcome is unknown.
    Unknown,
}

impl Phase {
    /// Whether no phase follows for the step.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Skipped | Self::Failed | Self::Unknown)
    }
}

/// An action that restores the previous state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Undo {
    /// The action.
    pub action: Action,
    /// Its parameters.
    pub params: Map<String, Value>,
}

/// One line of the journal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JournalEntry {
    /// The run, `run_…`.
    pub run: RunId,
    /// The plan.
    pub plan: PlanId,
    /// The step.
    pub step: StepId,
    /// The target.
    pub target: ResourceId,
    /// The attempt, 1 for the first.
    pub attempt: u32,
    /// What happened.
    pub phase: Phase,
    /// When.
    pub at: Timestamp,
    /// The reason if skipped, failed or unknown; otherwise a note.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// On `observed`: [`crate::Resource::observed_hash`] of what the cloud showed; `None` if the target is gone. The
    /// next step on the same target is compared with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observed: Option<String>,
    /// On an intent: what would restore the target's previous state, computed before the call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Undo>,
}

impl JournalEntry {
    /// The line in its current shape. Earlier versions wrote the observed hash in the reason.
    #[must_use]
    pub fn upgraded(mut self) -> Self {
        if self.phase == Phase::Observed && self.observed.is_none() {
            self.observed = self.reason.take_if(|reason| reason.starts_with("sha256:"));
        }
        self
    }
}

/// What happened to a step, for its journal line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEvent {
    /// What happened.
    pub phase: Phase,
    /// Why, or a note.
    pub reason: Option<String>,
    /// On [`Phase::Observed`]: the hash of what the cloud showed.
    pub observed: Option<String>,
}

impl StepEvent {
    /// A phase, with its reason if there is one.
    pub fn new(phase: Phase, reason: Option<String>) -> Self {
        Self { phase, reason, observed: None }
    }

    /// The cloud shows the expected state, with the hash of what it shows.
    pub fn observed(hash: Option<String>) -> Self {
        Self { phase: Phase::Observed, reason: None, observed: hash }
    }
}

/// The last line of a journal. If you keep it elsewhere, it later shows whether lines were cut off the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    /// The number of the last line, 0 if there is none.
    pub seq: u64,
    /// Its chained hash.
    pub hash: String,
}

/// Where journal lines are stored. An append that returned `Ok` survives a power cut.
#[async_trait]
pub trait JournalStore: Send + Sync {
    /// Appends a line durably; returns its number.
    async fn append(&self, entry: &JournalEntry) -> Result<u64>;
    /// The lines of a run, oldest first.
    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>>;
}

/// The journal. Only it issues permits.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn JournalStore>,
}

/// The right to carry out one step once. It cannot be constructed, copied or deserialized: only a journal issues
/// it, for an approved plan, after the intent is on disk.
///
/// ```compile_fail
/// fn twice(permit: escher_core::Permit) { drop(permit.clone()); }
/// ```
#[derive(Debug)]
#[must_use = "an intent without an act must be closed with an outcome"]
pub struct Permit {
    run: RunId,
    step: Step,
    attempt: u32,
}

impl Permit {
    /// The run.
    pub fn run(&self) -> &RunId {
        &self.run
    }
    /// The step to carry out.
    pub fn step(&self) -> &Step {
        &self.step
    }
    /// Which attempt this is, 1 for the first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

impl Journal {
    /// A journal over a store.
    pub fn new(store: Arc<dyn JournalStore>) -> Self {
        Self { store }
    }

    /// Records the intent to carry out a step and returns the permit for it.
    ///
    /// # Errors
    /// `Internal` if the plan has no such step; the store's error if the line could not be written:
    /// then nothing may be called.
    pub async fn intend(
        &self,
        plan: &Plan<Approved>,
        run: &RunId,
        step: &StepId,
        attempt: u32,
        undo: Vec<Undo>,
        at: WallTime,
    ) -> Result<Permit> {
        let found = plan.doc().steps.iter().find(|s| s.id == *step);
        let step = found.ok_or_else(|| Error::internal(format!("plan {} has no step {step}", plan.doc().id)))?.clone();
        let mut entry = Self::entry(plan, run, &step, attempt, Phase::Intent, at);
        entry.undo = undo;
        self.store.append(&entry).await?;
        Ok(Permit { run: run.clone(), step, attempt })
    }

    /// Records what happened to a step.
    ///
    /// # Errors
    /// The store's error.
    pub async fn record(
        &self,
        plan: &Plan<Approved>,
        run: &RunId,
        step: &Step,
        attempt: u32,
        event: StepEvent,
        at: WallTime,
    ) -> Result<()> {
        let mut entry = Self::entry(plan, run, step, attempt, event.phase, at);
        (entry.reason, entry.observed) = (event.reason, event.observed);
        self.store.append(&entry).await.map(drop)
    }

    /// The lines of a run, oldest first.
    ///
    /// # Errors
    /// The store's error.
    pub async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        self.store.read(run).await
    }

    fn entry(plan: &Plan<Approved>, run: &RunId, step: &Step, attempt: u32, phase: Phase, at: WallTime) -> JournalEntry {
        JournalEntry {
            run: run.clone(),
            plan: plan.doc().id.clone(),
            step: step.id.clone(),
            target: step.target.id.clone(),
            attempt,
            phase,
            at: at.timestamp(),
            reason: None,
            observed: None,
            undo: Vec::new(),
        }
    }
}
