//! The files that git tracks, read.

use escher_core::{Error, ErrorKind, Result};

use crate::process;
use crate::project::Project;

/// A tracked file.
pub(crate) struct Source {
    /// Its path from the root, with `/`.
    pub(crate) path: String,
    /// What it holds.
    pub(crate) bytes: Vec<u8>,
}

/// Every tracked file that one of git's patterns admits. One that was deleted and not yet committed as such is left out.
pub(crate) fn tracked(project: &Project, patterns: &[&str]) -> Result<Vec<Source>> {
    let mut git = process::command("git");
    git.current_dir(&project.root).args(["ls-files", "-z", "--"]).args(patterns);
    let listed = process::capture(&mut git).map_err(|e| e.hint("sources are checked over git's list of them: run it in a clone"))?;
    let mut sources = Vec::new();
    for path in listed.split('\0').filter(|path| !path.is_empty()) {
        match std::fs::read(project.root.join(path)) {
            Ok(bytes) => sources.push(Source { path: path.to_owned(), bytes }),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            Err(e) => return Err(Error::new(ErrorKind::Storage, "a source file is not readable").with("file", path).caused_by(e)),
        }
    }
    Ok(sources)
}
