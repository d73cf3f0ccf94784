//! What the store knows against damage: a checksum of each row, and how far the journal had come.
//!
//! A checksum finds what changed by accident, in a file that was copied, or by an editor's hand. It stops nobody who
//! writes a new one beside the change; what has to withstand that is signed or chained.

use escher_core::{Error, ErrorKind, Head, Next, Result};
use rusqlite::{Connection, OptionalExtension, params};

use super::fault;
use crate::checksum::checksum;

/// What this part adds to the file. Rows of the versions before have no checksum; [`complete`] gives them one.
pub(super) const SCRIPT: &str = "
    CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), epoch INTEGER NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL);
    ALTER TABLE entries ADD COLUMN sum INTEGER;
    ALTER TABLE entries ADD COLUMN narrow INTEGER;
    ALTER TABLE documents ADD COLUMN sum INTEGER;
    ALTER TABLE runs ADD COLUMN sum INTEGER;
";

/// Tables whose rows have a checksum, in which column, and over what.
const SUMMED: [(&str, &str, &str, &str); 6] = [
    ("resource", "entries", "sum", "id, hash, resource"),
    ("resource", "entries", "narrow", "cloud, account"),
    ("measurement", "measured", "sum", "id, body"),
    ("change", "history", "sum", "id, name, change, fields, run, resource"),
    ("document", "documents", "sum", "id, text, body"),
    ("run", "runs", "sum", "id, record"),
];

const RESTORE: &str = "restore store.db from a backup, or move it away and sync again";

/// How far the journal had come, as the store knows it: never further than the journal itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// The epoch of the one that wrote last.
    pub epoch: u64,
    /// A line that the journal has; after a power cut not necessarily its last.
    pub head: Head,
}

/// The checksum of a row.
pub(super) fn sum(columns: &[&str]) -> i64 {
    columns.iter().fold(0, |sum, column| checksum(sum, column.as_bytes())).cast_signed()
}

/// The checksum of the columns by which a part of the estate is found. A migration that writes one of them anew sets it to
/// `NULL`, so that [`complete`] makes another.
pub(super) fn narrow_sum(columns: &[Option<&str>]) -> i64 {
    sum(&columns.iter().map(|column| column.unwrap_or(UNKNOWN)).collect::<Vec<_>>())
}

/// Stands for a column that is `NULL`: no text that a column may hold.
const UNKNOWN: &str = "\0";

/// Whether a row is as it was written. One without a checksum is not: all have theirs once a file is at this version.
pub(super) fn unaltered(what: &'static str, id: &str, known: Option<i64>, columns: &[&str]) -> Result<()> {
    if known == Some(sum(columns)) {
        return Ok(());
    }
    Err(Error::new(ErrorKind::Storage, format!("a stored {what} is not as it was written: the file was damaged or altered"))
        .operation("read store")
        .with("id", id)
        .hint(RESTORE)
        .next(Next::Doctor))
}

/// The same for a row in which columns may be `NULL`.
pub(super) fn unaltered_narrow(what: &'static str, id: &str, known: Option<i64>, columns: &[Option<&str>]) -> Result<()> {
    unaltered(what, id, known, &columns.iter().map(|column| column.unwrap_or(UNKNOWN)).collect::<Vec<_>>())
}

pub(super) fn anchor(c: &Connection) -> Result<Option<Anchor>> {
    let select = "SELECT epoch, seq, hash FROM anchor WHERE one = 1";
    let row = c.query_row(select, [], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?))).optional();
    let found = row.map_err(|e| fault::of("read anchor", e))?;
    Ok(found.map(|(epoch, seq, hash)| Anchor { epoch: epoch.unsigned_abs(), head: Head { seq: seq.unsigned_abs(), hash } }))
}

pub(super) fn set_anchor(c: &Connection, anchor: &Anchor) -> Result<()> {
    // Lines are noted in any order; the furthest counts.
    let sql = "INSERT INTO anchor (one, epoch, seq, hash) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (one) DO UPDATE SET epoch = max(epoch, ?1), seq = ?2, hash = ?3 WHERE ?2 >= seq";
    let values = params![anchor.epoch.cast_signed(), anchor.head.seq.cast_signed(), anchor.head.hash];
    c.execute(sql, values).map(drop).map_err(|e| fault::of("write anchor", e))
}

/// The structure of the file and, if `all`, that its indexes fit its tables and that every row is as it was written.
pub(super) fn check(c: &Connection, all: bool) -> Result<()> {
    let fault = |e| fault::of("check store", e);
    let pragma = if all { "PRAGMA integrity_check(1)" } else { "PRAGMA quick_check(1)" };
    let found: String = c.query_row(pragma, [], |row| row.get(0)).map_err(fault)?;
    if found != "ok" {
        let message = format!("the store's file is damaged: {}", found.replace('\n', " "));
        return Err(Error::new(ErrorKind::Storage, message).operation("check store").hint(RESTORE));
    }
    if !all {
        return Ok(());
    }
    for (what, table, column, over) in SUMMED {
        let mut statement = c.prepare(&format!("SELECT id, {column}, {over} FROM {table}")).map_err(fault)?;
        let columns = statement.column_count();
        let mut rows = statement.query([]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let (id, known): (String, Option<i64>) = (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
            let texts = (2..columns).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Option<String>>>>().map_err(fault)?;
            unaltered_narrow(what, &id, known, &texts.iter().map(Option::as_deref).collect::<Vec<_>>())?;
        }
    }
    Ok(())
}

/// Gives a checksum to the rows of a file of a version that had none. Later on a row without one was altered.
pub(super) fn complete(c: &Connection) -> Result<()> {
    let fault = |e| fault::of("bring store to this version", e);
    for (_, table, column, over) in SUMMED {
        let mut rows = c.prepare(&format!("SELECT rowid, {over} FROM {table} WHERE {column} IS NULL")).map_err(fault)?;
        let mut update = c.prepare(&format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1")).map_err(fault)?;
        let columns = rows.column_count();
        let mut rows = rows.query([]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let texts = (1..columns).map(|at| row.get(at)).collect::<rusqlite::Result<Vec<Option<String>>>>().map_err(fault)?;
            let texts: Vec<Option<&str>> = texts.iter().map(Option::as_deref).collect();
            update.execute(params![row.get::<_, i64>(0).map_err(fault)?, narrow_sum(&texts)]).map_err(fault)?;
        }
    }
    Ok(())
}
