//! From characters to a lattice: tokens, and for each span of them every reading that the lexicon has.

mod disguise;
mod lattice;
mod quotes;
mod shapes;
mod size;
mod times;
mod token;

pub(crate) use lattice::{Lattice, MOST_TOKENS};
pub(crate) use token::{MOST_BYTES, Shape, Token, split};
