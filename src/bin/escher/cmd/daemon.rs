//! `escher daemon`.

use escher::{Error, ErrorKind, Result};
use serde_json::json;

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out;
use crate::signals::Signals;

/// Owns the data directory and answers other programs, until it is asked to stop.
pub(crate) async fn run(caller: &Caller<'_>) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    if caller.door.here().await.is_none() {
        let owner = caller.door.owner().await;
        return Err(Error::new(ErrorKind::Busy, format!("process {owner} owns this data directory already, and answers other programs"))
            .operation("daemon")
            .with("folder", caller.status.data_dir.display().to_string())
            .hint("end that process first, or choose another data directory"));
    }
    let Some(socket) = caller.door.socket().await else {
        return Err(Error::new(ErrorKind::Unsupported, "no local socket can be made for this data directory")
            .operation("daemon")
            .with("folder", caller.status.data_dir.display().to_string())
            .hint("ESCHER_LOG=warn says why"));
    };
    let document = json!({"event": "listening", "pid": std::process::id(), "data_dir": caller.status.data_dir, "socket": socket});
    output(caller.global, &document, || {
        out::line(&format!("Answering other programs for {}; interrupt to end.", caller.status.data_dir.display()));
    });
    out::flush();
    signals.next().await;
    // Runs come to the end of the steps under way, which are recorded; anything else is stopped.
    caller.door.hurry().await;
    Ok(Exit::Done)
}
