//! The truth of the simulated clouds: the generated world, and what has become of it since.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use escher_core::resource::attr;
use escher_core::{Action, Error, ErrorKind, Next, Rel, Resource, ResourceId, Result};
use jiff::Timestamp;
use rusqlite::{Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params};
use serde_json::{Value, json};

use super::attributes::UID;
use super::dice::{Dice, number_of};
use super::{SimSpec, SimWorld};

/// Seconds since 1970 until 2200.
const LATEST: i64 = 230 * 365 * 86_400;

const TABLES: &str = "
    CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS changes (id TEXT PRIMARY KEY, cloud TEXT NOT NULL, resource TEXT) STRICT;
    CREATE TABLE IF NOT EXISTS acts (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, action TEXT NOT NULL, target TEXT NOT NULL, step TEXT NOT NULL,
        created TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT;";

/// The truth. A change that returned is on disk; several processes may have the same file open.
#[derive(Debug)]
pub struct SimStore {
    conn: Mutex<Connection>,
    spec: SimSpec,
    born: Timestamp,
    world: OnceLock<SimWorld>,
}

/// Something that was done to the simulated clouds.
#[derive(Clone, Debug, PartialEq)]
pub struct SimAct {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: Action,
    /// To what.
    pub target: ResourceId,
    /// Ids of what that made.
    pub created: Vec<ResourceId>,
    /// Digest of the step that was carried out.
    pub(super) step: String,
    /// What the cloud remembers of it.
    pub(super) detail: Value,
}

fn broken(e: rusqlite::Error) -> Error {
    let full = matches!(e.sqlite_error_code(), Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure));
    let error = damaged(e.to_string()).caused_by(e);
    if full { error.hint("free some space on that disk and try again") } else { error }
}

fn damaged(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Storage, message)
        .operation("simulated clouds")
        .hint("restore sim.db from a backup, or start a demo in another data directory")
}

impl SimStore {
    /// A new truth in a file, in place of one that may be there.
    ///
    /// # Errors
    /// `Storage` if the file cannot be written.
    pub fn create(path: &Path, spec: SimSpec, now: Timestamp) -> Result<Self> {
        Self::begin(Connection::open(path).map_err(broken)?, spec, now)
    }

    /// A new truth in memory only.
    ///
    /// # Errors
    /// `Storage` if SQLite fails.
    pub fn in_memory(spec: SimSpec, now: Timestamp) -> Result<Self> {
        Self::begin(Connection::open_in_memory().map_err(broken)?, spec, now)
    }

