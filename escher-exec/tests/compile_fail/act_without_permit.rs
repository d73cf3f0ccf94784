//! A permit cannot be made: only the journal gives it out.

use escher_core::{Cloud, Permit, RunId, Step, WriteCx};

async fn act(cloud: &dyn Cloud, cx: &WriteCx, step: Step, run: RunId) {
    let permit = Permit { run, step, attempt: 1 };
    let _ = cloud.act(cx, permit).await;
}

fn main() {}
