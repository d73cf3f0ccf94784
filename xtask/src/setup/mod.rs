//! `cargo xtask setup`: what is missing is installed where it can be, else the command to run is named.
//! Every part looks first and is quick where nothing is to do.

mod debian;
pub(crate) mod model;
pub(crate) mod python;
mod tools;

use std::path::PathBuf;

use escher_core::Result;

use crate::project::Project;

pub(crate) use tools::rust_version;

/// What a command needs beyond a compiler.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Needs {
    /// rustfmt and clippy.
    pub(crate) lints: bool,
    /// cargo-deny; takes minutes to build where it is missing.
    pub(crate) deny: bool,
    /// The Python environment with the servers that tests start.
    pub(crate) python: bool,
    /// The embedding model; its absence is reported, not an error.
    pub(crate) model: bool,
}

/// What was prepared.
#[derive(Debug, Default)]
pub(crate) struct Ready {
    /// The Python interpreter of the environment.
    pub(crate) python: Option<PathBuf>,
    /// The folder with the model's files.
    pub(crate) model: Option<PathBuf>,
}

/// `cargo xtask setup`: everything but cargo-deny, which only `ci` needs.
pub(crate) fn all(project: &Project) -> Result<()> {
    let ready = prepare(project, Needs { lints: true, deny: false, python: true, model: true })?;
    println!("rust    {}", rust_version()?);
    println!("python  {}", ready.python.map_or_else(|| "none".to_owned(), |path| path.display().to_string()));
    println!("model   {}", ready.model.map_or_else(|| "none: search is lexical".to_owned(), |path| path.display().to_string()));
    println!("Ready. Try `cargo xtask demo`, then `cargo xtask test`.");
    Ok(())
}

/// Prepares what is asked for.
pub(crate) fn prepare(project: &Project, needs: Needs) -> Result<Ready> {
    tools::c_compiler()?;
    if needs.lints {
        tools::lints()?;
    }
    if needs.deny {
        tools::cargo_deny(project)?;
    }
    // The model may be taken from a Python package, so Python is looked after first.
    let python = needs.python.then(|| python::environment(project)).transpose()?;
    let model = if needs.model { model::folder(project)? } else { None };
    Ok(Ready { python, model })
}