    /// The truth in a file.
    ///
    /// # Errors
    /// `NotFound` if there is no such file; `Storage` where it cannot be read or holds something else.
    #[expect(clippy::disallowed_methods, reason = "SQLite would make the file")]
    pub fn open(path: &Path) -> Result<Self> {
        if !path.exists() {
            return Err(Error::new(ErrorKind::NotFound, "there are no simulated clouds here")
                .operation("open simulated clouds")
                .hint("load the simulated clouds first")
                .next(Next::Start));
        }
        let conn = prepare(Connection::open(path).map_err(broken)?)?;
        let meta = |key: &str| {
            let read = conn.query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| row.get::<_, String>(0));
            read.optional().map_err(broken)?.ok_or_else(|| damaged(format!("the file lacks its {key}")))
        };
        let spec: SimSpec = meta("spec")?.parse()?;
        let born: Timestamp = meta("born")?.parse().map_err(|e: jiff::Error| damaged(e.to_string()))?;
        // A world is generated backward and forward from its day, for some years.
        if !(0..LATEST).contains(&born.as_second()) {
            return Err(damaged(format!("the file says that it was made in {}", born.strftime("%Y"))));
        }
        Ok(Self { conn: Mutex::new(conn), spec, born, world: OnceLock::new() })
    }

    /// Looks through the file: its structure, and whether every row can be read.
    ///
    /// # Errors
    /// `Storage` says what was found.
    pub fn check(&self) -> Result<()> {
        let conn = self.lock();
        let found: String = conn.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(broken)?;
        if found != "ok" {
            return Err(damaged(format!("the file of the simulated clouds is damaged: {}", found.replace('\n', " "))));
        }
        changes(&conn)?;
        drop(conn);
        self.acts().map(drop)
    }

    fn begin(conn: Connection, spec: SimSpec, now: Timestamp) -> Result<Self> {
        let mut conn = prepare(conn)?;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        tx.execute_batch("DELETE FROM meta; DELETE FROM changes; DELETE FROM acts;").map_err(broken)?;
        for (key, value) in [("spec", spec.to_string()), ("born", now.to_string())] {
            tx.execute("INSERT INTO meta VALUES (?1, ?2)", [key, &value]).map_err(broken)?;
        }
        tx.commit().map_err(broken)?;
        Ok(Self { conn: Mutex::new(conn), spec, born: now, world: OnceLock::new() })
    }

    /// Which estate it began as.
    pub fn spec(&self) -> SimSpec {
        self.spec
    }

    /// When it was created.
    pub fn born(&self) -> Timestamp {
        self.born
    }

    /// The estate as it began, generated when it is first asked for.
    pub fn world(&self) -> &SimWorld {
        self.world.get_or_init(|| SimWorld::new(self.spec, self.born))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A resource as it truly is; `None` if there is none.
    ///
    /// # Errors
    /// `Storage`.
    pub fn get(&self, id: &ResourceId) -> Result<Option<Resource>> {
        changed(&self.lock(), id)?.map_or_else(|| Ok(self.world().get(id).cloned()), Ok)
    }

    /// Every resource as it truly is: those of the beginning in their order, then those made since, by id.
    ///
    /// # Errors
    /// `Storage`.
    pub fn all(&self) -> Result<Vec<Resource>> {
        self.all_that(|_| true)
    }

    /// Every resource for which `fits` holds, as it truly is, in the order of [`SimStore::all`].
    ///
    /// # Errors
    /// `Storage`.
    pub fn all_that(&self, fits: impl Fn(&Resource) -> bool) -> Result<Vec<Resource>> {
        every(&self.lock(), self.world(), fits)
    }

    /// What has been done, oldest first.
    ///
    /// # Errors
    /// `Storage`.
    pub fn acts(&self) -> Result<Vec<SimAct>> {
        let conn = self.lock();
        let mut rows = conn.prepare("SELECT at, action, target, step, created, detail FROM acts ORDER BY number").map_err(broken)?;
        let texts = rows
            .query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get::<_, String>(5)?]))
            .map_err(broken)?;
        texts
            .map(|row| {
                let [at, action, target, step, created, detail] = row.map_err(broken)?;
                let at = at.parse().map_err(|e: jiff::Error| damaged(e.to_string()))?;
                Ok(SimAct {
                    at,
                    action: action.parse()?,
                    target: parse(&json!(target).to_string())?,
                    created: parse(&created)?,
                    step,
                    detail: parse(&detail)?,
                })
            })
            .collect()
    }

    /// Changes a resource behind everybody's back, as somebody at a console would.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Storage`.
    pub fn mutate(&self, id: &ResourceId, change: impl FnOnce(&mut Resource)) -> Result<()> {
        self.change(|truth| {
            let mut resource = truth.must(id)?;
            change(&mut resource);
            truth.put(&resource)
        })
    }

    /// Deletes a resource behind everybody's back.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Storage`.
    pub fn remove(&self, id: &ResourceId) -> Result<()> {
        self.change(|truth| truth.must(id).and_then(|r| truth.remove(&[r])))
    }

    /// Puts another resource in a resource's place, of the same name and id: only `uid` and `created` differ.
    ///
    /// # Errors
    /// `NotFound` if there is none; `Storage`.
    pub fn recreate(&self, id: &ResourceId, at: Timestamp) -> Result<()> {
        self.mutate(id, |resource| {
            let old = resource.text_attr(UID).unwrap_or_default().to_owned();
            resource.attributes.insert(UID.into(), json!(Dice::new(number_of(&old), 1).hex(20)));
            resource.created = Some(at);
        })
    }

    /// Does something to the truth: all of it or, on an error, nothing.
    pub(super) fn change<T>(&self, f: impl FnOnce(&Truth<'_>) -> Result<T>) -> Result<T> {
        let world = self.world();
        let mut conn = self.lock();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        let truth = Truth { tx, world };
        let done = f(&truth)?;
        truth.tx.commit().map_err(broken)?;
        Ok(done)
    }

    /// As [`SimStore::change`], and nothing stays.
    pub(super) fn try_out<T>(&self, f: impl FnOnce(&Truth<'_>) -> Result<T>) -> Result<T> {
        let world = self.world();
        let mut conn = self.lock();
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(broken)?;
        f(&Truth { tx, world })
    }
}

fn prepare(conn: Connection) -> Result<Connection> {
    conn.busy_timeout(Duration::from_secs(10)).map_err(broken)?;
    // What was done stays done, whatever happens to the process or the machine.
    conn.pragma_update(None, "journal_mode", "WAL").map_err(broken)?;
    conn.pragma_update(None, "synchronous", "FULL").map_err(broken)?;
    conn.execute_batch(TABLES).map_err(broken)?;
    Ok(conn)
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| damaged(format!("a row cannot be read: {e}")))
}

