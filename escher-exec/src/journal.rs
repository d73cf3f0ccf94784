//! The journal's lines in a SQLite file of their own: appended, chained, never altered.
//!
//! Whoever writes first claims the journal: its epoch goes up by one, in the file. Every further line is written in one
//! transaction with a look at the epoch, so that a process that was taken over, lock or no lock, writes nothing more and
//! thereby changes nothing more.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use escher_core::{Error, ErrorKind, Head, JournalEntry, JournalStore, Next, Result, RunId, digest};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior};
use tokio::sync::Mutex;

/// `ESCJ`, so that another program's file is not taken for ours.
const APPLICATION: i32 = 0x4553_434a;
/// The version of the file's shape.
const VERSION: i32 = 2;
/// What the first line is chained to.
const ROOT: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// What helps once lines are gone or altered.
const RESTORE: &str = "restore journal.db from a backup and find out who changed it; or move the whole data directory aside, start \
    a new one, and check in the clouds themselves what the last runs changed";

const SHAPE: &str = "
    CREATE TABLE line (seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, body TEXT NOT NULL, hash TEXT NOT NULL) STRICT;
    CREATE INDEX line_run ON line (run);
    CREATE TRIGGER line_stays BEFORE UPDATE ON line BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
    CREATE TRIGGER line_remains BEFORE DELETE ON line BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
";

/// What version 2 adds: who may write.
const OWNER: &str = "
    CREATE TABLE owner (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL) STRICT;
    INSERT INTO owner VALUES (1, 0);
";

/// A journal in a file. Each line carries the SHA-256 over the hash of the line before it and its own content.
///
/// Clones share one connection, and a line that was handed in before is seen by whoever reads after. A file is opened
/// once; the clones are handed around.
#[derive(Clone)]
pub struct SqliteJournal {
    file: Arc<Mutex<Opened>>,
}

/// The open file, and the epoch under which it is written from here.
struct Opened {
    connection: Connection,
    epoch: Option<i64>,
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
    /// `Storage` if the file cannot be read or written or is no journal, `Unsupported` for one of a newer version.
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
        // Looked at first without a lock for writing: whoever only reads changes nothing.
        let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0)).map_err(storage);
        let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(storage)?;
        let scripts: &[&str] = match (number("application_id")?, number("user_version")?) {
            (0, 0) if tables == 0 => &[SHAPE, OWNER],
            (APPLICATION, VERSION) => &[],
            (APPLICATION, 1) => &[OWNER],
            (APPLICATION, other) => {
                return Err(Error::new(
                    ErrorKind::Unsupported,
                    format!("this journal has version {other}, and this program supports {VERSION}"),
                )
                .hint("use the version of Escher that wrote it, or a newer one"));
            }
            _ => return Err(Error::new(ErrorKind::Storage, "this is not an Escher journal").hint("choose another data directory")),
        };
        if !scripts.is_empty() {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
            for script in scripts {
                transaction.execute_batch(script).map_err(storage)?;
            }
            transaction.pragma_update(None, "application_id", APPLICATION).map_err(storage)?;
            transaction.pragma_update(None, "user_version", VERSION).map_err(storage)?;
            transaction.commit().map_err(storage)?;
        }
        Ok(Self { file: Arc::new(Mutex::new(Opened { connection, epoch: None })) })
    }

    /// The last line.
    ///
    /// # Errors
    /// `Storage` if the file cannot be read.
    pub async fn head(&self) -> Result<Head> {
        self.with(|file| head(&file.connection)).await
    }

    /// Makes this the one that may write, and returns the epoch under which it does: more than that of the one before,
    /// and more than `above`, the epoch that is known elsewhere.
    ///
    /// # Errors
    /// `Storage` if the file cannot be written.
    pub async fn claim(&self, above: u64) -> Result<u64> {
        self.with(move |file| {
            if file.epoch.is_none() {
                let transaction = file.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
                let epoch = claim(&transaction, above)?;
                transaction.commit().map_err(storage)?;
                file.epoch = Some(epoch);
            }
            Ok(file.epoch.unwrap_or_default().unsigned_abs())
        })
        .await
        .map_err(|e| e.operation("claim journal"))
    }

    /// The epoch of the one that wrote last, 0 if nobody has.
    ///
    /// # Errors
    /// `Storage` if the file cannot be read.
    pub async fn epoch(&self) -> Result<u64> {
        self.with(|file| epoch(&file.connection).map(i64::unsigned_abs)).await
    }

    /// Appends a line durably; returns the head that it makes.
    ///
    /// # Errors
    /// `Stale` if another process has claimed the journal since; `Storage` where the line could not be written.
    pub async fn append_line(&self, entry: &JournalEntry) -> Result<Head> {
        let entry = entry.clone();
        self.with(move |file| append(file, &entry).map_err(|e| e.operation("write journal"))).await
    }

    /// When the last line was written, `None` if there is none.
    ///
    /// # Errors
    /// `Storage` if the file or that line cannot be read.
    pub async fn last_at(&self) -> Result<Option<Timestamp>> {
        self.with(|file| last_at(&file.connection)).await
    }

    /// Holds every line against the chain, and the chain against a head seen earlier; gives the present head.
    ///
    /// # Errors
    /// `Storage` names the first line that does not fit, or says that lines are missing at the end.
    pub async fn verify(&self, anchor: Option<Head>) -> Result<Head> {
        self.verify_all(anchor.into_iter().collect()).await
    }

    /// Holds the file against its own structure, every line against the chain, and the chain against every head seen
    /// earlier; gives the present head.
    ///
    /// # Errors
    /// As [`SqliteJournal::verify`].
    pub async fn verify_all(&self, anchors: Vec<Head>) -> Result<Head> {
        self.with(move |file| intact(&file.connection).and_then(|()| verify(&file.connection, anchors)))
            .await
            .map_err(|e| e.operation("verify journal").next(Next::Doctor))
    }

    async fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Opened) -> Result<T> + Send + 'static) -> Result<T> {
        // The thread takes the lock along: whoever gives up waiting for a line and reads then waits for that line.
        let mut file = Arc::clone(&self.file).lock_owned().await;
        let task = tokio::task::spawn_blocking(move || work(&mut file));
        task.await.map_err(|e| Error::internal("the journal's thread ended early").caused_by(e))?
    }
}

