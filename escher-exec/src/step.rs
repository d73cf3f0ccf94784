//! One step from its first look to its outcome.

use std::sync::Arc;
use std::time::Duration;

use escher_core::{
    ActionDef, Cloud, Entry, Error, ErrorKind, Outcome, Phase, PlanDoc, Resource, Result, RetryBudget, State, Step, StepEvent, Truth, Undo,
    Verify, WriteCx,
};
use jiff::SignedDuration;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::absence::Absence;
use crate::executor::{Executor, Past, Run};
use crate::{changes, wanted};

/// The longest that a step may take, whatever a plan says.
const LONGEST: Duration = Duration::from_secs(24 * 3600);
/// How often a look that fails temporarily is tried.
const LOOKS: u32 = 3;

/// A step being carried out.
pub(crate) struct Work<'a> {
    run: &'a Run<'a>,
    step: &'a Step,
    def: ActionDef,
    cloud: &'a Arc<dyn Cloud>,
    attempt: u32,
    /// A call went out and its effect is not known.
    doubtful: bool,
    /// Why it is tried again.
    retried: Option<String>,
    /// The retries of the whole step: of its looks, its calls, and its attempts.
    budget: RetryBudget,
}

impl Executor {
    /// Carries a step to its outcome; `None` if it was left open because the run is stopping.
    pub(crate) async fn carry_out(&self, run: &Run<'_>, step: &Step, past: Past) -> Result<Option<Phase>> {
        let def = ActionDef::find(step.action).ok_or_else(|| Error::internal(format!("{} is not in the catalog", step.action)))?;
        let cloud = self.clouds.of(&step.target)?;
        let budget = self.budget();
        let mut work = Work { run, step, def, cloud, attempt: past.attempts, doubtful: past.called, retried: None, budget };
        if past.observed {
            return self.settle(run, step, work.attempt, Phase::Done, None).await.map(Some);
        }
        let undo = if past.called {
            match self.look_back(&work).await? {
                Some(phase) => return Ok(Some(phase)),
                // What stood there before the first call is what the first intent says.
                None => past.undo.unwrap_or_default(),
            }
        } else {
            match self.look_first(&work).await? {
                Ok(undo) => undo,
                Err(phase) => return Ok(Some(phase)),
            }
        };
        let tries = if def.idempotent { step.retry.max_attempts.max(1) } else { 1 };
        for left in (0..tries).rev() {
            if run.is_stopping() {
                return Ok(None);
            }
            if let Some(phase) = self.attempt(&mut work, undo.clone(), left > 0).await? {
                return Ok(Some(phase));
            }
            if !run.is_stopping() {
                sleep(self.pause(tries - 1 - left)).await;
            }
        }
        Ok(None)
    }

    /// The look before the first call: the target must be there and be what was approved.
    async fn look_first(&self, work: &Work<'_>) -> Result<Result<Vec<Undo>, Phase>> {
        let skip = |reason: String| self.settle(work.run, work.step, work.attempt, Phase::Skipped, Some(reason));
        let now = match self.read_confirmed(&**work.cloud, work.step, &work.budget).await {
            Ok(Some(now)) => now,
            Ok(None) => return skip("it is no longer there".to_owned()).await.map(Err),
            Err(error) => {
                let reason = format!("the target could not be read, so no call was made: {}", told(&error));
                return self.settle(work.run, work.step, work.attempt, Phase::Failed, Some(reason)).await.map(Err);
            }
        };
        let expected = work.run.expected(work.step);
        if now.observed_hash() != expected {
            let reason = self.what_changed(work.run.plan.doc(), work.step, &expected, &now).await;
            return skip(reason).await.map(Err);
        }
        match wanted::unmet(&work.step.preconditions, &now, self.clock.now()) {
            Some((text, None)) => skip(format!("precondition `{text}` could not be evaluated")).await.map(Err),
            Some((text, _)) => skip(format!("precondition `{text}` does not hold")).await.map(Err),
            None => Ok(Ok(work.cloud.undo(work.step, &now))),
        }
    }

