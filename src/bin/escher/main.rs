//! `escher`: everything on the command line, one file a command.

mod args;
mod bar;
mod cmd;
mod exit;
mod next;
mod show;

use std::process::ExitCode;

use clap::Parser as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> ExitCode {
    let args = args::Args::parse();
    let filter = tracing_subscriber::EnvFilter::try_from_env("ESCHER_LOG").unwrap_or_else(|_| "error".into());
    // What the clouds' SDKs log below a warning are requests as they are sent: keys, names, tags. It is never written,
    // whatever the filter asks for.
    let ours = tracing_subscriber::filter::filter_fn(|told| told.target().starts_with("escher") || *told.level() <= tracing::Level::WARN);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(ours).with_filter(filter);
    tracing_subscriber::registry().with(lines).init();
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
