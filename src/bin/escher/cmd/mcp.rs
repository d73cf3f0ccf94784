//! `escher mcp`.

use std::sync::Arc;

use escher::{CancellationToken, Door, Result, serve_mcp};

use crate::args::Global;
use crate::exit::Exit;
use crate::next;
use crate::signals::Signals;

/// Serves an assistant on standard input and output, until it goes away or this process is asked to stop.
pub(crate) async fn run(global: &Global) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    let door = Arc::new(Door::open(global.config()?).await?);
    let shown = global.clone();
    let stop = CancellationToken::new();
    let serving = serve_mcp(door.clone(), Arc::new(move |step| next::typed(&shown, step)), stop.clone());
    tokio::pin!(serving);
    let ended = tokio::select! {
        ended = &mut serving => ended,
        () = signals.next() => {
            stop.cancel();
            door.hurry().await;
            serving.await
        }
    };
    door.close().await;
    ended.map(|()| Exit::Done)
}
