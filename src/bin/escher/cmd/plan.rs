//! `escher plan`.

use std::collections::HashMap;
use std::sync::OnceLock;

use escher::api::plan::{Plan, PlanRequest};
use escher::api::run::{Run, RunRequest};
use escher::api::{Operation, PlanApprove, PlanApproveRun, PlanCheck, PlanDryRun, PlanReject, Plans, RunResume, Runs};
use escher::core::{Decision, Next, PlanDoc, RunId, RunRecord};
use escher::{CancellationToken, DryRunOutcome, DryRunReport, Error, ErrorKind, Result, RunEvent, RunReport, StoredPlan};

use tokio::task::AbortHandle;

use super::output;
use crate::args::Global;
use crate::caller::Caller;
use crate::exit::{Exit, tell};
use crate::signals::Signals;
use crate::table::Narrow::{Omit, Wrap};
use crate::table::Rows;
use crate::text::counted;
use crate::{out, prompt, show};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List plans, newest first
    List,
    /// Show a plan: its targets and command lines
    Show {
        /// The plan's id
        id: String,
    },
    /// Approve a plan as it is shown
    Approve {
        /// The plan's id
        id: String,
    },
    /// Reject a plan for good
    Reject {
        /// The plan's id
        id: String,
    },
    /// Run an approved plan
    Run {
        /// The plan's id
        id: String,
        /// Approve it first, as far as policy lets you
        #[arg(long, short)]
        yes: bool,
        /// Only try it, as far as each step can be tried; changes nothing
        #[arg(long, conflicts_with = "yes")]
        dry_run: bool,
    },
}

pub(crate) async fn run(caller: &Caller<'_>, command: Command) -> Result<Exit> {
    let global = caller.global;
    match command {
        Command::List => list(caller).await,
        Command::Show { id } => {
            let record = caller.call::<Plan>(PlanRequest { plan: id }).await?;
            let altered = record.altered();
            if let Some(altered) = altered.filter(|_| global.json) {
                // One document: the error says more than a plan that is not to be believed.
                return Err(altered);
            }
            if global.json {
                out::json(&record.doc);
            } else {
                show::plan(caller, &record.doc).await?;
                out::line(&format!("  status    {}", standing(&record, &runs(caller).await?)));
            }
            if let Some(altered) = record.altered() {
                return Err(altered);
            }
            distrust(global, &record);
            Ok(Exit::Done)
        }
        Command::Approve { id } => {
            let record = caller.call::<PlanApprove>(PlanRequest { plan: id.clone() }).await?;
            output(global, &record, || {
                out::line(&format!("Approved plan {} ({}).", record.doc.id, record.doc.digest));
                out::line(&format!("To run it: {}", global.command(["plan", "run", &id])));
                // What the approval is bound to beside the plan, where somebody chose it.
                for through in record.approval.iter().flat_map(|approval| &approval.connections) {
                    let endpoint = through.endpoint.iter().filter(|endpoint| !endpoint.starts_with("sim:"));
                    let chosen: Vec<String> =
                        endpoint.cloned().chain(through.profile.iter().map(|profile| format!("profile {profile}"))).collect();
                    if !chosen.is_empty() {
                        out::line(&format!("  through   {}: {}", through.name, chosen.join(", ")));
                    }
                }
            });
            Ok(Exit::Done)
        }
        Command::Reject { id } => {
            let record = caller.call::<PlanReject>(PlanRequest { plan: id }).await?;
            output(global, &record, || out::line("Rejected; nothing was run."));
            Ok(Exit::Done)
        }
        Command::Run { id, dry_run: true, .. } => dry_run(caller, id).await,
        Command::Run { id, yes, .. } => {
            let open = caller.call::<PlanCheck>(PlanRequest { plan: id.clone() }).await?;
            if !open.approved {
                if !global.json {
                    show::plan(caller, &open.plan).await?;
                }
                if let Some(exit) = may_run(global, &open.plan, yes).await {
                    if global.json {
                        out::json(&open.plan);
                    }
                    return Ok(exit);
                }
            }
            let finished = Runner::new(caller, true).run(&id).await?;
            Ok(exit_of(&finished))
        }
    }
}

/// Tells what was found wrong with a stored plan.
fn distrust(global: &Global, plan: &StoredPlan) {
    let why: Vec<String> = plan.distrust.iter().map(|why| format!("{}: {why}", plan.doc.id)).collect();
    show::warnings(global.quiet, &why);
}

pub(super) async fn list(caller: &Caller<'_>) -> Result<Exit> {
    let global = caller.global;
    let plans = caller.call::<Plans>(Default::default()).await?.plans;
    let runs = runs(caller).await?;
    output(global, &plans, || {
        if plans.is_empty() {
            out::line("No plans yet. An order makes one.");
            out::line(&format!("For example: {}", global.command(["ask", "stop idle dev VMs"])));
            return;
        }
        let mut rows = Rows::new(&["plan", "status", "risk", "targets", "created", "goal"]);
        for plan in &plans {
            let doc = &plan.doc;
            rows.add([
                doc.id.to_string(),
                standing(plan, &runs),
                doc.risk.to_string(),
                doc.blast_radius.to_string(),
                format!("{:.0}", doc.created),
                doc.goal.clone(),
            ]);
        }
        rows.print(&[("goal", Wrap(16)), ("created", Omit), ("targets", Omit), ("risk", Omit)]);
    });
    plans.iter().for_each(|plan| distrust(global, plan));
    show::warnings(global.quiet || plans.is_empty(), caller.status.simulated.as_slice());
    Ok(Exit::Done)
}

