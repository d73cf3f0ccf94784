//! Measurements by other programs.
//!
//! Such a program prints, as the last line of its standard output, one JSON object:
//! `{"rows": [{"what": "16 tokens", "unit": "texts/s", "value": 71.2, "aim": {"at-least": 60}}]}` (`aim` may be absent).
//! It is started several times; rows of the same `what` and `unit` become one row with the median.

use std::process::Command;

use escher_core::{Error, Result};
use serde::Deserialize;

use super::Bench;
use super::report::{Aim, Row};
use crate::process;

#[derive(Debug, Deserialize)]
struct Printed {
    rows: Vec<Sample>,
}

/// One figure of one run.
#[derive(Clone, Debug, Deserialize)]
struct Sample {
    what: String,
    unit: String,
    value: f64,
    aim: Option<Aim>,
}

/// The measurement that an example of the workspace makes, in release.
#[allow(dead_code, reason = "the door for measurements by other programs")]
pub(crate) fn example(bench: &Bench<'_>, name: &str) -> Result<Vec<Row>> {
    // The whole workspace's features, so that no dependency is built a second time with others.
    process::run(bench.project.cargo().args(["build", "--release", "--locked", "--workspace", "--example", name]))?;
    let program = bench.project.built("release/examples", name);
    run(bench, || process::command(&program))
}

/// Runs what `make` builds as often as asked for and gives the medians, in the order of the first run.
#[allow(dead_code, reason = "the door for measurements by other programs")]
pub(crate) fn run(bench: &Bench<'_>, make: impl Fn() -> Command) -> Result<Vec<Row>> {
    let mut runs = Vec::new();
    for _ in 0..bench.runs {
        let mut command = make();
        eprintln!("$ {}", process::line(&command));
        runs.push(parse(&process::capture(&mut command)?).map_err(|e| e.operation(process::line(&command)))?);
    }
    Ok(medians(&runs))
}

fn parse(output: &str) -> Result<Vec<Sample>> {
    let last = output.lines().rev().find(|line| !line.trim().is_empty()).ok_or_else(|| Error::invalid("it printed nothing"))?;
    let printed: Printed =
        serde_json::from_str(last).map_err(|e| Error::invalid(format!("its last line is not the agreed JSON: {e}")).source(e))?;
    Ok(printed.rows)
}

fn medians(runs: &[Vec<Sample>]) -> Vec<Row> {
    let Some(first) = runs.first() else { return Vec::new() };
    let row = |sample: &Sample| {
        let values: Vec<f64> =
            runs.iter().flatten().filter(|other| other.what == sample.what && other.unit == sample.unit).map(|other| other.value).collect();
        let row = Row::of(&sample.what, &sample.unit, &values)?;
        Some(Row { aim: sample.aim, ..row })
    };
    first.iter().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_counts_and_runs_become_medians() {
        let run = |a: f64, b: f64| {
            let text = format!(
                "warming up\n{{\"rows\":[{{\"what\":\"p99\",\"unit\":\"ms\",\"value\":{a},\"aim\":{{\"at-most\":8}}}},{{\"what\":\"memory\",\"unit\":\"MiB\",\"value\":{b}}}]}}\n\n"
            );
            parse(&text).unwrap()
        };
        let rows = medians(&[run(3.0, 100.0), run(1.0, 300.0), run(2.0, 200.0)]);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].value, rows[0].min, rows[0].max, rows[0].runs), (2.0, 1.0, 3.0, 3));
        assert_eq!(rows[0].aim, Some(Aim::AtMost(8.0)));
        assert_eq!((rows[1].what.as_str(), rows[1].value), ("memory", 200.0));
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(parse("").unwrap_err().to_string().contains("nothing"));
        assert!(parse("done in 3 s").unwrap_err().to_string().contains("agreed JSON"));
    }
}
