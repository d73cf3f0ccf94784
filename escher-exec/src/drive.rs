//! Runs approved plans: in their order, in parallel within limits, and resumed after an interruption.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use escher_core::plan::OnFailure;
use escher_core::{
    Approved, CloudId, Decision, Error, ErrorKind, JournalEntry, Next, Occasion, Phase, Plan, PlanDoc, ResourceId, Result, RunId, Step,
};
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::sync::CancellationToken;

use crate::event::outcomes;
use crate::executor::{Executor, Past, Run};
use crate::{RunEvent, RunSummary, summary};

/// How often policy is asked again while a run goes on, at the most: a verdict takes a look at every step.
const POLICY_PAUSE: Duration = Duration::from_millis(250);

impl Executor {
    /// Starts a run. `cancel` lets the steps in progress finish and starts no others; the run can then be resumed, as
    /// after a crash. Events are sent after their journal lines are on disk; nobody needs to listen.
    ///
    /// # Errors
    /// `Stale` if the plan has expired, the run was begun before, or we are no longer who the plan names;
    /// `Unauthenticated` if an account is not connected; the journal's error if a line could not be written: the steps in
    /// progress have then finished and the run can be resumed; so too `Forbidden` if policy forbids the plan by now.
    pub async fn run(
        &self,
        plan: Plan<Approved>,
        run: &RunId,
        cancel: &CancellationToken,
        events: &UnboundedSender<RunEvent>,
    ) -> Result<RunSummary> {
        self.may_start(&plan)?;
        if !self.journal.read(run).await?.is_empty() {
            let begun = stale(plan.doc(), format!("{run} has already started"));
            return Err(begun.hint("resume it").next(Next::Resume { run: Some(run.clone()) }));
        }
        self.drive(&plan, run, cancel, events, &[]).await
    }

    /// Whether the plan may be started now: in time, with every account connected, and as who it was made for.
    ///
    /// # Errors
    /// `Stale` if it has expired or we are no longer who the plan names; `Unauthenticated` if an account is not
    /// connected.
    pub fn may_start<S>(&self, plan: &Plan<S>) -> Result<()> {
        let doc = plan.doc();
        if self.wall.now().timestamp() >= doc.expires {
            return Err(stale(doc, format!("the plan expired at {}", doc.expires)).hint("ask again to get a new plan"));
        }
        self.require_connections(doc.steps.iter())?;
        self.require_principal(doc)
    }

    /// Resumes a run that was started in time and interrupted. A step that may have been called is checked before
    /// anything else; one that was seen to be done is never called again. A run without any line was not started: what
    /// holds for a start holds for it.
    ///
    /// # Errors
    /// As [`Executor::run`], except that a run that was started does not expire; `Internal` if the run's lines belong to
    /// another plan.
    pub async fn resume(
        &self,
        plan: Plan<Approved>,
        run: &RunId,
        cancel: &CancellationToken,
        events: &UnboundedSender<RunEvent>,
    ) -> Result<RunSummary> {
        let entries = self.journal.read(run).await?;
        if let Some(other) = entries.iter().find(|entry| entry.plan != plan.doc().id) {
            return Err(Error::internal(format!("{run} belongs to plan {}", other.plan)).operation("resume run"));
        }
        if entries.is_empty() {
            self.may_start(&plan)?;
        } else {
            let decided = outcomes(run, &entries);
            self.require_connections(plan.doc().steps.iter().filter(|step| !decided.contains_key(step.id.as_str())))?;
            self.require_principal(plan.doc())?;
        }
        self.drive(&plan, run, cancel, events, &entries).await
    }

    fn require_principal(&self, doc: &PlanDoc) -> Result<()> {
        let now = self.clouds.principal(doc.steps.iter().map(|step| (step.target.cloud, step.target.account.as_str())));
        if now == doc.principal {
            return Ok(());
        }
        Err(stale(doc, format!("it was made for {} but would run as {now}", doc.principal))
            .hint("sign in as that identity, or ask again to get a new plan"))
    }

