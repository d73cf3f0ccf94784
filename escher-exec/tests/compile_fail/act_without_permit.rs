//! A permit cannot be made: only the journal gives it out.

use escher_core::{Cloud, Permit, Step, WriteCx};

async fn act(cloud: &dyn Cloud, cx: &WriteCx, step: Step) {
    let permit = Permit { run: "run_1".to_owned(), step, attempt: 1 };
    let _ = cloud.act(cx, permit).await;
}

fn main() {}
