//! What carries out plans: its parts and limits, one run under way, and the lines that it writes.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use escher_core::{
    Approved, Clock, EstateStore, Journal, Phase, Plan, Policy, ReadCx, ResourceId, Result, RunId, Step, StepEvent, Undo, WallClock,
};
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::turns::Turns;
use crate::{Clouds, RunEvent, absence};

/// How long one reading request may take.
pub(crate) const REQUEST: Duration = Duration::from_secs(30);

/// How much happens at once, and how patiently we look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Steps at once, at least 1.
    pub parallel: usize,
    /// Steps at once in one account of one cloud, at least 1.
    pub per_account: usize,
    /// How long one reading request may take.
    pub request: Duration,
    /// The pause after the first look or try; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
    /// Looks in a row that must not find a target before it counts as gone.
    pub absent_looks: u32,
    /// How long a target must stay out of sight after a call before it counts as gone.
    pub absent_span: Duration,
    /// Retries of one step, over all of its requests and attempts together.
    pub retries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel: 16,
            per_account: 8,
            request: REQUEST,
            first_pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
            absent_looks: absence::LOOKS,
            absent_span: absence::SPAN,
            retries: 12,
        }
    }
}

/// Carries out approved plans over a journal and the connected clouds.
#[derive(Clone)]
pub struct Executor {
    pub(crate) journal: Journal,
    pub(crate) clouds: Clouds,
    /// By which resources are read and judged.
    pub(crate) clock: Clock,
    /// By which a plan expires and lines are written.
    pub(crate) wall: WallClock,
    pub(crate) limits: Limits,
    pub(crate) estate: Option<Arc<dyn EstateStore>>,
    pub(crate) turns: Turns,
    /// Policy, asked again while a run goes on, and who has approved what it runs.
    pub(crate) watch: Option<(Arc<dyn Policy>, String)>,
}

/// One run under way.
pub(crate) struct Run<'a> {
    pub(crate) plan: &'a Plan<Approved>,
    pub(crate) id: &'a RunId,
    cancel: &'a CancellationToken,
    events: &'a UnboundedSender<RunEvent>,
    /// Set once a journal line could not be written: from then on nothing new is begun.
    broken: AtomicBool,
    /// The hash last observed after an own step, by target: what the next step on it is held against.
    observed: Mutex<HashMap<ResourceId, String>>,
}

/// What the journal says of a step that has no outcome.
#[derive(Clone, Debug, Default)]
pub(crate) struct Past {
    /// A call may have gone out.
    pub(crate) called: bool,
    /// What was wanted was seen.
    pub(crate) observed: bool,
    /// Tries so far.
    pub(crate) attempts: u32,
    /// What would take the step back, as its first intent says.
    pub(crate) undo: Option<Vec<Undo>>,
}

impl Executor {
    /// An executor with the default limits. Resources are read by `clock`; expiry and journal lines go by `wall`.
    pub fn new(journal: Journal, clouds: Clouds, clock: Clock, wall: WallClock) -> Self {
        Self { journal, clouds, clock, wall, limits: Limits::default(), estate: None, turns: Turns::default(), watch: None }
    }

    /// The same within other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with the estate at hand, so that a refusal can name what has changed.
    #[must_use]
    pub fn with_estate(mut self, store: Arc<dyn EstateStore>) -> Self {
        self.estate = Some(store);
        self
    }

    /// The same beside others that carry out runs: at each resource they take turns.
    #[must_use]
    pub fn with_turns(mut self, turns: Turns) -> Self {
        self.turns = turns;
        self
    }

    /// The same under a policy that is asked again while a run goes on: once it forbids the plan that `approver` has
    /// approved, steps under way come to their end and no other begins.
    #[must_use]
    pub fn with_policy(mut self, policy: Arc<dyn Policy>, approver: impl Into<String>) -> Self {
        self.watch = Some((policy, approver.into()));
        self
    }

    /// Writes a line and tells it.
    pub(crate) async fn note(&self, run: &Run<'_>, step: &Step, attempt: u32, event: StepEvent) -> Result<()> {
        let StepEvent { phase, reason, .. } = event.clone();
        let written = self.journal.record(run.plan, run.id, step, attempt, event, self.wall.now()).await;
        run.check(written)?;
        tracing::debug!(run = run.id.as_str(), step = step.id.as_str(), attempt, ?phase, reason, "journal line");
        // A note on a good outcome is for the journal alone.
        let told = matches!(phase, Phase::Skipped | Phase::Failed | Phase::Unknown).then_some(reason).flatten();
        run.step_event(step, phase, told);
        Ok(())
    }

    /// Writes a final line.
    pub(crate) async fn settle(&self, run: &Run<'_>, step: &Step, attempt: u32, phase: Phase, reason: Option<String>) -> Result<Phase> {
        self.note(run, step, attempt, StepEvent::new(phase, reason)).await?;
        Ok(phase)
    }

    pub(crate) fn read_cx(&self) -> ReadCx {
        ReadCx::new(self.clock.clone(), self.limits.request)
    }
}

impl<'a> Run<'a> {
    /// A run that begins, or goes on where these hashes were observed.
    pub(crate) fn new(
        plan: &'a Plan<Approved>,
        id: &'a RunId,
        cancel: &'a CancellationToken,
        events: &'a UnboundedSender<RunEvent>,
        observed: HashMap<ResourceId, String>,
    ) -> Self {
        Self { plan, id, cancel, events, broken: AtomicBool::new(false), observed: Mutex::new(observed) }
    }

    /// Whether nothing new may be begun.
    pub(crate) fn is_stopping(&self) -> bool {
        self.cancel.is_cancelled() || self.broken.load(Ordering::SeqCst)
    }

    /// Passes on what the journal said, and remembers that it failed.
    pub(crate) fn check<T>(&self, written: Result<T>) -> Result<T> {
        written.inspect_err(|_| self.broken.store(true, Ordering::SeqCst))
    }

    pub(crate) fn step_event(&self, step: &Step, phase: Phase, reason: Option<String>) {
        let phase = if phase == Phase::Unknown { Phase::Failed } else { phase };
        let (plan, target) = (self.plan.doc().id.clone(), step.target.id.clone());
        self.tell(RunEvent::Step { plan, step: step.id.clone(), target, phase, reason });
    }

    pub(crate) fn tell(&self, event: RunEvent) {
        // Nobody listening is no reason to stop.
        let _ = self.events.send(event);
    }

    /// The hash that a target must have for its step to begin.
    pub(crate) fn expected(&self, step: &Step) -> String {
        let observed = self.observed.lock().unwrap_or_else(PoisonError::into_inner);
        observed.get(&step.target.id).unwrap_or(&step.target.observed).clone()
    }

    pub(crate) fn remember(&self, step: &Step, hash: &str) {
        self.observed.lock().unwrap_or_else(PoisonError::into_inner).insert(step.target.id.clone(), hash.to_owned());
    }
}
