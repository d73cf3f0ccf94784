//! The search engine over the estate. It can be rebuilt from the store at any time.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::memory::Changes;
use crate::{ResourceId, Result, Selector};

/// What a search admits.
#[derive(Clone, Debug)]
pub enum Filter {
    /// Whatever a selector admits that the index answers by itself, see [`Index::answers`].
    Selector(Selector),
    /// These, which the store selected.
    Ids(Vec<ResourceId>),
}

/// What to search for.
#[derive(Clone, Debug)]
pub struct Query {
    /// The words; empty for everything that is admitted.
    pub words: String,
    /// What is admitted.
    pub filter: Filter,
    /// How many hits at most.
    pub limit: usize,
    /// The time, for ages.
    pub now: Timestamp,
}

/// Hits of a search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// How many resources the filter admits.
    pub total: u64,
    /// The best, best first: id and score (0 to 1).
    pub hits: Vec<(ResourceId, f32)>,
    /// How many of them, from the first on, match the words well; what follows is only nearer than the rest.
    pub matched: usize,
    /// The words whose spelling was corrected.
    pub corrected: Vec<crate::Correction>,
    /// Whether meaning took part; false where there is no model.
    pub semantic: bool,
}

/// The search engine. It follows the store's revision.
#[async_trait]
pub trait Index: Send + Sync {
    /// The revision up to which it is durable.
    async fn revision(&self) -> Result<u64>;
    /// Takes changes in and makes them durable, then moves its revision.
    async fn apply(&self, changes: Changes) -> Result<()>;
    /// Told once it has caught up after a change: the time for work that pays only then.
    async fn settle(&self) -> Result<()> {
        Ok(())
    }
    /// Empties it for a rebuild.
    async fn clear(&self) -> Result<()>;
    /// Whether the index has all that a selector asks for; where it has not, the store selects.
    fn answers(&self, selector: &Selector) -> bool;
    /// Searches.
    ///
    /// # Errors
    /// `Invalid` for a selector that it does not answer, see [`Index::answers`]; `Storage` if it is broken.
    async fn search(&self, query: &Query) -> Result<Hits>;
}
