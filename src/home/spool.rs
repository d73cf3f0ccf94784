//! What one process read, in a file for the owner of the data directory to open.

use std::fs::File;
use std::io::{ErrorKind as Io, Read, Write as _};
use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};
use escher_exec::CancellationToken;

use super::files::{create_private, storage};
use super::lock::try_lock;

const HAND_OVER: &str = "hand over";
/// How the names of these files begin.
const PREFIX: &str = "handed-over-";
/// Bytes of such a file at most.
const MOST: u64 = 1024 * 1024 * 1024;
/// Bytes that are copied before anybody asks whether to go on.
const CHUNK: u64 = 64 * 1024;

/// The file; it goes with the value. It is locked as long as this process lives, which tells it from what a process left
/// behind that was killed.
pub(crate) struct Spool {
    path: PathBuf,
    file: File,
}

impl Spool {
    /// An empty file in a data directory.
    ///
    /// # Errors
    /// `Storage` if it cannot be made.
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let root = std::fs::canonicalize(root).map_err(|e| storage(HAND_OVER, root, e))?;
        let path = root.join(format!("{PREFIX}{}", ulid::Ulid::new().to_string().to_lowercase()));
        let file = create_private(&path).map_err(|e| storage(HAND_OVER, &path, e))?;
        if let Err(e) = try_lock(&file) {
            // It works as well, unless somebody cleans up meanwhile.
            tracing::debug!(error = %e, "what is handed over cannot be locked here");
        }
        Ok(Self { path, file })
    }

    /// What writes into it, on a thread of its own: nobody can wake it from waiting for the input.
    ///
    /// # Errors
    /// `Storage` if there are no more handles.
    pub(crate) fn writer(&self) -> Result<SpoolWriter> {
        let file = self.file.try_clone().map_err(|e| storage(HAND_OVER, &self.path, e))?;
        Ok(SpoolWriter { path: self.path.clone(), file, most: MOST })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Writes into the file.
pub(crate) struct SpoolWriter {
    path: PathBuf,
    file: File,
    most: u64,
}

impl SpoolWriter {
    /// Reads to the end of the input, or until it is stopped.
    ///
    /// # Errors
    /// `Invalid` if it is longer than may be handed over, `Cancelled`, and `Storage` if there is no room for it.
    pub(crate) fn fill(mut self, mut input: impl Read, stop: &CancellationToken) -> Result<()> {
        let failed = |e| storage(HAND_OVER, &self.path, e);
        let mut written = 0;
        loop {
            let mut chunk = Vec::with_capacity(CHUNK as usize);
            match input.by_ref().take(CHUNK).read_to_end(&mut chunk) {
                Ok(0) => return Ok(()),
                Ok(count) => written += count as u64,
                Err(e) if e.kind() == Io::Interrupted => continue,
                Err(e) => return Err(failed(e)),
            }
            if stop.is_cancelled() {
                return Err(Error::new(ErrorKind::Cancelled, "stopped by the caller").operation(HAND_OVER));
            }
            if written > self.most {
                let most = self.most / (1024 * 1024);
                return Err(Error::invalid(format!(
                    "the input is longer than {most} MB, and no more is handed to the owner of the data directory"
                ))
                .operation(HAND_OVER)
                .hint("write it to a file and name that: a file may have any length"));
            }
            self.file.write_all(&chunk).map_err(failed)?;
        }
    }
}

/// Removes what processes left behind that were killed while they handed something over.
pub(super) fn remove_abandoned(root: &Path) {
    let Ok(entries) = std::fs::read_dir(root) else { return };
    for entry in entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(PREFIX)) {
        let abandoned =
            entry.file_type().is_ok_and(|kind| kind.is_file()) && File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if abandoned && let Err(e) = std::fs::remove_file(entry.path()) {
            tracing::warn!(path = %entry.path().display(), error = %e, "what was handed over by a process that is gone cannot be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_or_stopped_is_not_handed_over() {
        let root = tempfile::TempDir::new().unwrap();
        let spool = Spool::new(root.path()).unwrap();
        let (go, stop) = (CancellationToken::new(), CancellationToken::new());
        stop.cancel();
        let writer = || SpoolWriter { most: 3 * 1024 * 1024, ..spool.writer().unwrap() };
        let error = writer().fill(std::io::repeat(b'x'), &go).unwrap_err();
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("longer than 3 MB"), "{error}");
        assert!(std::fs::metadata(spool.path()).unwrap().len() <= 3 * 1024 * 1024);
        assert_eq!(writer().fill(std::io::repeat(b'x'), &stop).unwrap_err().kind(), ErrorKind::Cancelled);
        // Nobody takes it away as long as it is held.
        remove_abandoned(root.path());
        assert!(spool.path().exists());
        drop(spool);
        assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
    }
}
