//! What a data directory consists of, and which version wrote it.

use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

use super::files::{SMALL, read_small, write_private};

/// The layout this program writes.
pub(super) const LAYOUT: u32 = 1;

pub(super) const OPEN: &str = "open data directory";

/// Every plain file that Escher keeps in a data directory, apart from the marker.
pub(super) const FILES: &[&str] = &[
    "lock",
    "version",
    "connections.toml",
    "key",
    "store.db",
    "store.db-wal",
    "store.db-shm",
    "store.db-journal",
    "journal.db",
    "journal.db-wal",
    "journal.db-shm",
    "journal.db-journal",
    "sim.db",
    "sim.db-wal",
    "sim.db-journal",
    "sim.db-shm",
];

/// The databases, which are sealed when a directory is closed.
pub(super) const DATABASES: [&str; 3] = ["store.db", "journal.db", "sim.db"];

/// Refuses a directory that another version wrote; one that nobody wrote yet is this version's.
pub(super) fn check(root: &Path) -> Result<()> {
    let path = root.join("version");
    let Some(text) = read_small(OPEN, &path, SMALL)? else {
        return write_private(OPEN, &path, format!("{LAYOUT}\n").as_bytes());
    };
    let text = String::from_utf8_lossy(&text);
    if text.trim() == LAYOUT.to_string() {
        return Ok(());
    }
    let shown: String = text.trim().escape_debug().take(20).collect();
    Err(Error::new(ErrorKind::Stale, format!("the data directory has layout {shown}, this program reads {LAYOUT}"))
        .operation(OPEN)
        .with("folder", root.display().to_string())
        .hint("use the version of Escher that wrote it, or choose another data directory"))
}
