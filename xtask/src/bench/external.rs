//! Measurements by other programs.
//!
//! Such a program prints, as the last line of its standard output, one JSON object:
//! `{"rows": [{"what": "16 tokens", "unit": "texts/s", "value": 71.2, "aim": {"at-least": 60}}]}` (`aim` may be absent).
//! or an object of figures, whose keys name them. It is started several times; rows of the same `what` and `unit` become one row with the median.

use std::path::PathBuf;
use std::process::Command;

use escher_core::{Error, Result};
use serde::Deserialize;
use serde_json::Value;

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

/// An example of the workspace, built in release.
pub(crate) fn example(bench: &Bench<'_>, name: &str) -> Result<PathBuf> {
    // The whole workspace's features, so that no dependency is built a second time with others.
    process::run(bench.project.cargo().args(["build", "--release", "--locked", "--workspace", "--example", name]))?;
    Ok(bench.project.built("release/examples", name))
}

/// Runs what `make` builds as often as asked for and gives the medians, in the order of the first run.
pub(crate) fn run(bench: &Bench<'_>, make: impl Fn() -> Command) -> Result<Vec<Row>> {
    let mut runs = Vec::new();
    for _ in 0..bench.runs {
        let mut command = make();
        eprintln!("$ {}", process::line(&command));
        runs.push(parse(&process::capture(&mut command)?).map_err(|e| e.operation(process::line(&command)))?);
    }
    Ok(medians(&runs))
}

/// Runs a program that repeats by itself.
pub(crate) fn once(command: &mut Command) -> Result<Vec<Row>> {
    eprintln!("$ {}", process::line(command));
    Ok(medians(&[parse(&process::capture(command)?).map_err(|e| e.operation(process::line(command)))?]))
}

fn parse(output: &str) -> Result<Vec<Sample>> {
    let last = output.lines().rev().find(|line| !line.trim().is_empty()).ok_or_else(|| Error::invalid("it printed nothing"))?;
    let shape = |e| Error::invalid(format!("its last line is not the agreed JSON: {e}")).caused_by(e);
    let printed: Value = serde_json::from_str(last).map_err(shape)?;
    if printed.get("rows").is_some() {
        return serde_json::from_value::<Printed>(printed).map(|printed| printed.rows).map_err(shape);
    }
    let mut samples = Vec::new();
    flatten(&printed, "", &mut samples);
    if samples.is_empty() { Err(Error::invalid("its last line holds no figures")) } else { Ok(samples) }
}

/// Every number of an object, named by the way to it; `_ms`, `_mb` and `_per_s` at its end, or a key over it, tell the unit.
fn flatten(value: &Value, what: &str, samples: &mut Vec<Sample>) {
    const UNITS: [(&str, &str); 4] = [("texts_per_second", "texts/s"), ("_ms", "ms"), ("_mb", "MB"), ("_per_s", "1/s")];
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| flatten(value, format!("{what} {key}").trim(), samples)),
        Value::Number(number) => {
            let unit = UNITS.iter().find(|(mark, _)| what.contains(mark)).map_or("", |(_, unit)| unit);
            let what = UNITS.iter().fold(what.to_owned(), |what, (mark, _)| what.replace(mark, "")).trim().to_owned();
            samples.extend(number.as_f64().map(|value| Sample { what, unit: unit.to_owned(), value, aim: None }));
        }
        _ => {}
    }
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
    fn figures_are_named_by_their_keys() {
        let samples = parse(r#"{"engine":"x","texts_per_second":{"16":71.5},"search":{"p99_ms":3.0},"rss_mb":9,"index_per_s":4}"#).unwrap();
        let told: Vec<(&str, &str, f64)> = samples.iter().map(|s| (s.what.as_str(), s.unit.as_str(), s.value)).collect();
        for row in [("16", "texts/s", 71.5), ("search p99", "ms", 3.0), ("rss", "MB", 9.0), ("index", "1/s", 4.0)] {
            assert!(told.contains(&row), "{row:?} of {told:?}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        assert!(parse("").unwrap_err().to_string().contains("nothing"));
        assert!(parse("done in 3 s").unwrap_err().to_string().contains("agreed JSON"));
    }
}