#[async_trait]
impl JournalStore for SqliteJournal {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        self.append_line(entry).await.map(|head| head.seq)
    }

    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        let run = run.clone();
        self.with(move |file| read(&file.connection, &run).map_err(|e| e.operation("read journal"))).await
    }
}

fn append(file: &mut Opened, entry: &JournalEntry) -> Result<Head> {
    let body = serde_json::to_string(entry).map_err(|e| Error::internal("a journal line has no JSON form").caused_by(e))?;
    let transaction = file.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(storage)?;
    let epoch = match file.epoch {
        Some(mine) if epoch(&transaction)? == mine => mine,
        Some(_) => {
            return Err(Error::new(ErrorKind::Stale, "another process has taken over this data directory; nothing more is done here")
                .from_origin(escher_core::Origin::Machine)
                .hint("let the other process finish, then check the run"));
        }
        None => claim(&transaction, 0)?,
    };
    let hash = chained(&head(&transaction)?.hash, &body);
    let insert = "INSERT INTO line (run, body, hash) VALUES (?1, ?2, ?3)";
    transaction.prepare_cached(insert).and_then(|mut insert| insert.execute((entry.run.as_str(), &body, &hash))).map_err(storage)?;
    let seq = transaction.last_insert_rowid();
    transaction.commit().map_err(storage)?;
    file.epoch = Some(epoch);
    Ok(Head { seq: seq.unsigned_abs(), hash })
}

fn epoch(connection: &Connection) -> Result<i64> {
    let mut select = connection.prepare_cached("SELECT epoch FROM owner WHERE one = 1").map_err(storage)?;
    select.query_row([], |row| row.get(0)).map_err(storage)
}

fn claim(connection: &Connection, above: u64) -> Result<i64> {
    let above = i64::try_from(above).unwrap_or(i64::MAX - 1);
    let next = "UPDATE owner SET epoch = max(epoch, ?1) + 1 WHERE one = 1 RETURNING epoch";
    connection.query_row(next, [above], |row| row.get(0)).map_err(storage)
}

