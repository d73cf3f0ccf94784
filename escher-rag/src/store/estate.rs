//! Entries and their changes.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use escher_core::selector::KnownWords;
use escher_core::{Changes, CloudId, Entry, Error, Estate, Measured, Resource, ResourceId, Result};
use rayon::prelude::*;
use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params, params_from_iter};

use super::facts::{self, Facts, Told};
use super::prepared::{Prepared, Written};
use super::{fault, guard, history, measured, timestamp};

/// What a row of an entry is read from.
const ENTRY: &str = "SELECT e.id, e.hash, e.resource, e.sum, s.first_seen, s.last_seen, s.missed, s.missed_since, m.body, m.sum
    FROM entries e JOIN seen s USING (entry) LEFT JOIN measured m USING (entry)";

/// Entries that are parsed by one thread at least.
const PARSED_TOGETHER: usize = 128;

pub(super) struct RawEntry {
    id: String,
    hash: String,
    resource: String,
    sum: Option<i64>,
    first_seen: i64,
    last_seen: i64,
    missed: u32,
    missed_since: Option<i64>,
    measured: Option<String>,
    measured_sum: Option<i64>,
}

impl RawEntry {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            hash: row.get(1)?,
            resource: row.get(2)?,
            sum: row.get(3)?,
            first_seen: row.get(4)?,
            last_seen: row.get(5)?,
            missed: row.get(6)?,
            missed_since: row.get(7)?,
            measured: row.get(8)?,
            measured_sum: row.get(9)?,
        })
    }

    pub(super) fn entry(self) -> Result<Entry> {
        guard::unaltered("resource", &self.id, self.sum, &[&self.id, &self.hash, &self.resource])?;
        if let Some(measured) = &self.measured {
            guard::unaltered("measurement", &self.id, self.measured_sum, &[&self.id, measured])?;
        }
        let (resource, measured) = measured::together(&self.id, &self.resource, self.measured.as_deref())?;
        Ok(Entry {
            resource,
            measured,
            hash: self.hash,
            first_seen: timestamp(self.first_seen),
            last_seen: timestamp(self.last_seen),
            missed: self.missed,
            missed_since: self.missed_since.map(timestamp),
        })
    }
}

fn each_entry(c: &Connection, sql: &str, values: &[String], mut take: impl FnMut(Entry)) -> Result<()> {
    let fault = |e| fault::of("read estate", e);
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(params_from_iter(values), RawEntry::read).map_err(fault)?;
    for row in rows {
        take(row.map_err(fault)?.entry()?);
    }
    Ok(())
}

pub(super) fn estate(c: &Connection, part: Option<(CloudId, String)>) -> Result<Estate> {
    let mut entries = Vec::new();
    match part {
        None => each_entry(c, ENTRY, &[], |entry| entries.push(entry))?,
        Some((cloud, account)) => {
            let sql = format!("{ENTRY} WHERE e.cloud = ?1 AND e.account = ?2");
            each_entry(c, &sql, &[cloud.as_str().to_owned(), account], |entry| entries.push(entry))?;
        }
    }
    Ok(Estate::new(entries))
}

pub(super) fn entry(c: &Connection, id: &ResourceId) -> Result<Option<Entry>> {
    let mut found = None;
    each_entry(c, &format!("{ENTRY} WHERE e.id = ?1"), &[id.as_str().to_owned()], |entry| found = Some(entry))?;
    Ok(found)
}

/// Reads entries by their numbers.
pub(super) struct Reader<'c>(CachedStatement<'c>);

impl<'c> Reader<'c> {
    pub(super) fn new(c: &'c Connection) -> Result<Self> {
        c.prepare_cached(&format!("{ENTRY} WHERE e.entry = ?1")).map(Self).map_err(|e| fault::of("read estate", e))
    }

    /// The entry of a number that is known to be there.
    pub(super) fn raw(&mut self, entry: i64) -> Result<RawEntry> {
        self.0.query_row([entry], RawEntry::read).map_err(|e| fault::of("read estate", e))
    }
}

/// To parse entries takes longer than to read them, so that is done side by side.
fn parsed(raw: Vec<RawEntry>) -> Result<Vec<Entry>> {
    raw.into_par_iter().with_min_len(PARSED_TOGETHER).map(RawEntry::entry).collect()
}

