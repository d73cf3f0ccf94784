//! Room on the disk, asked for before the engine writes.
//!
//! The engine writes through memory maps, where a full disk is no error but the end of the process.

use std::fs::File;
use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

/// Bytes that have to be free before the engine may write at all: its log, and the first pages of its files.
const SPARE: u64 = 32 * MB;
/// Bytes that have to be free before files that are whole are mapped.
const TO_LOAD: u64 = 8 * MB;
/// Bytes that have to be free while its files are mapped: on some file systems reading a hole takes room, too.
const LEAST: u64 = MB;
/// With so many bytes free nobody fills the disk from one moment to the next.
const PLENTY: u64 = 2048 * MB;
const MB: u64 = 1024 * 1024;

fn full(folder: &Path, operation: &'static str, free: u64, needed: u64) -> Error {
    let message = format!("the disk is nearly full: {} MB are free, the search index needs {}", free / MB, needed.div_ceil(MB));
    let more = needed.saturating_sub(free).div_ceil(MB);
    Error::new(ErrorKind::Storage, message)
        .operation(operation)
        .with("folder", folder.display().to_string())
        .hint(format!("free {more} MB on that disk and try again; nothing was lost"))
}

/// Refuses to begin what the disk has no room for: so many bytes beside what must be free anyway. Where the system does
/// not tell how much there is, it is let be.
///
/// On a disk with little left the room is really taken, and given back at once: a quota shows only then.
pub(super) fn room(folder: &Path, operation: &'static str, bytes: u64) -> Result<()> {
    let needed = SPARE.saturating_add(bytes);
    let Ok(free) = fs4::available_space(folder) else { return Ok(()) };
    if free < needed {
        return Err(full(folder, operation, free, needed));
    }
    if free > PLENTY {
        return Ok(());
    }
    let path = folder.join("reserve");
    // Left by a process that was killed just here.
    let _ = std::fs::remove_file(&path);
    let Ok(file) = super::seal::private(File::options().write(true).create_new(true)).open(&path) else { return Ok(()) };
    let taken = fs4::FileExt::allocate(&file, needed);
    let _ = std::fs::remove_file(&path);
    match taken {
        Err(e) if matches!(e.kind(), std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded) => {
            Err(full(folder, operation, free.min(needed - 1), needed))
        }
        // A file system that cannot hold room: then asking has to do.
        _ => Ok(()),
    }
}

/// Refuses to map the files of an index on a disk that is nearly full.
pub(super) fn to_load(folder: &Path, operation: &'static str) -> Result<()> {
    at_least(folder, operation, TO_LOAD)
}

/// Refuses to touch mapped files on a disk that is full.
pub(super) fn least(folder: &Path, operation: &'static str) -> Result<()> {
    at_least(folder, operation, LEAST)
}

fn at_least(folder: &Path, operation: &'static str, needed: u64) -> Result<()> {
    match fs4::available_space(folder) {
        Ok(free) if free < needed => Err(full(folder, operation, free, needed)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_room_nothing_is_begun() {
        let dir = tempfile::tempdir().unwrap();
        assert!(room(dir.path(), "write index", 0).is_ok());
        let error = room(dir.path(), "write index", u64::MAX).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(error.to_string().contains("nearly full") && error.hint_text().is_some_and(|hint| hint.contains("MB")), "{error}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is left behind");
    }
}
