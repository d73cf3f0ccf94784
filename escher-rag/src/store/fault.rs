//! What SQLite's errors mean for the person.

use std::path::Path;

use escher_core::{Error, ErrorKind};
use rusqlite::ErrorCode;

/// An error of SQLite as one of ours.
pub(super) fn of(operation: &'static str, error: rusqlite::Error) -> Error {
    let code = error.sqlite_error_code();
    let (kind, message, hint) = match code {
        Some(ErrorCode::DiskFull) => {
            (ErrorKind::Storage, "the disk is full", Some("free some space on that disk and try again; nothing was lost"))
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::AuthorizationForStatementDenied) => {
            (ErrorKind::Storage, "the store cannot be written", Some("make the data directory and its files writable for this user"))
        }
        Some(ErrorCode::CannotOpen) => {
            (ErrorKind::Storage, "the store cannot be opened", Some("check that the data directory exists and is yours"))
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => (
            ErrorKind::Storage,
            "the store's file is damaged or is not a SQLite file",
            Some("restore it from a backup, or move it away and sync again"),
        ),
        Some(ErrorCode::SystemIoFailure) => {
            (ErrorKind::Storage, "the disk failed", Some("free some space on that disk, check it, and try again"))
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, "another process holds the store", Some("wait for it or end it, then try again"))
        }
        _ => (ErrorKind::Storage, "the store failed", None),
    };
    let mut out = Error::new(kind, message).operation(operation);
    if let Some(hint) = hint {
        out = out.hint(hint);
    }
    out.with("sqlite", error.to_string()).caused_by(error)
}

/// The same, with the file named.
pub(super) fn at(operation: &'static str, path: &Path, error: rusqlite::Error) -> Error {
    of(operation, error).with("file", path.display().to_string())
}

/// A stored value that can no longer be read.
pub(super) fn unreadable(what: &'static str, id: &str, error: serde_json::Error) -> Error {
    Error::new(ErrorKind::Storage, format!("a stored {what} cannot be read"))
        .operation("read store")
        .with("id", id)
        .hint("restore the store from a backup, or move it away and sync again")
        .caused_by(error)
}

/// A value that has no JSON form.
pub(super) fn unwritable(what: &'static str, id: &str, error: serde_json::Error) -> Error {
    Error::internal(format!("a {what} cannot be written as JSON")).operation("write store").with("id", id).caused_by(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn what_a_person_can_mend_has_a_hint() {
        for (code, kind, word) in [
            (ffi::SQLITE_FULL, ErrorKind::Storage, "full"),
            (ffi::SQLITE_READONLY, ErrorKind::Storage, "written"),
            (ffi::SQLITE_CORRUPT, ErrorKind::Storage, "damaged"),
            (ffi::SQLITE_IOERR, ErrorKind::Storage, "disk"),
            (ffi::SQLITE_BUSY, ErrorKind::Busy, "another process"),
        ] {
            let error = of("write estate", rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
            assert_eq!(error.kind(), kind);
            assert!(error.message().contains(word) && error.hint_text().is_some(), "{error}");
        }
    }
}
