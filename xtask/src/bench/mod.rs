//! `cargo xtask bench`: measurements, their table, their JSON.
//!
//! A measurement is a function in a file of this folder and one line in [`all`]. It gives rows; each row is a median over
//! several runs. What is measured by another program prints one JSON object, see [`external`].

mod build;
mod command;
mod external;
mod import;
mod machine;
mod memory;
mod report;
mod stats;
mod sync;

use std::path::PathBuf;

use escher_core::{Error, ErrorKind, Result};

use crate::project::Project;

/// What `bench` can be told.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Only this measurement; may be given several times
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Also the measurements that take many minutes
    #[arg(long)]
    slow: bool,
    /// Runs of each measurement, of which the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Where the JSON goes [default: xtask/bench.json in the target folder]
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// List the measurements and stop
    #[arg(long)]
    list: bool,
}

/// What every measurement gets.
pub(crate) struct Bench<'a> {
    /// Where things are.
    pub(crate) project: &'a Project,
    /// How often to measure; the first run of anything is a warm-up and does not count.
    pub(crate) runs: u32,
}

/// One measurement.
pub(crate) struct Measurement {
    /// The name for `--only`.
    pub(crate) name: &'static str,
    /// What it measures, in a line.
    pub(crate) about: &'static str,
    /// Left out unless named or asked for with `--slow`.
    pub(crate) slow: bool,
    /// Does it.
    pub(crate) run: fn(&Bench<'_>) -> Result<Vec<report::Row>>,
}

/// Every measurement, in the order of the table.
fn all() -> &'static [Measurement] {
    &[
        Measurement { name: "interpret", about: "one utterance to a frame, in one process", slow: false, run: command::interpret },
        Measurement {
            name: "read",
            about: "the brain alone: what people say, hostile text, the first words",
            slow: false,
            run: memory::read,
        },
        Measurement { name: "ask", about: "a cold `escher ask`, from the start of the process to its end", slow: false, run: command::ask },
        Measurement {
            name: "owner",
            about: "a cold `escher search` with and without a running owner",
            slow: false,
            run: command::cold_search,
        },
        Measurement { name: "door", about: "search through the owner's socket beside in process", slow: false, run: memory::door },
        Measurement { name: "sync", about: "a local AWS beside boto3, and what has not changed", slow: true, run: sync::sync },
        Measurement {
            name: "import",
            about: "lines a second and memory of `escher import`, without a model",
            slow: true,
            run: import::import,
        },
        Measurement { name: "embed", about: "texts a second, beside onnxruntime", slow: false, run: memory::embed },
        Measurement { name: "select", about: "exact selections over relations in an estate of 100,000", slow: false, run: memory::select },
        Measurement { name: "search", about: "import, index, search and memory, beside the bare engine", slow: true, run: memory::search },
        Measurement { name: "build", about: "clean build of everything the tests need, then the tests", slow: true, run: build::clean },
    ]
}

/// `cargo xtask bench`.
pub(crate) fn run(project: &Project, options: &Options) -> Result<()> {
    if options.list {
        for measurement in all() {
            println!("{:<12}{}{}", measurement.name, measurement.about, if measurement.slow { " (slow)" } else { "" });
        }
        return Ok(());
    }
    let chosen = choose(all(), &options.only, options.slow)?;
    let bench = Bench { project, runs: options.runs };
    let mut report = report::Report::new(machine::this()?);
    for measurement in chosen {
        eprintln!("== {}: {}", measurement.name, measurement.about);
        match (measurement.run)(&bench) {
            Ok(rows) => report.add(measurement.name, rows),
            Err(error) => {
                eprintln!("error: {error}");
                report.fail(measurement.name, error.to_string());
            }
        }
    }
    println!("{}", report.table());
    let file = options.json.clone().unwrap_or_else(|| project.state().join("bench.json"));
    report.save(&file)?;
    eprintln!("JSON: {}", file.display());
    report.outcome()
}

/// The named measurements in the table's order, or all but the slow ones.
fn choose<'m>(all: &'m [Measurement], only: &[String], slow: bool) -> Result<Vec<&'m Measurement>> {
    if let Some(unknown) = only.iter().find(|name| !all.iter().any(|m| m.name == **name)) {
        let names: Vec<&str> = all.iter().map(|m| m.name).collect();
        return Err(
            Error::new(ErrorKind::Invalid, format!("there is no measurement `{unknown}`")).hint(format!("one of: {}", names.join(", ")))
        );
    }
    let wanted = |m: &&Measurement| if only.is_empty() { slow || !m.slow } else { only.iter().any(|name| name == m.name) };
    Ok(all.iter().filter(wanted).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(only: &[&str], slow: bool) -> Result<Vec<&'static str>> {
        const M: &[Measurement] = &[
            Measurement { name: "a", about: "", slow: false, run: |_| Ok(Vec::new()) },
            Measurement { name: "b", about: "", slow: true, run: |_| Ok(Vec::new()) },
        ];
        let only: Vec<String> = only.iter().map(|s| (*s).to_owned()).collect();
        Ok(choose(M, &only, slow)?.iter().map(|m| m.name).collect())
    }

    #[test]
    fn slow_ones_run_only_when_meant() {
        assert_eq!(names(&[], false).unwrap(), ["a"]);
        assert_eq!(names(&[], true).unwrap(), ["a", "b"]);
        assert_eq!(names(&["b"], false).unwrap(), ["b"]);
        assert!(names(&["c"], false).unwrap_err().to_string().contains("`c`"));
    }

    #[test]
    fn names_are_unique() {
        let mut seen: Vec<&str> = all().iter().map(|m| m.name).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), all().len());
    }
}
