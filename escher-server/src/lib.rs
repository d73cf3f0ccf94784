//! The brain: turns words into frames and frames into plan templates, offline.
//!
//! Words become tokens, tokens a lattice of lexical readings (`text`, `lexicon`), and a chart parser (`chart`) puts them
//! together by the productions of a grammar (`grammar`), whose meanings are canonical (`meaning`). From the readings of the
//! whole comes a decision (`decide`): an order runs only if all its words were understood, in one way, and holds against the
//! rules for every order (`check`); a question is answered from the best partial reading, and says what it could not use.
//! The same words always give the same frame.

mod agents;
mod brain;
mod budget;
mod chart;
mod check;
mod context;
mod decide;
mod goal;
mod grammar;
mod lexicon;
mod meaning;
mod text;

pub use agents::Said;
pub use brain::{Explanation, OfflineBrain};
pub use decide::{Examples, Parse, asks_for_secrets, assents};
