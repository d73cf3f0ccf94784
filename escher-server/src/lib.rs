//! The brain: turns words into frames and frames into plan templates, offline.
//!
//! [`OfflineBrain`] is a pipeline of small parts over one scene: the router listens for what must be refused and how
//! the words are meant, the gazetteers and the slot readers claim the words they understand, the classifier names
//! the intent, the validator asks back where a change would be a guess, and the presenter writes the frame. A further
//! agent is one more part in the list. The same words always give the same frame.

mod brain;
mod chart;
mod check;
mod decide;
mod draft;
mod goal;
mod grammar;
mod lex;
mod lexicon;
mod meaning;
mod parts;
mod scene;
mod text;

pub use brain::OfflineBrain;
pub use decide::{Explanation, Parse};
