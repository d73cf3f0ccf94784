//! `escher plan`.

use std::collections::HashMap;
use std::sync::Arc;

use escher::core::{Decision, PlanDoc, ResourceId};
use escher::{Escher, Finished, Result, RunEvent, RunOptions, StoredPlan, Trial};

use super::output;
use crate::args::Global;
use crate::exit::Exit;
use crate::show;

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Plans, newest first
    List,
    /// A plan with its targets and command lines
    Show {
        /// The plan's id
        id: String,
    },
    /// Say yes to what a plan shows now
    Approve {
        /// The plan's id
        id: String,
    },
    /// Say no; final
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
        /// Only try it, in whatever way each step can be tried; changes nothing
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
            let show = || {
                show::plan(&record.doc, global.quiet);
                show::line(&format!("  status    {}", record.status));
            };
            match altered {
                // One document: the error says more than a plan that is not to be believed.
                Some(altered) if global.json => return Err(altered),
                None => output(global, &record.doc, show),
                Some(altered) => {
                    show();
                    return Err(altered);
                }
            }
            distrust(global, &record);
            Ok(Exit::Done)
        }
        Command::Approve { id } => {
            let record = escher.approve(&id).await?;
            output(global, &record, || {
                show::line(&format!("Approved {}. Next: {}", record.doc.digest, global.command(&format!("plan run {id}"))));
                // What the approval is bound to beside the plan, where somebody chose it.
                for through in record.approval.iter().flat_map(|approval| &approval.connections) {
                    let endpoint = through.endpoint.iter().filter(|endpoint| !endpoint.starts_with("sim:"));
                    let chosen: Vec<String> =
                        endpoint.cloned().chain(through.profile.iter().map(|profile| format!("profile {profile}"))).collect();
                    if !chosen.is_empty() {
                        show::line(&format!("  through   {}: {}", through.name, show::tame(&chosen.join(", "), false)));
                    }
                }
            });
            Ok(Exit::Done)
        }
        Command::Reject { id } => {
            let record = escher.reject(&id).await?;
            output(global, &record, || show::line("Rejected; nothing was run."));
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
                    show::plan(checked.doc(), global.quiet);
                }
                if let Some(exit) = may_run(global, checked.doc(), yes) {
                    if global.json {
                        show::json(checked.doc());
                    }
                    return Ok(exit);
                }
            }
            let finished = Runner { global, events: true }.run(escher, &id).await?;
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
    let open: Vec<String> = escher.runs().await?.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id).collect();
    let status = |plan: &StoredPlan| match &plan.run {
        Some(run) if open.contains(run) => format!("{} ({run} is not finished)", plan.status),
        Some(run) => format!("run as {run}"),
        None => plan.status.to_string(),
    };
    output(global, &plans, || {
        let mut rows = show::table(&["plan", "status", "risk", "targets", "created", "goal"]);
        for plan in &plans {
            let doc = &plan.doc;
            rows.add_row([
                doc.id.clone(),
                status(plan),
                doc.risk.to_string(),
                doc.blast_radius.to_string(),
                format!("{:.0}", doc.created),
                doc.goal.clone(),
            ]);
        }
        show::print(rows, &["created", "risk", "goal"]);
    });
    plans.iter().for_each(|plan| distrust(global, plan));
    show::warnings(global.quiet || plans.is_empty(), escher.simulated_note().as_slice());
    Ok(Exit::Done)
}

async fn dry_run(global: &Global, escher: &Escher, id: &str) -> Result<Exit> {
    let tries = escher.dry_run(id).await?;
    output(global, &tries, || {
        for result in &tries {
            let trial = format!("{:?}", result.result).to_lowercase();
            show::line(&format!("{:4} {trial:10} {}: {}", result.step, result.target.last_segment(), result.text));
        }
    });
    Ok(if tries.iter().any(|result| result.result == Trial::Refused) { Exit::Failed } else { Exit::Done })
}

