//! A plan that was only checked cannot be run.

use escher_core::{Checked, Plan, RunId};
use escher_exec::{CancellationToken, Executor, RunEvent};
use tokio::sync::mpsc::UnboundedSender;

type Events = UnboundedSender<RunEvent>;

async fn run(executor: &Executor, plan: Plan<Checked>, run: &RunId, cancel: &CancellationToken, events: &Events) {
    let _ = executor.run(plan, run, cancel, events).await;
}

fn main() {}
