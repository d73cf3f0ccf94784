//! The estate's own words, by which spelling is corrected and rare words weigh more than common ones.

use std::collections::{BTreeMap, HashMap};

use escher_core::lexicon;

/// Below this length a word has too many neighbors to be corrected.
const SHORTEST: usize = 4;

/// Every search word of the estate, and in how many resources it is. Words that have gone stay, in none, until the
/// index is opened again.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    counts: HashMap<Box<str>, u32>,
    /// Words of letters only, by their length in characters.
    lengths: BTreeMap<usize, Vec<Box<str>>>,
    resources: usize,
}

impl Vocabulary {
    pub(crate) fn new(words: impl IntoIterator<Item = (String, u32)>, resources: usize) -> Self {
        let mut it = Self { resources, ..Self::default() };
        for (word, count) in words {
            it.insert(&word, count);
        }
        it
    }

    fn insert(&mut self, word: &str, count: u32) {
        if let Some(known) = self.counts.get_mut(word) {
            *known = known.saturating_add(count);
            return;
        }
        self.counts.insert(word.into(), count);
        let length = word.chars().count();
        if length >= SHORTEST && word.chars().all(char::is_alphabetic) {
            self.lengths.entry(length).or_default().push(word.into());
        }
    }

    /// One more resource has the word.
    pub(crate) fn add(&mut self, word: &str) {
        self.insert(word, 1);
    }

    /// One resource less has the word.
    pub(crate) fn remove(&mut self, word: &str) {
        if let Some(count) = self.counts.get_mut(word) {
            *count = count.saturating_sub(1);
        }
    }

    /// The words that resources have, each with its count, in order.
    pub(crate) fn counts(&self) -> BTreeMap<&str, u32> {
        self.counts.iter().filter(|(_, count)| **count > 0).map(|(word, count)| (&**word, *count)).collect()
    }

    pub(crate) fn resize(&mut self, resources: usize) {
        self.resources = resources;
    }

    /// How many resources there are.
    pub(crate) const fn resources(&self) -> usize {
        self.resources
    }

    pub(crate) fn has(&self, word: &str) -> bool {
        self.counts.contains_key(word)
    }

    /// How much a word tells: from 0.3 for one that every resource has to 1 for one that few or none have.
    pub(crate) fn weight(&self, word: &str) -> f32 {
        let count = self.counts.get(word).copied().unwrap_or(0) as f32;
        let all = self.resources.max(1) as f32;
        let rarity = ((all + 1.0) / (count + 1.0)).ln() / (all + 1.0).ln().max(1.0);
        0.3 + 0.7 * rarity.clamp(0.0, 1.0)
    }

    /// What a misspelled word most likely means: a word of the estate or of the lexicon, one edit away from four letters
    /// on, two from eight. `None` if it is a word of either, or nothing is near.
    pub(crate) fn correct(&self, word: &str) -> Option<String> {
        let length = word.chars().count();
        if length < SHORTEST || !word.chars().all(char::is_alphabetic) || self.has(word) || lexicon::knows(word) {
            return None;
        }
        // A plural of a known word, or the singular of one, is no mistake.
        if self.has(&format!("{word}s")) || word.strip_suffix('s').is_some_and(|one| !one.ends_with('s') && self.has(one)) {
            return None;
        }
        let most = if length >= 8 { 2 } else { 1 };
        let own = self
            .lengths
            .range(length - most..=length + most)
            .flat_map(|(_, words)| words)
            .filter_map(|candidate| {
                let distance = strsim::osa_distance(word, candidate);
                let common = self.counts.get(candidate).copied().unwrap_or(0);
                (distance <= most).then_some((distance, std::cmp::Reverse(common), candidate))
            })
            .min();
        let general = lexicon::correct(word).map(|candidate| (strsim::osa_distance(word, candidate), candidate));
        match (own, general) {
            (Some((own, _, word)), Some((general, _))) if own <= general => Some(word.to_string()),
            (_, Some((_, word))) => Some(word.to_owned()),
            (Some((_, _, word)), None) => Some(word.to_string()),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estate() -> Vocabulary {
        Vocabulary::new(vec![("checkout".into(), 3), ("zebra".into(), 1), ("web".into(), 50)], 100)
    }

    #[test]
    fn the_estates_own_words_mend_first() {
        let vocabulary = estate();
        assert_eq!(vocabulary.correct("chekout").as_deref(), Some("checkout"));
        assert_eq!(vocabulary.correct("zebar").as_deref(), Some("zebra"));
        assert_eq!(vocabulary.correct("databse").as_deref(), Some("database"));
    }

    #[test]
    fn good_short_and_odd_words_stay() {
        let vocabulary = estate();
        for word in ["checkout", "database", "wbe", "qqqqqq", "web1", "zebras"] {
            assert_eq!(vocabulary.correct(word), None, "{word}");
        }
    }

    #[test]
    fn rare_words_weigh_more() {
        let vocabulary = estate();
        assert!(vocabulary.weight("zebra") > vocabulary.weight("checkout"));
        assert!(vocabulary.weight("checkout") > vocabulary.weight("web"));
    }
}
