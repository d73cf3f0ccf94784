//! Facts are written anew from what they are derived from.

use escher_core::Result;
use rusqlite::{Connection, params};

use super::facts::{Facts, Told, VERSION, last_of};
use super::{fault, measured};

/// Writes all facts anew if they are of another version, or if it is not known whether they are right.
pub(super) fn renew(c: &Connection, doubtful: bool) -> Result<()> {
    let fault = |e| fault::of("open store", e);
    let version: i64 = c.query_row("SELECT value FROM meta WHERE key = 'facts'", [], |row| row.get(0)).map_err(fault)?;
    if version == VERSION && !doubtful {
        return Ok(());
    }
    c.execute_batch("DELETE FROM facts; DELETE FROM tags; DELETE FROM links; DELETE FROM words; DELETE FROM things;").map_err(fault)?;
    // Entries keep their numbers.
    let mut ids = c.prepare("SELECT entry, id FROM entries").map_err(fault)?;
    let mut rows = ids.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let (entry, id): (i64, String) = (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
        let sql = "INSERT INTO things (thing, id, last, known) VALUES (?1, ?2, ?3, 1)";
        c.prepare_cached(sql).map_err(fault)?.execute(params![entry, id, last_of(&id)]).map_err(fault)?;
    }
    let mut facts = Facts::new(c);
    let mut resources =
        c.prepare("SELECT e.entry, e.id, e.resource, m.body FROM entries e LEFT JOIN measured m USING (entry)").map_err(fault)?;
    let mut rows = resources.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        let (entry, id): (i64, String) = (row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
        let (text, measured): (String, Option<String>) = (row.get(2).map_err(fault)?, row.get(3).map_err(fault)?);
        let (resource, _) = measured::together(&id, &text, measured.as_deref())?;
        facts.write(entry, None, &Told::of(&resource)).map_err(fault)?;
    }
    facts.finish().map_err(fault)?;
    c.execute("UPDATE meta SET value = ?1 WHERE key = 'facts'", [VERSION]).map(drop).map_err(fault)
}
