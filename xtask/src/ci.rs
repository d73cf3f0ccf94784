//! `cargo xtask ci`: everything a change has to pass, cheap steps first, the tests last.

use std::time::{Duration, Instant};

use escher_core::{Error, ErrorKind, Result};

use crate::project::Project;
use crate::setup::{self, Needs};
use crate::{drift, process, workspace};

/// What `ci` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Run the other steps although one failed
    #[arg(long)]
    keep_going: bool,
}

type StepFn = fn(&Project) -> Result<()>;

const STEPS: &[(&str, StepFn)] = &[
    ("setup", setup),
    ("format", format),
    ("drift", drift),
    ("dependencies", dependencies),
    ("clippy", clippy),
    ("docs", docs),
    ("book", crate::book::run),
    ("test", test),
];

/// Runs the steps and ends with a summary of them.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    let outcome = run_steps(STEPS, project, options.keep_going);
    println!("{}", outcome.summary());
    if outcome.failed.is_empty() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::Unavailable, format!("failed: {}", outcome.failed.join(", "))))
    }
}

#[derive(Default)]
struct Outcome {
    timed: Vec<(&'static str, Duration, &'static str)>,
    failed: Vec<&'static str>,
}

impl Outcome {
    fn summary(&self) -> String {
        let rows = self.timed.iter().map(|(name, took, word)| format!("{name:<14}{:>7.1} s  {word}", took.as_secs_f64()));
        rows.collect::<Vec<_>>().join("\n")
    }
}

fn run_steps(steps: &[(&'static str, StepFn)], project: &Project, keep_going: bool) -> Outcome {
    let mut outcome = Outcome::default();
    for (name, step) in steps {
        if !outcome.failed.is_empty() && !keep_going {
            outcome.timed.push((name, Duration::ZERO, "not run"));
            continue;
        }
        eprintln!("== {name}");
        let started = Instant::now();
        let word = match step(project) {
            Ok(()) => "passed",
            Err(error) => {
                eprintln!("error: {error}");
                if let Some(hint) = error.hint_text() {
                    eprintln!("  hint: {hint}");
                }
                outcome.failed.push(name);
                "FAILED"
            }
        };
        outcome.timed.push((name, started.elapsed(), word));
    }
    outcome
}

fn setup(project: &Project) -> Result<()> {
    setup::prepare(project, Needs { lints: true, deny: true, ..Needs::default() }).map(drop)
}

fn format(project: &Project) -> Result<()> {
    process::run(project.cargo().args(["fmt", "--all", "--check"]))
}

fn drift(project: &Project) -> Result<()> {
    drift::check(project)
}

/// Licences, bans and sources from the lock file alone. Advisories need a database that many networks do not reach, so they
/// are looked at only when asked for, and it is said when they were not.
fn dependencies(project: &Project) -> Result<()> {
    // Offline, cargo-deny needs the manifests of every platform's dependencies, which a build does not fetch.
    process::run(project.cargo().args(["fetch", "--locked"]))?;
    process::run(project.cargo().args([
        "deny",
        "--offline",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]))?;
    if std::env::var_os("CI_ADVISORIES").is_some_and(|value| value == "1") {
        process::run(project.cargo().args(["deny", "--locked", "check", "advisories"]))
    } else {
        eprintln!("advisories: NOT checked; set CI_ADVISORIES=1 where the advisory database can be reached");
        Ok(())
    }
}

fn clippy(project: &Project) -> Result<()> {
    process::run(project.cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]))
}

fn docs(project: &Project) -> Result<()> {
    process::run(project.cargo().args(["doc", "--workspace", "--no-deps", "--locked"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn test(project: &Project) -> Result<()> {
    workspace::test(project, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(_: &Project) -> Result<()> {
        Ok(())
    }
    fn bad(_: &Project) -> Result<()> {
        Err(Error::invalid("broken"))
    }
    fn project() -> Project {
        Project { root: ".".into(), target: "target".into() }
    }

    #[test]
    fn a_failed_step_stops_the_rest_and_is_named() {
        let outcome = run_steps(&[("one", good), ("two", bad), ("three", good)], &project(), false);
        assert_eq!(outcome.failed, ["two"]);
        let words: Vec<_> = outcome.timed.iter().map(|(_, _, word)| *word).collect();
        assert_eq!(words, ["passed", "FAILED", "not run"]);
    }

    #[test]
    fn keep_going_runs_every_step_and_still_fails() {
        let outcome = run_steps(&[("one", bad), ("two", good), ("three", bad)], &project(), true);
        assert_eq!(outcome.failed, ["one", "three"]);
        assert!(outcome.summary().contains("two") && outcome.summary().contains("passed"));
    }

    #[test]
    fn the_tests_come_last() {
        assert_eq!(STEPS.last().unwrap().0, "test");
    }
}