/// Every run by its id.
async fn runs(caller: &Caller<'_>) -> Result<HashMap<RunId, RunRecord>> {
    Ok(caller.call::<Runs>(Default::default()).await?.runs.into_iter().map(|run| (run.id.clone(), run)).collect())
}

/// Where a plan stands: that of its run, once there is one.
fn standing(plan: &StoredPlan, runs: &HashMap<RunId, RunRecord>) -> String {
    match plan.run.as_ref().and_then(|run| runs.get(run)) {
        Some(run) => format!("{} ({})", outcome(run), run.id),
        None => plan.status.to_string(),
    }
}

/// How a run ended, in a word.
pub(super) fn outcome(run: &RunRecord) -> &'static str {
    match (run.finished, run.done, run.failed) {
        (None, ..) => "interrupted",
        (_, 0, 1..) => "failed",
        (_, _, 1..) => "partly failed",
        (_, 0, 0) => "nothing done",
        _ => "done",
    }
}

async fn dry_run(caller: &Caller<'_>, id: String) -> Result<Exit> {
    let request = PlanRequest { plan: id };
    let names = show::names(&caller.call::<Plan>(request.clone()).await?.doc);
    let DryRunReport { decision, reasons, steps: tries } = caller.call::<PlanDryRun>(request).await?;
    output(caller.global, &tries, || {
        for result in &tries {
            let trial = format!("{:?}", result.result).to_lowercase();
            let name = names.get(&result.target).map_or_else(|| result.target.last_segment(), String::as_str);
            out::line(&format!("{:4} {trial:10} {name}: {}", result.step, result.text));
        }
    });
    if decision == Decision::Forbid {
        return Err(forbidden(reasons.join("; ")));
    }
    Ok(if tries.iter().any(|result| result.result == DryRunOutcome::Refused) { Exit::Failed } else { Exit::Done })
}

/// What a person is asked before a plan runs.
pub(crate) fn question(plan: &PlanDoc) -> String {
    format!("Approve and run this plan ({}, risk {})?", counted(plan.blast_radius, "resource", "resources"), plan.risk)
}

/// Whether a plan may be run now; otherwise the exit code that says why not. A person at a terminal is asked.
pub(crate) async fn may_run(global: &Global, plan: &PlanDoc, yes: bool) -> Option<Exit> {
    may_run_if(global, plan, yes, async || if prompt::can_ask() { Some(prompt::yes(&question(plan)).await) } else { None }).await
}

/// The same with a question of one's own, which is `None` where nobody can be asked.
pub(crate) async fn may_run_if(global: &Global, plan: &PlanDoc, yes: bool, asked: impl AsyncFnOnce() -> Option<bool>) -> Option<Exit> {
    match plan.decision {
        Decision::Forbid => Some(tell(global, &forbidden(plan.reasons.join("; ")).with("plan", plan.id.clone()))),
        Decision::Allow => None,
        Decision::Approve if yes => None,
        Decision::Approve => match if global.json { None } else { asked().await } {
            Some(true) => None,
            Some(false) => {
                out::note("Nothing was run. The plan is kept, not approved.");
                out::note(&format!("To approve and run it: {}", global.command(["plan", "run", &plan.id, "--yes"])));
                Some(Exit::Awaits)
            }
            None => {
                if !global.quiet {
                    out::note("Nothing was run. The plan awaits approval.");
                    out::note(&format!("To approve:  {}", global.command(["plan", "approve", &plan.id])));
                    out::note(&format!("To run:      {}", global.command(["plan", "run", &plan.id])));
                }
                Some(Exit::Awaits)
            }
        },
    }
}

fn forbidden(why: String) -> Error {
    Error::new(ErrorKind::Forbidden, format!("policy forbids this plan: {why}")).next(Next::Policy)
}

/// How a run ended, as an exit code.
pub(crate) fn exit_of(finished: &RunReport) -> Exit {
    if finished.failed > 0 || finished.open > 0 { Exit::Failed } else { Exit::Done }
}

/// Runs plans and tells what happens.
pub(crate) struct Runner<'c> {
    pub(crate) caller: &'c Caller<'c>,
    /// Whether events are printed.
    events: bool,
    /// Stops what runs, and what would run after it.
    stop: OnceLock<CancellationToken>,
    /// Hears the signals that do.
    listening: OnceLock<AbortHandle>,
}

