//! Plans and runs: from a template to a plan, from an approval to a run, and back again.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use escher_core::{
    ActionDef, Approved, Checked, Decision, Error, ErrorKind, JournalEntry, Moment, Next, Phase, Plan, PlanDoc, PlanId, PlanOrigin,
    PlanRecord, PlanStatus, PlanTemplate, Reading, ResourceId, Result, RunId, RunRecord, Step, Target, Verify, WallTime,
};
use escher_exec::{CancellationToken, Clouds, DryRunStep, Executor, Limits, Planner, RunEvent, RunSummary};
use futures::{StreamExt as _, stream};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;
use crate::ops::trust::{StoredPlan, refuse_forbidden};

/// How many plans or runs a list shows.
const RECENT: usize = 1_000;

/// Who listens to a run and who can stop it.
#[derive(Clone)]
pub struct RunOptions {
    /// Receives each event after its journal line is on disk.
    pub listener: Arc<dyn Fn(&RunEvent) + Send + Sync>,
    /// Stops the run: steps in progress finish, and no other starts.
    pub cancel: CancellationToken,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self { listener: Arc::new(|_| {}), cancel: CancellationToken::new() }
    }
}

/// The result of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunReport {
    /// The run.
    pub run: RunId,
    /// How many steps are done.
    pub done: usize,
    /// How many steps failed or have an unknown outcome.
    pub failed: usize,
    /// How many of those have an unknown outcome: the call may have taken effect, or may do so yet.
    pub unknown: usize,
    /// How many steps were skipped.
    pub skipped: usize,
    /// How many steps have no outcome yet; resuming continues them.
    pub open: usize,
    /// How many targets may have changed but could not be read afterwards; a sync brings the estate up to date.
    pub unseen: usize,
}

/// The result of a dry run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DryRunReport {
    /// What policy says of the plan now, the configured user being the approver unless somebody approved it.
    pub decision: Decision,
    /// Why.
    pub reasons: Vec<String>,
    /// Each step, in plan order.
    pub steps: Vec<DryRunStep>,
}

impl Escher {
    /// Resolves a template into a plan over the current store.
    pub(crate) async fn resolve(&self, template: &PlanTemplate, clouds: Clouds) -> Result<PlanDoc> {
        self.planner(clouds).resolve(template, PlanOrigin::Ask, &**self.estate()).await
    }

    fn planner(&self, clouds: Clouds) -> Planner {
        Planner::new(clouds, self.policy().clone(), self.config().clock.clone(), self.config().wall)
    }

    /// Stores a plan that awaits a decision.
    ///
    /// # Errors
    /// `Invalid` if it was made at a time set by hand and has a target on a real cloud.
    pub(crate) async fn save_plan(&self, doc: PlanDoc) -> Result<PlanDoc> {
        self.refuse_shifted(&doc)?;
        let record = PlanRecord { doc: doc.clone(), status: PlanStatus::Pending, approval: None, run: None, seal: None };
        self.put_sealed(record).await?;
        Ok(doc)
    }

