//! The memory: the SQLite store, the embedder, the Qdrant index and fused search.

mod checksum;
mod follow;
#[expect(clippy::disallowed_methods, reason = "the index's files")]
mod index;
mod qdrant;
mod search;
mod store;

pub use follow::{catch_up, follow};
pub use qdrant::QdrantIndex;
pub use store::{Anchor, Counts, SqliteStore};

#[expect(clippy::disallowed_methods, reason = "the model's files, fetched once")]
mod embed;

pub use embed::{LocateOptions, MAX_TOKENS, MiniLm, Model, ModelFiles, ModelSource};
