//! What the words of a query say: corrected, split, and read as kinds, engines, places and the like where they are such.

use std::collections::BTreeSet;

use escher_core::lexicon::{self, Meaning};
use escher_core::{Correction, Flag, fuzzy, regions};

use crate::index::filter::{Node, exact_marks};
use crate::index::key;
use crate::index::marks;
use crate::index::point::{feature, plain};
use crate::index::vocabulary::Vocabulary;

/// Words of a query that are looked at; more say nothing in particular.
const MOST_WORDS: usize = 32;
/// The longest phrase of jargon or place name, in words.
const LONGEST_PHRASE: usize = 4;

/// One thing that a feature asks of a resource: a text field is one of these, or a flag has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fact {
    pub(crate) key: &'static str,
    /// None of a flag.
    values: Vec<String>,
    /// The same, as the index knows it.
    pub(crate) marks: Vec<i64>,
}

impl Fact {
    fn word(key: &'static str, value: &str) -> Self {
        Self::any(key, vec![value.to_owned()])
    }

    fn any(key: &'static str, values: Vec<String>) -> Self {
        Self { key, marks: values.iter().map(|value| marks::is(key, value)).collect(), values }
    }

    fn flag(key: &'static str, value: bool) -> Self {
        Self { key, marks: vec![marks::flag(key, value)], values: Vec::new() }
    }

