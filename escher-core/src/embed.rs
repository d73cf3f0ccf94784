//! Text to vectors: what the memory and the brain ask of an embedding model.

use crate::Result;

/// A model that maps texts to vectors whose dot product says how near two texts are in meaning.
///
/// Calls block and use every core; from asynchronous code, call it on a thread that may block.
pub trait Embed: Send + Sync {
    /// Names the model and its weights. Vectors of different ids are not comparable: an index that holds vectors of
    /// another id has to be rebuilt.
    fn id(&self) -> &str;

    /// The length of every vector.
    fn dimensions(&self) -> usize;

    /// One vector of [`dimensions`](Self::dimensions) numbers and length 1 per text, in the order of the texts.
    ///
    /// A text longer than the model reads is cut, never refused; an empty text has a vector too.
    fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>>;
}
