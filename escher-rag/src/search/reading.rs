//! What the words of a query say: mended, split, and read as kinds, engines, places and the like where they are such.

use std::collections::BTreeSet;

use escher_core::lexicon::{self, Meaning};
use escher_core::{Flag, fuzzy, regions};

use super::Vocabulary;
use crate::index::filter::Node;
use crate::index::point::{feature, key, plain};

/// Words of a query that are looked at; more say nothing in particular.
const MOST_WORDS: usize = 32;
/// The longest phrase of jargon or place name, in words.
const LONGEST_PHRASE: usize = 4;

/// One thing that a feature asks of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// A text field is one of these.
    Is(&'static str, Vec<String>),
    /// A flag has this value.
    Flag(&'static str, bool),
}

impl Fact {
    fn word(key: &'static str, value: &str) -> Self {
        Self::Is(key, vec![value.to_owned()])
    }

    fn node(&self) -> Node {
        match self {
            Self::Is(key, values) => Node::is_any(key, values.clone()),
            Self::Flag(key, value) => Node::flag(key, *value),
        }
    }
}

/// A span of words that says what the resource is: one of several readings, each of which asks for several facts.
#[derive(Clone, Debug)]
pub(crate) struct Feature {
    pub(crate) start: usize,
    pub(crate) len: usize,
    pub(crate) readings: Vec<Vec<Fact>>,
}

/// A query, read.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The words as typed, in the plain form of names.
    pub(crate) typed: String,
    /// The same, mended.
    pub(crate) plain: String,
    /// The whole text, folded, to be held against ids.
    pub(crate) folded: String,
    /// The words, mended and split.
    pub(crate) words: Vec<String>,
    /// How much each of them tells.
    pub(crate) weights: Vec<f32>,
    /// For each word other ways to say it.
    pub(crate) others: Vec<BTreeSet<String>>,
    pub(crate) features: Vec<Feature>,
    /// The text with its spelling mended, if any was.
    pub(crate) mended: Option<String>,
}

impl Reading {
    pub(crate) fn of(text: &str, vocabulary: &Vocabulary) -> Self {
        let text = text.trim();
        let typed: Vec<String> = fuzzy::words(text).into_iter().take(MOST_WORDS).collect();
        let mut words = typed.clone();
        let mut mended = text.to_owned();
        let mut from = 0;
        for word in &mut words {
            let Some(better) = vocabulary.mend(word) else {
                from = find(&mended, word, from).map_or(from, |(_, end)| end);
                continue;
            };
            if let Some((start, end)) = find(&mended, word, from) {
                mended.replace_range(start..end, &better);
                from = start + better.len();
            }
            *word = better;
        }
        let was_mended = words != typed;
        let mut it = Self {
            typed: typed.join(" "),
            plain: plain(&words.join(" ")),
            folded: fuzzy::fold(text),
            weights: words.iter().map(|word| vocabulary.weight(word)).collect(),
            others: others(&words),
            features: features(&words),
            mended: was_mended.then_some(mended),
            words,
        };
        for (word, weight) in it.words.iter().zip(&mut it.weights) {
            // What neither the estate nor the lexicon knows and is no identifier hardly says anything: “show me the”.
            if !vocabulary.has(word) && word.chars().all(char::is_alphabetic) && !it.others.iter().any(|others| others.contains(word)) {
                *weight *= 0.3;
            }
        }
        it
    }

    /// Whether there is nothing to rank by.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.folded.is_empty()
    }

    /// The words with their weights, as BM25 is asked for them.
    pub(crate) fn query(&self) -> Vec<(String, f32)> {
        let own = self.words.iter().zip(&self.weights).map(|(word, weight)| (word.clone(), *weight));
        let others =
            self.others.iter().zip(&self.weights).flat_map(|(others, weight)| others.iter().map(move |word| (word.clone(), weight * 0.6)));
        let features = self.features.iter().flat_map(|feature| feature.readings.iter().flatten()).flat_map(|fact| match fact {
            Fact::Is(key, values) => values.iter().map(|value| (feature(key, value), 1.0)).collect(),
            Fact::Flag(..) => Vec::new(),
        });
        own.chain(others).chain(features).collect()
    }

    /// What a resource is that has every feature.
    pub(crate) fn featured(&self) -> Node {
        Node::all(
            self.features.iter().map(|feature| Node::any(feature.readings.iter().map(|facts| Node::all(facts.iter().map(Fact::node))))),
        )
    }
}

/// Finds a folded word in a text from a place on, without regard to case where that keeps lengths.
fn find(text: &str, word: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let start = from + rest.to_ascii_lowercase().find(word)?;
    text.is_char_boundary(start + word.len()).then_some((start, start + word.len()))
}

