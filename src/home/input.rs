//! Files that a person names to be read.

use std::fs::File;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

use escher_core::{Error, Result};

/// Opens a file to be read. Opening a pipe waits for its other end.
///
/// # Errors
/// `Invalid` if there is none, it is a folder, or it may not be read.
pub fn open_input(path: &Path) -> Result<File> {
    let file = File::open(path).and_then(|file| match file.metadata()?.is_dir() {
        // Opening a folder succeeds on Unix; only reading it fails.
        true => Err(Io::IsADirectory.into()),
        false => Ok(file),
    });
    file.map_err(|e| Error::invalid(e.to_string()).operation("open file").with("file", path.display().to_string()).hint("check the path"))
}

/// Where a plain file is, so that a process that stands elsewhere opens the same; `None` for pipes and the like.
pub fn plain_input(path: &Path, opened: &File) -> Option<PathBuf> {
    opened.metadata().is_ok_and(|found| found.is_file()).then(|| std::fs::canonicalize(path).ok()).flatten()
}
