//! `escher runs`.

use escher::Result;
use escher::api::run::{Run, RunRequest};
use escher::api::{RunUndo, Runs};

use super::output;
use super::plan::{Runner, exit_of, may_run, outcome};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::table::Narrow::{Omit, Wrap};
use crate::table::Rows;
use crate::text::counted;
use crate::{out, show, twins};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List runs, newest first
    List,
    /// Show a run and its journal
    Show {
        /// The run's id
        id: String,
    },
    /// Resume what was interrupted; checks each target first, so that nothing is done twice
    Resume {
        /// The run's id [default: every run that was interrupted]
        id: Option<String>,
    },
    /// Make a plan that restores what a run changed
    Undo {
        /// The run's id
        id: String,
        /// Approve the plan, as far as policy lets you, and run it
        #[arg(long, short)]
        yes: bool,
    },
}

pub(crate) async fn run(caller: &Caller<'_>, command: Command) -> Result<Exit> {
    let global = caller.global;
    let runner = Runner::new(caller, true);
    match command {
        Command::List => list(caller).await,
        Command::Show { id } => show_run(caller, id).await,
        Command::Resume { id } => {
            let open = match id {
                Some(id) => vec![id],
                None => {
                    let runs = caller.call::<Runs>(Default::default()).await?.runs;
                    runs.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id.into()).collect()
                }
            };
            if open.is_empty() && !global.quiet {
                out::note("No run was interrupted, so there is nothing to resume.");
                out::note(&format!("To see all runs: {}", global.command(["runs", "list"])));
            }
            let mut exit = Exit::Done;
            for id in open {
                if runner.is_stopped() {
                    return Ok(Exit::Failed);
                }
                // One run that cannot be resumed does not keep the others from it.
                let ended = runner.resume(&id).await.map(|finished| exit_of(&finished));
                let ended = ended.unwrap_or_else(|e| crate::exit::tell(global, &e));
                exit = exit.worse(ended);
            }
            Ok(exit)
        }
        Command::Undo { id, yes } => {
            let plan = caller.call::<RunUndo>(RunRequest { run: id }).await?;
            if !global.json {
                show::plan(caller, &plan).await?;
            }
            if let Some(exit) = may_run(global, &plan, yes).await {
                if global.json {
                    out::json(&plan);
                }
                return Ok(exit);
            }
            Ok(exit_of(&runner.run(&plan.id).await?))
        }
    }
}

async fn list(caller: &Caller<'_>) -> Result<Exit> {
    let global = caller.global;
    let runs = caller.call::<Runs>(Default::default()).await?.runs;
    output(global, &runs, || {
        if runs.is_empty() {
            out::line("No runs yet. A run is what an approved plan does.");
            out::line(&format!("To see the plans: {}", global.command(["plan", "list"])));
            return;
        }
        let mut rows = Rows::new(&["run", "status", "started", "done", "failed", "skipped", "goal"]);
        for run in &runs {
            rows.add([
                run.id.to_string(),
                outcome(run).to_owned(),
                format!("{:.0}", run.started),
                run.done.to_string(),
                run.failed.to_string(),
                run.skipped.to_string(),
                run.goal.clone(),
            ]);
        }
        rows.print(&[("goal", Wrap(16)), ("started", Omit), ("skipped", Omit), ("failed", Omit), ("done", Omit)]);
    });
    show::warnings(global.quiet || runs.is_empty(), caller.status.simulated.as_slice());
    Ok(Exit::Done)
}

async fn show_run(caller: &Caller<'_>, id: String) -> Result<Exit> {
    let details = caller.call::<Run>(RunRequest { run: id }).await?;
    let (run, lines) = (&details.run, &details.journal);
    output(caller.global, &details, || {
        out::line(&format!("{}: {}", run.id, run.goal));
        out::line(&format!("  as {} · {} done, {} failed, {} skipped", run.principal, run.done, run.failed, run.skipped));
        if let Some(head) = &run.head {
            let when = if run.finished.is_some() { "when it ended" } else { "when it began" };
            out::line(&format!(
                "  {when}, the journal had {} (of all runs together)",
                counted(usize::try_from(head.seq).unwrap_or(usize::MAX), "line", "lines")
            ));
            out::line(&format!("  the last of them has the hash {}", head.hash));
        }
        let twins = twins::short_ids(lines.iter().map(|entry| (entry.target.last_segment(), entry.target.as_str())));
        let mut rows = Rows::new(&["time", "step", "try", "phase", "target", "reason"]);
        for entry in lines {
            let phase = serde_json::to_value(entry.phase).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
            rows.add([
                format!("{:.0}", entry.at),
                entry.step.to_string(),
                entry.attempt.to_string(),
                phase,
                twins::label(entry.target.last_segment(), entry.target.as_str(), &twins),
                entry.reason.clone().unwrap_or_default(),
            ]);
        }
        rows.print(&[("reason", Wrap(24)), ("time", Omit)]);
    });
    Ok(Exit::Done)
}
