//! `cargo xtask eval`: how well words are understood.

use clap::ValueEnum;
use escher_core::Result;

use crate::process;
use crate::project::Project;

/// What `eval` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// What is judged
    what: Subject,
    /// Only this part of the labeled set
    #[arg(long)]
    part: Option<Part>,
    /// List every utterance that was not read as its label says, unsafe ones first
    #[arg(long)]
    failures: bool,
    /// One JSON document instead of tables
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Subject {
    /// The offline brain, held against `escher-server/tests/labelled`
    Brain,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// The rows to work with
    Tuning,
    /// The rows that count
    Measuring,
}

/// Runs the judge as an example of `escher-server`, so that xtask does not depend on the brain. It fails where an utterance
/// of the measuring part would be carried out as it must not be.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    process::run(project.cargo().args(arguments(options)))
}

fn arguments(options: &Options) -> Vec<&'static str> {
    let Subject::Brain = options.what;
    let mut args = vec!["run", "--quiet", "--locked", "--package", "escher-server", "--example", "eval", "--"];
    match options.part {
        Some(Part::Tuning) => args.extend(["--part", "tuning"]),
        Some(Part::Measuring) => args.extend(["--part", "measuring"]),
        None => {}
    }
    args.extend(options.failures.then_some("--failures"));
    args.extend(options.json.then_some("--json"));
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_reaches_the_judge() {
        let options = Options { what: Subject::Brain, part: Some(Part::Measuring), failures: true, json: false };
        let args = arguments(&options);
        let judge = args.iter().position(|arg| *arg == "--").unwrap();
        assert_eq!(args[judge..], ["--", "--part", "measuring", "--failures"]);
    }
}
