//! Documents, plans and runs.

use escher_core::{Collection, Document, Error, ErrorKind, PlanId, PlanRecord, PlanStatus, Result, RunId, RunRecord};
use rusqlite::{Connection, OptionalExtension, Row, ToSql, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{fault, guard, nanos, timestamp};

fn json<T: Serialize>(what: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::invalid(format!("the {what} cannot be written as JSON")).operation("write store").caused_by(e))
}

fn sql_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

pub(super) fn put(c: &Connection, collection: Collection, document: &Document) -> Result<()> {
    let refuse = |message: &str| {
        Error::invalid(message).operation("write document").with("collection", collection.as_str()).with("id", document.id.clone())
    };
    let insert = "INSERT INTO documents (collection, id, at, text, body, sum) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let sql = match collection {
        Collection::Estate => return Err(refuse("the estate takes diffs, not documents").hint("import or sync resources instead")),
        Collection::Reports => format!("{insert} ON CONFLICT (collection, id) DO NOTHING"),
        Collection::Chat | Collection::Operations | Collection::Alerts => {
            format!("{insert} ON CONFLICT (collection, id) DO UPDATE SET at = ?3, text = ?4, body = ?5, sum = ?6")
        }
    };
    let body = json("document", &document.body)?;
    let sum = guard::sum(&[&document.id, &document.text, &body]);
    let values = params![collection.as_str(), document.id, nanos(document.at)?, document.text, body, sum];
    let written = c.execute(&sql, values).map_err(|e| fault::of("write document", e))?;
    if written == 0 {
        return Err(refuse("a report of this id exists, and reports are immutable").hint("give the new report an id of its own"));
    }
    Ok(())
}

pub(super) fn document(c: &Connection, collection: Collection, id: &str) -> Result<Option<Document>> {
    let fault = |e| fault::of("read document", e);
    let sql = "SELECT id, at, text, body, sum FROM documents WHERE collection = ?1 AND id = ?2";
    let row = c.prepare_cached(sql).and_then(|mut statement| statement.query_row(params![collection.as_str(), id], columns).optional());
    row.map_err(fault)?.map(read).transpose()
}

pub(super) fn remove(c: &Connection, collection: Collection, id: &str) -> Result<bool> {
    if matches!(collection, Collection::Reports | Collection::Estate) {
        return Err(Error::invalid(format!("nothing is removed from {collection}")).operation("remove document").with("id", id));
    }
    let sql = "DELETE FROM documents WHERE collection = ?1 AND id = ?2";
    Ok(c.execute(sql, params![collection.as_str(), id]).map_err(|e| fault::of("remove document", e))? > 0)
}

pub(super) fn list(c: &Connection, collection: Collection, limit: usize) -> Result<Vec<Document>> {
    let fault = |e| fault::of("read documents", e);
    let sql = "SELECT id, at, text, body, sum FROM documents WHERE collection = ?1 ORDER BY at DESC, id DESC LIMIT ?2";
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map(params![collection.as_str(), sql_limit(limit)], columns).map_err(fault)?;
    rows.map(|row| read(row.map_err(fault)?)).collect()
}

/// A row of a document: id, time, text, body, checksum.
type Columns = (String, i64, String, String, Option<i64>);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

fn read((id, at, text, body, sum): Columns) -> Result<Document> {
    guard::unaltered("document", &id, sum, &[&id, &text, &body])?;
    let body = serde_json::from_str(&body).map_err(|e| fault::unreadable("document", &id, e))?;
    Ok(Document { id, at: timestamp(at), text, body })
}

fn one<T: DeserializeOwned>(c: &Connection, sql: &str, what: &'static str, id: &str) -> Result<Option<T>> {
    let text: Option<String> = c
        .prepare_cached(sql)
        .and_then(|mut statement| statement.query_row([id], |row| row.get(0)).optional())
        .map_err(|e| fault::of("read store", e).with("id", id))?;
    text.map(|text| serde_json::from_str(&text).map_err(|e| fault::unreadable(what, id, e))).transpose()
}

