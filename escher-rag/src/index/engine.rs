//! The embedded Qdrant, fenced in: with [`super::edge`] and [`super::bulk`] the only place that knows its ways.
//!
//! Version 0.7.2 panics where its log or segments cannot be flushed, on an explicit flush and again when it is
//! dropped; it does not replay its log when it loads, nor cuts it off; and what its optimizer makes anew may lack
//! payload indexes. So every call is caught, one writer is let in at a time, a shard that panicked is not used again,
//! and indexes are asked for after each load and optimization. Durability is the flush's, never the log's. It writes
//! through memory maps, where a full disk is no error but the end of the process: so room is asked for first.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};
use qdrant_edge::{
    CreateIndex, Distance, EdgeConfig, EdgeOptimizersConfig, EdgeShard, EdgeSparseVectorParams, EdgeVectorParams, FieldIndexOperations,
    IntegerIndexParams, JsonPath, KeywordIndexParams, Modifier, OperationResult, PayloadFieldSchema, PayloadSchemaParams,
    PointInsertOperations, PointOperations, PointStruct, UpdateOperation, WalOptions,
};

use super::point::{INDEXES, Index as FieldIndex};

/// The dense vector: meaning.
pub(crate) const DENSE: &str = "dense";
/// The sparse vector over words.
pub(crate) const BM25: &str = "bm25";
/// The sparse vector over the name's runs of three letters.
pub(crate) const TRIGRAMS: &str = "trigrams";

/// KB of vectors above which the optimizer takes a segment up.
const OPTIMIZED_ABOVE: usize = 2_000;

/// Bytes that a point may take: vectors, payload, its indexes, and a copy of it all in the log.
pub(super) const POINT: u64 = 24 * 1024;

pub(super) fn failed(operation: &'static str, message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Storage, message)
        .operation(operation)
        .hint("check the disk's free space; the search index is rebuilt from the store where needed")
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned()).or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "it gave no reason".to_owned())
}

/// Runs the engine; with the error comes whether it crashed, and then it is not to be used again.
pub(super) fn caught<T>(operation: &'static str, work: impl FnOnce() -> OperationResult<T>) -> Result<T, (Error, bool)> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(e)) => Err((failed(operation, "the search engine failed").caused_by(e), false)),
        Err(panic) => Err((failed(operation, format!("the search engine crashed: {}", panic_text(&*panic))), true)),
    }
}

fn config(dimensions: Option<usize>) -> EdgeConfig {
    let optimizers = EdgeOptimizersConfig {
        default_segment_number: Some(1),
        // One large segment is searched faster than several; the limit is in KB.
        max_segment_size: Some(64 * 1024 * 1024),
        indexing_threshold: Some(OPTIMIZED_ABOVE),
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
        FieldIndex::Marks | FieldIndex::Numbers => PayloadSchemaParams::Integer(IntegerIndexParams {
            lookup: Some(index == FieldIndex::Marks),
            range: Some(index == FieldIndex::Numbers),
            enable_hnsw,
            on_disk,
            ..IntegerIndexParams::default()
        }),
    })
}

pub(crate) fn path_of(key: &str) -> JsonPath {
    // Keys are plain words, which always are paths.
    key.parse().unwrap_or_else(|()| JsonPath { first_key: key.to_owned(), rest: Vec::new() })
}

/// The log is never read again, and its numbers must go on: all but its newest closed part may go.
pub(super) fn prune_log(path: &Path) {
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

/// Loads the shard in a folder, or makes one there.
pub(super) fn load(path: &Path, dimensions: Option<usize>, operation: &'static str) -> Result<EdgeShard> {
    std::fs::create_dir_all(path)
        .map_err(|e| failed(operation, "its folder cannot be made").with("folder", path.display().to_string()).caused_by(e))?;
    let (config, exists) = (config(dimensions), segments(path).is_dir());
    caught(operation, || if exists { EdgeShard::load(path, Some(config)) } else { EdgeShard::new(path, config) }).map_err(|(e, _)| e)
}

/// Where a shard has its segments.
pub(super) fn segments(path: &Path) -> PathBuf {
    path.join("segments")
}

pub(super) fn upserted(points: Vec<PointStruct>) -> UpdateOperation {
    let points = PointInsertOperations::PointsList(points.into_iter().map(Into::into).collect());
    UpdateOperation::PointOperation(PointOperations::UpsertPoints(points))
}

/// What makes the payload indexes, each with its field.
pub(super) fn indexes() -> impl Iterator<Item = (JsonPath, UpdateOperation)> {
    INDEXES.iter().map(|&(key, index)| {
        let create = CreateIndex { field_name: path_of(key), field_schema: Some(schema(index)) };
        (path_of(key), UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(create)))
    })
}
