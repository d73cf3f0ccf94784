//! `escher mcp`.

use std::sync::Arc;

use escher::{CancellationToken, Config, Door, Result, Speaker, serve_mcp};

use crate::args::Global;
use crate::exit::Exit;
use crate::next;
use crate::signals::Signals;

/// Serves an assistant on standard input and output, until it goes away or this process is asked to stop.
pub(crate) async fn run(global: &Global) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    let config = Config { speaker: Speaker::Assistant, ..global.config()? };
    let door = Arc::new(Door::open(config).await?);
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
