//! The report: a table for people, JSON for programs.

use std::path::Path;

use escher_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::machine::Machine;
use super::stats;

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Row {
    /// What was measured: `16 tokens, candle`.
    pub(crate) what: String,
    /// The median.
    pub(crate) value: f64,
    /// The smallest of the runs.
    pub(crate) min: f64,
    /// The largest of the runs.
    pub(crate) max: f64,
    /// Its unit: `texts/s`, `ms`, `MiB`.
    pub(crate) unit: String,
    /// How many runs the median is of.
    pub(crate) runs: usize,
    /// What it should be: `<= 8`.
    pub(crate) aim: Option<Aim>,
}

/// A bound on a figure, in the row's unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Aim {
    /// At most this much.
    AtMost(f64),
    /// At least this much.
    AtLeast(f64),
}

impl Aim {
    fn met(self, value: f64) -> bool {
        match self {
            Self::AtMost(bound) => value <= bound,
            Self::AtLeast(bound) => value >= bound,
        }
    }

    fn text(self, value: f64) -> String {
        let (sign, bound) = match self {
            Self::AtMost(bound) => ("<=", bound),
            Self::AtLeast(bound) => (">=", bound),
        };
        format!("{sign} {} {}", number(bound), if self.met(value) { "met" } else { "MISSED" })
    }
}

impl Row {
    /// The median of several runs; `None` of none.
    pub(crate) fn of(what: impl Into<String>, unit: impl Into<String>, values: &[f64]) -> Option<Self> {
        let value = stats::median(values)?;
        let (min, max) = (stats::quantile(values, 0.0)?, stats::quantile(values, 1.0)?);
        Some(Self { what: what.into(), value, min, max, unit: unit.into(), runs: values.len(), aim: None })
    }

    /// The same with an aim.
    #[must_use]
    pub(crate) fn aim(mut self, aim: Aim) -> Self {
        self.aim = Some(aim);
        self
    }
}

/// All measurements of one call.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    machine: Machine,
    measurements: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    name: &'static str,
    rows: Vec<Row>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Report {
    pub(crate) fn new(machine: Machine) -> Self {
        Self { machine, measurements: Vec::new() }
    }

    /// The rows of a measurement.
    pub(crate) fn add(&mut self, name: &'static str, rows: Vec<Row>) {
        self.measurements.push(Entry { name, rows, error: None });
    }

    /// A measurement that could not be made.
    pub(crate) fn fail(&mut self, name: &'static str, error: String) {
        self.measurements.push(Entry { name, rows: Vec::new(), error: Some(error) });
    }

    /// The table, with the machine above it.
    pub(crate) fn table(&self) -> String {
        let mut lines = vec![["measurement", "what", "median", "unit", "min - max", "runs", "aim"].map(str::to_owned)];
        for entry in &self.measurements {
            for row in &entry.rows {
                lines.push([
                    entry.name.to_owned(),
                    row.what.clone(),
                    number(row.value),
                    row.unit.clone(),
                    format!("{} - {}", number(row.min), number(row.max)),
                    row.runs.to_string(),
                    row.aim.map(|aim| aim.text(row.value)).unwrap_or_default(),
                ]);
            }
            if let Some(error) = &entry.error {
                let first = error.lines().next().unwrap_or_default();
                let mut line: [String; 7] = Default::default();
                line[0] = entry.name.to_owned();
                line[1] = format!("not measured: {first}");
                lines.push(line);
            }
        }
        format!("{}\n\n{}", self.machine, align(&lines))
    }

    /// Writes the JSON.
    pub(crate) fn save(&self, file: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(|e| Error::internal("the report is not JSON").caused_by(e))?;
        file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(file, text + "\n")).map_err(|e| {
            Error::new(ErrorKind::Storage, "the report could not be written").with("file", file.display().to_string()).caused_by(e)
        })
    }

    /// An error where something could not be measured. A missed aim is a finding, not a failure.
    pub(crate) fn outcome(&self) -> Result<()> {
        let failed: Vec<&str> = self.measurements.iter().filter(|entry| entry.error.is_some()).map(|entry| entry.name).collect();
        if failed.is_empty() { Ok(()) } else { Err(Error::new(ErrorKind::Unavailable, format!("not measured: {}", failed.join(", ")))) }
    }
}

/// Three significant digits, and no fraction from 100 on.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v >= 100.0 || v == 0.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    format!("{value:.digits$}")
}

/// Columns as wide as their widest cell, the third (the median) to the right, no blanks at the ends.
fn align<const N: usize>(lines: &[[String; N]]) -> String {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: [usize; N] = std::array::from_fn(width);
    let print = |line: &[String; N]| {
        let cells = line.iter().enumerate().map(|(i, cell)| {
            let width = widths[i];
            if i == 2 { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(print).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report::new(Machine {
            cpu: Some("Some CPU".into()),
            cores: 2,
            memory_gib: Some(24.0),
            system: "linux x86_64".into(),
            rustc: "rustc 1.95.0".into(),
            commit: Some("abc1234+".into()),
            date: "2026-11-22".into(),
        })
    }

    #[test]
    fn the_table_aligns_and_judges() {
        let mut report = report();
        report.add("search", vec![Row::of("100,000, p99", "ms", &[7.0, 5.0, 9.5]).unwrap().aim(Aim::AtMost(8.0))]);
        report.add("embed", vec![Row::of("16 tokens", "texts/s", &[150.0]).unwrap().aim(Aim::AtLeast(200.0))]);
        report.fail("sync", "moto did not start\nat all".into());
        let table = report.table();
        let expected = "\
Some CPU, 2 cores, 24 GiB, linux x86_64, rustc 1.95.0, 2026-11-22, commit abc1234+

measurement  what                              median  unit     min - max    runs  aim
search       100,000, p99                        7.00  ms       5.00 - 9.50  3     <= 8.00 met
embed        16 tokens                            150  texts/s  150 - 150    1     >= 200 MISSED
sync         not measured: moto did not start";
        assert_eq!(table, expected);
        assert!(report.outcome().unwrap_err().to_string().contains("sync"));
    }

    #[test]
    fn the_json_holds_machine_rows_and_errors() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("deep").join("bench.json");
        let mut report = report();
        report.add("ask", vec![Row::of("cold", "ms", &[1.0, 2.0]).unwrap()]);
        report.save(&file).unwrap();
        let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        assert_eq!(json["machine"]["cores"], 2);
        assert_eq!(json["measurements"][0]["rows"][0]["value"], 1.5);
        assert!(report.outcome().is_ok());
    }

    #[test]
    fn numbers_have_three_digits() {
        assert_eq!([0.0, 0.01234, 1.234, 12.34, 1234.5].map(number), ["0", "0.012", "1.23", "12.3", "1234"]);
    }
}
