//! Whether a folder is an index of ours. Only what we made is ever removed.

use std::io::Write as _;
use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

use super::meta::Meta;
use super::{seal, words};

/// Marks a folder as an index that may be removed and built again.
const MARKER: &str = "escher-index";
const SIGNATURE: &str = "Signature: escher-index-9b27c1e4\nThis folder can be deleted at any time; it is built again.\n";

/// What is in the folder of a shard.
const SHARD: [&str; 5] = ["edge_config.json", "payload_index.json", "segments", "wal", words::FILE];

fn storage(dir: &Path, what: &str, e: std::io::Error) -> Error {
    let full = e.kind() == std::io::ErrorKind::StorageFull;
    Error::new(ErrorKind::Storage, what)
        .operation("open index")
        .with("folder", dir.display().to_string())
        .hint(if full { "free some space on that disk and try again; nothing was lost" } else { "check the data directory's permissions" })
        .caused_by(e)
}

fn foreign(path: &Path, what: &str) -> Error {
    Error::invalid(format!("{what}; Escher did not make it and leaves it alone"))
        .operation("open index")
        .with("path", path.display().to_string())
        .hint("move it away; the search index is then built again")
}

/// Makes the folder of an index, or makes sure that it is one of ours.
///
/// # Errors
/// `Invalid` for a folder, file or link that we did not make, which is left untouched; `Storage`.
pub(super) fn claim(dir: &Path, shard: &Path) -> Result<()> {
    match std::fs::symlink_metadata(dir) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let mut builder = std::fs::DirBuilder::new();
            builder.recursive(true);
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            builder.create(dir).map_err(|e| storage(dir, "its folder cannot be made", e))?;
        }
        Err(e) => return Err(storage(dir, "its folder cannot be read", e)),
        Ok(found) if found.is_dir() => seal::tighten(dir, &found).map_err(|e| storage(dir, "its folder cannot be kept private", e))?,
        Ok(_) => return Err(foreign(dir, "this is not a folder")),
    }
    let marker = dir.join(MARKER);
    match std::fs::symlink_metadata(&marker) {
        Ok(found) if !found.is_file() || found.len() > SIGNATURE.len() as u64 => {
            return Err(foreign(&marker, "this is not the marker of an index"));
        }
        Ok(_) => {
            let text = std::fs::read(&marker).map_err(|e| storage(dir, "its marker cannot be read", e))?;
            if text == SIGNATURE.as_bytes() {
                return plain(shard);
            }
            // Cut short when it was made, or damaged since. It proves nothing then, and what is there has to look like ours.
            if !is_ours(dir, shard) {
                return Err(foreign(&marker, "the marker of this index is damaged"));
            }
            std::fs::remove_file(&marker).map_err(|e| storage(dir, "its marker cannot be renewed", e))?;
        }
        Err(_) if is_ours(dir, shard) => {}
        Err(_) => return Err(foreign(if shard.exists() { shard } else { dir }, "something is here already")),
    }
    let write = || -> std::io::Result<()> {
        let mut file = seal::private(std::fs::File::options().write(true).create_new(true)).open(&marker)?;
        file.write_all(SIGNATURE.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|e| storage(dir, "its marker cannot be written", e))
}

/// The shard is a folder, or is not there.
fn plain(shard: &Path) -> Result<()> {
    match std::fs::symlink_metadata(shard) {
        Ok(found) if !found.is_dir() => Err(foreign(shard, "this is not a folder")),
        _ => Ok(()),
    }
}

/// Whether a folder without a marker is an index of the version that had none, or has nothing in our way.
fn is_ours(dir: &Path, shard: &Path) -> bool {
    if plain(shard).is_err() || !Meta::may_be_replaced(dir) {
        return false;
    }
    let Ok(entries) = std::fs::read_dir(shard) else { return !shard.exists() };
    entries.flatten().all(|entry| entry.file_name().to_str().is_some_and(|name| SHARD.contains(&name)))
}
