//! The truth of the five collections, plans and runs, in one SQLite file.

mod compile;
mod estate;
mod facts;
mod fault;
mod guard;
mod history;
mod lanes;
mod measured;
mod prepared;
mod records;
mod renew;
mod schema;
mod select;
mod sets;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use escher_core::selector::KnownWords;
use escher_core::{
    Changes, CloudId, Collection, Diff, Document, DocumentStore, Entry, Error, Estate, EstateStore, PlanId, PlanRecord, PlanStore,
    Recorded, ResourceId, Result, RunId, RunRecord, Selection, Selector,
};
use jiff::Timestamp;
use rusqlite::Connection;

pub use guard::Anchor;
use lanes::Lanes;

/// Removals that are remembered at least, so that an index that was away can be told of them.
const REMOVALS_KEPT: usize = 100_000;

/// The store in a SQLite file (`WAL`, `synchronous = FULL`): one thread writes, reads run beside it.
///
/// One process owns the file; whoever opens it holds the data directory's lock. Dropping the store ends its thread
/// and closes the file.
#[derive(Clone)]
pub struct SqliteStore {
    lanes: Arc<Lanes>,
    removals_kept: usize,
}

/// How much a store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Resources, by cloud.
    pub resources: BTreeMap<String, u64>,
    /// Documents, by collection.
    pub documents: BTreeMap<String, u64>,
    /// Plans.
    pub plans: u64,
    /// Runs.
    pub runs: u64,
}

impl SqliteStore {
    /// Opens the file, makes it where there is none (its folder must exist), and brings it to this version.
    ///
    /// # Errors
    /// `Unsupported` for a file of a newer version, `Invalid` for another program's file, `Storage` if it cannot
    /// be opened, read or written, each with a hint.
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { lanes: Arc::new(Lanes::open(path.as_ref(), false)?), removals_kept: REMOVALS_KEPT })
    }

    /// The same for a file that somebody touched since it was closed: all of it is looked through, and what is derived
    /// from resources is written anew. Takes seconds where there are many.
    ///
    /// # Errors
    /// As [`SqliteStore::open`]; `Storage` if a row is not as it was written.
    pub fn open_touched(path: impl AsRef<Path>) -> Result<Self> {
        Ok(Self { lanes: Arc::new(Lanes::open(path.as_ref(), true)?), removals_kept: REMOVALS_KEPT })
    }

    /// Remembers at least this many removals for indexes that are behind, instead of 100,000.
    #[must_use]
    pub fn keeping_removals(mut self, count: usize) -> Self {
        self.removals_kept = count;
        self
    }

    /// The file.
    pub fn path(&self) -> &Path {
        self.lanes.path()
    }

    /// How much it holds.
    ///
    /// # Errors
    /// `Storage` if the file cannot be read.
    pub async fn counts(&self) -> Result<Counts> {
        self.read("count", |c| {
            let groups = |sql: &str| -> rusqlite::Result<BTreeMap<String, u64>> {
                let mut statement = c.prepare(sql)?;
                let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())))?;
                rows.collect()
            };
            let total = |sql: &str| c.query_row(sql, [], |row| row.get::<_, i64>(0)).map(i64::unsigned_abs);
            let fault = |e| fault::of("count", e);
            Ok(Counts {
                resources: groups("SELECT cloud, count(*) FROM entries GROUP BY cloud").map_err(fault)?,
                documents: groups("SELECT collection, count(*) FROM documents GROUP BY collection").map_err(fault)?,
                plans: total("SELECT count(*) FROM plans").map_err(fault)?,
                runs: total("SELECT count(*) FROM runs").map_err(fault)?,
            })
        })
        .await
    }

    /// Looks through the file: its structure and, if `all`, every row that has a checksum. Blocks; takes about as long as
    /// it takes to read the file, and with `all` about twice that.
    ///
    /// # Errors
    /// `Storage` says what was found.
    pub fn check(&self, all: bool) -> Result<()> {
        self.lanes.read("check store", |c| guard::check(c, all)).map_err(|e| e.with("file", self.path().display().to_string()))
    }

    /// What is known here of the journal; `None` if nothing is yet.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn anchor(&self) -> Result<Option<Anchor>> {
        self.read("read anchor", guard::anchor).await
    }

    /// Notes how far the journal has come. It only moves forward. With `durable` it survives a power cut, otherwise the
    /// end of the process only, and takes no longer than writing to memory.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn set_anchor(&self, anchor: &Anchor, durable: bool) -> Result<()> {
        let anchor = anchor.clone();
        self.lanes.write_as("write anchor", durable, move |c| guard::set_anchor(c, &anchor)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let lanes = Arc::clone(&self.lanes);
        tokio::task::spawn_blocking(move || lanes.read(operation, work))
            .await
            .map_err(|e| Error::internal("a read of the store was interrupted").operation(operation).caused_by(e))?
    }
}

