//! How long a newcomer waits: a clean build, then the tests.

use std::time::Instant;

use escher_core::{Error, ErrorKind, Result};

use super::Bench;
use super::report::Row;
use crate::process;
use crate::setup::{self, Needs};

/// One run each, in a target folder of its own that is removed afterwards; a median of clean builds would take hours.
pub(crate) fn clean(bench: &Bench<'_>) -> Result<Vec<Row>> {
    let ready = setup::prepare(bench.project, Needs { python: true, model: true, ..Needs::default() })?;
    let state = bench.project.state();
    let failed = |e: std::io::Error| Error::new(ErrorKind::Storage, "no target folder for the clean build").caused_by(e);
    std::fs::create_dir_all(&state).map_err(failed)?;
    let target = tempfile::Builder::new().prefix("clean-").tempdir_in(&state).map_err(failed)?;
    let timed = |args: &[&str]| -> Result<f64> {
        let mut cargo = bench.project.cargo();
        cargo.args(args).env("CARGO_TARGET_DIR", target.path());
        cargo.envs(ready.python.as_ref().map(|path| ("ESCHER_TEST_PYTHON", path)));
        cargo.envs(ready.model.as_ref().map(|path| ("ESCHER_TEST_MODEL", path)));
        let started = Instant::now();
        process::run(&mut cargo)?;
        Ok(started.elapsed().as_secs_f64())
    };
    process::run(bench.project.cargo().args(["fetch", "--locked"]))?;
    let demo = timed(&["build", "--locked", "--bin", "escher"])?;
    let tests = timed(&["test", "--workspace", "--locked", "--no-run"])?;
    let run = timed(&["test", "--workspace", "--locked"])?;
    let rows = [("the `escher` command, debug, clean", demo), ("what the tests add to it", tests), ("running the tests", run)];
    Ok(rows.into_iter().filter_map(|(what, seconds)| Row::of(what, "s", &[seconds])).collect())
}
