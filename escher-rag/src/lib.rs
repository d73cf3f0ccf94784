//! The memory: the SQLite store, the embedder, the Qdrant index and fused search.

mod index;
mod search;
mod store;

pub use index::{QdrantIndex, follow};
pub use store::{Counts, SqliteStore};

mod embed;

pub use embed::{LocateOptions, MAX_TOKENS, MiniLm, Model, ModelFiles, ModelSource};
