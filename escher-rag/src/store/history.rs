//! What became of the estate. That a resource appeared follows from when it was first seen; a row of its own has only
//! what changed and what is gone.

use escher_core::{Change, ChangeKind, Recorded, Resource, ResourceId, Result};
use rusqlite::{Connection, Row, params};

use super::prepared::Prepared;
use super::{fault, guard, timestamp};

/// Rows that are kept at least.
const KEPT: i64 = 200_000;

/// A row to be written.
struct Note<'a> {
    id: &'a ResourceId,
    name: &'a str,
    change: ChangeKind,
    fields: &'a str,
    first_seen: i64,
    resource: Option<&'a str>,
}

/// Notes what changed, and forgets the oldest rows.
pub(super) fn note(c: &Connection, diff: &Prepared) -> Result<()> {
    for noted in &diff.changed {
        let note = Note {
            id: &noted.id,
            name: &noted.name,
            change: ChangeKind::Changed,
            fields: &noted.fields,
            first_seen: noted.first_seen,
            resource: None,
        };
        write(c, &note, diff)?;
    }
    if diff.changed.is_empty() && diff.removed.is_empty() {
        return Ok(());
    }
    let sql = "DELETE FROM history WHERE seq <= (SELECT max(seq) FROM history) - ?1";
    c.execute(sql, [KEPT]).map(drop).map_err(|e| fault::of("write history", e))
}

/// Notes that an entry, which is still there, is about to be removed.
pub(super) fn note_removal(c: &Connection, entry: i64, resource: &Resource, diff: &Prepared) -> Result<()> {
    let id = &resource.id;
    let first_seen = c
        .prepare_cached("SELECT first_seen FROM seen WHERE entry = ?1")
        .and_then(|mut select| select.query_row([entry], |row| row.get(0)))
        .map_err(|e| fault::of("write history", e))?;
    let body = serde_json::to_string(resource).map_err(|e| fault::unwritable("resource", id.as_str(), e))?;
    let note = Note { id, name: &resource.name, change: ChangeKind::Removed, fields: "[]", first_seen, resource: Some(&body) };
    write(c, &note, diff)
}

fn write(c: &Connection, note: &Note<'_>, diff: &Prepared) -> Result<()> {
    let Note { id, name, change, fields, first_seen, resource } = *note;
    let (id, change, run) = (id.as_str(), change.as_str(), diff.run.as_deref());
    let sum = guard::narrow_sum(&[Some(id), Some(name), Some(change), Some(fields), run, resource]);
    let sql = "INSERT INTO history (at, id, name, change, fields, run, first_seen, resource, sum)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let values = params![diff.at, id, name, change, fields, run, first_seen, resource, sum];
    let fault = |e| fault::of("write history", e);
    c.prepare_cached(sql).map_err(fault)?.execute(values).map(drop).map_err(fault)
}

/// What happened at or after a moment, newest first.
pub(super) fn since(c: &Connection, since: i64) -> Result<Vec<Recorded>> {
    let fault = |e| fault::of("read history", e);
    let mut out = Vec::new();
    let sql = "SELECT at, id, name, change, fields, run, first_seen, resource, sum FROM history WHERE at >= ?1 ORDER BY seq DESC";
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    for row in statement.query_map([since], Stored::read).map_err(fault)? {
        let (first_seen, recorded) = row.map_err(fault)?.recorded()?;
        // What is gone again has no other trace of its first sight.
        if recorded.change.change == ChangeKind::Removed && first_seen >= since {
            let Recorded { change, resource } = recorded.clone();
            out.push(Recorded { change: appeared(first_seen, change.id, change.name), resource });
        }
        out.push(recorded);
    }
    let sql = "SELECT s.first_seen, e.id, e.resource ->> '$.name' FROM seen s JOIN entries e USING (entry) WHERE s.first_seen >= ?1";
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?));
    for row in statement.query_map([since], read).map_err(fault)? {
        let (at, id, name) = row.map_err(fault)?;
        out.push(Recorded { change: appeared(at, ResourceId::verbatim(id), name), resource: None });
    }
    out.sort_by(|a, b| b.change.at.cmp(&a.change.at).then_with(|| a.change.id.cmp(&b.change.id)));
    Ok(out)
}

fn appeared(at: i64, id: ResourceId, name: String) -> Change {
    Change { at: timestamp(at), id, name, change: ChangeKind::Appeared, fields: Vec::new(), run: None }
}

/// A row as it is read.
struct Stored {
    at: i64,
    id: String,
    name: String,
    change: String,
    fields: String,
    run: Option<String>,
    first_seen: i64,
    resource: Option<String>,
    sum: Option<i64>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            at: row.get(0)?,
            id: row.get(1)?,
            name: row.get(2)?,
            change: row.get(3)?,
            fields: row.get(4)?,
            run: row.get(5)?,
            first_seen: row.get(6)?,
            resource: row.get(7)?,
            sum: row.get(8)?,
        })
    }

    /// When the resource was first seen, and the change.
    fn recorded(self) -> Result<(i64, Recorded)> {
        let Self { at, id, name, change, fields, run, first_seen, resource, sum } = self;
        let columns = [Some(&id), Some(&name), Some(&change), Some(&fields), run.as_ref(), resource.as_ref()];
        guard::unaltered_narrow("change", &id, sum, &columns.map(|column| column.map(String::as_str)))?;
        let unreadable = |e| fault::unreadable("change", &id, e);
        let change = Change {
            at: timestamp(at),
            name,
            change: change.parse()?,
            fields: serde_json::from_str(&fields).map_err(unreadable)?,
            run: run.map(|run| run.parse()).transpose()?,
            id: ResourceId::verbatim(id.clone()),
        };
        let resource = resource.map(|text| serde_json::from_str(&text)).transpose().map_err(unreadable)?;
        Ok((first_seen, Recorded { change, resource }))
    }
}