    /// Plans, newest first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn plans(&self) -> Result<Vec<StoredPlan>> {
        self.verified(self.records().plans(RECENT).await?)
    }

    /// A plan by id.
    ///
    /// # Errors
    /// `Invalid` if the text is not a plan's id, `NotFound`, `Storage`.
    pub async fn plan(&self, id: &str) -> Result<StoredPlan> {
        self.stored_plan(&id.parse()?).await
    }

    async fn stored_plan(&self, id: &PlanId) -> Result<StoredPlan> {
        let found = self.verified(self.records().plan(id).await?.into_iter().collect())?.pop().ok_or_else(|| {
            Error::new(ErrorKind::NotFound, format!("there is no plan `{id}`")).operation("look up plan").next(Next::Plans)
        })?;
        if found.doc.id != *id {
            return Err(Error::new(ErrorKind::Stale, format!("another plan, {}, is stored under this ID", found.doc.id))
                .operation("verify plan")
                .with("plan", id.as_str())
                .hint("ask again to get a new plan, and find out who wrote to the data directory"));
        }
        Ok(found)
    }

    /// Approves the plan as it is, in the name of the configured user, and signs the approval. If a run was started and its
    /// approval is no longer valid (the key was lost), this approves the rest of the run.
    ///
    /// # Errors
    /// `NotFound`; `Forbidden` if policy forbids it; `Stale` if it has expired, was rejected, was run or was
    /// altered, or if the system clock went back; `Invalid` if the time was set by hand and a cloud is real.
    pub async fn approve(&self, id: &str) -> Result<PlanRecord> {
        let plan = self.plan(id).await?;
        self.refuse_shifted(&plan.doc)?;
        let now = self.sound_clock().await?;
        let begun = self.is_begun(&plan).await?;
        let checked = if begun {
            self.sound_plan(&plan, Moment::Resume(now), Some(&self.config().user))?
        } else {
            self.still_open_to(&plan, &self.config().user)?
        };
        refuse_forbidden(checked.doc(), "approve plan")?;
        refuse_early(&plan.doc, now)?;
        let approval = Some(self.sign_approval(&checked, now)?);
        let status = if begun { PlanStatus::Started } else { PlanStatus::Approved };
        let record = self.put_sealed(PlanRecord { approval, status, doc: checked.into_doc(), ..plan.record }).await?;
        if begun && !self.keys().settled()?.contains_key(&record.doc.id) {
            self.keys().settle(&record.doc.id, PlanStatus::Started, record.run.as_ref(), now)?;
        }
        Ok(record)
    }

    /// Whether a run of it was started and has not finished. The store alone is trusted only if the key, with the records
    /// next to it, is newer than the plan: then the key was lost since.
    async fn is_begun(&self, plan: &StoredPlan) -> Result<bool> {
        let (PlanStatus::Started, Some(run)) = (plan.status, &plan.run) else { return Ok(false) };
        let known = self.keys().settled()?.contains_key(&plan.doc.id);
        let lost = self.keys().made()?.is_none_or(|made| made > plan.doc.created);
        Ok((known || lost) && self.records().run(run).await?.is_some_and(|run| run.finished.is_none()))
    }

    /// Rejects a plan for good: it can no longer be approved or run.
    ///
    /// # Errors
    /// `NotFound`; `Stale` if it was already run.
    pub async fn reject(&self, id: &str) -> Result<PlanRecord> {
        let plan = self.plan(id).await?;
        if plan.status == PlanStatus::Started {
            self.refuse_settled(&plan)?;
        }
        let record = PlanRecord { status: PlanStatus::Rejected, approval: None, ..plan.record };
        let record = self.put_sealed(record).await?;
        self.keys().settle(&record.doc.id, PlanStatus::Rejected, None, self.wall_now())?;
        Ok(record)
    }

    /// The plan, checked, if it can still be approved and run: by whoever approved it, or otherwise by the configured user.
    ///
    /// # Errors
    /// `Stale` if it was rejected, was run, has expired, was altered or does not match its digest; `Invalid` if
    /// the time was set by hand and a target is on a real cloud.
    pub fn still_open(&self, plan: &StoredPlan) -> Result<Plan<Checked>> {
        let approver = plan.approval.as_ref().map_or(&self.config().user, |approval| &approval.by);
        self.still_open_to(plan, approver)
    }

    fn still_open_to(&self, plan: &StoredPlan, approver: &str) -> Result<Plan<Checked>> {
        // What a time set by hand must not do is said before anything that this time would decide.
        self.refuse_shifted(&plan.doc)?;
        self.refuse_settled(plan)?;
        self.sound_plan(plan, Moment::Start(self.wall_now()), Some(approver))
    }

    /// The plan, checked, if it is what was stored.
    fn sound_plan(&self, plan: &StoredPlan, moment: Moment, approver: Option<&str>) -> Result<Plan<Checked>> {
        self.refuse_shifted(&plan.doc)?;
        if let Some(altered) = plan.altered() {
            return Err(altered);
        }
        plan.doc.clone().check(&**self.policy(), moment, approver)
    }

    fn refuse_settled(&self, plan: &StoredPlan) -> Result<()> {
        let stale = |message: String| Error::new(ErrorKind::Stale, message).with("plan", plan.doc.id.clone());
        match (plan.status, &plan.run) {
            (PlanStatus::Rejected, _) => Err(stale("the plan was rejected".into()).hint("ask again to get a new plan")),
            (PlanStatus::Started, run) => {
                let name = run.as_ref().map_or("another run", RunId::as_str);
                let error = stale(format!("the plan was already run as {name}"));
                Err(run.clone().into_iter().fold(error, |error, run| error.next(Next::Run { run })))
            }
            _ => Ok(()),
        }
    }

    /// Whether a plan could be started now if it were approved: nothing is approved or run.
    ///
    /// # Errors
    /// As [`Escher::run_plan`], except that nobody needs to have approved it.
    pub async fn could_start(&self, id: &str) -> Result<()> {
        let stored = self.plan(id).await?;
        let checked = self.still_open(&stored)?;
        refuse_forbidden(checked.doc(), "run plan")?;
        self.executor_for(&stored).await?.may_start(&checked)
    }

    /// Tries a plan without changing anything.
    ///
    /// # Errors
    /// `NotFound`, `Stale`, `Storage`. The outcome of each step is in the result.
    pub async fn dry_run(&self, id: &str) -> Result<DryRunReport> {
        let checked = self.still_open(&self.plan(id).await?)?;
        let steps = self.executor(checked.doc()).await?.dry_run(&checked).await;
        let doc = checked.into_doc();
        Ok(DryRunReport { decision: doc.decision, reasons: doc.reasons, steps })
    }

    /// Runs an approved plan.
    ///
    /// # Errors
    /// `Forbidden` if nobody approved it; `Stale` if it has expired, was rejected, was run, was altered, would run
    /// as someone else or through other connections than were approved, or if the system clock went back;
    /// `Invalid` if the time was set by hand and a cloud is real; `Storage` if the journal cannot be written. A step that
    /// fails is counted, not an error.
    pub async fn run_plan(&self, id: &str, options: RunOptions) -> Result<RunReport> {
        let stored = self.plan(id).await?;
        self.refuse_shifted(&stored.doc)?;
        // The clock is held against the journal, so that one is looked at first.
        let head = self.journal_sound().await?;
        let now = self.sound_clock().await?;
        self.still_open(&stored)?;
        refuse_early(&stored.doc, now)?;
        let plan = self.approved(&stored, Moment::Start(now))?;
        // Whatever refuses the start does so before the plan counts as started.
        let executor = self.executor_for(&stored).await?;
        executor.may_start(&plan)?;
        let run = RunRecord { head: Some(head), ..escher_exec::begin(plan.doc(), now) };
        let _claim = self.claim_run(&run.id)?;
        let record = PlanRecord { status: PlanStatus::Started, run: Some(run.id.clone()), ..stored.record };
        let record = record.sealed(&self.keys().secret()?)?;
        self.records().start_run(&record, &run).await?;
        self.keys().settle(&record.doc.id, PlanStatus::Started, Some(&run.id), now)?;
        self.drive(&executor, plan, run, options, false).await
    }

    /// Resumes an interrupted run. It reads each target before it acts, so nothing is done twice.
    ///
    /// # Errors
    /// As [`Escher::run_plan`], except that a started run may be resumed even if its plan has expired since. `Busy` while it
    /// is running.
    pub async fn resume(&self, run: &str, options: RunOptions) -> Result<RunReport> {
        let _claim = self.claim_run(run)?;
        let run = self.run(run).await?;
        let stored = self.stored_plan(&run.plan).await?;
        self.refuse_shifted(&stored.doc)?;
        self.journal_sound().await?;
        if run.finished.is_some() {
            let summary = escher_exec::summary(&run.id, &stored.doc, &self.journal().read(&run.id).await?);
            let (done, failed, skipped) = (run.done, run.failed, run.skipped);
            return Ok(RunReport { run: run.id, done, failed, unknown: summary.unknown, skipped, open: 0, unseen: 0 });
        }
        if let Some(altered) = stored.altered() {
            return Err(altered);
        }
        if stored.run.as_ref() != Some(&run.id) {
            return Err(Error::new(ErrorKind::Stale, format!("plan {} was not started as this run", run.plan)).with("run", run.id));
        }
        let now = self.sound_clock().await?;
        let plan = self.approved(&stored, Moment::Resume(now))?;
        let executor = self.executor_for(&stored).await?;
        let unbegun = self.journal().read(&run.id).await?.is_empty();
        if !unbegun && !self.keys().settled()?.contains_key(&run.plan) {
            return Err(Error::new(ErrorKind::Stale, "the journal has lines for this run, but this installation never started it")
                .operation("resume run")
                .with("run", run.id)
                .hint("find out who wrote to the data directory"));
        }
        if unbegun && let Err(refused) = executor.may_start(&plan) {
            // Cut short before its first line, and too late to begin: it ends here with nothing done.
            if now.timestamp() >= plan.doc().expires {
                let skipped = plan.doc().steps.len();
                self.records().put_run(&RunRecord { finished: Some(now.timestamp()), skipped, ..run }).await?;
            }
            return Err(refused);
        }
        // Cut short before this was remembered outside the data directory, it is now.
        if !self.keys().settled()?.contains_key(&run.plan) {
            self.keys().settle(&run.plan, PlanStatus::Started, Some(&run.id), now)?;
        }
        self.drive(&executor, plan, run, options, true).await
    }

    async fn drive(
        &self,
        executor: &Executor,
        plan: Plan<Approved>,
        run: RunRecord,
        options: RunOptions,
        resume: bool,
    ) -> Result<RunReport> {
        let doc = plan.doc().clone();
        let (events, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let listener = options.listener.clone();
        let telling = tokio::spawn(async move {
            while let Some(event) = heard.recv().await {
                listener(&event);
            }
        });
        let summary = if resume {
            executor.resume(plan, &run.id, &options.cancel, &events).await
        } else {
            executor.run(plan, &run.id, &options.cancel, &events).await
        };
        drop(events);
        // All events are told before the result is handed back, so that it is the last thing a person reads.
        if let Err(e) = telling.await {
            tracing::warn!("an event listener failed: {e}");
        }
        let (id, closed) = (run.id.clone(), summary.as_ref().ok().map(|summary| escher_exec::close(run, summary, self.wall_now())));
        let head = self.files().journal.head().await;
        if let Ok(head) = &head
            && let Err(e) = self.keys().note_journal(head)
        {
            tracing::warn!("how far the journal has come could not be remembered: {e}");
        }
        if let Some(closed) = closed {
            self.records().put_run(&RunRecord { head: Some(head?), ..closed }).await?;
        }
        // Also where the run broke off: what was changed by then is no longer as the estate has it. That this fails does
        // not make the run another one; its own outcome is what the person hears.
        let unseen = self.look_again(&doc, &id).await.unwrap_or_else(|e| {
            tracing::warn!("the estate could not be brought up to date after {id}, a sync will: {e}");
            doc.steps.len()
        });
        let summary = summary?;
        let RunSummary { run, done, failed, unknown, skipped, open } = summary;
        Ok(RunReport { run, done, failed, unknown, skipped, open, unseen })
    }

    /// Reads every target that a run may have changed, so that the estate is up to date without a sync. A target that cannot
    /// be read stays as it was and is counted; the next sync updates it.
    async fn look_again(&self, plan: &PlanDoc, run: &RunId) -> Result<usize> {
        let lines = self.journal().read(run).await?;
        let called: HashSet<&str> = lines.iter().filter(|line| line.phase == Phase::Started).map(|line| line.step.as_str()).collect();
        let done: HashSet<&str> = lines.iter().filter(|line| line.phase == Phase::Done).map(|line| line.step.as_str()).collect();
        let deletes = |step: &Step| ActionDef::find(step.action).is_some_and(|def| def.verify == Verify::Gone);
        // What this run did to each, whether that is deleting it; nothing is known of those whose steps did not succeed.
        let did: HashSet<(&ResourceId, bool)> =
            plan.steps.iter().filter(|step| done.contains(step.id.as_str())).map(|step| (&step.target.id, deletes(step))).collect();
        let (clouds, cx) = (self.clouds().await?, self.read_cx());
        let targets: BTreeMap<&ResourceId, &Target> =
            plan.steps.iter().filter(|step| called.contains(step.id.as_str())).map(|step| (&step.target.id, &step.target)).collect();
        let looks = targets.into_values().map(|target| {
            let cloud = clouds.find(target.cloud, &target.account).map(|(cloud, _)| cloud.clone());
            let (cx, did) = (cx.clone(), &did);
            async move {
                let cloud = cloud?;
                let look = escher_exec::confirmed_read(&*cloud, &cx, target).await.ok()?;
                // Without our own deletion, absence is seen twice, with a sync between, before the estate believes it.
                Some(Reading { id: target.id.clone(), found: look, is_proof: did.contains(&(&target.id, true)) || !cloud.lags() })
            }
        });
        let looks: Vec<_> = looks.collect();
        let looks: Vec<_> = stream::iter(looks).buffer_unordered(self.config().parallel.max(1)).collect().await;
        let unseen = looks.iter().filter(|look| look.is_none()).count();
        let readings: Vec<Reading> = looks.into_iter().flatten().collect();
        let ids: Vec<ResourceId> = readings.iter().map(|reading| reading.id.clone()).collect();
        // Only what the run did is its doing: somebody else may have been at the same resources.
        let (ours, others): (Vec<_>, Vec<_>) =
            readings.into_iter().partition(|reading| did.contains(&(&reading.id, reading.found.is_none())));
        let mut read_since = self.read_since().await;
        let known = self.estate().known(&ids).await?;
        for (readings, by) in [(ours, Some(run.clone())), (others, None)] {
            self.estate().apply(&known.refresh(readings, self.now(), by)).await?;
        }
        read_since.extend(ids);
        Ok(unseen)
    }

    async fn executor(&self, plan: &PlanDoc) -> Result<Executor> {
        let limits = Limits { parallel: self.config().parallel, request: self.config().timeout, ..Limits::default() };
        let executor = Executor::new(self.journal(), self.clouds_now(plan).await?, self.config().clock.clone(), self.config().wall);
        Ok(executor.with_limits(limits).with_estate(self.estate().clone()).with_turns(self.turns().clone()))
    }

    /// The executor of an approved plan, which stops if policy forbids the plan in the meantime.
    async fn executor_for(&self, plan: &StoredPlan) -> Result<Executor> {
        let approver = plan.approval.as_ref().map_or(self.config().user.as_str(), |approval| &approval.by);
        Ok(self.executor(&plan.doc).await?.with_policy(self.policy().clone(), approver))
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn runs(&self) -> Result<Vec<RunRecord>> {
        self.records().runs(RECENT).await
    }

    /// A run by id.
    ///
    /// # Errors
    /// `Invalid` if the text is not a run's id, `NotFound`, `Storage`.
    pub async fn run(&self, id: &str) -> Result<RunRecord> {
        self.records()
            .run(&id.parse()?)
            .await?
            .ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no run `{id}`")).operation("look up run").next(Next::Runs))
    }

    /// A run and its journal.
    ///
    /// # Errors
    /// `NotFound`, `Storage`.
    pub async fn run_with_journal(&self, id: &str) -> Result<(RunRecord, Vec<JournalEntry>)> {
        let run = self.run(id).await?;
        self.journal_shown().await?;
        let lines = self.journal().read(&run.id).await?;
        Ok((run, lines))
    }

    /// Makes and stores a plan that restores what a run changed, latest change first. It needs approval like any other
    /// plan.
    ///
    /// # Errors
    /// `NotFound` if there is no such run or nothing to restore; `Storage`.
    pub async fn undo(&self, run: &str) -> Result<PlanDoc> {
        let (record, lines) = self.run_with_journal(run).await?;
        self.journal_whole().await?;
        let plan = self.stored_plan(&record.plan).await?;
        self.refuse_shifted(&plan.doc)?;
        if let Some(altered) = plan.altered() {
            return Err(altered);
        }
        let doc = self.planner(self.clouds().await?).undo(&record.id, &plan.doc, &lines).await?;
        self.save_plan(doc).await
    }
}

/// Refuses a plan from the future: either the clock went back after it was made, or another clock made it.
fn refuse_early(plan: &PlanDoc, now: WallTime) -> Result<()> {
    if !now.is_before(plan.created) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Stale, format!("the plan was created at {:.0}, but the system clock says {now:.0}", plan.created))
        .with("plan", plan.id.clone())
        .hint("set the system clock, or ask again to get a new plan"))
}
