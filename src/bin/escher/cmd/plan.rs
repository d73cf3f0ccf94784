//! `escher plan`.

use std::sync::{Arc, OnceLock};

use escher::core::{Decision, PlanDoc, RunId};
use escher::{CancellationToken, Error, ErrorKind, Escher, Finished, Result, RunEvent, RunOptions, StoredPlan, Trial};

use super::output;
use crate::args::Global;
use crate::exit::{Exit, tell};
use crate::signals::Signals;
use crate::table::Rows;
use crate::{out, prompt, show};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Plans, newest first
    List,
    /// A plan with its targets and command lines
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

pub(crate) async fn run(global: &Global, escher: &Escher, command: Command) -> Result<Exit> {
    match command {
        Command::List => list(global, escher).await,
        Command::Show { id } => {
            let record = escher.plan(&id).await?;
            let altered = record.altered();
            if let Some(altered) = altered.filter(|_| global.json) {
                // One document: the error says more than a plan that is not to be believed.
                return Err(altered);
            }
            if global.json {
                out::json(&record.doc);
            } else {
                show::plan(global, escher, &record.doc).await?;
                out::line(&format!("  status    {}", record.status));
            }
            if let Some(altered) = record.altered() {
                return Err(altered);
            }
            distrust(global, &record);
            Ok(Exit::Done)
        }
        Command::Approve { id } => {
            let record = escher.approve(&id).await?;
            output(global, &record, || {
                out::line(&format!("Approved {}. Next: {}", record.doc.digest, global.command(["plan", "run", &id])));
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
            let record = escher.reject(&id).await?;
            output(global, &record, || out::line("Rejected; nothing was run."));
            Ok(Exit::Done)
        }
        Command::Run { id, dry_run: true, .. } => dry_run(global, escher, &id).await,
        Command::Run { id, yes, .. } => {
            let record = escher.plan(&id).await?;
            // What can never run any more is refused before anybody is asked to approve it.
            let checked = escher.still_open(&record)?;
            // An approval that is worth nothing is not replaced in passing: the person looks first.
            if let Some(unapproved) = record.unapproved() {
                return Err(unapproved);
            }
            if record.approval.is_none() {
                if !global.json {
                    show::plan(global, escher, checked.doc()).await?;
                }
                if let Some(exit) = may_run(global, checked.doc(), yes).await {
                    if global.json {
                        out::json(checked.doc());
                    }
                    return Ok(exit);
                }
            }
            let finished = Runner::new(global, true).run(escher, &id).await?;
            Ok(exit_of(&finished))
        }
    }
}

/// Tells what was found wrong with a stored plan.
fn distrust(global: &Global, plan: &StoredPlan) {
    let why: Vec<String> = plan.distrust.iter().map(|why| format!("{}: {why}", plan.doc.id)).collect();
    show::warnings(global.quiet, &why);
}

async fn list(global: &Global, escher: &Escher) -> Result<Exit> {
    let plans = escher.plans().await?;
    let open: Vec<RunId> = escher.runs().await?.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id).collect();
    let status = |plan: &StoredPlan| match &plan.run {
        Some(run) if open.contains(run) => format!("{} ({run} is not finished)", plan.status),
        Some(run) => format!("run as {run}"),
        None => plan.status.to_string(),
    };
    output(global, &plans, || {
        let mut rows = Rows::new(&["plan", "status", "risk", "targets", "created", "goal"]);
        for plan in &plans {
            let doc = &plan.doc;
            rows.add([
                doc.id.to_string(),
                status(plan),
                doc.risk.to_string(),
                doc.blast_radius.to_string(),
                format!("{:.0}", doc.created),
                doc.goal.clone(),
            ]);
        }
        rows.print(&["created", "risk", "goal"]);
    });
    plans.iter().for_each(|plan| distrust(global, plan));
    show::warnings(global.quiet || plans.is_empty(), escher.simulated_note().as_slice());
    Ok(Exit::Done)
}

async fn dry_run(global: &Global, escher: &Escher, id: &str) -> Result<Exit> {
    let names = show::names(&escher.plan(id).await?.doc);
    let tries = escher.dry_run(id).await?;
    output(global, &tries, || {
        for result in &tries {
            let trial = format!("{:?}", result.result).to_lowercase();
            let name = names.get(&result.target).map_or_else(|| result.target.last_segment(), String::as_str);
            out::line(&format!("{:4} {trial:10} {name}: {}", result.step, result.text));
        }
    });
    Ok(if tries.iter().any(|result| result.result == Trial::Refused) { Exit::Failed } else { Exit::Done })
}

/// Whether a plan may be run now; otherwise the exit code that says why not. A person at a terminal is asked.
pub(crate) async fn may_run(global: &Global, plan: &PlanDoc, yes: bool) -> Option<Exit> {
    match plan.decision {
        Decision::Forbid => {
            let forbidden = Error::new(ErrorKind::Forbidden, format!("policy forbids this plan: {}", plan.reasons.join("; ")));
            Some(tell(global, &forbidden.with("plan", plan.id.clone())))
        }
        Decision::Allow => None,
        Decision::Approve if yes => None,
        Decision::Approve if !global.json && prompt::can_ask() => {
            if prompt::yes("Run this plan?").await {
                return None;
            }
            out::note(&format!("Nothing was run. The plan is kept: {}", global.command(["plan", "run", &plan.id])));
            Some(Exit::Awaits)
        }
        Decision::Approve => {
            if !global.quiet {
                let [approve, run] = ["approve", "run"].map(|word| global.command(["plan", word, &plan.id]));
                out::note(&format!("Nothing was run. The plan awaits approval: {approve}, then: {run}"));
            }
            Some(Exit::Awaits)
        }
    }
}

/// How a run ended, as an exit code.
pub(crate) fn exit_of(finished: &Finished) -> Exit {
    if finished.failed > 0 || finished.open > 0 { Exit::Failed } else { Exit::Done }
}

/// Runs plans and tells what happens.
pub(crate) struct Runner<'g> {
    pub(crate) global: &'g Global,
    /// Whether events are printed.
    events: bool,
    /// Stops what runs, and what would run after it.
    stop: OnceLock<CancellationToken>,
}

