//! A file that a person asked to have written: whole or not at all, and never one of ours.

use std::fs::{File, Permissions};
use std::io::{BufWriter, ErrorKind as Io, Write as _};
use std::path::{Path, PathBuf};

use escher_core::{Error, Result};

use super::claim::MARKER;
use super::files::{self, storage};

const WRITE: &str = "write file";

/// A file for what a person exports. An existing one is replaced when all is written; what isn't a plain file, such as a
/// pipe or a terminal, is written to as it goes.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    writer: BufWriter<File>,
    /// Takes the place of `path` in the end.
    fresh: Option<PathBuf>,
}

impl OutputFile {
    /// Begins a file.
    ///
    /// # Errors
    /// `Invalid` for a path inside a data directory, a folder, or where there is no folder to write in; `Storage`.
    pub fn create(path: &Path) -> Result<Self> {
        let bad = |e: std::io::Error| match e.kind() {
            Io::StorageFull | Io::QuotaExceeded => storage(WRITE, path, e),
            _ => {
                Error::invalid(e.to_string()).operation(WRITE).with("file", path.display().to_string()).hint("check the path").caused_by(e)
            }
        };
        if Self::waits(path) {
            let file = File::options().write(true).open(path).map_err(bad)?;
            return Ok(Self { path: path.to_owned(), writer: BufWriter::new(file), fresh: None });
        }
        // A link is written through: to what it points to, which is looked at like any other.
        let (path, old) = match std::fs::canonicalize(path) {
            Ok(real) => {
                let old = std::fs::metadata(&real).map_err(bad)?;
                (real, Some(old))
            }
            Err(e) if e.kind() == Io::NotFound && files::look(WRITE, path)?.is_none() => {
                let name = path.file_name().ok_or_else(|| bad(Io::InvalidFilename.into()))?;
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                (std::fs::canonicalize(folder).map_err(bad)?.join(name), None)
            }
            Err(e) => return Err(bad(e)),
        };
        refuse_ours(&path)?;
        match old {
            Some(old) if old.is_dir() => Err(bad(Io::IsADirectory.into())),
            old => {
                let fresh = path.with_file_name(format!(".{}.{}.part", name_of(&path), std::process::id()));
                let file = File::options().write(true).create_new(true).open(&fresh).map_err(bad)?;
                // Dropped from here on, it is removed again.
                let output = Self { path, writer: BufWriter::new(file), fresh: Some(fresh.clone()) };
                if let Some(rights) = old.map(|old| -> Permissions { old.permissions() }) {
                    std::fs::set_permissions(&fresh, rights).map_err(bad)?;
                }
                Ok(output)
            }
        }
    }

    /// Whether this is a pipe, a terminal or a device: there is nothing to replace, and it may wait for another program.
    pub fn waits(path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|old| !old.is_file() && !old.is_dir())
    }

    /// Writes one line.
    ///
    /// # Errors
    /// `Storage`.
    pub fn line(&mut self, line: impl std::fmt::Display) -> Result<()> {
        writeln!(self.writer, "{line}").map_err(|e| storage(WRITE, &self.path, e))
    }

    /// Puts what was written where it belongs.
    ///
    /// # Errors
    /// `Storage`; then what was there before is there still.
    pub fn commit(mut self) -> Result<()> {
        let failed = |path: &Path, e| storage(WRITE, path, e);
        self.writer.flush().map_err(|e| failed(&self.path, e))?;
        if let Some(fresh) = &self.fresh {
            let sync = self.writer.get_ref().sync_all();
            sync.and_then(|()| std::fs::rename(fresh, &self.path)).map_err(|e| failed(&self.path, e))?;
            self.fresh = None;
        }
        Ok(())
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if let Some(fresh) = self.fresh.take() {
            let _ = std::fs::remove_file(fresh);
        }
    }
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// Nothing is written into a data directory by asking for it, be it this one or another.
fn refuse_ours(path: &Path) -> Result<()> {
    let names_ours =
        path.file_name().is_some_and(|name| ["key", "settled", "clock", "journal", "running"].iter().any(|ours| name == *ours));
    if names_ours && path.parent().is_some_and(|folder| folder.join("key").is_file() && folder.join("clock").is_file()) {
        return Err(Error::invalid("it lies beside a key of Escher, where only Escher writes")
            .operation(WRITE)
            .with("file", path.display().to_string())
            .hint("name a file in another folder"));
    }
    for folder in path.ancestors().skip(1) {
        let marked = files::look(WRITE, &folder.join(MARKER)).ok().flatten().is_some_and(|found| found.is_file());
        if marked {
            return Err(Error::invalid("it lies inside a data directory of Escher, where only Escher writes")
                .operation(WRITE)
                .with("file", path.display().to_string())
                .hint("name a file in another folder"));
        }
    }
    Ok(())
}
