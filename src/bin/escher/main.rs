//! `escher`: everything on the command line, one file a command.

mod args;
mod bar;
mod cmd;
mod exit;
mod next;
mod show;

use std::process::ExitCode;

use clap::Parser as _;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("ESCHER_LOG").unwrap_or_else(|_| "error".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => {
            eprintln!("error: no runtime: {e}");
            return ExitCode::FAILURE;
        }
    };
    let code = runtime.block_on(cmd::dispatch(args));
    // A task that hangs in a blocking call must not keep the process: everything durable is on disk by now.
    runtime.shutdown_background();
    code
}
