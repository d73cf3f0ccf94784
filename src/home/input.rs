//! Files that a person names to be read.

use std::fs::File;
use std::io::ErrorKind as Io;
use std::path::{Path, PathBuf};

use escher_core::{Error, Result};

use super::files::waiting_for_nobody;

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
    file.map_err(|e| Error::invalid(why(&e)).operation("open file").with("file", path.display().to_string()).hint("check the path"))
}

/// Why a file cannot be read, without the system's numbers.
fn why(error: &std::io::Error) -> String {
    match error.kind() {
        Io::NotFound => "there is no such file".to_owned(),
        Io::IsADirectory => "it is a folder".to_owned(),
        Io::PermissionDenied => "it may not be read by this user".to_owned(),
        _ => error.to_string(),
    }
}

/// Opens a plain file that another program names: at once, and to be read to its end whatever that program does.
///
/// # Errors
/// `Invalid` for a path that is not absolute, for a pipe, a device or a folder, and if there is none or it may not be read.
pub(crate) fn open_plain(path: &Path) -> Result<File> {
    let bad = |why: String| Error::invalid(why).operation("open file").with("file", path.display().to_string());
    if !path.is_absolute() {
        // The other program may stand in another folder.
        return Err(bad("the path is not absolute".to_owned()).hint("name the file from the root on"));
    }
    let file = waiting_for_nobody(File::options().read(true)).open(path);
    let file = file.map_err(|e| bad(why(&e)).hint("check the path"))?;
    match file.metadata().map_err(|e| bad(e.to_string()).hint("check the path"))?.file_type() {
        kind if kind.is_file() => Ok(file),
        kind if kind.is_dir() => Err(bad("it is a folder".to_owned()).hint("name a file in it")),
        _ => Err(bad("it is not a plain file".to_owned()).hint("write what comes out of it to a file, and name that")),
    }
}

/// Where a plain file is, so that a process that stands elsewhere opens the same; `None` for pipes and the like.
pub fn plain_input(path: &Path, opened: &File) -> Option<PathBuf> {
    opened.metadata().is_ok_and(|found| found.is_file()).then(|| std::fs::canonicalize(path).ok()).flatten()
}