    fn require_connections<'s>(&self, mut steps: impl Iterator<Item = &'s Step>) -> Result<()> {
        steps.try_for_each(|step| self.clouds.of(&step.target).map(drop))
    }

    async fn drive(
        &self,
        plan: &Plan<Approved>,
        id: &RunId,
        cancel: &CancellationToken,
        events: &UnboundedSender<RunEvent>,
        entries: &[JournalEntry],
    ) -> Result<RunSummary> {
        let run = Run::new(plan, id, cancel, events, observed(entries));
        let mut past = past(entries);
        let mut phases: HashMap<&str, Phase> = outcomes(id, entries).into_iter().map(|(step, entry)| (step, entry.phase)).collect();
        let steps: HashMap<&str, &Step> = plan.doc().steps.iter().map(|step| (step.id.as_str(), step)).collect();
        let mut waiting: Vec<&Step> = plan.doc().steps.iter().filter(|step| !phases.contains_key(step.id.as_str())).collect();
        let mut busy: HashMap<(CloudId, &str), usize> = HashMap::new();
        let mut flight: FuturesUnordered<BoxFuture<'_, Landed<'_>>> = FuturesUnordered::new();
        let mut failure = None;
        let mut asked: Option<Instant> = None;
        loop {
            let mut at = 0;
            while at < waiting.len() && flight.len() < self.limits.parallel.max(1) && !run.is_stopping() {
                let step = waiting[at];
                let past_of = past.get(step.id.as_str());
                let standing = if past_of.is_some_and(|past| past.called) { Standing::Ready } else { standing(step, &steps, &phases) };
                let account = (step.target.cloud, step.target.account.as_str());
                match standing {
                    Standing::Wait => at += 1,
                    Standing::Ready if busy.get(&account).copied().unwrap_or(0) >= self.limits.per_account.max(1) => at += 1,
                    Standing::Ready => {
                        if asked.is_none_or(|asked| asked.elapsed() >= POLICY_PAUSE) {
                            asked = Some(Instant::now());
                            if let Err(forbidden) = run.check(self.still_allowed(plan.doc())) {
                                failure = failure.or(Some(forbidden));
                                break;
                            }
                        }
                        waiting.remove(at);
                        *busy.entry(account).or_default() += 1;
                        let past = past.remove(step.id.as_str()).unwrap_or_default();
                        let run = &run;
                        flight.push(Box::pin(async move { (step, self.in_turn(run, step, past).await) }));
                    }
                    Standing::Blocked(reason) => {
                        waiting.remove(at);
                        match self.settle(&run, step, 0, Phase::Skipped, Some(reason)).await {
                            Ok(phase) => drop(phases.insert(step.id.as_str(), phase)),
                            Err(error) => failure = failure.or(Some(error)),
                        }
                        // What needs it may stand before it in the list.
                        at = 0;
                    }
                }
            }
            let Some((step, result)) = flight.next().await else { break };
            if let Some(count) = busy.get_mut(&(step.target.cloud, step.target.account.as_str())) {
                *count -= 1;
            }
            match result {
                Ok(Some(phase)) => drop(phases.insert(step.id.as_str(), phase)),
                Ok(None) => {}
                Err(error) => failure = failure.or(Some(error)),
            }
        }
        if let Some(error) = failure {
            let first = error.hint_text().unwrap_or("fix the cause").to_owned();
            return Err(error
                .with("run", id.as_str())
                .hint(format!("{first}; then resume the run"))
                .next(Next::Resume { run: Some(id.clone()) }));
        }
        let summary = summary(id, plan.doc(), &self.journal.read(id).await?);
        if summary.is_finished() {
            run.tell(RunEvent::Finished { run: id.clone(), done: summary.done, failed: summary.failed, skipped: summary.skipped });
        }
        Ok(summary)
    }

    /// Carries a step out once no other run works on its target; not begun if the run was stopped meanwhile.
    async fn in_turn(&self, run: &Run<'_>, step: &Step, past: Past) -> Result<Option<Phase>> {
        let _turn = self.turns.of(&step.target.id).await;
        if run.is_stopping() {
            return Ok(None);
        }
        self.carry_out(run, step, past).await
    }

    /// Whether policy has not come to forbid a plan since it was started.
    fn still_allowed(&self, doc: &PlanDoc) -> Result<()> {
        let Some((policy, approver)) = &self.watch else { return Ok(()) };
        let verdict = policy.judge(doc, &Occasion { at: self.wall.now(), approver: Some(approver) });
        if verdict.decision != Decision::Forbid {
            return Ok(());
        }
        let why = format!("policy forbids the rest of this plan: {}", verdict.reasons().join("; "));
        Err(Error::new(ErrorKind::Forbidden, why).operation("run plan").hint("wait until policy allows it again, or have the rule changed"))
    }
}

fn stale(doc: &PlanDoc, message: String) -> Error {
    Error::new(ErrorKind::Stale, message).operation("run plan").with("plan", doc.id.clone())
}

/// A step and its outcome, if it has one.
type Landed<'a> = (&'a Step, Result<Option<Phase>>);

/// Whether a step may begin.
enum Standing {
    Wait,
    Ready,
    Blocked(String),
}

fn standing(step: &Step, steps: &HashMap<&str, &Step>, phases: &HashMap<&str, Phase>) -> Standing {
    for need in &step.needs {
        match phases.get(need.as_str()) {
            None => return Standing::Wait,
            Some(Phase::Done) => {}
            Some(_) if steps.get(need.as_str()).is_some_and(|needed| needed.on_failure == OnFailure::Continue) => {}
            Some(phase) => {
                let what = if *phase == Phase::Skipped { "was skipped" } else { "failed" };
                return Standing::Blocked(format!("it needs {need}, which {what}"));
            }
        }
    }
    Standing::Ready
}

/// The hash seen after the last own change, by target.
fn observed(entries: &[JournalEntry]) -> HashMap<ResourceId, String> {
    let seen = entries.iter().filter(|entry| entry.phase == Phase::Observed);
    seen.filter_map(|entry| Some((entry.target.clone(), entry.observed.clone()?))).collect()
}

/// What the journal says of every step in it.
fn past(entries: &[JournalEntry]) -> HashMap<&str, Past> {
    let mut all: HashMap<&str, Past> = HashMap::new();
    for entry in entries {
        let past = all.entry(entry.step.as_str()).or_default();
        past.attempts = past.attempts.max(entry.attempt);
        match entry.phase {
            Phase::Intent => drop(past.undo.get_or_insert_with(|| entry.undo.clone())),
            Phase::Started => past.called = true,
            Phase::Observed => past.observed = true,
            _ => {}
        }
    }
    all
}