/// Whether a plan may be run now; otherwise the exit code that says why not. A person at a terminal is asked.
pub(crate) fn may_run(global: &Global, plan: &PlanDoc, yes: bool) -> Option<Exit> {
    match plan.decision {
        Decision::Forbid => {
            eprintln!("error: policy forbids this plan: {}", plan.reasons.join("; "));
            Some(Exit::Forbidden)
        }
        Decision::Allow => None,
        Decision::Approve if yes => None,
        Decision::Approve if !global.json && show::can_ask() => {
            if show::yes("Run this plan?") {
                return None;
            }
            eprintln!("Nothing was run. The plan is kept: {}", global.command(&format!("plan run {}", plan.id)));
            Some(Exit::Awaits)
        }
        Decision::Approve => {
            if !global.quiet {
                let [approve, run] = ["approve", "run"].map(|word| global.command(&format!("plan {word} {}", plan.id)));
                eprintln!("Nothing was run. The plan awaits approval: {approve}, then: {run}");
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
    pub(crate) events: bool,
}

impl Runner<'_> {
    fn options(&self, plan: &PlanDoc) -> RunOptions {
        let (events, json, quiet) = (self.events, self.global.json, self.global.quiet);
        // What a person approved by its name is told by its name.
        let names: HashMap<ResourceId, String> = plan.steps.iter().map(|step| (step.target.id.clone(), step.target.name.clone())).collect();
        let options = RunOptions {
            listener: Arc::new(move |event: &RunEvent| match event {
                event if json && events => show::json(event),
                _ if json || quiet => {}
                RunEvent::Step { step, target, phase, reason, .. } => {
                    let reason = reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
                    let phase = serde_json::to_value(phase).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
                    let name = names.get(target).map_or_else(|| target.last_segment(), String::as_str);
                    show::line(&format!("{step:4} {phase:9} {}{reason}", show::tame(name, false)));
                }
                RunEvent::Finished { run, done, failed, skipped } => {
                    show::line(&format!("{run}: {done} done, {failed} failed, {skipped} skipped"));
                }
            }),
            ..RunOptions::default()
        };
        let cancel = options.cancel.clone();
        tokio::spawn(async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                eprintln!("stopping: steps under way are finished and written down first; again to leave at once, and resume later");
                cancel.cancel();
            }
            // The journal has everything that was begun, so that leaving now loses nothing.
            if tokio::signal::ctrl_c().await.is_ok() {
                eprintln!("left: steps under way have no outcome yet; escher runs resume looks at them first");
                std::process::exit(i32::from(Exit::Failed as u8));
            }
        });
        options
    }

    /// Approves, where nobody has yet, and runs.
    pub(crate) async fn run(&self, escher: &Escher, id: &str) -> Result<Finished> {
        let plan = escher.plan(id).await?;
        if plan.approval.is_none() {
            escher.approve(id).await?;
        }
        self.told(&plan.doc, escher.run_plan(id, self.options(&plan.doc)).await?)
    }

    /// Carries a run on.
    pub(crate) async fn resume(&self, escher: &Escher, run: &str) -> Result<Finished> {
        let plan = escher.plan(&escher.run(run).await?.plan).await?;
        self.told(&plan.doc, escher.resume(run, self.options(&plan.doc)).await?)
    }

    fn told(&self, plan: &PlanDoc, finished: Finished) -> Result<Finished> {
        if finished.open > 0 && !self.global.quiet {
            let resume = self.global.command(&format!("runs resume {}", finished.run));
            eprintln!("{} step(s) were not begun or have no outcome yet: {resume}", finished.open);
        }
        if finished.unseen > 0 && !self.global.quiet {
            let sync = self.global.command("sync");
            eprintln!("{} target(s) could not be looked at again; to bring the estate up to date: {sync}", finished.unseen);
        }
        let reversible = plan.steps.iter().any(|step| step.compensate.is_some());
        if finished.done > 0 && reversible && !self.global.quiet && !self.global.json {
            show::line(&format!("To take it back: {}", self.global.command(&format!("runs undo {}", finished.run))));
        }
        Ok(finished)
    }
}
