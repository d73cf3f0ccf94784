//! Spelling: what a word that is nothing was meant to be.

use escher_core::lexicon as core;

use super::Lexicon;

/// How a word is spelt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spelled {
    /// A word.
    Right,
    /// No word, but near this one.
    Like(String),
    /// No word, and near none.
    Unknown,
}

/// Below this length a word has too many neighbors.
const SHORTEST: usize = 4;
/// Above it a word is no word.
const LONGEST: usize = 24;

impl Lexicon {
    /// How a word in lower case is spelt; among the words of questions too, if it is one.
    pub(crate) fn spelled(&self, word: &str, asked: bool) -> Spelled {
        if self.known.contains(word) || self.asking.contains(word) || self.is_ordinary(word) || self.is_common(word) || core::knows(word) {
            return Spelled::Right;
        }
        if !(SHORTEST..=LONGEST).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return Spelled::Unknown;
        }
        let most = if word.len() >= 8 { 2 } else { 1 };
        let words = self.known.iter().chain(self.asking.iter().filter(|known| asked && known.as_bytes()[0] == word.as_bytes()[0]));
        let near = words.filter(|known| known.len() >= SHORTEST && known.len().abs_diff(word.len()) <= most);
        let near = near.filter_map(|known| {
            let distance = strsim::osa_distance(word, known);
            (distance <= most).then_some((distance, known.as_bytes()[0] != word.as_bytes()[0], known))
        });
        near.min().map_or(Spelled::Unknown, |(.., known)| Spelled::Like(known.clone()))
    }

    /// Whether a word is one slip away from one that says where something is done.
    pub(crate) fn is_near_place(&self, word: &str) -> bool {
        self.places.iter().any(|place| place.len().abs_diff(word.len()) <= 1 && strsim::osa_distance(place, word) == 1)
    }
}
