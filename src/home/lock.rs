//! The locks on a data directory.

use std::fs::{File, TryLockError};
use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

use super::files::{self, SMALL, read_small, storage};
use super::layout::OPEN;
use super::seal::{self, Owner, Seal};

/// Takes a lock, with a moment's patience: a process that was just started by the one before may hold it for as long as
/// it takes to become another program.
pub(crate) fn try_lock(file: &File) -> std::result::Result<(), TryLockError> {
    const TRIES: u32 = 10;
    for _ in 1..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(20)),
            taken => return taken,
        }
    }
    file.try_lock()
}

/// Locks the folder itself. `None` if the system knows no such lock; then the lock file stands alone.
pub(super) fn folder(root: &Path) -> Result<Option<File>> {
    let Ok(folder) = File::open(root) else { return Ok(None) };
    match try_lock(&folder) {
        Ok(()) => Ok(Some(folder)),
        Err(TryLockError::WouldBlock) => Err(owned(root)),
        Err(TryLockError::Error(e)) => {
            tracing::debug!(error = %e, "the folder itself cannot be locked here");
            Ok(None)
        }
    }
}

/// Takes the lock file, and makes sure that what was locked is what the name stands for.
pub(super) fn file(root: &Path) -> Result<(File, Option<Seal>)> {
    let path = root.join("lock");
    for _ in 0..4 {
        let mut lock = files::open_or_create(OPEN, &path)?;
        match try_lock(&lock) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(owned(root)),
            Err(TryLockError::Error(e)) => return Err(storage("lock data directory", &path, e)),
        }
        let held = lock.metadata().map_err(|e| storage("lock data directory", &path, e))?;
        let named = files::look(OPEN, &path)?;
        if named.is_some_and(|named| seal::same_file(&held, &named)) {
            let sealed = seal::read(&mut lock);
            return Ok((lock, sealed));
        }
        // Somebody removed it between the opening and the locking: another may hold the new one.
    }
    Err(owned(root))
}

/// The error that tells who owns the directory.
fn owned(root: &Path) -> Error {
    // Who owns it is a courtesy: where it cannot be read, the refusal stands all the same.
    let text = read_small(OPEN, &root.join("lock"), SMALL).ok().flatten().unwrap_or_default();
    let owner: Option<Owner> = serde_json::from_slice(&text).ok();
    let who = owner.map_or_else(|| "another process".to_owned(), |owner| format!("process {} since {}", owner.pid, owner.since));
    Error::new(ErrorKind::Busy, format!("{who} is working in this data directory"))
        .operation(OPEN)
        .with("folder", root.display().to_string())
        .hint("wait until it ends, or choose another data directory")
}
