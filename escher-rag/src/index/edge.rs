//! The embedded Qdrant, fenced in: everything that is known of its ways stays in this file.
//!
//! Version 0.7.2 panics where its log or segments cannot be flushed, on an explicit flush and again when it is
//! dropped; it does not replay its log when it loads, nor cuts it off; and what its optimiser makes anew may lack
//! payload indexes. So every call is caught, one writer is let in at a time, a shard that panicked is not used again,
//! and indexes are asked for after each load and optimisation. Durability is the flush's, never the log's. It writes
//! through memory maps, where a full disk is no error but the end of the process: so room is asked for first.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use escher_core::{Error, ErrorKind, Result};
use qdrant_edge::{
    BoolIndexParams, Condition, CountRequest, CreateIndex, DatetimeIndexParams, Distance, EdgeConfig, EdgeOptimizersConfig, EdgeShard,
    EdgeSparseVectorParams, EdgeVectorParams, FacetRequest, FacetValue, FieldIndexOperations, Filter, FloatIndexParams, HasIdCondition,
    JsonPath, KeywordIndexParams, Modifier, NamedQuery, OperationResult, Payload, PayloadFieldSchema, PayloadOps, PayloadSchemaParams,
    PointId, PointInsertOperations, PointOperations, PointStruct, QueryEnum, Record, ScrollRequest, SearchRequest, SetPayloadOp,
    UpdateOperation, VectorInternal, WalOptions, WithPayloadInterface, WithVector,
};

use super::point::{INDEXES, Index as FieldIndex};
use super::room::{least, room, to_load};
use super::warm::read_ahead;

/// The dense vector: meaning.
pub(crate) const DENSE: &str = "dense";
/// The sparse vector over words.
pub(crate) const BM25: &str = "bm25";
/// The sparse vector over the name's runs of three letters.
pub(crate) const TRIGRAMS: &str = "trigrams";

/// Points written before optimising pays at all.
const UNOPTIMISED: usize = 5_000;
/// And the share of all points, one in so many: an optimisation goes over everything.
const UNOPTIMISED_SHARE: usize = 5;
/// KB of vectors above which the optimiser takes a segment up.
const OPTIMISED_ABOVE: usize = 2_000;

/// Bytes that a point may take: vectors, payload, its indexes, and a copy of it all in the log.
const POINT: u64 = 24 * 1024;

/// Different values of a text that are asked for at most.
const MOST_VALUES: usize = 4_000_000;

/// One shard on disk.
pub(crate) struct Edge {
    path: PathBuf,
    dimensions: Option<usize>,
    shard: RwLock<Option<EdgeShard>>,
    /// Held by whoever writes, flushes or optimises.
    writing: Mutex<()>,
    broken: AtomicBool,
    /// At least as many points as there are: the engine makes room for as many as it is asked for.
    most: AtomicUsize,
    /// Points written since the last optimisation.
    written: AtomicUsize,
    /// Its files are read ahead for as long as this is held.
    wanted: Arc<()>,
}

fn failed(operation: &'static str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Storage, message)
        .operation(operation)
        .hint("check the disk's free space; the search index is rebuilt from the store where needed")
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it gave no reason".to_owned())
}

fn caught<T>(operation: &'static str, work: impl FnOnce() -> OperationResult<T>) -> Result<T, (Error, bool)> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err((failed(operation, "the search engine failed").caused_by(e), false)),
        Err(panic) => Err((failed(operation, format!("the search engine broke off: {}", panic_text(&*panic))), true)),
    }
}

