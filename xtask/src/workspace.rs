//! `demo` and `test`: cargo on this workspace, with what it needs prepared.

use std::process::Stdio;

use escher_core::Result;

use crate::process;
use crate::project::Project;
use crate::setup::{self, Needs};

/// `cargo xtask demo`.
pub(crate) fn demo(project: &Project, args: &[String]) -> Result<()> {
    setup::prepare(project, Needs { model: true, ..Needs::default() })?;
    // The demo may ask; it gets this terminal's input.
    process::run(project.cargo().args(["run", "--locked", "--bin", "escher", "--", "demo"]).args(args).stdin(Stdio::inherit()))
}

/// `cargo xtask test`. Tests read the Python interpreter from `ESCHER_TEST_PYTHON` and the model's folder from
/// `ESCHER_TEST_MODEL`, which is not set where the model could not be had.
pub(crate) fn test(project: &Project, args: &[String]) -> Result<()> {
    let ready = setup::prepare(project, Needs { python: true, model: true, ..Needs::default() })?;
    let mut cargo = project.cargo();
    cargo.args(["test", "--workspace", "--locked", "--no-fail-fast"]).args(args);
    cargo.envs(ready.python.map(|path| ("ESCHER_TEST_PYTHON", path)));
    cargo.envs(ready.model.map(|path| ("ESCHER_TEST_MODEL", path)));
    process::run(&mut cargo)
}