/// The entries of these numbers, in their order. To parse them takes longer than to read them, so some are parsed
/// while others are read.
pub(super) fn all_numbered(c: &Connection, entries: &[i64]) -> Result<Vec<Entry>> {
    let mut reader = Reader::new(c)?;
    let parts: Vec<OnceLock<Result<Vec<Entry>>>> = entries.chunks(PARSED_TOGETHER).map(|_| OnceLock::new()).collect();
    rayon::in_place_scope(|scope| -> Result<()> {
        for (numbers, part) in entries.chunks(PARSED_TOGETHER).zip(&parts) {
            let raw = numbers.iter().map(|number| reader.raw(*number)).collect::<Result<Vec<_>>>()?;
            scope.spawn(move |_| drop(part.set(raw.into_iter().map(RawEntry::entry).collect())));
        }
        Ok(())
    })?;
    let mut all = Vec::with_capacity(entries.len());
    for part in parts {
        all.append(&mut part.into_inner().unwrap_or_else(|| Err(Error::internal("entries were not parsed").operation("select")))?);
    }
    Ok(all)
}

pub(super) fn known(c: &Connection, ids: &[ResourceId]) -> Result<Estate> {
    let sql = format!("{ENTRY} WHERE e.id = ?1");
    let fault = |e| fault::of("read estate", e);
    let mut statement = c.prepare_cached(&sql).map_err(fault)?;
    let mut entries = Vec::new();
    for id in ids {
        if let Some(row) = statement.query_row([id.as_str()], RawEntry::read).optional().map_err(fault)? {
            entries.push(row.entry()?);
        }
    }
    Ok(Estate::new(entries))
}

pub(super) fn known_words(c: &Connection) -> Result<KnownWords> {
    let words = |sort: &str| -> rusqlite::Result<BTreeSet<String>> {
        c.prepare_cached("SELECT word FROM words WHERE sort = ?1")?.query_map([sort], |row| row.get(0))?.collect()
    };
    let fault = |e| fault::of("read words", e);
    Ok(KnownWords {
        tags: words(facts::TAG).map_err(fault)?,
        attributes: words(facts::ATTRIBUTE).map_err(fault)?,
        relations: words(facts::RELATION).map_err(fault)?,
    })
}

fn meta(c: &Connection, key: &str) -> Result<i64> {
    let mut statement = c.prepare_cached("SELECT value FROM meta WHERE key = ?1").map_err(|e| fault::of("read store", e))?;
    statement.query_row([key], |row| row.get(0)).map_err(|e| fault::of("read store", e))
}

fn set_meta(c: &Connection, key: &str, value: i64) -> Result<()> {
    c.execute("UPDATE meta SET value = ?2 WHERE key = ?1", params![key, value]).map(drop).map_err(|e| fault::of("write store", e))
}

pub(super) fn revision(c: &Connection) -> Result<u64> {
    Ok(meta(c, "revision")?.unsigned_abs())
}

pub(super) fn changes(c: &Connection, after: u64, limit: usize) -> Result<Option<Changes>> {
    let fault = |e| fault::of("read changes", e);
    let revision = meta(c, "revision")?;
    // An index ahead of the store followed another store.
    let Ok(after) = i64::try_from(after) else { return Ok(None) };
    if after > revision || (after != 0 && after < meta(c, "horizon")?) {
        return Ok(None);
    }
    let limit = i64::try_from(limit.max(1)).unwrap_or(i64::MAX);
    let last = "SELECT max(revision), count(*) FROM (SELECT revision FROM (
            SELECT revision FROM seen WHERE revision > ?1 UNION ALL SELECT revision FROM tombstones WHERE revision > ?1
        ) ORDER BY revision LIMIT ?2)";
    let mut statement = c.prepare_cached(last).map_err(fault)?;
    let (last, count): (Option<i64>, i64) = statement.query_row([after, limit], |row| Ok((row.get(0)?, row.get(1)?))).map_err(fault)?;
    // With fewer than asked for, everything has been told up to the present.
    let to = if count < limit { revision } else { last.unwrap_or(revision) };
    let mut out = Changes { to: to.unsigned_abs(), upserts: Vec::new(), removed: Vec::new() };
    let sql = format!("{ENTRY} WHERE s.revision > ?1 AND s.revision <= ?2 ORDER BY s.revision");
    let mut statement = c.prepare_cached(&sql).map_err(fault)?;
    let raw: Vec<RawEntry> =
        statement.query_map([after, to], RawEntry::read).map_err(fault)?.collect::<rusqlite::Result<_>>().map_err(fault)?;
    out.upserts = parsed(raw)?;
    let mut statement =
        c.prepare_cached("SELECT id FROM tombstones WHERE revision > ?1 AND revision <= ?2 ORDER BY revision").map_err(fault)?;
    for row in statement.query_map([after, to], |row| row.get::<_, String>(0)).map_err(fault)? {
        out.removed.push(stored_id(row.map_err(fault)?)?);
    }
    Ok(Some(out))
}

