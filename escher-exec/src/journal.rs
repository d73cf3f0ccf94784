//! The journal's lines in a SQLite file of their own: appended, chained, never altered.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use escher_core::{Error, ErrorKind, JournalEntry, JournalStore, Result, digest};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;

/// `ESCJ`, so that another program's file is not taken for ours.
const APPLICATION: i32 = 0x4553_434a;
/// The version of the file's shape.
const VERSION: i32 = 1;
/// What the first line is chained to.
const ROOT: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

const SHAPE: &str = "
    CREATE TABLE line (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE INDEX line_run ON line (run);
    CREATE TRIGGER line_stays BEFORE UPDATE ON line BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER line_remains BEFORE DELETE ON line BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

/// The last line of a journal. Kept elsewhere, it shows later whether lines were cut off the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The number of the last line, 0 where there is none.
    pub seq: u64,
    /// Its chained hash.
    pub hash: String,
}

/// A journal in a file. Each line carries the SHA-256 over the hash of the line before it and its own content.
///
/// Clones share one connection, and a line that was handed in before is seen by whoever reads after. A file is opened
/// once; the clones are handed around.
#[derive(Clone)]
pub struct SqliteJournal {
    connection: Arc<Mutex<Connection>>,
}

impl fmt::Debug for SqliteJournal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteJournal")
    }
}

impl SqliteJournal {
    /// Opens the journal at a path, or makes it.
    ///
    /// # Errors
    /// `Storage` where the file cannot be read or written or is no journal, `Unsupported` for one of a newer version.
    pub fn open(path: &Path) -> Result<Self> {
        let at = |error: Error| error.operation("open journal").with("file", path.display().to_string());
        let connection = Connection::open(path).map_err(|e| at(storage(e)))?;
        Self::prepare(connection).map_err(at)
    }

    fn prepare(mut connection: Connection) -> Result<Self> {
        connection.busy_timeout(Duration::from_secs(10)).map_err(storage)?;
        // REPLACE would delete without asking the triggers otherwise.
        let pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA recursive_triggers = ON;";
        connection.execute_batch(pragmas).map_err(storage)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
        let number = |name: &str| transaction.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(storage);
        let tables: i64 = transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(storage)?;
        match (number("application_id")?, number("user_version")?) {
            (0, 0) if tables == 0 => {
                transaction.execute_batch(SHAPE).map_err(storage)?;
                transaction.pragma_update(None, "application_id", APPLICATION).map_err(storage)?;
                transaction.pragma_update(None, "user_version", VERSION).map_err(storage)?;
            }
            (APPLICATION, VERSION) => {}
            (APPLICATION, other) => {
                return Err(Error::new(ErrorKind::Unsupported, format!("this journal has version {other}, this program knows {VERSION}"))
                    .hint("use the version of Escher that wrote it, or a newer one"));
            }
            _ => return Err(Error::new(ErrorKind::Storage, "this is not a journal of escher").hint("choose another data directory")),
        }
        transaction.commit().map_err(storage)?;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// The last line.
    ///
    /// # Errors
    /// `Storage` where the file cannot be read.
    pub async fn head(&self) -> Result<Head> {
        self.with(|connection| head(connection)).await
    }

    /// Holds every line against the chain, and the chain against a head seen earlier; gives the present head.
    ///
    /// # Errors
    /// `Storage` names the first line that does not fit, or says that lines are missing at the end.
    pub async fn verify(&self, anchor: Option<Head>) -> Result<Head> {
        self.with(move |connection| verify(connection, anchor.as_ref())).await
    }

    async fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Connection) -> Result<T> + Send + 'static) -> Result<T> {
        // The thread takes the lock along: whoever gives up waiting for a line and reads then waits for that line.
        let mut connection = Arc::clone(&self.connection).lock_owned().await;
        let task = tokio::task::spawn_blocking(move || work(&mut connection));
        task.await.map_err(|e| Error::internal("the journal's thread ended early").caused_by(e))?
    }
}

#[async_trait]
impl JournalStore for SqliteJournal {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let entry = entry.clone();
        self.with(move |connection| append(connection, &entry).map_err(|e| e.operation("write journal"))).await
    }

    async fn read(&self, run: &str) -> Result<Vec<JournalEntry>> {
        let run = run.to_owned();
        self.with(move |connection| read(connection, &run).map_err(|e| e.operation("read journal"))).await
    }
}