fn config(dimensions: Option<usize>) -> EdgeConfig {
    let optimizers = EdgeOptimizersConfig {
        default_segment_number: Some(1),
        // One large segment is searched faster than several; the limit is in KB.
        max_segment_size: Some(64 * 1024 * 1024),
        indexing_threshold: Some(OPTIMISED_ABOVE),
        ..EdgeOptimizersConfig::default()
    };
    let wal = WalOptions { segment_capacity: 8 * 1024 * 1024, ..WalOptions::default() };
    let sparse =
        || EdgeSparseVectorParams { full_scan_threshold: None, on_disk: Some(true), modifier: Some(Modifier::Idf), datatype: None };
    let mut builder = EdgeConfig::builder()
        .on_disk_payload(true)
        .optimizers(optimizers)
        .wal_options(wal)
        .sparse_vector(BM25, sparse())
        .sparse_vector(TRIGRAMS, sparse());
    if let Some(dimensions) = dimensions {
        builder = builder.vector(DENSE, EdgeVectorParams::builder(dimensions, Distance::Cosine).on_disk(true).build());
    }
    builder.build()
}

fn schema(index: FieldIndex) -> PayloadFieldSchema {
    // Graph links for each payload value cost much time to build and little is gained: a narrow filter is scanned.
    // Mapped from disk, an index is there at once when it is opened, however large.
    let (enable_hnsw, on_disk) = (Some(false), Some(true));
    PayloadFieldSchema::FieldParams(match index {
        FieldIndex::Text => PayloadSchemaParams::Keyword(KeywordIndexParams { enable_hnsw, on_disk, ..KeywordIndexParams::default() }),
        FieldIndex::Number => PayloadSchemaParams::Float(FloatIndexParams { enable_hnsw, on_disk, ..FloatIndexParams::default() }),
        FieldIndex::Time => PayloadSchemaParams::Datetime(DatetimeIndexParams { enable_hnsw, on_disk, ..DatetimeIndexParams::default() }),
        FieldIndex::Flag => PayloadSchemaParams::Bool(BoolIndexParams { enable_hnsw, on_disk, ..BoolIndexParams::default() }),
    })
}

pub(crate) fn path_of(key: &str) -> JsonPath {
    // Keys are plain words, which always are paths.
    key.parse().unwrap_or_else(|()| JsonPath { first_key: key.to_owned(), rest: Vec::new() })
}

/// The log is never read again, and its numbers must go on: all but its newest closed part may go.
fn prune_log(path: &Path) {
    let Ok(files) = std::fs::read_dir(path.join("wal")) else { return };
    let mut closed: Vec<(u64, PathBuf)> =
        files.flatten().filter_map(|file| Some((file.file_name().to_str()?.strip_prefix("closed-")?.parse().ok()?, file.path()))).collect();
    closed.sort();
    closed.pop();
    for (_, file) in closed {
        if let Err(e) = std::fs::remove_file(&file) {
            tracing::debug!(file = %file.display(), error = %e, "an old log file of the search engine could not be removed");
            return;
        }
    }
}

impl Edge {
    /// Loads the shard in a folder, or makes one there. What is `whole` is as a flush and a seal left it, payload indexes
    /// included: then nothing needs to be written.
    pub(crate) fn open(path: &Path, dimensions: Option<usize>, whole: bool) -> Result<Self> {
        let edge = Self {
            path: path.to_owned(),
            dimensions,
            shard: RwLock::new(None),
            writing: Mutex::new(()),
            broken: AtomicBool::new(false),
            most: AtomicUsize::new(0),
            written: AtomicUsize::new(0),
            wanted: Arc::default(),
        };
        edge.start("open index", whole)?;
        Ok(edge)
    }

    fn segments(&self) -> PathBuf {
        self.path.join("segments")
    }