/// What has become of a resource: `None` nothing, `Some(None)` deleted.
fn changed(conn: &Connection, id: &ResourceId) -> Result<Option<Option<Resource>>> {
    let read = conn
        .prepare_cached("SELECT resource FROM changes WHERE id = ?1")
        .map_err(broken)?
        .query_row([id.as_str()], |row| row.get::<_, Option<String>>(0));
    read.optional().map_err(broken)?.map(|text| text.as_deref().map(parse).transpose()).transpose()
}

/// What has become of every resource that was changed since the beginning.
fn changes(conn: &Connection) -> Result<BTreeMap<String, Option<Resource>>> {
    let mut rows = conn.prepare("SELECT id, resource FROM changes ORDER BY id").map_err(broken)?;
    let texts = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(broken)?;
    let mut changes = BTreeMap::new();
    for row in texts {
        let (id, text): (String, Option<String>) = row.map_err(broken)?;
        changes.insert(id, text.as_deref().map(parse::<Resource>).transpose()?);
    }
    Ok(changes)
}

fn every(conn: &Connection, world: &SimWorld, fits: impl Fn(&Resource) -> bool) -> Result<Vec<Resource>> {
    let mut changes = changes(conn)?;
    let mut all = Vec::new();
    for r in world.resources() {
        match changes.remove(r.id.as_str()) {
            None => all.extend(fits(r).then(|| r.clone())),
            Some(changed) => all.extend(changed.filter(&fits)),
        }
    }
    all.extend(changes.into_values().flatten().filter(fits));
    Ok(all)
}

/// The truth within one change.
pub(super) struct Truth<'a> {
    tx: Transaction<'a>,
    world: &'a SimWorld,
}

impl Truth<'_> {
    pub(super) fn get(&self, id: &ResourceId) -> Result<Option<Resource>> {
        changed(&self.tx, id)?.map_or_else(|| Ok(self.world.get(id).cloned()), Ok)
    }

    pub(super) fn must(&self, id: &ResourceId) -> Result<Resource> {
        self.get(id)?.ok_or_else(|| Error::new(ErrorKind::NotFound, format!("there is no {id}")))
    }

    pub(super) fn all_that(&self, fits: impl Fn(&Resource) -> bool) -> Result<Vec<Resource>> {
        every(&self.tx, self.world, fits)
    }

    pub(super) fn put(&self, r: &Resource) -> Result<()> {
        // Relations have no order; one order of writing them makes the same resource the same text.
        let mut r = r.clone();
        r.links.sort_unstable();
        let text = serde_json::to_string(&r).map_err(|e| Error::internal(e.to_string()))?;
        self.write(&r, Some(text))
    }

    /// Deletes resources; what was in their use is free, and nothing points at them any more.
    pub(super) fn remove(&self, gone: &[Resource]) -> Result<()> {
        let ids: HashSet<&ResourceId> = gone.iter().map(|r| &r.id).collect();
        let points = |r: &Resource| !ids.contains(&r.id) && r.links.iter().any(|link| ids.contains(&link.id));
        for mut r in self.all_that(points)? {
            if r.links.iter().any(|link| ids.contains(&link.id) && link.rel == Rel::Attached) {
                r.attributes.insert(attr::ATTACHED.into(), json!(false));
            }
            r.links.retain(|link| !ids.contains(&link.id));
            self.put(&r)?;
        }
        gone.iter().try_for_each(|r| self.write(r, None))
    }

    fn write(&self, r: &Resource, text: Option<String>) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO changes VALUES (?1, ?2, ?3) ON CONFLICT (id) DO UPDATE SET resource = excluded.resource")
            .map_err(broken)?
            .execute(params![r.id.as_str(), r.cloud.as_str(), text])
            .map_err(broken)?;
        Ok(())
    }

    /// The number of acts so far: with it, whatever is made gets an id of its own.
    pub(super) fn count(&self) -> Result<u64> {
        self.tx.query_row("SELECT count(*) FROM acts", [], |row| row.get::<_, i64>(0)).map(|n| n as u64).map_err(broken)
    }

    pub(super) fn log(&self, act: &SimAct) -> Result<()> {
        let created = serde_json::to_string(&act.created).map_err(|e| Error::internal(e.to_string()))?;
        let row = params![act.at.to_string(), act.action.to_string(), act.target.as_str(), act.step, created, act.detail.to_string()];
        self.tx
            .execute("INSERT INTO acts (at, action, target, step, created, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)", row)
            .map_err(broken)?;
        Ok(())
    }
}
