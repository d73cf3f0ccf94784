//! Texts to vectors with all-MiniLM-L6-v2.
//!
//! [`Model`] finds the model's files or fetches them, [`MiniLm`] runs them. Matrix products are candle's; what lies
//! between them is in `kernels`, fused. The tests compare with vectors that `sentence-transformers` made.

mod bert;
mod fetch;
mod files;
mod kernels;
mod locate;
mod model;

pub use files::{ModelFiles, ModelSource};
pub use locate::{LocateOptions, Model};
pub use model::{MAX_TOKENS, MiniLm};

/// A fault in the model's own files or mathematics, which checked files rule out.
fn broken(message: &str, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> escher_core::Error {
    escher_core::Error::internal(message).caused_by(source)
}