/// Jargon both ways, over phrases of several words as well.
fn others(words: &[String]) -> Vec<BTreeSet<String>> {
    let mut others = vec![BTreeSet::new(); words.len()];
    for start in 0..words.len() {
        for len in 1..=LONGEST_PHRASE.min(words.len() - start) {
            let phrase = words[start..start + len].join(" ");
            let joined = words[start..start + len].concat();
            for other in lexicon::expand(&phrase).iter().chain(lexicon::expand(&joined)).filter(|other| **other != phrase) {
                for others in &mut others[start..start + len] {
                    others.extend(fuzzy::words(other));
                }
            }
        }
    }
    others
}

fn features(words: &[String]) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    for reading in lexicon::read(words) {
        let Some(facts) = facts(reading.meaning) else { continue };
        match features.iter_mut().find(|feature| feature.start == reading.start) {
            Some(feature) => feature.readings.push(facts),
            None => features.push(Feature { start: reading.start, len: reading.len, readings: vec![facts] }),
        }
    }
    let taken: Vec<bool> =
        (0..words.len()).map(|i| features.iter().any(|feature| (feature.start..feature.start + feature.len).contains(&i))).collect();
    let mut start = 0;
    while start < words.len() {
        let found = (1..=LONGEST_PHRASE.min(words.len() - start))
            .rev()
            .filter(|len| !taken[start..start + len].contains(&true))
            .find_map(|len| place(&words[start..start + len].join(" ")).map(|facts| (len, facts)));
        match found {
            Some((len, fact)) => {
                features.push(Feature { start, len, readings: vec![vec![fact]] });
                start += len;
            }
            None => start += 1,
        }
    }
    features
}

/// A region or a part of the world.
fn place(text: &str) -> Option<Fact> {
    // Numbers and single letters name no place.
    if text.chars().filter(|c| c.is_alphabetic()).count() < 3 {
        return None;
    }
    let geos = regions::geo_of_word(text);
    if !geos.is_empty() {
        return Some(Fact::Is("geo", geos.iter().map(|geo| geo.as_str().to_owned()).collect()));
    }
    let regions = regions::by_name(None, text);
    (!regions.is_empty()).then(|| Fact::Is("region", regions.iter().map(|region| fuzzy::fold(region.code)).collect()))
}

fn facts(meaning: Meaning) -> Option<Vec<Fact>> {
    Some(match meaning {
        Meaning::Cloud(cloud) => vec![Fact::word("cloud", cloud.as_str())],
        Meaning::Kind(kind, cloud, engine) => {
            let mut facts = vec![Fact::word("kind", kind.as_str())];
            facts.extend(cloud.map(|cloud| Fact::word("cloud", cloud.as_str())));
            facts.extend(engine.map(|engine| Fact::word("engine", engine.as_str())));
            facts
        }
        Meaning::Engine(engine) => vec![Fact::word("engine", engine.as_str())],
        Meaning::Env(env) => vec![Fact::word("env", env.as_str())],
        Meaning::NonProd => vec![Fact::Is("env", lexicon::NON_PROD.iter().map(|env| env.as_str().to_owned()).collect())],
        Meaning::State(state) => vec![Fact::word("state", state.as_str())],
        Meaning::Flag(Flag::BackedUp, value) => vec![Fact::Flag(key::AUTO_BACKUPS, value)],
        Meaning::Flag(flag, value) => vec![Fact::Flag(flag.as_str(), value)],
        Meaning::Verb(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_mended_and_read_as_what_they_are() {
        let vocabulary = Vocabulary::new(vec![("postgres".into(), 2), ("database".into(), 2)], 10);
        let reading = Reading::of("prodution postgress databse", &vocabulary);
        assert_eq!(reading.mended.as_deref(), Some("production postgres database"));
        let facts: Vec<Fact> = reading.features.iter().flat_map(|feature| feature.readings.concat()).collect();
        for fact in [Fact::word("env", "prod"), Fact::word("engine", "postgres"), Fact::word("kind", "database")] {
            assert!(facts.contains(&fact), "{fact:?} in {facts:?}");
        }
    }

    #[test]
    fn places_and_jargon_are_known() {
        let reading = Reading::of("k8s in us-east-1", &Vocabulary::default());
        assert!(reading.features.iter().any(|feature| feature.readings.concat().contains(&Fact::word("region", "us-east-1"))));
        assert!(Reading::of("dead letter queue", &Vocabulary::default()).others.iter().any(|others| others.contains("dlq")));
        assert!(Reading::of("", &Vocabulary::default()).is_empty());
    }
}