#[async_trait]
impl EstateStore for SqliteStore {
    async fn estate(&self, part: Option<(CloudId, &str)>) -> Result<Estate> {
        let part = part.map(|(cloud, account)| (cloud, account.to_owned()));
        self.read("read estate", move |c| estate::estate(c, part)).await
    }

    async fn apply(&self, diff: &Diff) -> Result<u64> {
        let (diff, keep) = (prepared::Prepared::of(diff)?, self.removals_kept);
        self.lanes.write("write estate", move |c| estate::apply(c, &diff, keep)).await
    }

    async fn entry(&self, id: &ResourceId) -> Result<Option<Entry>> {
        let id = id.clone();
        self.read("read estate", move |c| estate::entry(c, &id)).await
    }

    async fn known(&self, ids: &[ResourceId]) -> Result<Estate> {
        let ids = ids.to_vec();
        self.read("read estate", move |c| estate::known(c, &ids)).await
    }

    async fn select(&self, selector: &Selector, now: Timestamp) -> Result<Selection> {
        let selector = selector.clone();
        self.read("select", move |c| select::entries(c, &selector, now)).await
    }

    async fn admitted(&self, selector: &Selector, now: Timestamp) -> Result<Vec<ResourceId>> {
        let selector = selector.clone();
        self.read("select", move |c| select::ids(c, &selector, now)).await
    }

    async fn known_words(&self) -> Result<KnownWords> {
        self.read("read words", estate::known_words).await
    }

    async fn revision(&self) -> Result<u64> {
        self.read("read revision", estate::revision).await
    }

    async fn changes(&self, after: u64, limit: usize) -> Result<Option<Changes>> {
        self.read("read changes", move |c| estate::changes(c, after, limit)).await
    }

    async fn history(&self, since: Timestamp) -> Result<Vec<Recorded>> {
        // Times that the file cannot hold are before or after all that it does.
        let at = since.as_nanosecond();
        let since = i64::try_from(at).unwrap_or(if at < 0 { i64::MIN } else { i64::MAX });
        self.read("read history", move |c| history::since(c, since)).await
    }
}

#[async_trait]
impl DocumentStore for SqliteStore {
    async fn put(&self, collection: Collection, document: &Document) -> Result<()> {
        let document = document.clone();
        self.lanes.write("write document", move |c| records::put(c, collection, &document)).await
    }

    async fn document(&self, collection: Collection, id: &str) -> Result<Option<Document>> {
        let id = id.to_owned();
        self.read("read document", move |c| records::document(c, collection, &id)).await
    }

    async fn remove(&self, collection: Collection, id: &str) -> Result<bool> {
        let id = id.to_owned();
        self.lanes.write("remove document", move |c| records::remove(c, collection, &id)).await
    }

    async fn list(&self, collection: Collection, limit: usize) -> Result<Vec<Document>> {
        self.read("read documents", move |c| records::list(c, collection, limit)).await
    }
}

#[async_trait]
impl PlanStore for SqliteStore {
    async fn put_plan(&self, plan: &PlanRecord) -> Result<()> {
        let plan = plan.clone();
        self.lanes.write("write plan", move |c| records::put_plan(c, &plan)).await
    }

    async fn start_run(&self, plan: &PlanRecord, run: &RunRecord) -> Result<()> {
        let (plan, run) = (plan.clone(), run.clone());
        let both = move |c: &Connection| records::put_plan(c, &plan).and_then(|()| records::put_run(c, &run));
        self.lanes.write("start run", both).await
    }

    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>> {
        let id = id.clone();
        self.read("read plan", move |c| records::plan(c, &id)).await
    }

    async fn plans(&self, limit: usize) -> Result<Vec<PlanRecord>> {
        self.read("read plans", move |c| records::plans(c, limit)).await
    }

    async fn put_run(&self, run: &RunRecord) -> Result<()> {
        let run = run.clone();
        self.lanes.write("write run", move |c| records::put_run(c, &run)).await
    }

    async fn run(&self, id: &RunId) -> Result<Option<RunRecord>> {
        let id = id.clone();
        self.read("read run", move |c| records::run(c, &id)).await
    }

    async fn runs(&self, limit: usize) -> Result<Vec<RunRecord>> {
        self.read("read runs", move |c| records::runs(c, limit)).await
    }
}

/// Nanoseconds since 1970, as the file keeps times.
fn nanos(at: Timestamp) -> Result<i64> {
    i64::try_from(at.as_nanosecond()).map_err(|_| Error::invalid("a time lies outside the years 1678 to 2262").with("time", at.to_string()))
}

fn timestamp(nanos: i64) -> Timestamp {
    // Every i64 of nanoseconds is a time that jiff can hold.
    Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH)
}
