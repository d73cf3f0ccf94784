//! The data directory: who owns it, which version wrote it, where its files are.

use std::fs::{File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::config::storage;

/// The layout this program writes.
const LAYOUT: u32 = 1;

/// Who holds a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Since when.
    pub since: Timestamp,
}

/// An owned data directory. The lock goes with the value, and with the process however it ends.
pub(crate) struct Home {
    root: PathBuf,
    _lock: File,
}

impl Home {
    /// Takes the directory, making it where it is missing.
    ///
    /// # Errors
    /// `Busy` names the process that owns it; `Stale` where another version wrote it; `Storage`.
    pub(crate) fn open(root: &Path, now: Timestamp) -> Result<Self> {
        std::fs::create_dir_all(root).map_err(|e| storage("open data directory", root, e))?;
        // An empty one that was there before becomes ours; what else a folder holds is not ours to lock away.
        if std::fs::read_dir(root).map_err(|e| storage("open data directory", root, e))?.next().is_none() {
            keep_private(root)?;
        }
        let path = root.join("lock");
        let mut lock = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|e| storage("open data directory", &path, e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(owned(root, &mut lock)),
            Err(TryLockError::Error(e)) => return Err(storage("lock data directory", &path, e)),
        }
        let owner = serde_json::to_string(&Owner { pid: std::process::id(), since: now }).unwrap_or_default();
        lock.set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| lock.write_all(owner.as_bytes()))
            .map_err(|e| storage("lock data directory", &path, e))?;
        check_layout(root)?;
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store.db")
    }
    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal.db")
    }
    pub(crate) fn sim(&self) -> PathBuf {
        self.root.join("sim.db")
    }
    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index")
    }
    pub(crate) fn connections(&self) -> PathBuf {
        self.root.join("connections.toml")
    }
}

/// The error that tells who owns the directory.
fn owned(root: &Path, lock: &mut File) -> Error {
    let mut text = String::new();
    // Who owns it is a courtesy: where it cannot be read, the refusal stands all the same.
    let owner: Option<Owner> = lock.read_to_string(&mut text).ok().and_then(|_| serde_json::from_str(&text).ok());
    let who = owner.map_or_else(|| "another process".to_owned(), |owner| format!("process {} since {}", owner.pid, owner.since));
    Error::new(ErrorKind::Busy, format!("{who} is working in this data directory"))
        .operation("open data directory")
        .with("folder", root.display().to_string())
        .hint("wait until it ends, or choose another data directory")
}

fn check_layout(root: &Path) -> Result<()> {
    let path = root.join("version");
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            return std::fs::write(&path, format!("{LAYOUT}\n")).map_err(|e| storage("open data directory", &path, e));
        }
        Err(e) => return Err(storage("open data directory", &path, e)),
    };
    if text.trim() == LAYOUT.to_string() {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Stale, format!("the data directory has layout {}, this program reads {LAYOUT}", text.trim()))
        .operation("open data directory")
        .with("folder", root.display().to_string())
        .hint("use the version of Escher that wrote it, or choose another data directory"))
}

/// The estate and the journal are nobody else's business.
#[cfg(unix)]
fn keep_private(root: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(root, std::fs::Permissions::from_mode(0o700)).map_err(|e| storage("protect data directory", root, e))
}

#[cfg(not(unix))]
fn keep_private(_root: &Path) -> Result<()> {
    Ok(())
}