impl<'g> Runner<'g> {
    pub(crate) fn new(global: &'g Global, events: bool) -> Self {
        Self { global, events, stop: OnceLock::new() }
    }

    /// Whether the person or the system asked for an end.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.get().is_some_and(CancellationToken::is_cancelled)
    }

    /// Listens for signals from the first run on: one ends in order, the next leaves at once.
    fn stop(&self) -> Result<CancellationToken> {
        if let Some(stop) = self.stop.get() {
            return Ok(stop.clone());
        }
        let mut signals = Signals::listen()?;
        let stop = self.stop.get_or_init(CancellationToken::new).clone();
        let (cancel, resume) = (stop.clone(), self.global.command(["runs", "resume"]));
        tokio::spawn(async move {
            signals.next().await;
            cancel.cancel();
            out::note("Stopping: steps under way are finished and recorded first. Interrupt again to leave at once.");
            signals.next().await;
            // The journal has everything that was begun, so that leaving now loses nothing.
            out::note(&format!("Left at once: steps under way have no recorded outcome. To check and resume them: {resume}"));
            std::process::exit(i32::from(Exit::Failed as u8));
        });
        Ok(stop)
    }

    fn options(&self, plan: &PlanDoc) -> Result<RunOptions> {
        let (events, json, quiet) = (self.events, self.global.json, self.global.quiet);
        // What a person approved by its name is told by its name.
        let names = show::names(plan);
        Ok(RunOptions {
            listener: Arc::new(move |event: &RunEvent| match event {
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
            }),
            cancel: self.stop()?,
        })
    }

    /// Approves, where nobody has yet, and runs.
    pub(crate) async fn run(&self, escher: &Escher, id: &str) -> Result<Finished> {
        let plan = escher.plan(id).await?;
        if plan.approval.is_none() {
            escher.approve(id).await?;
        }
        Ok(self.told(&plan.doc, escher.run_plan(id, self.options(&plan.doc)?).await?))
    }

    /// Resumes a run.
    pub(crate) async fn resume(&self, escher: &Escher, run: &str) -> Result<Finished> {
        let plan = escher.plan(&escher.run(run).await?.plan).await?;
        Ok(self.told(&plan.doc, escher.resume(run, self.options(&plan.doc)?).await?))
    }

    fn told(&self, plan: &PlanDoc, finished: Finished) -> Finished {
        if finished.open > 0 && !self.global.quiet {
            let resume = self.global.command(["runs", "resume", &finished.run]);
            out::note(&format!("{} step(s) were not started or have no outcome yet. To resume: {resume}", finished.open));
        }
        if finished.unseen > 0 && !self.global.quiet {
            let sync = self.global.command(["sync"]);
            out::note(&format!("{} target(s) could not be read again. To bring the estate up to date: {sync}", finished.unseen));
        }
        let reversible = plan.steps.iter().any(|step| step.compensate.is_some());
        if finished.done > 0 && reversible && !self.global.quiet && !self.global.json {
            out::line(&format!("To undo: {}", self.global.command(["runs", "undo", &finished.run])));
        }
        finished
    }
}