impl Drop for Runner<'_> {
    fn drop(&mut self) {
        // What comes after the runs is interrupted in its own way.
        if let Some(listening) = self.listening.get() {
            listening.abort();
        }
    }
}

impl<'c> Runner<'c> {
    pub(crate) fn new(caller: &'c Caller<'c>, events: bool) -> Self {
        Self { caller, events, stop: OnceLock::new(), listening: OnceLock::new() }
    }

    /// Whether the person or the system asked for an end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.get().is_some_and(CancellationToken::is_cancelled)
    }

    /// Listens for signals from the first run on: one ends in order, the next leaves at once.
    async fn stop(&self) -> Result<CancellationToken> {
        if let Some(stop) = self.stop.get() {
            return Ok(stop.clone());
        }
        let mut signals = Signals::listen()?;
        let stop = self.stop.get_or_init(CancellationToken::new).clone();
        let resume = self.caller.global.command(["runs", "resume"]);
        // The journal has everything that was begun, so that leaving now loses nothing.
        let left = match self.caller.door.here().await {
            Some(_) => format!("Left at once: steps under way have no recorded outcome. To check and resume them: {resume}"),
            None => format!(
                "Left at once: process {} finishes the steps under way. To resume what is left: {resume}",
                self.caller.door.owner().await
            ),
        };
        let cancel = stop.clone();
        let listening = tokio::spawn(async move {
            signals.next().await;
            cancel.cancel();
            out::note("Stopping: steps under way are finished and recorded first. Interrupt again to leave at once.");
            signals.next().await;
            out::note(&left);
            std::process::exit(i32::from(Exit::Failed as u8));
        });
        self.listening.get_or_init(|| listening.abort_handle());
        Ok(stop)
    }

    /// Runs with each event told as it comes.
    async fn told<O>(&self, plan: &PlanDoc, request: O::Request) -> Result<RunReport>
    where
        O: Operation<Event = RunEvent, Response = RunReport>,
    {
        let global = self.caller.global;
        let (events, json, quiet) = (self.events, global.json, global.quiet);
        // What a person approved by its name is told by its name.
        let names = show::names(plan);
        let listener = |event: RunEvent| match &event {
            event if json && events => out::event(event),
            _ if json || quiet => {}
            RunEvent::Step { step, target, phase, reason, .. } => {
                let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
                let phase = serde_json::to_value(phase).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
                let name = names.get(target).map_or_else(|| target.last_segment(), String::as_str);
                out::line(&format!("{step:4} {phase:9} {name}{reason}"));
                out::flush();
            }
            RunEvent::Finished { run, done, failed, skipped } => {
                out::line(&format!("{run}: {done} done, {failed} failed, {skipped} skipped"));
            }
        };
        let finished = self.caller.door.call::<O>(request, listener, &self.stop().await?).await?;
        self.what_next(plan, &finished);
        Ok(finished)
    }

    /// Approves, where nobody has yet, and runs.
    pub(crate) async fn run(&self, id: &str) -> Result<RunReport> {
        let request = PlanRequest { plan: id.to_owned() };
        let plan = self.caller.call::<Plan>(request.clone()).await?;
        self.told::<PlanApproveRun>(&plan.doc, request).await
    }

    /// Resumes a run.
    pub(crate) async fn resume(&self, run: &str) -> Result<RunReport> {
        let request = RunRequest { run: run.to_owned() };
        let known = self.caller.call::<Run>(request.clone()).await?.run;
        let global = self.caller.global;
        if known.finished.is_some() && !global.quiet {
            out::note(&format!("{run} is finished; there is nothing to resume."));
        }
        let plan = self.caller.call::<Plan>(PlanRequest { plan: known.plan.into() }).await?;
        self.told::<RunResume>(&plan.doc, request).await
    }

    fn what_next(&self, plan: &PlanDoc, finished: &RunReport) {
        let global = self.caller.global;
        if finished.open > 0 && !global.quiet {
            let resume = global.command(["runs", "resume", &finished.run]);
            let open =
                counted(finished.open, "step was not started or has no outcome yet", "steps were not started or have no outcome yet");
            out::note(&format!("{open}. To resume: {resume}"));
        }
        if finished.unseen > 0 && !global.quiet {
            let sync = global.command(["sync"]);
            let unseen = counted(finished.unseen, "target", "targets");
            out::note(&format!("{unseen} could not be read again. To bring the estate up to date: {sync}"));
        }
        if finished.failed > 0 && !global.quiet {
            let show = global.command(["runs", "show", &finished.run]);
            if finished.unknown > 0 {
                let unknown = counted(finished.unknown, "outcome is unknown", "outcomes are unknown");
                let sync = global.command(["sync"]);
                out::note(&format!("{unknown}: it may have taken effect, or may yet. To see where things stand: {sync}"));
            }
            out::note(&format!("To see what failed: {show}"));
        }
        let reversible = plan.steps.iter().any(|step| step.compensate.is_some());
        if finished.done > 0 && reversible && !global.quiet && !global.json {
            out::line(&format!("To undo: {}", global.command(["runs", "undo", &finished.run])));
        }
    }
}
