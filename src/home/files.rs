//! Reading and writing files that others may have put there: no link is followed, nothing waits, nothing is too large.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind as Io, Read as _, Write as _};
use std::path::Path;

use escher_core::{Error, ErrorKind, Result};

/// Bytes that a small file may have: the marker, the version, the lock, the connections.
pub(crate) const SMALL: u64 = 1024 * 1024;

/// The error for what Escher did not make: it is left as it is.
pub(crate) fn foreign(operation: &str, path: &Path, what: &str) -> Error {
    Error::invalid(format!("{what}; Escher did not make it and leaves it alone"))
        .operation(operation)
        .with("file", path.display().to_string())
        .hint("move it away if it is in the way, or choose another data directory")
}

/// What a name stands for, links not followed; `None` if there is nothing.
pub(crate) fn look(operation: &str, path: &Path) -> Result<Option<Metadata>> {
    match std::fs::symlink_metadata(path) {
        Ok(found) => Ok(Some(found)),
        Err(e) if e.kind() == Io::NotFound => Ok(None),
        Err(e) => Err(storage(operation, path, e)),
    }
}

/// What kind of thing it is, if it isn't a plain file that only this name stands for.
pub(crate) fn oddity(found: &Metadata) -> Option<&'static str> {
    let kind = found.file_type();
    if kind.is_symlink() {
        return Some("it is a symbolic link");
    }
    if kind.is_dir() {
        return Some("it is a folder");
    }
    if !kind.is_file() {
        return Some("it is a device, a socket or a pipe");
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::nlink(found) > 1 {
        return Some("it has a second name (a hard link) elsewhere");
    }
    None
}

/// Options that follow no link and don't wait for the other end of a pipe.
fn careful(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
        options.mode(0o600).custom_flags(flags.bits().cast_signed())
    }
    #[cfg(not(unix))]
    options
}

/// Options that don't wait for the other end of a pipe.
pub(super) fn waiting_for_nobody(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed())
    }
    #[cfg(not(unix))]
    options
}

/// Opens a file for reading and writing, and makes it where there is none.
pub(crate) fn open_or_create(operation: &str, path: &Path) -> Result<File> {
    // The second round is for a file that was made or removed in between.
    for _ in 0..2 {
        if let Some(what) = look(operation, path)?.as_ref().and_then(oddity) {
            return Err(foreign(operation, path, what));
        }
        match careful(File::options().read(true).write(true)).open(path) {
            Err(e) if e.kind() == Io::NotFound => {}
            opened => return opened.map_err(|e| storage(operation, path, e)),
        }
        match careful(File::options().read(true).write(true).create_new(true)).open(path) {
            Err(e) if e.kind() == Io::AlreadyExists => {}
            opened => return opened.map_err(|e| storage(operation, path, e)),
        }
    }
    Err(storage(operation, path, Io::AlreadyExists.into()))
}

/// Bytes of a file; zero if there is none.
pub(crate) fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |found| found.len())
}

/// A new file that only this user may read. `AlreadyExists` if the name is taken, by whatever it may be.
pub(super) fn create_private(path: &Path) -> std::io::Result<File> {
    careful(File::options().write(true).create_new(true)).open(path)
}

/// All of a small plain file; `None` if there is none.
///
/// # Errors
/// `Invalid` for a link, a folder, a pipe, a device or more than `limit` bytes: at once, whatever is at the other end.
pub(crate) fn read_small(operation: &str, path: &Path, limit: u64) -> Result<Option<Vec<u8>>> {
    let Some(found) = look(operation, path)? else { return Ok(None) };
    if let Some(what) = oddity(&found) {
        return Err(foreign(operation, path, what));
    }
    let file = match careful(File::options().read(true)).open(path) {
        Err(e) if e.kind() == Io::NotFound => return Ok(None),
        opened => opened.map_err(|e| storage(operation, path, e))?,
    };
    // Once more, of what was really opened.
    let opened = file.metadata().map_err(|e| storage(operation, path, e))?;
    if let Some(what) = oddity(&opened) {
        return Err(foreign(operation, path, what));
    }
    let mut bytes = Vec::new();
    file.take(limit + 1).read_to_end(&mut bytes).map_err(|e| storage(operation, path, e))?;
    if bytes.len() as u64 > limit {
        return Err(foreign(operation, path, &format!("it has more than {limit} bytes, too many for what it should be")));
    }
    Ok(Some(bytes))
}

/// Writes a small private file whole or not at all.
pub(crate) fn write_private(operation: &str, path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(what) = look(operation, path)?.as_ref().and_then(oddity) {
        return Err(foreign(operation, path, what));
    }
    let beside = beside(path);
    let write = || -> std::io::Result<()> {
        // Left over from a write that was cut short. A link loses its own name and not what it points to.
        match std::fs::remove_file(&beside) {
            Err(e) if e.kind() != Io::NotFound => return Err(e),
            _ => {}
        }
        let mut file = create_private(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|e| storage(operation, path, e))
}

fn beside(path: &Path) -> std::path::PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    path.with_file_name(name)
}

/// Takes away what others may do with a file or folder; returns whether anything was taken.
#[cfg(unix)]
pub(crate) fn tighten(path: &Path, found: &Metadata) -> std::io::Result<bool> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if found.is_dir() { 0o700 } else { 0o600 };
    if found.permissions().mode() & 0o077 == 0 {
        return Ok(false);
    }
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map(|()| true)
}

#[cfg(not(unix))]
pub(crate) fn tighten(_path: &Path, _found: &Metadata) -> std::io::Result<bool> {
    Ok(false)
}

/// What tells one file from another, and one state of it from the next, without reading it.
pub(crate) fn stamp(found: &Metadata) -> Vec<i64> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let (size, inode) = (found.size().cast_signed(), found.ino().cast_signed());
        vec![size, inode, found.mtime(), found.mtime_nsec(), found.ctime(), found.ctime_nsec()]
    }
    #[cfg(not(unix))]
    {
        let since = |time: std::io::Result<std::time::SystemTime>| {
            let since = time.ok().and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            since.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
        };
        vec![i64::try_from(found.len()).unwrap_or(i64::MAX), since(found.modified())]
    }
}

/// A file system error with its file.
pub(crate) fn storage(operation: &str, path: &Path, e: std::io::Error) -> Error {
    let hint = match e.kind() {
        std::io::ErrorKind::StorageFull => "free some space on that disk and try again; nothing was lost",
        std::io::ErrorKind::PermissionDenied => "check who owns that folder, or choose another data directory",
        _ => "check that disk and folder",
    };
    Error::new(ErrorKind::Storage, e.to_string()).operation(operation).with("file", path.display().to_string()).hint(hint).caused_by(e)
}