    /// The look after a break: a call may have gone out. Gives the outcome, or `None` if the step is to be tried again.
    async fn look_back(&self, work: &Work<'_>) -> Result<Option<Phase>> {
        let deadline = Instant::now() + time_of(work.step);
        let now = match self.settled_look(work, deadline).await {
            Ok(now) => now,
            Err(error) => {
                let reason =
                    format!("the call may have gone out before the interruption, and the target could not be read: {}", told(&error));
                return self.settle(work.run, work.step, work.attempt, Phase::Unknown, Some(reason)).await.map(Some);
            }
        };
        if let Some(now) = &now
            && let Some(reason) = self.replaced(work, now).await
        {
            return self.settle(work.run, work.step, work.attempt, Phase::Unknown, Some(reason)).await.map(Some);
        }
        match (self.shown(work, now.as_ref()), &now) {
            (Some(true), _) => self.seen(work, now.as_ref(), None).await.map(Some),
            (_, None) => self.settle(work.run, work.step, work.attempt, Phase::Failed, Some(GONE_AFTER.to_owned())).await.map(Some),
            _ if work.def.idempotent => Ok(None),
            _ => {
                let reason = format!("the call may have gone out before the interruption, and {} must not be repeated", work.step.action);
                self.settle(work.run, work.step, work.attempt, Phase::Unknown, Some(reason)).await.map(Some)
            }
        }
    }

    /// One try: intent, call, look. `None` if it may be tried again.
    async fn attempt(&self, work: &mut Work<'_>, undo: Vec<Undo>, may_retry: bool) -> Result<Option<Phase>> {
        work.attempt += 1;
        let intent = self.journal.intend(work.run.plan, work.run.id, &work.step.id, work.attempt, undo, self.wall.now()).await;
        let permit = work.run.check(intent)?;
        work.run.step_event(work.step, Phase::Intent, work.retried.take());
        // Without this line the call has certainly not gone out; with it, it may have.
        self.note(work.run, work.step, work.attempt, StepEvent::new(Phase::Started, None)).await?;
        let deadline = Instant::now() + time_of(work.step);
        let cx = WriteCx { read: self.read_cx().with_retries(work.budget.clone()) };
        let error = match timeout_at(deadline, work.cloud.act(&cx, permit)).await {
            Ok(Ok(outcome)) => return self.confirm(work, deadline, outcome).await.map(Some),
            Ok(Err(error)) => error,
            Err(_) => Error::new(ErrorKind::Timeout, format!("no answer within {}", work.step.timeout)),
        };
        work.doubtful |= !is_refusal(error.kind());
        let looked = self.settled_look(work, deadline).await;
        // A cloud that cannot find what it shows a moment later has only not caught up yet.
        let lagged = error.kind() == ErrorKind::NotFound && work.cloud.lags() && matches!(looked, Ok(Some(_)));
        let passes = error.is_temporary() || lagged;
        let shown = looked.as_ref().is_ok_and(|now| now.is_none() || self.shown(work, now.as_ref()) == Some(true));
        let again = !shown && may_retry && passes && work.def.idempotent && work.budget.spend();
        if again {
            work.retried = Some(format!("trying again after {}", told(&error)));
        }
        let error = if passes && work.def.idempotent { error.exhausted(work.attempt) } else { error };
        let fail = |phase: Phase, reason: String| self.settle(work.run, work.step, work.attempt, phase, Some(reason));
        match looked {
            Ok(now) => match (self.shown(work, now.as_ref()), &now) {
                (Some(true), _) => self.seen(work, now.as_ref(), Some(told(&error))).await.map(Some),
                (_, None) => fail(Phase::Failed, format!("{}; {GONE_AFTER}", told(&error))).await.map(Some),
                _ if again => Ok(None),
                (shown, _) if work.doubtful && (shown.is_none() || !work.def.idempotent) => {
                    fail(Phase::Unknown, format!("{}; whether it took effect is unknown", told(&error))).await.map(Some)
                }
                _ => fail(Phase::Failed, told(&error)).await.map(Some),
            },
            Err(_) if again => Ok(None),
            Err(look) if work.doubtful => {
                fail(Phase::Unknown, format!("{}; afterward the target could not be read: {}", told(&error), told(&look))).await.map(Some)
            }
            Err(_) => fail(Phase::Failed, told(&error)).await.map(Some),
        }
    }

