//! A permit is used up by the call and cannot be copied.

use escher_core::{Cloud, Permit, WriteCx};

async fn act(cloud: &dyn Cloud, cx: &WriteCx, permit: Permit) {
    let copy = permit.clone();
    let _ = cloud.act(cx, permit).await;
    let _ = cloud.act(cx, copy).await;
}

async fn again(cloud: &dyn Cloud, cx: &WriteCx, permit: Permit) {
    let _ = cloud.act(cx, permit).await;
    let _ = cloud.act(cx, permit).await;
}

fn main() {}
