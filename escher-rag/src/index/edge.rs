//! The shard of an index: written by one at a time, searched by many.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use escher_core::Result;
use qdrant_edge::{
    Condition, CountRequest, EdgeShard, FacetRequest, FacetValue, Filter, HasIdCondition, NamedQuery, OperationResult, Payload, PayloadOps,
    PointId, PointOperations, PointStruct, QueryEnum, Record, ScrollRequest, SearchRequest, SetPayloadOp, UpdateOperation, VectorInternal,
    WithPayloadInterface, WithVector,
};

use super::engine::{POINT, caught, failed, indexes, load, path_of, prune_log, segments, upserted};
use super::room::{least, room, to_load};
use super::warm::read_ahead;

/// Points written before optimizing pays at all.
const UNOPTIMIZED: usize = 5_000;
/// And the share of all points, one in so many: an optimization goes over everything.
const UNOPTIMIZED_SHARE: usize = 5;
/// Points that are read at a time where all are.
const PAGE: usize = 4_096;

/// Different values of a text that are asked for at most.
const MOST_VALUES: usize = 4_000_000;

/// One shard on disk.
pub(crate) struct Edge {
    path: PathBuf,
    dimensions: Option<usize>,
    shard: RwLock<Option<EdgeShard>>,
    /// Held by whoever writes, flushes or optimizes.
    writing: Mutex<()>,
    broken: AtomicBool,
    /// At least as many points as there are: the engine makes room for as many as it is asked for.
    most: AtomicUsize,
    /// Points written since the last optimization.
    written: AtomicUsize,
    /// Its files are read ahead for as long as this is held.
    wanted: Arc<()>,
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

    /// The folder of the index, which is there before and after the shard.
    fn index(&self) -> &Path {
        self.path.parent().unwrap_or(&self.path)
    }

    fn start(&self, operation: &'static str, whole: bool) -> Result<()> {
        let mut shard = self.shard.write().unwrap_or_else(PoisonError::into_inner);
        if whole {
            to_load(self.index(), operation)?;
        } else {
            room(self.index(), operation, 0)?;
            prune_log(&self.path);
        }
        *shard = Some(load(&self.path, self.dimensions, operation)?);
        drop(shard);
        self.broken.store(false, Ordering::Release);
        self.most.store(self.count(None)?, Ordering::Release);
        if whole { Ok(()) } else { self.ensure_indexes() }
    }

    /// Has its files read ahead, aside.
    pub(crate) fn read_ahead(&self) {
        read_ahead(&segments(&self.path), &self.wanted);
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
        for (field, create) in indexes() {
            // With several segments the info does not tell which of them has the index; then all are asked.
            if known.segments_count == 1 && known.payload_schema.contains_key(&field) {
                continue;
            }
            self.update(create)?;
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
        self.update(upserted(points))
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

    /// Whether so many points were written since the last optimization that another pays. The engine itself would
    /// merge everything anew after every small change.
    pub(crate) fn wants_optimizing(&self) -> Result<bool> {
        let count = self.count(None)?;
        if count < UNOPTIMIZED {
            return Ok(false);
        }
        let segments = self.run("read index", |shard| Ok(shard.info().segments_count))?;
        Ok(segments < 2 || self.written.load(Ordering::Acquire) >= (count / UNOPTIMIZED_SHARE).max(UNOPTIMIZED))
    }

    /// Builds graphs and merges segments; takes long after a large change.
    pub(crate) fn optimize(&self) -> Result<()> {
        // Everything is written anew before the old goes.
        room(self.index(), "optimize index", POINT.saturating_mul(self.most.load(Ordering::Acquire) as u64))?;
        {
            let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            self.run("optimize index", EdgeShard::optimize)?;
            self.written.store(0, Ordering::Release);
        }
        self.ensure_indexes()?;
        self.flush()?;
        self.read_ahead();
        Ok(())
    }

    /// Throws everything away and starts anew.
    pub(crate) fn clear(&self) -> Result<()> {
        self.become_other("clear index", |_| Ok(()))
    }

    /// Throws everything away and takes the place of the shard in a folder beside, which nobody has open.
    pub(crate) fn replace(&self, by: &Path) -> Result<()> {
        self.become_other("write index", |path| std::fs::rename(by, path))?;
        // Asking for indexes has moved the segments' versions, even where all were there.
        self.flush()?;
        self.written.store(0, Ordering::Release);
        self.read_ahead();
        Ok(())
    }

    fn become_other(&self, operation: &'static str, make: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
        {
            let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
            self.close();
            let removed = match std::fs::remove_dir_all(&self.path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
                _ => make(&self.path),
            };
            removed.map_err(|e| {
                failed(operation, "its folder cannot be replaced").with("folder", self.path.display().to_string()).caused_by(e)
            })?;
        }
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

    /// Every point with the payload under these keys, a page at a time.
    pub(crate) fn each(&self, keys: &[&str], mut take: impl FnMut(&Record)) -> Result<()> {
        let mut offset = None;
        loop {
            let request = ScrollRequest {
                offset,
                limit: Some(PAGE),
                filter: None,
                with_payload: Some(fields(keys)),
                with_vector: WithVector::Bool(false),
                order_by: None,
            };
            let (records, next) = self.run("read index", |shard| shard.scroll(request))?;
            records.iter().for_each(&mut take);
            offset = next;
            if offset.is_none() {
                return Ok(());
            }
        }
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
