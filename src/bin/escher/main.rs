//! `escher`: everything on the command line, one file per command.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod args;
mod bar;
mod caller;
mod cmd;
mod exit;
mod gaps;
mod lines;
mod log;
mod next;
mod out;
mod panics;
mod prompt;
mod show;
mod signals;
mod table;
mod text;
mod twins;
mod usage;

use std::ffi::OsString;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use escher::{Error, ErrorKind, Result};

use crate::args::{Args, Global};
use crate::exit::{Exit, tell};

/// An import makes and drops millions of small texts on several threads at once.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    panics::watch();
    let typed: Vec<OsString> = std::env::args_os().collect();
    let args = match usage::parse(&typed) {
        Ok(args) => args,
        Err(exit) => return close(None, exit).into(),
    };
    log::begin();
    let global = args.global.clone();
    let ended = catch_unwind(AssertUnwindSafe(|| run(args))).unwrap_or_else(|_| Err(panics::error()));
    let exit = match ended {
        Ok(exit) => exit,
        Err(error) => {
            // Whatever broke on the way to this error is what it tells of.
            panics::first();
            tell(&global, &error)
        }
    };
    close(Some(&global), exit).into()
}

fn run(args: Args) -> Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| Error::new(ErrorKind::Storage, e.to_string()).operation("start the runtime").caused_by(e))?;
    let ended = runtime.block_on(cmd::run(args));
    // A task that hangs in a blocking call must not keep the process: everything durable is on disk by now.
    runtime.shutdown_background();
    ended
}

/// Writes what is left to write, and tells what nobody has told yet.
fn close(global: Option<&Global>, exit: Exit) -> Exit {
    if let Some(panic) = panics::first()
        && !global.is_some_and(|global| global.quiet)
    {
        out::note(&format!("note: part of Escher crashed and was worked around: {panic}"));
    }
    match out::finish() {
        Ok(()) => exit,
        Err(error) => match global {
            Some(global) => exit.worse(tell(global, &error)),
            None => {
                out::note(&format!("error: {error}"));
                exit.worse(Exit::Failed)
            }
        },
    }
}
