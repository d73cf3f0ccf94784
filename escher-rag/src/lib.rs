//! The memory: the SQLite store, the embedder, the Qdrant index and fused search.

mod checksum;
mod index;
mod search;
mod store;

pub use index::{QdrantIndex, catch_up, follow};
pub use store::{Anchor, Counts, SqliteStore};

mod embed;

pub use embed::{LocateOptions, MAX_TOKENS, MiniLm, Model, ModelFiles, ModelSource};