/// The structure of the file: its pages, and that its index knows just the lines that there are.
fn intact(connection: &Connection) -> Result<()> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(storage)?;
    if found == "ok" {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Storage, format!("the journal file is damaged: {}", found.replace('\n', " "))).hint(RESTORE))
}

fn read(connection: &Connection, run: &RunId) -> Result<Vec<JournalEntry>> {
    let mut select = connection.prepare_cached("SELECT seq, body FROM line WHERE run = ?1 ORDER BY seq").map_err(storage)?;
    let rows = select.query_map([run.as_str()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).map_err(storage)?;
    rows.map(|row| {
        let (seq, body) = row.map_err(storage)?;
        let entry: JournalEntry = serde_json::from_str(&body).map_err(|e| broken(seq, "cannot be read").caused_by(e))?;
        Ok(entry.upgraded())
    })
    .collect()
}

fn last_at(connection: &Connection) -> Result<Option<Timestamp>> {
    let mut select = connection.prepare_cached("SELECT seq, body FROM line ORDER BY seq DESC LIMIT 1").map_err(storage)?;
    let last = select.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))).optional().map_err(storage)?;
    last.map(|(seq, body)| {
        let entry: JournalEntry = serde_json::from_str(&body).map_err(|e| broken(seq, "cannot be read").caused_by(e))?;
        Ok(entry.at)
    })
    .transpose()
}

fn head(connection: &Connection) -> Result<Head> {
    let mut select = connection.prepare_cached("SELECT seq, hash FROM line ORDER BY seq DESC LIMIT 1").map_err(storage)?;
    let last = select.query_row([], |row| Ok(Head { seq: row.get::<_, i64>(0)?.unsigned_abs(), hash: row.get(1)? })).optional();
    Ok(last.map_err(storage)?.unwrap_or_else(|| Head { seq: 0, hash: ROOT.to_owned() }))
}

fn verify(connection: &Connection, mut anchors: Vec<Head>) -> Result<Head> {
    let mut select = connection.prepare("SELECT seq, run, body, hash FROM line ORDER BY seq").map_err(storage)?;
    let mut rows = select.query([]).map_err(storage)?;
    let mut last = Head { seq: 0, hash: ROOT.to_owned() };
    // The nearest one last.
    anchors.retain(|anchor| anchor.seq > 0);
    anchors.sort_by_key(|anchor| std::cmp::Reverse(anchor.seq));
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
        if entry.run != run.as_str() {
            return Err(broken(seq, "was altered"));
        }
        last = Head { seq: seq.unsigned_abs(), hash };
        while let Some(anchor) = anchors.pop_if(|anchor| anchor.seq == last.seq) {
            if anchor.hash != last.hash {
                return Err(broken(seq, "is not the line that was there before"));
            }
        }
    }
    let Some(furthest) = anchors.first() else { return Ok(last) };
    if last.seq == 0 {
        let message = format!("the journal is empty, but it held {} lines", furthest.seq);
        return Err(Error::new(ErrorKind::Storage, message).hint(RESTORE));
    }
    Err(broken(last.seq.cast_signed(), &format!("is the last one, but there were at least {}", furthest.seq)))
}

fn chained(previous: &str, body: &str) -> String {
    digest::of(&(previous, body))
}

fn broken(seq: i64, what: &str) -> Error {
    Error::new(ErrorKind::Storage, format!("journal line {seq} {what}")).hint(RESTORE)
}

fn storage(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let (kind, hint) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (ErrorKind::Busy, "another process holds the journal; try again when it is done")
        }
        Some(ErrorCode::DiskFull) => (ErrorKind::Storage, "free some space on that disk and try again; nothing was lost"),
        Some(ErrorCode::NotADatabase) => (ErrorKind::Storage, "this is not an Escher journal; choose another data directory"),
        Some(ErrorCode::DatabaseCorrupt) => (ErrorKind::Storage, RESTORE),
        Some(ErrorCode::SystemIoFailure) => (ErrorKind::Storage, "free some space on that disk, check it, and try again"),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => {
            (ErrorKind::Storage, "check that the data directory exists and may be written")
        }
        _ => (ErrorKind::Storage, "check the disk and the data directory"),
    };
    Error::new(kind, error.to_string()).hint(hint).caused_by(error)
}
