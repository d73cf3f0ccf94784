//! What jobs measured, in rows of its own: writing what a listing tells never touches them.

use escher_core::{Measured, Resource, Result};
use rusqlite::{Connection, params};

use super::facts::Told;
use super::prepared::Written;
use super::{fault, guard};

/// A stored resource with what was measured of it laid over it, and that by itself.
pub(super) fn together(id: &str, resource: &str, measured: Option<&str>) -> Result<(Resource, Measured)> {
    let mut resource: Resource = serde_json::from_str(resource).map_err(|e| fault::unreadable("resource", id, e))?;
    let measured: Measured =
        measured.map_or(Ok(Measured::default()), serde_json::from_str).map_err(|e| fault::unreadable("measurement", id, e))?;
    measured.lay_over(&mut resource);
    Ok((resource, measured))
}

/// What is derived from a row that is about to be written, with other measurements than it knew of.
pub(super) fn told(row: &Written, measured: &Measured) -> Result<Told> {
    let mut resource: Resource = serde_json::from_str(&row.json).map_err(|e| fault::unreadable("resource", row.id.as_str(), e))?;
    measured.lay_over(&mut resource);
    Ok(Told::of(&resource))
}

/// Writes what was measured of an entry.
pub(super) fn put(c: &Connection, entry: i64, id: &str, measured: &Measured) -> Result<()> {
    let body = serde_json::to_string(measured).map_err(|e| fault::unwritable("measurement", id, e))?;
    let sql = "INSERT OR REPLACE INTO measured (entry, id, body, sum) VALUES (?1, ?2, ?3, ?4)";
    let fault = |e| fault::of("write estate", e);
    c.prepare_cached(sql).map_err(fault)?.execute(params![entry, id, body, guard::sum(&[id, &body])]).map(drop).map_err(fault)
}
