//! The release build of the `escher` command, measured from outside.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use escher_core::{Error, ErrorKind, Result};

use super::Bench;
use super::report::{Aim, Row};
use super::stats;
use crate::process;
use crate::setup::{self, Needs};

/// Orders and questions of every intent; the batch repeats them over names, so that nothing is answered from a memory of the last.
const UTTERANCES: [&str; 12] = [
    "show me all idle VMs in Azure West US",
    "list prod postgres databases of {}",
    "how many buckets are public in aws",
    "stop {} in eu-west-1",
    "which disks are not attached to anything",
    "tag the dev instances of {} with owner=ops",
    "what is {}",
    "how do I delete a VM in GCP?",
    "find databases older than 90 days without backups",
    "resize {} to m5.large",
    "virtual machnes in frankfrut with no tags",
    "count unencrypted volumes per account of {}",
];
const REPEATS: usize = 40;

/// Where the release build is, built if need be.
pub(super) fn escher(bench: &Bench<'_>) -> Result<PathBuf> {
    setup::prepare(bench.project, Needs { model: true, ..Needs::default() })?;
    release(bench)
}

/// The same, whether there is a model or not.
pub(super) fn release(bench: &Bench<'_>) -> Result<PathBuf> {
    process::run(bench.project.cargo().args(["build", "--release", "--locked", "--bin", "escher"]))?;
    Ok(bench.project.built("release", "escher"))
}

pub(super) fn folder() -> Result<tempfile::TempDir> {
    tempfile::tempdir().map_err(|e| Error::new(ErrorKind::Storage, "no temporary folder").caused_by(e))
}

/// Time between two frames of `interpret --batch`, p50 and p99 of each run, medians over the runs.
pub(crate) fn interpret(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let escher = escher(bench)?;
    let folder = folder()?;
    let batch = folder.path().join("utterances.txt");
    std::fs::write(&batch, utterances()).map_err(|e| Error::new(ErrorKind::Storage, "the utterances could not be written").caused_by(e))?;
    let (mut p50, mut p99) = (Vec::new(), Vec::new());
    for _ in 0..bench.runs {
        let gaps = arrivals(process::command(&escher).arg("interpret").arg("--batch").arg(&batch))?;
        if gaps.len() + 1 != UTTERANCES.len() * REPEATS {
            return Err(Error::internal(format!("{} frames came for {} utterances", gaps.len() + 1, UTTERANCES.len() * REPEATS)));
        }
        let gaps = honest(stats::milliseconds(&gaps))?;
        p50.extend(stats::quantile(&gaps, 0.5));
        p99.extend(stats::quantile(&gaps, 0.99));
    }
    let rows = [Row::of("one utterance, p50", "ms", &p50).map(|row| row.aim(Aim::AtMost(10.0))), Row::of("one utterance, p99", "ms", &p99)];
    Ok(rows.into_iter().flatten().collect())
}

fn utterances() -> String {
    (0..REPEATS).fold(String::new(), |mut text, i| {
        for utterance in UTTERANCES {
            // Writing to a String does not fail.
            let _ = writeln!(text, "{}", utterance.replace("{}", &format!("web-{i}")));
        }
        text
    })
}

/// The time from each line of output to the next.
fn arrivals(command: &mut Command) -> Result<Vec<Duration>> {
    let shown = process::line(command);
    let failed = |e: std::io::Error| Error::new(ErrorKind::Unavailable, format!("`{shown}`: {e}"));
    let mut child = command.stdout(Stdio::piped()).spawn().map_err(failed)?;
    let output = child.stdout.take().ok_or_else(|| Error::internal("the command's output is not piped"))?;
    let mut times = Vec::new();
    for line in BufReader::new(output).lines() {
        line.map_err(failed)?;
        times.push(Instant::now());
    }
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(Error::new(ErrorKind::Unavailable, format!("`{shown}` failed: {status}")));
    }
    Ok(times.windows(2).map(|pair| pair[1] - pair[0]).collect())
}

/// Refuses times that tell how the output was buffered and not how long an utterance took.
fn honest(milliseconds: Vec<f64>) -> Result<Vec<f64>> {
    let bursts = milliseconds.iter().filter(|gap| **gap < 0.002).count();
    if bursts * 10 > milliseconds.len() {
        return Err(Error::new(ErrorKind::Unsupported, "frames come in bursts, so their times say nothing of one utterance")
            .hint("`interpret --batch` has to write each frame when it is done"));
    }
    Ok(milliseconds)
}