    /// The folder of the index, which is there before and after the shard.
    fn index(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    fn start(&self, operation: &'static str, whole: bool) -> Result<()> {
        let exists = self.segments().is_dir();
        if whole {
            to_load(self.index(), operation)?;
        } else {
            room(self.index(), operation, 0)?;
        }
        std::fs::create_dir_all(&self.path)
            .map_err(|e| failed(operation, "its folder cannot be made").with("folder", self.path.display().to_string()).caused_by(e))?;
        if exists && !whole {
            prune_log(&self.path);
        }
        let config = config(self.dimensions);
        let shard =
            caught(operation, || if exists { EdgeShard::load(&self.path, Some(config)) } else { EdgeShard::new(&self.path, config) })
                .map_err(|(e, _)| e)?;
        *self.shard.write().unwrap_or_else(PoisonError::into_inner) = Some(shard);
        self.broken.store(false, Ordering::Release);
        self.most.store(self.count(None)?, Ordering::Release);
        if whole { Ok(()) } else { self.ensure_indexes() }
    }

    /// Has its files read ahead, aside.
    pub(crate) fn read_ahead(&self) {
        read_ahead(&self.segments(), &self.wanted);
    }

    fn run<T>(&self, operation: &'static str, work: impl FnOnce(&EdgeShard) -> OperationResult<T>) -> Result<T> {
        least(self.index(), operation)?;
        let shard = self.shard.read().unwrap_or_else(PoisonError::into_inner);
        let Some(shard) = shard.as_ref().filter(|_| !self.broken.load(Ordering::Acquire)) else {
            return Err(failed(operation, "the search index is broken").hint("open it again; it is then rebuilt from the store"));
        };
        caught(operation, || work(shard)).map_err(|(e, panicked)| {
            if panicked {
                self.broken.store(true, Ordering::Release);
            }
            e
        })
    }

    fn update(&self, operation: UpdateOperation) -> Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.run("write index", |shard| shard.update(operation))
    }

