//! How the databases stood when the directory was closed, kept in the lock file.
//!
//! What nobody has touched since need not be looked through at the next start, and what was touched is.

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::files::{self, SMALL};

/// Who holds a data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// Process id.
    pub pid: u32,
    /// Since when.
    pub since: Timestamp,
}

/// How a database stands against what was there when the directory was last closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Since {
    /// Nobody has touched the file.
    Untouched,
    /// The directory was not closed: its owner was killed, or the machine went down.
    Unclosed,
    /// Somebody else has touched the file, or it was copied here.
    Touched,
}

/// The stamps of the databases, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Seal(BTreeMap<String, Vec<i64>>);

#[derive(Serialize, Deserialize)]
struct Note {
    #[serde(flatten)]
    owner: Owner,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sealed: Option<Seal>,
}

impl Seal {
    /// The present stamps; `None` while somebody still has one of them open.
    pub(super) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Option<Self> {
        let mut stamps = BTreeMap::new();
        for path in paths {
            let mut log = path.clone().into_os_string();
            log.push("-wal");
            if std::fs::symlink_metadata(log).is_ok_and(|log| log.len() > 0) {
                return None;
            }
            if let Ok(found) = std::fs::symlink_metadata(&path) {
                stamps.insert(path.file_name()?.to_str()?.to_owned(), files::stamp(&found));
            }
        }
        Some(Self(stamps))
    }

    /// Whether a file is just as it was: also if it was not there and still isn't.
    fn holds(&self, path: &Path) -> bool {
        let now = std::fs::symlink_metadata(path).ok().filter(|found| found.len() > 0).map(|found| files::stamp(&found));
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        now.as_ref() == self.0.get(name)
    }
}

/// How a database stands against the seal of the last owner, if there is one.
pub(super) fn since(seal: Option<&Seal>, path: &Path) -> Since {
    let found = std::fs::symlink_metadata(path).is_ok_and(|found| found.len() > 0);
    match seal {
        None if found => Since::Unclosed,
        Some(seal) if !seal.holds(path) => Since::Touched,
        _ => Since::Untouched,
    }
}

/// Whether two are one file.
pub(super) fn same_file(one: &Metadata, other: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
    #[cfg(not(unix))]
    {
        one.file_type() == other.file_type()
    }
}

/// The seal in a lock file, if the last owner closed the directory.
pub(super) fn read(lock: &mut File) -> Option<Seal> {
    let mut text = Vec::new();
    lock.take(SMALL).read_to_end(&mut text).ok()?;
    serde_json::from_slice::<Note>(&text).ok()?.sealed
}

/// Writes who owns the directory, or how it was closed.
pub(super) fn write(lock: &mut File, owner: &Owner, seal: Option<&Seal>) -> std::io::Result<()> {
    let note = serde_json::to_vec(&Note { owner: owner.clone(), sealed: seal.cloned() })?;
    lock.set_len(0)?;
    lock.rewind()?;
    lock.write_all(&note)
}
