//! What can be typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Parser, Subcommand};
use escher::core::{Clock, Kind};
use escher::{Config, Result};
use escher_providers::sim::{Faults, SimSpec};
use jiff::Timestamp;

use crate::cmd;

/// Ask about your clouds in plain words and act on them safely: AWS, Azure and GCP.
#[derive(Parser)]
#[command(name = "escher", version, about, propagate_version = true)]
#[command(
    after_help = "Exit codes: 0 done, 1 something failed, 2 bad input, a clarifying question or no target, 3 a plan awaits approval, 4 forbidden, expired or stale."
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// The heading of what every command takes.
const GLOBAL: &str = "Global options";

/// Flags of every command.
#[derive(ClapArgs, Clone, Debug)]
pub(crate) struct Global {
    /// Print one JSON document (JSON Lines for a stream) on standard output, and everything else on standard error
    #[arg(long, global = true, help_heading = GLOBAL)]
    pub(crate) json: bool,
    /// Folder for the estate, plans and runs [default: the platform's data folder, or ESCHER_DATA_DIR]
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FOLDER")]
    pub(crate) data_dir: Option<PathBuf>,
    /// Print no progress and no notes
    #[arg(long, short, global = true, help_heading = GLOBAL)]
    pub(crate) quiet: bool,
    /// Read as of this time, for tests and past reports, for example 2026-11-01T08:00:00Z; refused if a real cloud
    /// could change, and never used for approvals, expiry or the journal
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "TIME", value_parser = parse_now)]
    pub(crate) now: Option<Timestamp>,
    /// Inject faults into the simulated clouds, for example deny:compute,slow:50ms
    #[arg(long, global = true, help_heading = GLOBAL, value_name = "FAULTS", hide_short_help = true)]
    pub(crate) sim_faults: Option<Faults>,
    /// The program, as it was called
    #[arg(skip)]
    pub(crate) program: Option<OsString>,
}

impl Global {
    /// The configuration these flags lead to.
    pub(crate) fn config(&self) -> Result<Config> {
        let mut config = Config::from_env(self.data_dir.clone())?;
        if let Some(now) = self.now {
            config.clock = Clock::fixed(now);
        }
        if let Some(faults) = &self.sim_faults {
            config.sim_faults = faults.clone();
        }
        Ok(config)
    }
}

fn parse_now(text: &str) -> std::result::Result<Timestamp, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .ok()
        .or_else(day)
        .ok_or_else(|| "write a time such as 2026-11-01T08:00:00Z or a day such as 2026-11-01".to_owned())
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Load three simulated clouds to try things on; no account needed
    Demo(cmd::demo::Args),
    /// Set up the data directory and fetch the embedding model (90 MB, once) for search by meaning
    Init,
    /// Connect a cloud account, after showing who you are signed in as
    #[command(after_help = "Azure and Google Cloud cannot be connected yet; `escher demo` simulates them.")]
    Connect {
        #[command(subcommand)]
        cloud: cmd::connect::Cloud,
    },
    /// Scan the connected clouds and bring the estate up to date
    Sync(cmd::sync::Args),
    /// Show what appeared, changed or was removed, and by which run
    Changes(cmd::changes::Args),
    /// Load resources from JSON, CSV, a Terraform state, or the output of the clouds' own tools
    Import(cmd::import::ImportArgs),
    /// Write the estate as JSON Lines
    Export(cmd::export::Args),
    /// Find resources by words, typos welcome
    Search(cmd::search::Args),
    /// Ask a question or give an order in plain words; a change becomes a plan
    Ask(cmd::ask::Args),
    /// Chat: ask follow-up questions, give orders, and approve plans as you go
    Chat(cmd::chat::Args),
    /// Show how words are understood; needs no estate and no network
    Interpret(cmd::interpret::Args),
    /// Show, approve, reject and run plans
    Plan {
        #[command(subcommand)]
        command: cmd::plan::Command,
    },
    /// Show, resume and undo runs; without a command, list them
    Runs {
        #[command(subcommand)]
        command: Option<cmd::runs::Command>,
    },
    /// Show the rules that decide what may run, and check a plan against them; without a command, show them
    Policy {
        #[command(subcommand)]
        command: Option<cmd::policy::Command>,
    },
    /// Check that everything works, and say what to do if not; changes nothing
    Doctor,
    /// Keep the data directory open and answer other commands and programs, until it is stopped
    Daemon,
    /// Serve an AI assistant over MCP on standard input and output; it can read and plan, and approve nothing
    #[cfg(feature = "mcp")]
    Mcp,
    /// List every operation; --json adds its request and response schemas
    Ops,
}

/// `--sim SEED:N`, where it makes sense.
#[derive(ClapArgs, Clone, Copy, Debug)]
pub(crate) struct Sim {
    /// Simulate this estate: a seed and a size, for example 3:1000
    #[arg(long, value_name = "SEED:N")]
    pub(crate) sim: Option<SimSpec>,
}

/// A kind, for clap.
pub(crate) fn parse_kind(text: &str) -> std::result::Result<Kind, String> {
    text.parse::<Kind>().map_err(|e| format!("{e}; {}", e.hint_text().unwrap_or_default()))
}
