//! One file a command.

pub(crate) mod ask;
pub(crate) mod changes;
pub(crate) mod connect;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod interpret;
pub(crate) mod plan;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod sync;

use std::future::Future;

use escher::{Error, ErrorKind, Escher, Result};

use crate::args::{Args, Command, Global};
use crate::exit::Exit;
use crate::out;
use crate::signals::Signals;

/// Runs what was typed.
pub(crate) async fn run(args: Args) -> Result<Exit> {
    let global = &args.global;
    if let Command::Interpret(args) = args.command {
        return interpret::run(global, args).await;
    }
    let escher = &Escher::open(global.config()?)?;
    if let Some(remark) = escher.clock_remark().await {
        crate::show::warnings(global.quiet, &[remark]);
    }
    match args.command {
        Command::Demo(args) => interruptible(demo::run(global, escher, args)).await,
        Command::Init => interruptible(init::run(global, escher)).await,
        Command::Connect { cloud } => interruptible(connect::run(global, escher, cloud)).await,
        Command::Sync(args) => interruptible(sync::run(global, escher, args)).await,
        Command::Changes(args) => interruptible(changes::run(global, escher, args)).await,
        Command::Import(args) => interruptible(import::import(global, escher, args)).await,
        Command::Export(args) => interruptible(export::run(escher, args)).await,
        Command::Search(args) => interruptible(search::run(global, escher, args)).await,
        Command::Doctor => interruptible(doctor::run(global, escher)).await,
        // These may be in the middle of a change when the person stops them: they end in their own, orderly way.
        Command::Ask(args) => ask::run(global, escher, args).await,
        Command::Plan { command } => plan::run(global, escher, command).await,
        Command::Runs { command } => runs::run(global, escher, command.unwrap_or(runs::Command::List)).await,
        Command::Interpret(_) => Ok(Exit::Done),
    }
}

/// Lets the person or the system stop it; what was complete by then is kept.
async fn interruptible(work: impl Future<Output = Result<Exit>>) -> Result<Exit> {
    let mut signals = Signals::listen()?;
    tokio::select! {
        done = work => done,
        () = signals.next() => {
            Err(Error::new(ErrorKind::Cancelled, "interrupted").hint("what was complete is kept; run the same again for the rest"))
        }
    }
}

/// Does what may wait for another program, such as opening a pipe, aside: so a signal can end the command meanwhile.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal(e.to_string()))?
}

/// Prints a document, or lets `otherwise` print for a person.
fn output<T: serde::Serialize>(global: &Global, value: &T, otherwise: impl FnOnce()) {
    if global.json { out::json(value) } else { otherwise() }
}