    /// Looks until what was wanted is so: that the call succeeded is not yet that.
    async fn confirm(&self, work: &Work<'_>, deadline: Instant, outcome: Outcome) -> Result<Phase> {
        let mut round = 0;
        let mut last: Result<(Option<Resource>, Truth)>;
        let (mut lost, mut deleted) = (self.absence_after_change(work), Absence::expected(&**work.cloud));
        let mut is_gone = false;
        loop {
            last = self.look(work).await.map(|now| {
                let truth = wanted::holds(&**work.cloud, &work.def, work.step, now.as_ref(), self.clock.now());
                (now, truth)
            });
            match &last {
                Ok((Some(now), Some(true))) => return self.seen(work, Some(now), outcome.note).await,
                Ok((None, Some(true))) if deleted.is_certain() => return self.seen(work, None, outcome.note).await,
                // The provider checked when it acted, and from outside nothing can be seen.
                Ok((Some(now), None)) if work.def.verify == Verify::ByProvider => return self.seen(work, Some(now), outcome.note).await,
                Ok((None, Some(true))) => {}
                Ok((None, _)) => {
                    is_gone = lost.is_certain();
                    if is_gone {
                        break;
                    }
                }
                Ok((Some(_), _)) => {
                    lost.found();
                    deleted.found();
                }
                // That one look was tried often enough does not end the waiting: the call was accepted.
                Err(error) if !error.kind().is_temporary() => break,
                Err(_) => {}
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            sleep(self.pause(round).min(left)).await;
            round += 1;
        }
        let (phase, reason) = match last {
            Err(error) => (Phase::Unknown, format!("the cloud accepted the call, but the target could not be read: {}", told(&error))),
            Ok((None, _)) if is_gone => (Phase::Failed, GONE_AFTER.to_owned()),
            Ok((None, _)) => (Phase::Unknown, format!("the cloud accepted the call, but {NOT_YET}")),
            Ok((Some(now), truth)) => {
                let state = now.state.map(|state| format!(" (it is {state})")).unwrap_or_default();
                let want = work.step.verify.join(" AND ");
                let want = if want.is_empty() { "the expected result".to_owned() } else { format!("`{want}`") };
                match truth {
                    _ if is_moving(&now) => (
                        Phase::Unknown,
                        format!("the cloud accepted the call and is still working on it after {}{state}", work.step.timeout),
                    ),
                    None => (Phase::Unknown, format!("the cloud accepted the call, but whether {want} was reached is unknown{state}")),
                    _ => (
                        Phase::Failed,
                        format!("the cloud accepted the call, but {want} was not reached within {}{state}", work.step.timeout),
                    ),
                }
            }
        };
        self.settle(work.run, work.step, work.attempt, phase, Some(reason)).await
    }

    /// Writes down that what was wanted was seen, and the outcome. The hash of what was seen stands with it: the next
    /// step on the same target is held against that.
    async fn seen(&self, work: &Work<'_>, now: Option<&Resource>, note: Option<String>) -> Result<Phase> {
        let hash = now.map(Resource::observed_hash);
        if let Some(hash) = &hash {
            work.run.remember(work.step, hash);
        }
        self.note(work.run, work.step, work.attempt, StepEvent::observed(hash)).await?;
        self.settle(work.run, work.step, work.attempt, Phase::Done, note).await
    }

    /// Whether a look proves that the act happened, where nobody knows whether it was answered.
    fn shown(&self, work: &Work<'_>, now: Option<&Resource>) -> Truth {
        let truth = wanted::holds(&**work.cloud, &work.def, work.step, now, self.clock.now());
        if truth == Some(true) && !wanted::is_evidence(&work.def) { None } else { truth }
    }

    /// Reads the target once, as far as the budget of the step allows for temporary failures.
    async fn look(&self, work: &Work<'_>) -> Result<Option<Resource>> {
        self.read_target(&**work.cloud, work.step, &work.budget).await
    }

    /// Reads the target; that it is not there has to be said several times in a row.
    pub(crate) async fn read_confirmed(&self, cloud: &dyn Cloud, step: &Step, budget: &RetryBudget) -> Result<Option<Resource>> {
        let mut absence = Absence::new(cloud, self.limits.absent_looks, Duration::ZERO);
        let mut round = 0;
        loop {
            let now = self.read_target(cloud, step, budget).await?;
            if now.is_some() || absence.is_certain() {
                return Ok(now);
            }
            sleep(self.pause(round)).await;
            round += 1;
        }
    }

    async fn read_target(&self, cloud: &dyn Cloud, step: &Step, budget: &RetryBudget) -> Result<Option<Resource>> {
        let cx = self.read_cx().with_retries(budget.clone());
        let mut round = 0;
        loop {
            let read = match timeout(self.limits.request, cloud.read(&cx, &step.target)).await {
                Ok(read) => read,
                Err(_) => Err(Error::new(ErrorKind::Timeout, "no answer").operation("read the target")),
            };
            round += 1;
            match read {
                Err(error) if error.is_temporary() => {
                    if round >= LOOKS || !budget.spend() {
                        return Err(error.exhausted(round));
                    }
                    sleep(self.pause(round - 1)).await;
                }
                read => return read,
            }
        }
    }

    /// Reads the target until it is not on its way between two states, or the time is up. After a call that may have
    /// gone out it is gone only once that was said often and long enough.
    async fn settled_look(&self, work: &Work<'_>, deadline: Instant) -> Result<Option<Resource>> {
        let mut absence = self.absence_after_change(work);
        let patience = deadline.max(Instant::now() + self.limits.absent_span.saturating_mul(2));
        let mut round = 0;
        loop {
            let now = self.look(work).await?;
            if now.is_none() {
                if absence.is_certain() {
                    return Ok(None);
                }
                let left = patience.saturating_duration_since(Instant::now());
                if left.is_zero() {
                    return Err(Error::new(ErrorKind::Unavailable, NOT_YET).exhausted(1));
                }
                sleep(self.pause(round).min(left)).await;
                round += 1;
                continue;
            }
            absence.found();
            let moving = now.as_ref().is_some_and(is_moving);
            let left = deadline.saturating_duration_since(Instant::now());
            if !moving || left.is_zero() || self.shown(work, now.as_ref()) == Some(true) {
                return Ok(now);
            }
            sleep(self.pause(round).min(left)).await;
            round += 1;
        }
    }

    /// What the plan saw, where the estate still holds just that.
    async fn known(&self, step: &Step, hash: &str) -> Option<Entry> {
        let entry = self.estate.as_ref()?.entry(&step.target.id).await.ok().flatten()?;
        (entry.hash == hash).then_some(entry)
    }

    /// In what a target differs from what was approved, as far as that can still be told.
    pub(crate) async fn what_changed(&self, plan: &PlanDoc, step: &Step, expected: &str, now: &Resource) -> String {
        if let Some(entry) = self.known(step, expected).await {
            return changes::between(&entry.resource, now);
        }
        if let Some(created) = now.created.filter(|created| *created > plan.created) {
            return format!("it is a different resource with the same id, created {created}, after the plan");
        }
        match wanted::unmet(&step.preconditions, now, self.clock.now()) {
            Some((text, Some(false))) => format!("it changed since the plan was made: `{text}` no longer holds"),
            _ => "it changed since the plan was made".to_owned(),
        }
    }

    /// Why what stands there now is not what was approved, as far as that can be seen once our own call may have
    /// changed it.
    async fn replaced(&self, work: &Work<'_>, now: &Resource) -> Option<String> {
        let planned = work.run.plan.doc().created;
        if let Some(created) = now.created.filter(|created| *created > planned) {
            return Some(format!(
                "the call may have gone out, and a different resource has that id now, created {created}, after the plan"
            ));
        }
        if now.native != work.step.target.native || now.kind != work.step.action.kind {
            return Some(format!("the call may have gone out, and that id now belongs to a {}", now.native));
        }
        let before = self.known(work.step, &work.step.target.observed).await?.resource.created?;
        let created = now.created.filter(|created| *created != before)?;
        Some(format!("the call may have gone out, and a different resource has that id now, created {created}, not {before}"))
    }

    fn absence_after_change(&self, work: &Work<'_>) -> Absence {
        Absence::new(&**work.cloud, self.limits.absent_looks, self.limits.absent_span)
    }

    pub(crate) fn budget(&self) -> RetryBudget {
        RetryBudget::new(self.limits.retries)
    }

    fn pause(&self, round: u32) -> Duration {
        self.limits.first_pause.saturating_mul(1 << round.min(16)).min(self.limits.longest_pause)
    }
}

const GONE_AFTER: &str = "after the call it is no longer there";
/// What a cloud that lags leaves open.
const NOT_YET: &str = "whether it still exists is unclear: it was not found, but not for long enough to be sure";

/// Whether a resource is on its way between two states.
fn is_moving(now: &Resource) -> bool {
    matches!(now.state, Some(State::Starting | State::Stopping | State::Pending))
}

/// Whether an error says that the call had no effect.
fn is_refusal(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::Timeout | ErrorKind::Unavailable | ErrorKind::Internal | ErrorKind::Cancelled | ErrorKind::Storage)
}

/// An error and its hint in one line.
pub(crate) fn told(error: &Error) -> String {
    match error.hint_text() {
        Some(hint) => format!("{error} ({hint})"),
        None => error.to_string(),
    }
}

/// How long a try may take. A time that cannot be read is the shortest there is: nothing waits for ever.
fn time_of(step: &Step) -> Duration {
    let told = step.timeout.parse::<SignedDuration>().ok().and_then(|time| Duration::try_from(time).ok());
    told.unwrap_or(Duration::from_secs(1)).min(LONGEST)
}