    fn ensure_indexes(&self) -> Result<()> {
        let known = self.run("open index", |shard| Ok(shard.info()))?;
        for &(key, index) in INDEXES {
            // With several segments the info does not tell which of them has the index; then all are asked.
            if known.segments_count == 1 && known.payload_schema.contains_key(&path_of(key)) {
                continue;
            }
            let create = CreateIndex { field_name: path_of(key), field_schema: Some(schema(index)) };
            self.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(create)))?;
        }
        Ok(())
    }

    pub(crate) fn upsert(&self, points: Vec<PointStruct>) -> Result<()> {
        if points.is_empty() {
            return Ok(());
        }
        room(self.index(), "write index", POINT.saturating_mul(points.len() as u64))?;
        self.most.fetch_add(points.len(), Ordering::AcqRel);
        self.written.fetch_add(points.len(), Ordering::AcqRel);
        let points = PointInsertOperations::PointsList(points.into_iter().map(Into::into).collect());
        self.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(points)))
    }

    /// Replaces a point's payload and leaves its vectors.
    pub(crate) fn overwrite_payload(&self, id: PointId, payload: Payload) -> Result<()> {
        let set = SetPayloadOp { payload, points: Some(vec![id]), filter: None, key: None };
        self.update(UpdateOperation::PayloadOperation(PayloadOps::OverwritePayload(set)))
    }

    pub(crate) fn delete(&self, ids: Vec<PointId>) -> Result<()> {
        if ids.is_empty() {
            return Ok(());
        }
        self.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids }))
    }

    /// Makes everything written so far durable.
    pub(crate) fn flush(&self) -> Result<()> {
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.run("write index", |shard| {
            shard.flush();
            Ok(())
        })
    }

    /// Whether so many points were written since the last optimisation that another pays. The engine itself would
    /// merge everything anew after every small change.
    pub(crate) fn wants_optimising(&self) -> Result<bool> {
        let count = self.count(None)?;
        if count < UNOPTIMISED {
            return Ok(false);
        }
        let segments = self.run("read index", |shard| Ok(shard.info().segments_count))?;
        Ok(segments < 2 || self.written.load(Ordering::Acquire) >= (count / UNOPTIMISED_SHARE).max(UNOPTIMISED))
    }

    /// Builds graphs and merges segments; takes long after a large change.
    pub(crate) fn optimise(&self) -> Result<()> {
        // Everything is written anew before the old goes.
        room(self.index(), "optimise index", POINT.saturating_mul(self.most.load(Ordering::Acquire) as u64))?;
        {
            let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            self.run("optimise index", EdgeShard::optimize)?;
            self.written.store(0, Ordering::Release);
        }
        self.ensure_indexes()?;
        self.flush()?;
        self.read_ahead();
        Ok(())
    }

    /// Throws everything away and starts anew.
    pub(crate) fn clear(&self) -> Result<()> {
        let operation = "clear index";
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        self.close();
        if let Err(e) = std::fs::remove_dir_all(&self.path)
            && e.kind() != std::io::ErrorKind::NotFound
        {
            return Err(failed(operation, "its folder cannot be removed").with("folder", self.path.display().to_string()).caused_by(e));
        }
        drop(_writing);
        self.start(operation, false)
    }

    /// Flushes and lets go of the files; whether everything is on disk.
    pub(crate) fn close(&self) -> bool {
        let Some(shard) = self.shard.write().unwrap_or_else(PoisonError::into_inner).take() else { return false };
        let closed = caught("close index", || {
            drop(shard);
            Ok(())
        });
        if let Err((e, _)) = closed {
            tracing::warn!(error = %e, "the search index was not closed cleanly; what it lost is replayed from the store");
            return false;
        }
        !self.broken.load(Ordering::Acquire)
    }

    /// The nearest points to a vector and their scores, best first.
    pub(crate) fn nearest(&self, using: &str, vector: VectorInternal, filter: Option<Filter>, limit: usize) -> Result<Vec<(PointId, f32)>> {
        let request = SearchRequest {
            query: QueryEnum::Nearest(NamedQuery::new(vector, using)),
            filter,
            params: None,
            limit,
            offset: 0,
            with_payload: Some(WithPayloadInterface::Bool(false)),
            with_vector: Some(WithVector::Bool(false)),
            score_threshold: None,
        };
        let points = self.run("search", |shard| shard.search(request))?;
        Ok(points.into_iter().map(|point| (point.id, point.score)).collect())
    }

    /// Points that a filter admits, in the order of their ids, with the payload under these keys.
    pub(crate) fn scroll(&self, filter: Option<Filter>, keys: &[&str], limit: usize) -> Result<Vec<Record>> {
        let request = ScrollRequest {
            offset: None,
            limit: Some(limit.clamp(1, self.most.load(Ordering::Acquire).max(1))),
            filter,
            with_payload: Some(fields(keys)),
            with_vector: WithVector::Bool(false),
            order_by: None,
        };
        self.run("search", |shard| shard.scroll(request)).map(|(records, _)| records)
    }

    /// The points of these ids as far as they are there, with the payload under these keys; `None` for all of it, which
    /// takes less time than to choose among many.
    pub(crate) fn retrieve(&self, ids: &[PointId], keys: Option<&[&str]>) -> Result<Vec<Record>> {
        let payload = keys.map_or(WithPayloadInterface::Bool(true), fields);
        self.run("search", |shard| shard.retrieve(ids, Some(payload), Some(WithVector::Bool(false))))
    }

    pub(crate) fn count(&self, filter: Option<Filter>) -> Result<usize> {
        self.run("search", |shard| shard.count(CountRequest { filter, exact: true }))
    }

    /// Every value of an indexed text among the points that a filter admits, and how many of them have it.
    pub(crate) fn values(&self, key: &str, filter: Option<Filter>) -> Result<Vec<(String, usize)>> {
        let request = FacetRequest { key: path_of(key), limit: MOST_VALUES, exact: filter.is_some(), filter };
        let response = self.run("search", |shard| shard.facet(request))?;
        let text = |value| match value {
            FacetValue::Keyword(text) => Some(text),
            FacetValue::Int(_) | FacetValue::Uuid(_) | FacetValue::Bool(_) => None,
        };
        Ok(response.hits.into_iter().filter_map(|hit| Some((text(hit.value)?, hit.count))).collect())
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.close();
    }
}

fn fields(keys: &[&str]) -> WithPayloadInterface {
    if keys.is_empty() {
        WithPayloadInterface::Bool(false)
    } else {
        WithPayloadInterface::Fields(keys.iter().copied().map(path_of).collect())
    }
}

/// A condition on points by their ids.
pub(crate) fn has_ids(ids: impl IntoIterator<Item = PointId>) -> Condition {
    Condition::HasId(HasIdCondition::from_iter(ids))
}
