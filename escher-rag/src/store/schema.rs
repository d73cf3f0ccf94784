//! The file's layout and how one version becomes the next.

use std::path::Path;
use std::time::Duration;

use escher_core::{Error, ErrorKind, Result};
use rusqlite::{Connection, OpenFlags};

use super::{fault, guard};

/// Marks a SQLite file as ours (`PRAGMA application_id`): the bytes of "Eshr".
const APPLICATION: i32 = 0x4573_6872;

/// One script for each version of the file, in order; a released one is never edited.
///
/// Wide rows (`entries`) are apart from what moves on every look (`seen`), so that a quiet sync of a large estate
/// writes a few megabytes and not all of it. The columns beside `resource` are there to narrow down a selector;
/// `NULL` is unknown, text is in lower case. `env` is derived: whoever changes how must write it anew in a migration.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', 0), ('horizon', 0);

    CREATE TABLE entries (
        entry INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        cloud TEXT NOT NULL,
        account TEXT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        region TEXT,
        state TEXT,
        env TEXT,
        hash TEXT NOT NULL,
        resource TEXT NOT NULL
    );
    CREATE INDEX entries_account ON entries (cloud, account);
    CREATE INDEX entries_kind ON entries (kind, cloud);
    CREATE INDEX entries_name ON entries (name);

    CREATE TABLE seen (
        entry INTEGER PRIMARY KEY REFERENCES entries (entry),
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        missed INTEGER NOT NULL,
        revision INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX seen_revision ON seen (revision);

    CREATE TABLE tombstones (id TEXT PRIMARY KEY, revision INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
    CREATE TABLE tag_keys (key TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID;

    CREATE TABLE documents (
        collection TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        text TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (collection, id)
    );
    CREATE INDEX documents_at ON documents (collection, at);

    CREATE TABLE plans (id TEXT PRIMARY KEY, created INTEGER NOT NULL, record TEXT NOT NULL);
    CREATE INDEX plans_created ON plans (created);
    CREATE TABLE runs (id TEXT PRIMARY KEY, started INTEGER NOT NULL, record TEXT NOT NULL);
    CREATE INDEX runs_started ON runs (started);
",
    guard::SCRIPT,
];

/// Opens the file for writing, makes it where there is none, and brings it to this version.
pub(super) fn open_writer(path: &Path) -> Result<Connection> {
    let fault = |e| fault::at("open store", path, e);
    let mut connection = Connection::open(path).map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(fault)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
    let known = MIGRATIONS.len() as i64;
    if version > known {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!("its version {version} is newer than {known}, the newest this program knows"),
        )
        .operation("open store")
        .with("file", path.display().to_string())
        .hint("use the Escher that wrote it, or a newer one; or choose another data directory"));
    }
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(fault)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fault)?;
    if application != APPLICATION && tables > 0 {
        return Err(Error::invalid("it is a SQLite file of another program")
            .operation("open store")
            .with("file", path.display().to_string())
            .hint("choose another data directory"));
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
    for (number, script) in (1i64..).zip(MIGRATIONS).skip_while(|(number, _)| *number <= version) {
        let transaction = connection.transaction().map_err(fault)?;
        transaction.execute_batch(script).map_err(fault)?;
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(fault)?;
        transaction.pragma_update(None, "user_version", number).map_err(fault)?;
        transaction.commit().map_err(fault)?;
    }
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let fault = |e| fault::at("open store", path, e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(fault)?;
    connection.pragma_update(None, "query_only", true).map_err(fault)?;
    Ok(connection)
}
