//! `escher runs`.

use escher::{Escher, Result};

use super::output;
use super::plan::{Runner, exit_of, may_run};
use crate::args::Global;
use crate::exit::Exit;
use crate::table::Rows;
use crate::{out, show, twins};

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Runs, newest first
    List,
    /// A run with every line of its journal
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

pub(crate) async fn run(global: &Global, escher: &Escher, command: Command) -> Result<Exit> {
    let runner = Runner::new(global, true);
    match command {
        Command::List => list(global, escher).await,
        Command::Show { id } => show_run(global, escher, &id).await,
        Command::Resume { id } => {
            let open = match id {
                Some(id) => vec![id],
                None => escher.runs().await?.into_iter().filter(|run| run.finished.is_none()).map(|run| run.id.into()).collect(),
            };
            if open.is_empty() && !global.quiet {
                out::note("No run was interrupted.");
            }
            let mut exit = Exit::Done;
            for id in open {
                if runner.is_stopped() {
                    return Ok(Exit::Failed);
                }
                // One run that cannot be resumed does not keep the others from it.
                let ended = resume(&runner, escher, &id).await.unwrap_or_else(|e| crate::exit::tell(global, &e));
                exit = exit.worse(ended);
            }
            Ok(exit)
        }
        Command::Undo { id, yes } => {
            let plan = escher.undo(&id).await?;
            if !global.json {
                show::plan(global, escher, &plan).await?;
            }
            if let Some(exit) = may_run(global, &plan, yes).await {
                if global.json {
                    out::json(&plan);
                }
                return Ok(exit);
            }
            Ok(exit_of(&runner.run(escher, &plan.id).await?))
        }
    }
}

async fn resume(runner: &Runner<'_>, escher: &Escher, id: &str) -> Result<Exit> {
    if escher.run(id).await?.finished.is_some() && !runner.global.quiet {
        out::note(&format!("{id} is finished; there is nothing to resume."));
    }
    Ok(exit_of(&runner.resume(escher, id).await?))
}

async fn list(global: &Global, escher: &Escher) -> Result<Exit> {
    let runs = escher.runs().await?;
    output(global, &runs, || {
        let mut rows = Rows::new(&["run", "started", "done", "failed", "skipped", "status", "goal"]);
        for run in &runs {
            rows.add([
                run.id.to_string(),
                format!("{:.0}", run.started),
                run.done.to_string(),
                run.failed.to_string(),
                run.skipped.to_string(),
                if run.finished.is_some() { "finished".to_owned() } else { "interrupted".to_owned() },
                run.goal.clone(),
            ]);
        }
        rows.print(&["started", "status", "goal"]);
    });
    show::warnings(global.quiet || runs.is_empty(), escher.simulated_note().as_slice());
    Ok(Exit::Done)
}

async fn show_run(global: &Global, escher: &Escher, id: &str) -> Result<Exit> {
    let (run, lines) = escher.run_with_journal(id).await?;
    output(global, &serde_json::json!({"run": run, "journal": lines}), || {
        out::line(&format!("{}: {}", run.id, run.goal));
        out::line(&format!("  as {} · {} done, {} failed, {} skipped", run.principal, run.done, run.failed, run.skipped));
        if let Some(head) = &run.head {
            out::line(&format!("  journal at line {}, {}", head.seq, head.hash));
        }
        let twins = twins::short_ids(lines.iter().map(|entry| (entry.target.last_segment(), entry.target.as_str())));
        let mut rows = Rows::new(&["time", "step", "try", "phase", "target", "reason"]);
        for entry in &lines {
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
        rows.print(&["time", "reason"]);
    });
    Ok(Exit::Done)
}
