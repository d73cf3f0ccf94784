//! A plan that was only checked cannot be run.

use escher_core::{Checked, Plan};
use escher_exec::{CancellationToken, Executor, RunEvent};
use tokio::sync::mpsc::UnboundedSender;

async fn run(executor: &Executor, plan: Plan<Checked>, cancel: &CancellationToken, events: &UnboundedSender<RunEvent>) {
    let _ = executor.run(plan, "run_1", cancel, events).await;
}

fn main() {}