    fn node(&self) -> Node {
        Node::marked(marks::list_of(self.key), self.marks.clone())
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
    /// The same, corrected.
    pub(crate) plain: String,
    /// The whole text, folded, to be held against ids.
    pub(crate) folded: String,
    /// The marks of a name or id that is just what was typed.
    pub(crate) exact: Vec<i64>,
    /// The words, corrected and split.
    pub(crate) words: Vec<String>,
    /// How much each of them tells.
    pub(crate) weights: Vec<f32>,
    /// For each word other ways to say it.
    pub(crate) others: Vec<BTreeSet<String>>,
    pub(crate) features: Vec<Feature>,
    /// The words whose spelling was corrected.
    pub(crate) corrected: Vec<Correction>,
}

impl Reading {
    pub(crate) fn of(text: &str, vocabulary: &Vocabulary) -> Self {
        let text = text.trim();
        let typed: Vec<String> = fuzzy::words(text).into_iter().take(MOST_WORDS).collect();
        let mut words = typed.clone();
        let mut spelled = text.to_owned();
        let mut from = 0;
        for word in &mut words {
            let Some(better) = vocabulary.correct(word) else {
                from = find(&spelled, word, from).map_or(from, |(_, end)| end);
                continue;
            };
            if let Some((start, end)) = find(&spelled, word, from) {
                spelled.replace_range(start..end, &better);
                from = start + better.len();
            }
            *word = better;
        }
        let differ = typed.iter().zip(&words).filter(|(from, to)| from != to);
        let corrected = differ.map(|(from, to)| Correction { from: from.clone(), to: to.clone() }).collect();
        // Phrases are looked for in what blanks and separators part, so that `k8s` and `us-east-1` stay whole.
        let whole = if fuzzy::words(&spelled) == words { spelled.clone() } else { words.join(" ") };
        let parts = parts(&whole, |c| !c.is_alphanumeric());
        let (typed, folded) = (typed.join(" "), fuzzy::fold(text));
        let mut it = Self {
            exact: [&folded, &typed].into_iter().filter(|text| !text.is_empty()).flat_map(|text| exact_marks(text)).collect(),
            typed,
            plain: plain(&words.join(" ")),
            folded,
            weights: words.iter().map(|word| vocabulary.weight(word)).collect(),
            others: others(&parts, words.len()),
            features: features(&parts, &self::parts(&whole, char::is_whitespace)),
            corrected,
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
        let facts = self.features.iter().flat_map(|feature| feature.readings.iter().flatten());
        let features = facts.flat_map(|fact| fact.values.iter().map(|value| (feature(fact.key, value), 1.0)));
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

/// A part of the text and the words in it.
struct Part {
    text: String,
    start: usize,
    len: usize,
}

fn parts(text: &str, separates: impl Fn(char) -> bool) -> Vec<Part> {
    let mut start = 0;
    let mut parts = Vec::new();
    for text in text.split(separates) {
        let len = fuzzy::words(text).len();
        if len > 0 {
            parts.push(Part { text: text.to_owned(), start, len });
        }
        start += len;
    }
    parts
}

fn join(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The words of some parts: where they start and how many they are.
fn span(parts: &[Part]) -> (usize, usize) {
    (parts.first().map_or(0, |part| part.start), parts.iter().map(|part| part.len).sum())
}

/// Jargon both ways, over phrases of several words as well.
fn others(parts: &[Part], words: usize) -> Vec<BTreeSet<String>> {
    let mut others = vec![BTreeSet::new(); words];
    for first in 0..parts.len() {
        for count in 1..=LONGEST_PHRASE.min(parts.len() - first) {
            let phrase = &parts[first..first + count];
            let (start, len) = span(phrase);
            let phrase = fuzzy::fold(&join(phrase));
            for other in lexicon::expand(&phrase).iter().filter(|other| **other != phrase) {
                for others in others.iter_mut().skip(start).take(len) {
                    others.extend(fuzzy::words(other));
                }
            }
        }
    }
    others
}

fn features(parts: &[Part], blank_parted: &[Part]) -> Vec<Feature> {
    let mut features: Vec<Feature> = Vec::new();
    let texts: Vec<&str> = parts.iter().map(|part| part.text.as_str()).collect();
    for reading in lexicon::read(&texts) {
        let Some(facts) = facts(reading.meaning) else { continue };
        let (start, len) = span(&parts[reading.start..reading.start + reading.len]);
        match features.iter_mut().find(|feature| feature.start == start) {
            Some(feature) => feature.readings.push(facts),
            None => features.push(Feature { start, len, readings: vec![facts] }),
        }
    }
    let mut first = 0;
    while first < blank_parted.len() {
        let found = (1..=LONGEST_PHRASE.min(blank_parted.len() - first)).rev().find_map(|count| {
            let phrase = &blank_parted[first..first + count];
            let (start, len) = span(phrase);
            let free = features.iter().all(|feature| feature.start + feature.len <= start || start + len <= feature.start);
            let fact = free.then(|| place(&join(phrase))).flatten()?;
            Some((count, Feature { start, len, readings: vec![vec![fact]] }))
        });
        first += found.as_ref().map_or(1, |(count, _)| *count);
        features.extend(found.map(|(_, feature)| feature));
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
        return Some(Fact::any("geo", geos.iter().map(|geo| geo.as_str().to_owned()).collect()));
    }
    let regions = regions::by_name(None, text);
    (!regions.is_empty()).then(|| Fact::any("region", regions.iter().map(|region| fuzzy::fold(region.code)).collect()))
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
        Meaning::NonProd => vec![Fact::any("env", lexicon::NON_PROD.iter().map(|env| env.as_str().to_owned()).collect())],
        Meaning::State(state) => vec![Fact::word("state", state.as_str())],
        Meaning::Flag(Flag::BackedUp, value) => vec![Fact::flag(key::AUTO_BACKUPS, value)],
        Meaning::Flag(flag, value) => vec![Fact::flag(flag.as_str(), value)],
        Meaning::Verb(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_corrected_and_read_as_what_they_are() {
        let vocabulary = Vocabulary::new(vec![("postgres".into(), 2), ("database".into(), 2)], 10);
        let reading = Reading::of("prodution postgress databse", &vocabulary);
        let corrected: Vec<(&str, &str)> = reading.corrected.iter().map(|it| (&*it.from, &*it.to)).collect();
        assert_eq!(corrected, [("prodution", "production"), ("postgress", "postgres"), ("databse", "database")]);
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
