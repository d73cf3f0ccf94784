//! The search engine over the estate: the embedded Qdrant behind [`Index`].

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use escher_core::{Changes, Embed, Error, Hits, Index, Query, Result, Selector};

use crate::index::{Inner, filter};
use crate::search;

/// The index in a folder: dense vectors where there is an embedding model, BM25 and trigram vectors always, and typed
/// payload indexes for everything that selectors ask for.
///
/// It holds nothing that the store does not; [`crate::follow()`] brings it up to date. An index that is broken, of another
/// layout, or made with another embedding model is emptied when it is opened and then rebuilt by following.
/// One process at a time may open a folder. Opening blocks; in asynchronous code use a thread that may block.
#[derive(Clone)]
pub struct QdrantIndex {
    inner: Arc<Inner>,
}

impl QdrantIndex {
    /// Opens the index in a folder and makes it where there is none.
    ///
    /// # Errors
    /// `Storage` if the folder cannot be written; `Invalid` where it holds what we did not make, which is left alone;
    /// `Busy` if another process has it open.
    pub fn open(dir: impl AsRef<Path>, embed: Option<Arc<dyn Embed>>) -> Result<Self> {
        Inner::open(dir.as_ref().to_owned(), embed).map(|inner| Self { inner: Arc::new(inner) })
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

#[async_trait]
impl Index for QdrantIndex {
    async fn revision(&self) -> Result<u64> {
        self.blocking("read index", |inner| Ok(inner.revision())).await
    }

    async fn apply(&self, changes: Changes) -> Result<()> {
        self.blocking("write index", move |inner| inner.apply(&changes)).await
    }

    async fn settle(&self) -> Result<()> {
        self.blocking("optimize index", Inner::settle).await
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
