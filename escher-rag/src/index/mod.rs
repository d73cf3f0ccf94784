//! The index in a folder, on the embedded Qdrant.

mod bulk;
mod claim;
pub(crate) mod edge;
pub(crate) mod engine;
pub(crate) mod filter;
pub(crate) mod key;
pub(crate) mod marks;
pub(crate) mod meaning;
mod meta;
pub(crate) mod numbers;
pub(crate) mod point;
mod room;
mod seal;
pub(crate) mod vectors;
pub(crate) mod vocabulary;
mod warm;
mod words;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use escher_core::{Embed, Error, ErrorKind, Filter, Result};
use jiff::Timestamp;
use qdrant_edge::Record;

use bulk::Bulk;
use edge::Edge;
use filter::Node;
use meaning::Meanings;
use meta::Meta;
use seal::{Seal, Sealed};
use vectors::Sparse;
use vocabulary::Vocabulary;

pub(crate) struct Inner {
    dir: PathBuf,
    pub(crate) edge: Edge,
    pub(crate) meanings: Option<Meanings>,
    pub(crate) sparse: Sparse,
    pub(crate) vocabulary: RwLock<Vocabulary>,
    meta: Mutex<Meta>,
    /// Locked after `meta`, if at all.
    bulk: Mutex<Option<Bulk>>,
    /// Whether the files on disk bear a seal that fits them.
    sealed: AtomicBool,
    /// Whether what was there did not fit or could not be read.
    pub(crate) rebuilt: bool,
}

impl Inner {
    /// Opens the index in a folder and makes it if there is none. See [`crate::QdrantIndex::open`].
    pub(crate) fn open(dir: PathBuf, embed: Option<Arc<dyn Embed>>) -> Result<Self> {
        let shard = dir.join("estate");
        claim::claim(&dir, &shard)?;
        bulk::discard(&dir)?;
        let fresh = Meta::new(embed.as_deref().map(|embed| (embed.id(), embed.dimensions())));
        let dimensions = embed.as_deref().map(Embed::dimensions);
        let known = Meta::read(&dir).filter(|meta| meta.fits(&fresh));
        let existed = shard.exists();
        let whole = known.is_some() && existed && is_whole(&dir, &shard)?;
        let load = |meta: &Meta| {
            let edge = Edge::open(&shard, dimensions, whole)?;
            // What was deleted after the last note of it makes the index look robbed; then it is rebuilt for nothing.
            if edge.count(None)? < meta.points { Err(broken("points are missing")) } else { Ok(edge) }
        };
        // What cannot be loaded for want of room is not broken, so that is asked before.
        let enough = if whole { room::to_load } else { |dir: &Path, operation| room::room(dir, operation, 0) };
        enough(&dir, "open index")?;
        let loaded = known.filter(|_| shard.exists()).and_then(|meta| match load(&meta) {
            Ok(edge) => Some((edge, meta)),
            Err(e) => {
                tracing::warn!(error = %e, "the search index cannot be loaded and is rebuilt");
                None
            }
        });
        let rebuilt = (existed || Meta::read(&dir).is_some()) && loaded.is_none();
        let sealed = AtomicBool::new(whole && loaded.is_some());
        if !sealed.load(Ordering::Acquire) {
            Seal::remove(&dir).map_err(|e| seal_failed(&dir, e))?;
        }
        let (edge, meta) = match loaded {
            Some(loaded) => loaded,
            None => {
                Meta::remove(&dir);
                remove_shard(&shard)?;
                (Edge::open(&shard, dimensions, false)?, fresh)
            }
        };
        let vocabulary = RwLock::new(words::load(&edge, &shard, sealed.load(Ordering::Acquire))?);
        let sparse = Sparse::new()?;
        // Only now, so that it holds up nothing of the above.
        edge.read_ahead();
        Ok(Self {
            dir,
            edge,
            meanings: embed.map(Meanings::new),
            sparse,
            vocabulary,
            meta: Mutex::new(meta),
            bulk: Mutex::new(None),
            sealed,
            rebuilt,
        })
    }

    /// The revision up to which it is durable or about to be.
    pub(crate) fn revision(&self) -> u64 {
        let meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        let bulk = self.bulk.lock().unwrap_or_else(PoisonError::into_inner);
        bulk.as_ref().map_or(meta.revision, |bulk| bulk.revision)
    }