fn many<T: DeserializeOwned>(c: &Connection, sql: &str, what: &'static str, limit: usize) -> Result<Vec<T>> {
    let fault = |e| fault::of("read store", e);
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let rows = statement.query_map([sql_limit(limit)], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).map_err(fault)?;
    rows.map(|row| {
        let (id, text) = row.map_err(fault)?;
        serde_json::from_str(&text).map_err(|e| fault::unreadable(what, &id, e))
    })
    .collect()
}

pub(super) fn plan(c: &Connection, id: &PlanId) -> Result<Option<PlanRecord>> {
    one(c, "SELECT record FROM plans WHERE id = ?1", "plan", id.as_str())
}

pub(super) fn plans(c: &Connection, limit: usize) -> Result<Vec<PlanRecord>> {
    many(c, "SELECT id, record FROM plans ORDER BY created DESC, id DESC LIMIT ?1", "plan", limit)
}

/// A plan only moves forward, and what it says never changes: so of two who start it at once one is refused.
pub(super) fn put_plan(c: &Connection, record: &PlanRecord) -> Result<()> {
    let doc = &record.doc;
    if let Some(old) = plan(c, &doc.id)? {
        let stale = |message: String| Error::new(ErrorKind::Stale, message).operation("write plan").with("plan", doc.id.clone());
        if old.doc.digest != doc.digest {
            return Err(stale("another plan has this id".into()).hint("look at the plan again"));
        }
        let forward = match old.status {
            PlanStatus::Pending => true,
            PlanStatus::Approved => record.status != PlanStatus::Pending,
            PlanStatus::Rejected => record.status == PlanStatus::Rejected,
            PlanStatus::Started => record.status == PlanStatus::Started && record.run == old.run,
        };
        if !forward {
            let message = format!("it is {} and cannot become {}", old.status, record.status);
            return Err(stale(message).hint("ask again to get a new plan"));
        }
    }
    let sql = "INSERT INTO plans (id, created, record) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET record = ?3";
    let values = params![doc.id.as_str(), nanos(doc.created)?, json("plan", record)?];
    c.execute(sql, values).map(drop).map_err(|e| fault::of("write plan", e))
}

pub(super) fn run(c: &Connection, id: &RunId) -> Result<Option<RunRecord>> {
    Ok(runs_where(c, "WHERE id = ?1 LIMIT ?2", params![id.as_str(), 1])?.pop())
}

pub(super) fn runs(c: &Connection, limit: usize) -> Result<Vec<RunRecord>> {
    runs_where(c, "ORDER BY started DESC, id DESC LIMIT ?1", params![sql_limit(limit)])
}

fn runs_where(c: &Connection, which: &str, values: &[&dyn ToSql]) -> Result<Vec<RunRecord>> {
    let fault = |e| fault::of("read store", e);
    let mut statement = c.prepare_cached(&format!("SELECT id, record, sum FROM runs {which}")).map_err(fault)?;
    let read = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?));
    let rows = statement.query_map(values, read).map_err(fault)?;
    rows.map(|row| {
        let (id, text, sum) = row.map_err(fault)?;
        guard::unaltered("run", &id, sum, &[&id, &text])?;
        serde_json::from_str(&text).map_err(|e| fault::unreadable("run", &id, e))
    })
    .collect()
}

pub(super) fn put_run(c: &Connection, record: &RunRecord) -> Result<()> {
    let sql = "INSERT INTO runs (id, started, record, sum) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO UPDATE SET record = ?3, sum = ?4";
    let text = json("run", record)?;
    let values = params![record.id.as_str(), nanos(record.started)?, text, guard::sum(&[record.id.as_str(), &text])];
    c.execute(sql, values).map(drop).map_err(|e| fault::of("write run", e))
}