/// A question asked of the demo's estate by a new process each time.
pub(crate) fn ask(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let escher = escher(bench)?;
    let folder = folder()?;
    process::capture(at(&escher, folder.path()).args(["demo", "--json"]))?;
    let mut times = Vec::new();
    for _ in 0..=bench.runs * 2 {
        let started = Instant::now();
        let answer = process::capture(at(&escher, folder.path()).args(["ask", "--json", "show me all idle VMs in Azure West US"]))?;
        times.push(started.elapsed().as_secs_f64() * 1000.0);
        wants_hits(&answer)?;
    }
    // The first start reads the program from disk.
    let row = Row::of("cold, over the demo's estate", "ms", &times[1..]).map(|row| row.aim(Aim::AtMost(500.0)));
    Ok(row.into_iter().collect())
}

/// A search over the demo's estate by a new process each time, which opens the directory itself or asks its owner.
pub(crate) fn cold_search(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let escher = escher(bench)?;
    let folder = folder()?;
    process::capture(at(&escher, folder.path()).args(["demo", "--json"]))?;
    let times = || -> Result<Vec<f64>> {
        let mut times = Vec::new();
        for _ in 0..=bench.runs * 2 {
            let started = Instant::now();
            let found = process::capture(at(&escher, folder.path()).args(["search", "--json", "production postgres"]))?;
            times.push(started.elapsed().as_secs_f64() * 1000.0);
            let json: serde_json::Value =
                serde_json::from_str(&found).map_err(|e| Error::invalid("the answer is not JSON").caused_by(e))?;
            if json["total"].as_u64().is_none_or(|total| total == 0) {
                return Err(Error::internal("the search found nothing in the demo's estate"));
            }
        }
        Ok(times.split_off(1))
    };
    let alone = times()?;
    let owner = Daemon::start(&escher, folder.path())?;
    let served = times()?;
    drop(owner);
    let rows = [("cold search, nobody owns the directory", alone), ("cold search, a daemon owns it", served)];
    Ok(rows.into_iter().filter_map(|(what, times)| Row::of(what, "ms", &times)).collect())
}

/// A running `escher daemon`, which ends with the value.
struct Daemon(std::process::Child);

impl Daemon {
    fn start(escher: &Path, data: &Path) -> Result<Self> {
        let mut command = at(escher, data);
        let shown = process::line(command.arg("daemon"));
        let failed = |e: std::io::Error| Error::new(ErrorKind::Unavailable, format!("`{shown}`: {e}"));
        let daemon = Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(failed)?);
        let begun = Instant::now();
        while !data.join("owner.sock").exists() {
            if begun.elapsed() > Duration::from_secs(30) {
                return Err(Error::new(ErrorKind::Timeout, format!("`{shown}` does not answer")));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(daemon)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(super) fn at(escher: &Path, data: &Path) -> Command {
    let mut command = process::command(escher);
    command.arg("--data-dir").arg(data);
    command
}

/// A fast answer that found nothing would be no measurement.
fn wants_hits(answer: &str) -> Result<()> {
    let json: serde_json::Value = serde_json::from_str(answer).map_err(|e| Error::invalid("the answer is not JSON").caused_by(e))?;
    match json["answer"]["total"].as_u64() {
        Some(total) if total > 0 => Ok(()),
        _ => Err(Error::internal("the question found nothing in the demo's estate")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_batch_has_no_two_same_orders_of_a_name() {
        let text = utterances();
        assert_eq!(text.lines().count(), UTTERANCES.len() * REPEATS);
        assert!(!text.contains("{}"));
        assert_eq!(text.lines().filter(|line| *line == "stop web-7 in eu-west-1").count(), 1);
    }

    #[test]
    fn buffered_output_is_not_taken_for_speed() {
        assert!(honest(vec![0.0; 50]).is_err());
        assert_eq!(honest(vec![0.4; 50]).unwrap().len(), 50);
    }

    #[test]
    fn an_empty_answer_is_no_measurement() {
        assert!(wants_hits(r#"{"answer":{"total":0}}"#).is_err());
        assert!(wants_hits(r#"{"answer":{"total":3}}"#).is_ok());
    }
}