/// An id that was canonical when it was stored.
fn stored_id(text: String) -> Result<ResourceId> {
    serde_json::from_value(serde_json::Value::String(text)).map_err(|e| fault::unreadable("id", "", e))
}

/// The writing of one diff.
struct Writing<'c> {
    c: &'c Connection,
    revision: i64,
    facts: Facts<'c>,
}

/// Every changed entry and every removal gets a revision of its own, so that changes can be told in batches of any
/// size. `keep` is how many removals are remembered at least.
pub(super) fn apply(c: &Connection, diff: &Prepared, keep: usize) -> Result<u64> {
    let mut writing = Writing { c, revision: meta(c, "revision")?, facts: Facts::new(c) };
    writing.diff(diff).map_err(|e| e.operation("write estate"))?;
    let Writing { mut revision, facts, .. } = writing;
    facts.finish().map_err(|e| fault::of("write estate", e))?;
    if !diff.removed.is_empty() {
        revision = forget(c, revision, keep).map_err(|e| fault::of("write estate", e))?;
    }
    set_meta(c, "revision", revision)?;
    Ok(revision.unsigned_abs())
}

impl Writing<'_> {
    fn diff(&mut self, diff: &Prepared) -> Result<()> {
        for row in &diff.rows {
            self.upsert(row)?;
        }
        let fault = |e| fault::of("write estate", e);
        for (id, missed) in &diff.missed {
            let sql = "UPDATE seen SET missed = ?2, revision = ?3, missed_since = coalesce(missed_since, ?4)
                WHERE entry = (SELECT entry FROM entries WHERE id = ?1)";
            let next = self.revision + 1;
            let values = params![id.as_str(), missed, next, diff.at];
            if self.c.prepare_cached(sql).map_err(fault)?.execute(values).map_err(fault)? > 0 {
                self.revision = next;
            }
        }
        for id in &diff.removed {
            self.remove(id, diff)?;
        }
        history::note(self.c, diff)?;
        let sql = "UPDATE seen SET last_seen = ?2 WHERE entry = (SELECT entry FROM entries WHERE id = ?1)";
        let mut touch = self.c.prepare_cached(sql).map_err(fault)?;
        for id in &diff.unchanged {
            touch.execute(params![id.as_str(), diff.at]).map_err(fault)?;
        }
        Ok(())
    }

    fn old(&self, id: &ResourceId) -> Result<Option<i64>> {
        self.c
            .prepare_cached("SELECT entry FROM entries WHERE id = ?1")
            .and_then(|mut s| s.query_row([id.as_str()], |row| row.get(0)).optional())
            .map_err(|e| fault::of("write estate", e))
    }

    /// A resource that is stored, and what was measured of it.
    fn stored(&self, entry: i64) -> Result<(Resource, Measured)> {
        let sql = "SELECT e.id, e.resource, m.body FROM entries e LEFT JOIN measured m USING (entry) WHERE entry = ?1";
        let (id, text, body): (String, String, Option<String>) = self
            .c
            .prepare_cached(sql)
            .and_then(|mut s| s.query_row([entry], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))))
            .map_err(|e| fault::of("write estate", e))?;
        measured::together(&id, &text, body.as_deref())
    }

    fn upsert(&mut self, row: &Written) -> Result<()> {
        let old = self.old(&row.id)?;
        let before = old.map(|old| self.stored(old)).transpose()?;
        let fault = |e| fault::of("write estate", e);
        let number = old.map_or_else(|| self.facts.number(row.id.as_str()), Ok).map_err(fault)?;
        let sql = "INSERT INTO entries (entry, id, cloud, account, hash, resource, sum, narrow) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT (entry) DO UPDATE SET cloud = ?3, account = ?4, hash = ?5, resource = ?6, sum = ?7, narrow = ?8";
        let (id, cloud, account) = (row.id.as_str(), row.cloud.as_str(), row.account.as_deref());
        let (sum, narrow) = (guard::sum(&[id, &row.hash, &row.json]), guard::narrow_sum(&[Some(cloud), account]));
        let values = params![number, id, cloud, account, row.hash, row.json, sum, narrow];
        self.c.prepare_cached(sql).map_err(fault)?.execute(values).map_err(fault)?;
        let (before, known) = before.map_or((None, Measured::default()), |(before, known)| (Some(Told::of(&before)), known));
        // Whoever listed the resource may have begun before something was measured of it.
        let measured = known.clone().merged(&row.measured);
        let told = if measured == row.measured { Cow::Borrowed(&row.told) } else { Cow::Owned(measured::told(row, &measured)?) };
        self.facts.write(number, before.as_ref(), &told).map_err(fault)?;
        if measured != known {
            measured::put(self.c, number, id, &measured)?;
        }
        self.revision += 1;
        let sql =
            "INSERT OR REPLACE INTO seen (entry, first_seen, last_seen, missed, revision, missed_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let values = params![number, row.first_seen, row.last_seen, row.missed, self.revision, row.missed_since];
        self.c.prepare_cached(sql).map_err(fault)?.execute(values).map_err(fault)?;
        if old.is_none() {
            let sql = "DELETE FROM tombstones WHERE id = ?1";
            self.c.prepare_cached(sql).map_err(fault)?.execute([id]).map_err(fault)?;
        }
        Ok(())
    }

    fn remove(&mut self, id: &ResourceId, diff: &Prepared) -> Result<()> {
        let Some(old) = self.old(id)? else { return Ok(()) };
        let (before, _) = self.stored(old)?;
        let fault = |e| fault::of("write estate", e);
        history::note_removal(self.c, old, &before, diff)?;
        self.facts.remove(old, &Told::of(&before)).map_err(fault)?;
        self.revision += 1;
        self.c.prepare_cached("DELETE FROM measured WHERE entry = ?1").map_err(fault)?.execute([old]).map_err(fault)?;
        self.c.prepare_cached("DELETE FROM seen WHERE entry = ?1").map_err(fault)?.execute([old]).map_err(fault)?;
        self.c.prepare_cached("DELETE FROM entries WHERE entry = ?1").map_err(fault)?.execute([old]).map_err(fault)?;
        let sql = "INSERT OR REPLACE INTO tombstones (id, revision) VALUES (?1, ?2)";
        self.c.prepare_cached(sql).map_err(fault)?.execute(params![id.as_str(), self.revision]).map_err(fault)?;
        Ok(())
    }
}