fn append(connection: &mut Connection, entry: &JournalEntry) -> Result<u64> {
    let body = serde_json::to_string(entry).map_err(|e| Error::internal("a journal line has no JSON form").caused_by(e))?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
    let hash = chained(&head(&transaction)?.hash, &body);
    let insert = "INSERT INTO line (run, body, hash) VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(insert).and_then(|mut insert| insert.execute((&entry.run, &body, &hash))).map_err(storage)?;
    let seq = transaction.last_insert_rowid();
    transaction.commit().map_err(storage)?;
    Ok(seq.unsigned_abs())
}

fn read(connection: &Connection, run: &str) -> Result<Vec<JournalEntry>> {
    let mut select = connection.prepare_cached("SELECT seq, body FROM line WHERE run = ?1 ORDER BY seq").map_err(storage)?;
    let rows = select.query_map([run], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).map_err(storage)?;
    rows.map(|row| {
        let (seq, body) = row.map_err(storage)?;
        serde_json::from_str(&body).map_err(|e| broken(seq, "cannot be read").caused_by(e))
    })
    .collect()
}

fn head(connection: &Connection) -> Result<Head> {
    let mut select = connection.prepare_cached("SELECT seq, hash FROM line ORDER BY seq DESC LIMIT 1").map_err(storage)?;
    let last = select.query_row([], |row| Ok(Head { seq: row.get::<_, i64>(0)?.unsigned_abs(), hash: row.get(1)? })).optional();
    Ok(last.map_err(storage)?.unwrap_or_else(|| Head { seq: 0, hash: ROOT.to_owned() }))
}

fn verify(connection: &Connection, anchor: Option<&Head>) -> Result<Head> {
    let mut select = connection.prepare("SELECT seq, run, body, hash FROM line ORDER BY seq").map_err(storage)?;
    let mut rows = select.query([]).map_err(storage)?;
    let mut last = Head { seq: 0, hash: ROOT.to_owned() };
    let mut anchored = anchor.is_none_or(|anchor| anchor.seq == 0);
    while let Some(row) = rows.next().map_err(storage)? {
        let (seq, run): (i64, String) = (row.get(0).map_err(storage)?, row.get(1).map_err(storage)?);
        let (body, hash): (String, String) = (row.get(2).map_err(storage)?, row.get(3).map_err(storage)?);
        if seq.unsigned_abs() != last.seq + 1 {
            return Err(broken(seq, "does not follow the line before it"));
        }
        if hash != chained(&last.hash, &body) {
            return Err(broken(seq, "was altered"));
        }
        let entry: JournalEntry = serde_json::from_str(&body).map_err(|e| broken(seq, "cannot be read").caused_by(e))?;
        if entry.run != run {
            return Err(broken(seq, "was altered"));
        }
        last = Head { seq: seq.unsigned_abs(), hash };
        if let Some(anchor) = anchor.filter(|anchor| anchor.seq == last.seq) {
            if anchor.hash != last.hash {
                return Err(broken(seq, "is not the one that was there before"));
            }
            anchored = true;
        }
    }
    if anchored { Ok(last) } else { Err(broken(last.seq.try_into().unwrap_or(i64::MAX), "is the last, and there were more")) }
}

fn chained(previous: &str, body: &str) -> String {
    digest::of(&(previous, body))
}

fn broken(seq: i64, what: &str) -> Error {
    Error::new(ErrorKind::Storage, format!("journal line {seq} {what}"))
        .hint("restore the journal from a backup, and find out who changed it")
}

fn storage(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let (kind, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, "another process holds the journal; try again when it is done")
        }
        Some(ErrorCode::DiskFull) => (ErrorKind::Storage, "the disk is full; make room and carry on"),
        Some(ErrorCode::NotADatabase) => (ErrorKind::Storage, "this is not a journal of escher; choose another data directory"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            (ErrorKind::Storage, "check that the data directory exists and may be written")
        }
        _ => (ErrorKind::Storage, "check the disk and the data directory"),
    };
    Error::new(kind, error.to_string()).hint(hint).caused_by(error)
}
