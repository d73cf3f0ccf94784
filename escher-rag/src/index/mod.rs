//! The search engine over the estate: the embedded Qdrant, following the store.

mod bulk;
mod claim;
pub(crate) mod edge;
pub(crate) mod engine;
pub(crate) mod filter;
mod follow;
pub(crate) mod marks;
pub(crate) mod meaning;
mod meta;
pub(crate) mod numbers;
pub(crate) mod point;
mod room;
mod seal;
pub(crate) mod vectors;
mod warm;
mod words;
mod write;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use async_trait::async_trait;
use escher_core::{Changes, Embed, Error, ErrorKind, Filter, Hits, Index, Query, Result, Selector};
use jiff::Timestamp;
use qdrant_edge::Record;

use crate::search::{self, Vocabulary};
use bulk::Bulk;
use edge::Edge;
use filter::Node;
use meaning::Meanings;
use meta::Meta;
use seal::{Seal, Sealed};
use vectors::Sparse;

pub use follow::{catch_up, follow};

/// The index in a folder: dense vectors where there is an embedding model, BM25 and trigram vectors always, and typed
/// payload indexes for everything that selectors ask for.
///
/// It holds nothing that the store does not; [`follow`] brings it up to date. An index that is broken, of another
/// layout, or made with another embedding model is emptied when it is opened and then rebuilt by following.
/// One process at a time may open a folder. Opening blocks; in asynchronous code use a thread that may block.
#[derive(Clone)]
pub struct QdrantIndex {
    inner: Arc<Inner>,
}

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
    rebuilt: bool,
}

impl QdrantIndex {
    /// Opens the index in a folder and makes it where there is none.
    ///
    /// # Errors
    /// `Storage` if the folder cannot be written; `Invalid` where it holds what we did not make, which is left alone;
    /// `Busy` if another process has it open.
    pub fn open(dir: impl AsRef<Path>, embed: Option<Arc<dyn Embed>>) -> Result<Self> {
        let dir = dir.as_ref().to_owned();
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
            inner: Arc::new(Inner {
                dir,
                edge,
                meanings: embed.map(Meanings::new),
                sparse,
                vocabulary,
                meta: Mutex::new(meta),
                bulk: Mutex::new(None),
                sealed,
                rebuilt,
            }),
        })
    }

    /// Whether what was there did not fit or could not be read, so that everything has to be taken in again.
    pub fn was_emptied(&self) -> bool {
        self.inner.rebuilt
    }

    /// Whether meaning takes part in searches.
    pub fn is_semantic(&self) -> bool {
        self.inner.meanings.is_some()
    }

    /// How many resources it holds.
    ///
    /// # Errors
    /// `Storage` if the engine fails.
    pub async fn len(&self) -> Result<u64> {
        self.blocking("count", |inner| inner.edge.count(None).map(|count| count as u64)).await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Inner) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || work(&inner))
            .await
            .map_err(|e| Error::internal("the search index was interrupted").operation(operation).caused_by(e))?
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

#[async_trait]
impl Index for QdrantIndex {
    async fn revision(&self) -> Result<u64> {
        self.blocking("read index", |inner| {
            let meta = inner.meta.lock().unwrap_or_else(PoisonError::into_inner);
            let bulk = inner.bulk.lock().unwrap_or_else(PoisonError::into_inner);
            Ok(bulk.as_ref().map_or(meta.revision, |bulk| bulk.revision))
        })
        .await
    }

    async fn apply(&self, changes: Changes) -> Result<()> {
        self.blocking("write index", move |inner| inner.apply(&changes)).await
    }

    async fn settle(&self) -> Result<()> {
        self.blocking("optimize index", |inner| {
            inner.filled()?;
            if inner.sealed.load(Ordering::Acquire) {
                return Ok(());
            }
            if inner.edge.wants_optimizing()? {
                inner.unseal()?;
                inner.edge.optimize()?;
            }
            inner.seal();
            Ok(())
        })
        .await
    }

    async fn clear(&self) -> Result<()> {
        self.blocking("clear index", Inner::clear).await
    }

    fn answers(&self, selector: &Selector) -> bool {
        filter::answers(selector)
    }

    async fn search(&self, query: &Query) -> Result<Hits> {
        let query = query.clone();
        self.blocking("search", move |inner| search::run(inner, &query)).await
    }
}

impl Inner {
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
