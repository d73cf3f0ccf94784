//! Whether a folder is ours to write in: a marker says so, and only an empty folder gets one.

use std::io::{ErrorKind as Io, Read as _, Write as _};
use std::path::Path;

use escher_core::{Error, Result};
use escher_exec::POLICY_FILE;

use super::files::{self, foreign, look, oddity, read_small, storage};
use super::layout::{FILES, LAYOUT, OPEN};

/// The file that makes a folder a data directory of Escher. It is made first and never changed.
pub(crate) const MARKER: &str = "escher-data";

const SIGNATURE: &str = "Signature: escher-data-directory-41f6d0a2\n\
    This folder belongs to Escher, which writes and removes files in it. It holds no secrets of your clouds.\n";

/// `PRAGMA application_id` of the files that the version without markers wrote.
const KNOWN: [(&str, u32); 2] = [("store.db", 0x4573_6872), ("journal.db", 0x4553_434a)];

/// Makes sure that the folder is ours: one that has our marker, an empty one, or one of the version that had no markers.
///
/// # Errors
/// `Invalid` for any other; nothing in it was touched.
pub(super) fn claim(root: &Path) -> Result<()> {
    let marker = root.join(MARKER);
    // Two who begin in one empty folder see each other's marker, perhaps before it is whole.
    for _ in 0..10 {
        match read_small(OPEN, &marker, files::SMALL)? {
            Some(text) if text == SIGNATURE.as_bytes() => return check_files(root),
            Some(text) if SIGNATURE.as_bytes().starts_with(&text) => {
                if others(root)?.is_none() {
                    // Cut short, or being written right now: the same bytes either way.
                    return write_marker(&marker, false);
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            Some(_) => return Err(foreign(OPEN, &marker, "it is not the marker of a data directory")),
            None => {
                if let Some(name) = others(root)? {
                    if read_small(OPEN, &marker, files::SMALL)?.is_some() {
                        continue;
                    }
                    if !was_ours(root)? {
                        return Err(not_ours(root, &name));
                    }
                    check_files(root)?;
                }
                match write_marker(&marker, true) {
                    Err(e) if e.kind() == escher_core::ErrorKind::Busy => {}
                    written => return written,
                }
            }
        }
    }
    Err(foreign(OPEN, &marker, "the marker of this data directory was cut short"))
}

fn not_ours(root: &Path, name: &str) -> Error {
    Error::invalid(format!("this folder holds something else already, `{name}` for one; nothing in it was touched"))
        .operation(OPEN)
        .with("folder", root.display().to_string())
        .hint("choose an empty folder, or one that does not exist yet")
}

fn write_marker(marker: &Path, fresh: bool) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let mut file = if fresh { files::create_private(marker)? } else { std::fs::File::options().write(true).open(marker)? };
        file.write_all(SIGNATURE.as_bytes())?;
        file.sync_all()
    };
    match write() {
        Err(e) if fresh && e.kind() == Io::AlreadyExists => Err(Error::new(escher_core::ErrorKind::Busy, "somebody else was first")),
        written => written.map_err(|e| storage(OPEN, marker, e)),
    }
}

/// Something in the folder beside the marker. What a file system puts into its own root does not count, and neither do
/// rules that were put there before anything else.
fn others(root: &Path) -> Result<Option<String>> {
    for entry in std::fs::read_dir(root).map_err(|e| storage(OPEN, root, e))? {
        let name = entry.map_err(|e| storage(OPEN, root, e))?.file_name();
        if name != MARKER && name != "lost+found" && name != POLICY_FILE {
            return Ok(Some(name.to_string_lossy().into_owned()));
        }
    }
    Ok(None)
}

/// Whether the version before markers wrote this folder: its layout, and a database of ours.
fn was_ours(root: &Path) -> Result<bool> {
    let version = root.join("version");
    if look(OPEN, &version)?.as_ref().is_none_or(|found| oddity(found).is_some()) {
        return Ok(false);
    }
    let Some(text) = read_small(OPEN, &version, files::SMALL)? else { return Ok(false) };
    if !String::from_utf8(text).is_ok_and(|text| text.trim() == LAYOUT.to_string()) {
        return Ok(false);
    }
    for (name, id) in KNOWN {
        let path = root.join(name);
        let plain = look(OPEN, &path)?.is_some_and(|found| oddity(&found).is_none());
        if plain && application(&path).is_some_and(|found| found == id) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The application id in the head of a SQLite file.
fn application(path: &Path) -> Option<u32> {
    let mut head = [0; 72];
    std::fs::File::open(path).and_then(|mut file| file.read_exact(&mut head)).ok()?;
    let id = head.last_chunk::<4>().copied()?;
    head.starts_with(b"SQLite format 3\0").then(|| u32::from_be_bytes(id))
}

/// Each of our names stands for a plain file of its own, or for nothing.
fn check_files(root: &Path) -> Result<()> {
    for name in FILES {
        let path = root.join(name);
        if let Some(what) = look(OPEN, &path)?.as_ref().and_then(oddity) {
            return Err(foreign(OPEN, &path, what));
        }
    }
    let index = root.join("index");
    match look(OPEN, &index)? {
        Some(found) if !found.is_dir() => Err(foreign(OPEN, &index, "it is no folder")),
        _ => Ok(()),
    }
}
