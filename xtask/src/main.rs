//! Developer commands: `cargo xtask setup | demo | test | ci | drift | book | bench | eval`.
//!
//! Every command calls `setup` for the part of the machine it needs, so a fresh clone needs no other preparation. Programs are
//! started with argument lists, never through a shell.
#![allow(clippy::disallowed_methods, reason = "xtask is the home of the developer's machine: its environment, clock and processes")]

mod bench;
mod book;
mod ci;
mod drift;
mod eval;
mod process;
mod project;
mod setup;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use escher_core::Result;

use project::Project;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer commands of Escher")]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make this machine able to build and test: tools, a Python environment, the embedding model
    Setup,
    /// Load the three simulated clouds with the debug build; what follows goes to `escher demo`
    #[command(disable_help_flag = true)]
    Demo(Rest),
    /// Run all tests; what follows goes to `cargo test`
    #[command(disable_help_flag = true)]
    Test(Rest),
    /// Everything a change has to pass: format, lints, dependencies, docs, drift, tests
    Ci(ci::Options),
    /// Compare generated files with their source, and file sizes with their limit
    Drift(drift::Options),
    /// Build the documentation as a book, and check every link
    Book,
    /// Measure, and print a table
    Bench(bench::Options),
    /// Judge how well words are understood, and print a table
    Eval(eval::Options),
}

#[derive(clap::Args)]
struct Rest {
    /// Passed through as they are
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

fn main() -> ExitCode {
    match run(Args::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            if let Some(hint) = error.hint_text() {
                eprintln!("  hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let project = Project::locate()?;
    match command {
        Command::Setup => setup::all(&project),
        Command::Demo(rest) => workspace::demo(&project, &rest.args),
        Command::Test(rest) => workspace::test(&project, &rest.args),
        Command::Ci(options) => ci::run(&project, &options),
        Command::Drift(options) => drift::run(&project, &options),
        Command::Book => book::run(&project),
        Command::Bench(options) => bench::run(&project, &options),
        Command::Eval(options) => eval::run(&project, &options),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_well_formed() {
        Args::command().debug_assert();
    }

    #[test]
    fn what_follows_test_goes_to_cargo_test_untouched() {
        let args = Args::try_parse_from(["xtask", "test", "-p", "escher-core", "--", "--nocapture", "--help"]).unwrap();
        let Command::Test(rest) = args.command else { panic!("not the test command") };
        assert_eq!(rest.args, ["-p", "escher-core", "--", "--nocapture", "--help"]);
    }
}