/// Forgets the older removals once there are twice as many as are kept. Whoever followed only to before the horizon
/// must start anew; entries that lie before it are told again, so that a rebuild passes the horizon with its first
/// batch and is not sent back to its start.
fn forget(c: &Connection, mut revision: i64, keep: usize) -> rusqlite::Result<i64> {
    let keep = i64::try_from(keep).unwrap_or(i64::MAX);
    let count: i64 = c.query_row("SELECT count(*) FROM tombstones", [], |row| row.get(0))?;
    if count <= keep.saturating_mul(2) {
        return Ok(revision);
    }
    let sql = "SELECT revision FROM tombstones ORDER BY revision LIMIT 1 OFFSET ?1";
    let horizon: i64 = c.query_row(sql, [count - keep - 1], |row| row.get(0))?;
    c.execute("DELETE FROM tombstones WHERE revision <= ?1", [horizon])?;
    let mut old = c.prepare("SELECT entry FROM seen WHERE revision <= ?1 ORDER BY revision")?;
    let old: Vec<i64> = old.query_map([horizon], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    let mut renew = c.prepare("UPDATE seen SET revision = ?2 WHERE entry = ?1")?;
    for entry in old {
        revision += 1;
        renew.execute([entry, revision])?;
    }
    c.execute("UPDATE meta SET value = ?1 WHERE key = 'horizon'", [horizon])?;
    Ok(revision)
}
