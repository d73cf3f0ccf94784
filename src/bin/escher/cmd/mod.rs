//! One file a command. Each builds a request, has it done through the [`Caller`], and prints what comes back.

pub(crate) mod ask;
pub(crate) mod changes;
pub(crate) mod chat;
pub(crate) mod connect;
pub(crate) mod daemon;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod import;
pub(crate) mod init;
pub(crate) mod interpret;
#[cfg(feature = "mcp")]
pub(crate) mod mcp;
pub(crate) mod ops;
pub(crate) mod plan;
pub(crate) mod policy;
pub(crate) mod runs;
pub(crate) mod search;
pub(crate) mod sync;

use escher::{Error, Result};

use crate::args::{Args, Command, Global};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out;

/// Runs what was typed.
pub(crate) async fn run(args: Args) -> Result<Exit> {
    let global = &args.global;
    match args.command {
        Command::Interpret(args) => interpret::run(global, args).await,
        Command::Ops => ops::run(global),
        #[cfg(feature = "mcp")]
        Command::Mcp => mcp::run(global).await,
        command => {
            if matches!(command, Command::Doctor)
                && let Some(exit) = doctor::before_start(global)?
            {
                return Ok(exit);
            }
            if let Command::Connect { cloud } = &command {
                cloud.refused()?;
            }
            let caller = Caller::open(global).await?;
            let ended = through_the_door(&caller, command).await;
            caller.close().await?;
            ended
        }
    }
}

async fn through_the_door(caller: &Caller<'_>, command: Command) -> Result<Exit> {
    match command {
        Command::Demo(args) => caller.interruptible(demo::run(caller, args)).await,
        Command::Init => caller.interruptible(init::run(caller)).await,
        Command::Connect { cloud } => caller.interruptible(connect::run(caller, cloud)).await,
        Command::Sync(args) => caller.interruptible(sync::run(caller, args)).await,
        Command::Changes(args) => caller.interruptible(changes::run(caller, args)).await,
        Command::Import(args) => caller.interruptible(import::import(caller, args)).await,
        Command::Export(args) => caller.interruptible(export::run(caller, args)).await,
        Command::Search(args) => caller.interruptible(search::run(caller, args)).await,
        Command::Policy { command } => caller.interruptible(policy::run(caller, command.unwrap_or(policy::Command::Show))).await,
        Command::Doctor => caller.interruptible(doctor::run(caller)).await,
        // These may be in the middle of a change when the person stops them: they end in their own, orderly way.
        Command::Ask(args) => ask::run(caller, args).await,
        Command::Chat(args) => chat::run(caller, args).await,
        Command::Plan { command } => plan::run(caller, command).await,
        Command::Runs { command } => runs::run(caller, command.unwrap_or(runs::Command::List)).await,
        Command::Daemon => daemon::run(caller).await,
        #[cfg(feature = "mcp")]
        Command::Mcp => Ok(Exit::Done),
        Command::Interpret(_) | Command::Ops => Ok(Exit::Done),
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