    /// What pays only once nothing more is written for now.
    pub(crate) fn settle(&self) -> Result<()> {
        self.filled()?;
        if self.sealed.load(Ordering::Acquire) {
            return Ok(());
        }
        if self.edge.wants_optimizing()? {
            self.unseal()?;
            self.edge.optimize()?;
        }
        self.seal();
        Ok(())
    }

    /// Before anything is written: from now on the files are not as the seal says.
    fn unseal(&self) -> Result<()> {
        if self.sealed.swap(false, Ordering::AcqRel) {
            Seal::remove(&self.dir).map_err(|e| seal_failed(&self.dir, e))?;
        }
        Ok(())
    }

    /// After everything is flushed. Where it cannot be done, the next one to open the index does without.
    fn seal(&self) {
        // Nobody writes meanwhile.
        let _meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        if self.sealed.load(Ordering::Acquire) {
            return;
        }
        let shard = self.dir.join("estate");
        let saved = words::save(&self.vocabulary.read().unwrap_or_else(PoisonError::into_inner), &shard);
        match saved.and_then(|()| Seal::of(&shard)).and_then(|seal| seal.write(&self.dir)) {
            Ok(()) => self.sealed.store(true, Ordering::Release),
            Err(e) => tracing::debug!(error = %e, "the search index could not be sealed"),
        }
    }

    /// What a query admits, as a filter of the engine.
    pub(crate) fn admitted(&self, filter: &Filter, now: Timestamp) -> Result<Node> {
        let selector = match filter {
            Filter::Ids(ids) => return Ok(Node::ids(ids.iter().map(point::id_of).collect())),
            Filter::Selector(selector) => selector,
        };
        if !filter::answers(selector) {
            return Err(Error::invalid("the search index does not have all that this selector asks for")
                .operation("search")
                .with("selector", selector.to_string())
                .hint("select over the store and search among those"));
        }
        let resolve = |within: Node, key: &str, test: &dyn Fn(i128) -> bool| {
            let records = self.edge.scroll(within.filter(), &[key], usize::MAX)?;
            let beyond = |record: &Record| i128::from(number(record, key).unwrap_or_default());
            Ok(records.iter().filter(|record| test(beyond(record))).map(|record| record.id).collect())
        };
        filter::admitted(selector, now, &resolve)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if self.edge.close() {
            self.seal();
        }
        if let Err(e) = Seal::keep_private(&self.dir) {
            tracing::debug!(error = %e, "other users may read files of the search index");
        }
    }
}

/// Whether the engine's files are just as they were left; what is not is removed.
fn is_whole(dir: &Path, shard: &Path) -> Result<bool> {
    match Seal::check(dir, shard) {
        Sealed::Whole => Ok(true),
        Sealed::Open => Ok(false),
        Sealed::Broken(what) => {
            tracing::warn!(what, "the search index is not as it was left and is rebuilt");
            remove_shard(shard).map(|()| false)
        }
    }
}

fn seal_failed(dir: &Path, e: std::io::Error) -> Error {
    Error::new(ErrorKind::Storage, "its seal cannot be changed")
        .operation("write index")
        .with("folder", dir.display().to_string())
        .hint("check the data directory's permissions and free space")
        .caused_by(e)
}

fn remove_shard(shard: &Path) -> Result<()> {
    match std::fs::remove_dir_all(shard) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(Error::new(ErrorKind::Storage, "its folder cannot be removed")
            .operation("open index")
            .with("folder", shard.display().to_string())
            .hint("check the data directory's permissions")
            .caused_by(e)),
        _ => Ok(()),
    }
}

fn broken(message: &str) -> Error {
    Error::new(ErrorKind::Storage, message).operation("search").hint("remove the index folder; it is rebuilt from the store")
}

/// A whole number of a point's payload.
fn number(record: &Record, key: &str) -> Option<u64> {
    record.payload.as_ref()?.0.get(key)?.as_u64()
}

/// A text of a point's payload.
pub(crate) fn text<'a>(record: &'a Record, key: &str) -> Option<&'a str> {
    record.payload.as_ref()?.0.get(key)?.as_str()
}
