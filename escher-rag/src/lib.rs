//! The memory: the SQLite store, the embedder, the Qdrant index and fused search.
