//! `escher import` of a simulated estate, without an embedding model, measured from outside.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use escher_core::{Error, ErrorKind, Result};

use super::report::{Aim, Row};
use super::{Bench, command};
use crate::process;

/// Estates that are imported.
const SIZES: [u32; 2] = [20_000, 100_000];
/// Between two looks at the memory of the process.
const LOOK: Duration = Duration::from_millis(20);

/// Lines a second, from the start of the process to its end, and the most memory that it had.
pub(crate) fn import(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let escher = command::release(bench)?;
    let folder = command::folder()?;
    let mut rows = Vec::new();
    for size in SIZES {
        let lines = folder.path().join(format!("{size}.jsonl"));
        export(&escher, folder.path(), size, &lines)?;
        let (mut rates, mut peaks, mut told) = (Vec::new(), Vec::new(), Vec::new());
        for run in 0..bench.runs {
            let data = folder.path().join(format!("{size}-{run}"));
            let mut command = lexical(&escher, folder.path(), &data);
            let (seconds, peak) = watched(command.args(["import", "--json"]).arg(&lines))?;
            rates.push(f64::from(size) / seconds);
            peaks.extend(peak);
            // All that there is appeared just now: the longest list of changes that an estate of this size can have.
            told.push(watched(lexical(&escher, folder.path(), &data).args(["changes", "--json"]))?.0 * 1000.0);
            std::fs::remove_dir_all(&data).map_err(unwritable)?;
        }
        let rate = Row::of(format!("{size} lines"), "lines/s", &rates);
        rows.extend(rate.map(|row| if size == 100_000 { row.aim(Aim::AtLeast(5_000.0)) } else { row }));
        rows.extend(Row::of(format!("{size} lines, peak memory"), "MB", &peaks));
        rows.extend(Row::of(format!("changes over {size} resources"), "ms", &told));
    }
    Ok(rows)
}

/// No model is found where there is nothing; keys stay in the folder as well.
fn lexical(escher: &Path, folder: &Path, data: &Path) -> Command {
    let mut command = command::at(escher, data);
    command.env("ESCHER_CACHE_DIR", folder.join("cache")).env("ESCHER_KEY_DIR", folder.join("keys")).env_remove("ESCHER_MODEL_DIR");
    command
}

/// Writes a simulated estate in the exchange form, which is what is imported.
fn export(escher: &Path, folder: &Path, size: u32, lines: &Path) -> Result<()> {
    let data = folder.join("simulated");
    process::capture(lexical(escher, folder, &data).args(["demo", "--json", "--sim", &format!("1:{size}")]))?;
    process::capture(lexical(escher, folder, &data).arg("export").arg("--output").arg(lines))?;
    std::fs::remove_dir_all(&data).map_err(unwritable)
}

/// Seconds until a command is done, and its peak of resident memory in MB where the system tells.
fn watched(command: &mut Command) -> Result<(f64, Option<f64>)> {
    let shown = process::line(command);
    eprintln!("$ {shown}");
    let failed = |e: std::io::Error| Error::new(ErrorKind::Unavailable, format!("`{shown}`: {e}"));
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().map_err(failed)?;
    let mut peak = None;
    let status = loop {
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        peak = resident_peak(child.id()).or(peak);
        std::thread::sleep(LOOK);
    };
    let seconds = started.elapsed().as_secs_f64();
    if status.success() { Ok((seconds, peak)) } else { Err(Error::new(ErrorKind::Unavailable, format!("`{shown}` failed: {status}"))) }
}

fn resident_peak(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes: f64 = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kilobytes / 1024.0)
}

fn unwritable(e: std::io::Error) -> Error {
    Error::new(ErrorKind::Storage, "the folder of the measurement cannot be written").caused_by(e)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn a_process_has_a_peak() {
        assert!(resident_peak(std::process::id()).is_some_and(|peak| peak > 1.0));
    }

    #[test]
    fn a_command_that_fails_is_no_measurement() {
        assert!(watched(process::cargo().arg("no-such-subcommand-here")).is_err());
    }
}
