//! The words people use for what the selector language names: kinds, clouds, engines, environments, states, flags and
//! verbs, with product names, jargon and typing mistakes. Data and look-ups; the brain and the search read the same.

mod kinds;
mod ordinary;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use jiff::Timestamp;

use crate::{CloudId, Engine, Env, Flag, Kind, Resource, State, Truth, Verb, truth};

/// What a word or phrase says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// A cloud.
    Cloud(CloudId),
    /// A kind; a product name also sets its cloud and, where it has just one, its engine.
    Kind(Kind, Option<CloudId>, Option<Engine>),
    /// An engine.
    Engine(Engine),
    /// An environment.
    Env(Env),
    /// Every environment but production: [`NON_PROD`].
    NonProd,
    /// A state.
    State(State),
    /// A flag and the value it is wanted to have.
    Flag(Flag, bool),
    /// Something to do.
    Verb(Verb),
}

impl Meaning {
    /// Whether a resource is this at `now`; `None` if it does not tell, and for verbs.
    pub fn holds(self, resource: &Resource, now: Timestamp) -> Truth {
        match self {
            Self::Cloud(cloud) => Some(resource.cloud == cloud),
            Self::Kind(kind, cloud, engine) => {
                let cloud = cloud.is_none_or(|cloud| resource.cloud == cloud);
                let engine = engine.map_or(Some(true), |engine| Self::Engine(engine).holds(resource, now));
                truth::and(Some(resource.kind == kind && cloud), engine)
            }
            Self::Engine(engine) => resource.engine().map(|told| told == engine),
            Self::Env(env) => resource.env().map(|told| told == env),
            Self::NonProd => resource.env().map(|told| NON_PROD.contains(&told)),
            Self::State(state) => resource.state.map(|told| told == state),
            Self::Flag(flag, value) => resource.flag(flag, now).map(|told| told == value),
            Self::Verb(_) => None,
        }
    }
}

/// What [`Meaning::NonProd`] stands for.
pub const NON_PROD: &[Env] = &[Env::Staging, Env::Dev, Env::Test, Env::Sandbox];

/// A phrase found among words. A phrase with two meanings (“snapshot”: a kind and a verb) gives two readings of one span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The index of its first word.
    pub start: usize,
    /// How many words it covers.
    pub len: usize,
    /// What it says.
    pub meaning: Meaning,
    /// The phrase as the lexicon writes it.
    pub phrase: &'static str,
    /// Whether spelling was corrected to find it.
    pub corrected: bool,
}

struct Lexicon {
    phrases: HashMap<String, Vec<(Meaning, &'static str)>>,
    /// The same without blanks: `loadbalancer`, `keyvault`.
    joined: HashMap<String, String>,
    /// Single words by length, for mending.
    words: Vec<BTreeSet<String>>,
    longest: usize,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::build);

impl Lexicon {
    fn build() -> Self {
        let mut it = Self { phrases: HashMap::new(), joined: HashMap::new(), words: Vec::new(), longest: 1 };
        for row in kinds::KINDS {
            for &phrase in row.phrases {
                let meaning = Meaning::Kind(row.kind, row.cloud, row.engine);
                it.add(phrase.to_owned(), meaning, phrase);
                it.add(plural(phrase), meaning, phrase);
            }
        }
        for &kind in Kind::ALL.iter().filter(|&&kind| kind != Kind::Other) {
            let phrase = kind.as_str();
            it.add(spaced(phrase), Meaning::Kind(kind, None, None), phrase);
            it.add(plural(&spaced(phrase)), Meaning::Kind(kind, None, None), phrase);
        }
        for &(cloud, phrases) in words::CLOUDS {
            it.add_all(phrases, Meaning::Cloud(cloud));
        }
        for &env in Env::ALL {
            it.add_all(env.spellings(), Meaning::Env(env));
        }
        for &(env, phrases) in words::ENVS {
            it.add_all(phrases, Meaning::Env(env));
        }
        it.add_all(words::NON_PROD_PHRASES, Meaning::NonProd);
        for &(engine, phrases) in words::ENGINES {
            it.add_all(phrases, Meaning::Engine(engine));
        }
        for &(state, phrases) in words::STATES {
            it.add_all(phrases, Meaning::State(state));
        }
        for &(flag, value, phrases) in words::FLAGS {
            it.add_all(phrases, Meaning::Flag(flag, value));
        }
        for &(verb, phrases) in words::VERBS {
            it.add_all(phrases, Meaning::Verb(verb));
        }
        it
    }

    fn add_all(&mut self, phrases: &'static [&'static str], meaning: Meaning) {
        for &phrase in phrases {
            self.add(phrase.to_owned(), meaning, phrase);
        }
    }

    fn add(&mut self, spelling: String, meaning: Meaning, phrase: &'static str) {
        let mut count = 0;
        for word in spelling.split(' ') {
            count += 1;
            if word.len() >= SHORTEST_MENDED && word.bytes().all(|b| b.is_ascii_lowercase()) && !ordinary::is_ordinary(word) {
                if self.words.len() <= word.len() {
                    self.words.resize_with(word.len() + 1, BTreeSet::new);
                }
                self.words[word.len()].insert(word.to_owned());
            }
        }
        self.longest = self.longest.max(count);
        if count > 1 {
            self.joined.entry(spelling.replace(' ', "")).or_insert_with(|| spelling.clone());
        }
        let meanings = self.phrases.entry(spelling).or_default();
        if !meanings.iter().any(|(known, _)| *known == meaning) {
            meanings.push((meaning, phrase));
        }
    }

    fn get(&self, spelling: &str) -> Option<&[(Meaning, &'static str)]> {
        self.phrases.get(spelling).map(Vec::as_slice)
    }

    fn has_word(&self, word: &str) -> bool {
        self.words.get(word.len()).is_some_and(|words| words.contains(word)) || self.get(&self.normal(word)).is_some()
    }

    /// A word as the tables write it: lower case, blanks where it has hyphens or where a phrase was written together.
    fn normal(&self, word: &str) -> String {
        let word = spaced(&word.to_lowercase());
        match self.joined.get(&word) {
            Some(phrase) if !self.phrases.contains_key(&word) => phrase.clone(),
            _ => word,
        }
    }
}

/// Below this length a word has too many neighbors to be corrected.
const SHORTEST_MENDED: usize = 4;
/// Above it a word is no word.
const LONGEST_MENDED: usize = 24;

fn spaced(word: &str) -> String {
    word.replace(['-', '_', '/'], " ")
}

fn plural(phrase: &str) -> String {
    let ends = |suffixes: &[&str]| suffixes.iter().any(|suffix| phrase.ends_with(suffix));
    if ends(&["s", "x", "ch"]) {
        format!("{phrase}es")
    } else if ends(&["y"]) && !ends(&["ay", "ey", "oy"]) {
        format!("{}ies", &phrase[..phrase.len() - 1])
    } else {
        format!("{phrase}s")
    }
}

/// Reads phrases among words, the longest first, left to right, mending spelling where a word is none.
///
/// Words are single words without blanks, in any case; hyphens, underscores and slashes inside one count as blanks.
///
/// ```
/// use escher_core::lexicon::{self, Meaning};
/// use escher_core::{CloudId, Kind};
/// let readings = lexicon::read(&["idle", "EC2", "instnces"]);
/// assert_eq!(readings[1].meaning, Meaning::Kind(Kind::Vm, Some(CloudId::Aws), None));
/// assert_eq!((readings[1].start, readings[1].len, readings[1].corrected), (1, 2, true));
/// ```
pub fn read<S: AsRef<str>>(words: &[S]) -> Vec<Reading> {
    let plain: Vec<String> = words.iter().map(|word| LEXICON.normal(word.as_ref())).collect();
    let corrected: Vec<Option<&'static str>> = plain.iter().map(|word| correct(word)).collect();
    let mut readings = Vec::new();
    let mut start = 0;
    while start < plain.len() {
        start += read_at(&plain, &corrected, start, &mut readings).max(1);
    }
    readings
}

/// Reads the longest phrase at `start` into `readings`; returns its length in words, 0 for none.
fn read_at(plain: &[String], corrected: &[Option<&'static str>], start: usize, readings: &mut Vec<Reading>) -> usize {
    let most = LEXICON.longest.min(plain.len() - start);
    for len in (1..=most).rev() {
        let span = start..start + len;
        let typed = plain[span.clone()].join(" ");
        if let Some(meanings) = LEXICON.get(&typed) {
            push(readings, start, len, meanings, false);
            return len;
        }
        if corrected[span.clone()].iter().any(Option::is_some) {
            let better: Vec<&str> = span.map(|i| corrected[i].unwrap_or(&plain[i])).collect();
            if let Some(meanings) = LEXICON.get(&better.join(" ")) {
                push(readings, start, len, meanings, true);
                return len;
            }
        }
    }
    0
}

fn push(readings: &mut Vec<Reading>, start: usize, len: usize, meanings: &'static [(Meaning, &'static str)], corrected: bool) {
    readings.extend(meanings.iter().map(|&(meaning, phrase)| Reading { start, len, meaning, phrase, corrected }));
}

/// The meanings of a whole phrase as it is written, nothing corrected; empty where it has none.
pub fn meanings(phrase: &str) -> impl Iterator<Item = Meaning> {
    LEXICON.get(&LEXICON.normal(phrase)).unwrap_or_default().iter().map(|&(meaning, _)| meaning)
}

/// Whether a word is one that people write on purpose: a word of the lexicon, or an ordinary word that looks like one.
pub fn knows(word: &str) -> bool {
    let word = word.to_lowercase();
    LEXICON.has_word(&word) || ordinary::is_ordinary(&word)
}

/// The word of the lexicon that a mistyped one stands for. `None` if the word is good as it is, or nothing is near:
/// one edit away from four letters on, two from eight, counting swapped neighbors as one. An ordinary word is never
/// turned into another.
///
/// ```
/// use escher_core::lexicon::correct;
/// assert_eq!(correct("databse"), Some("database"));
/// assert_eq!(correct("prodution"), Some("production"));
/// assert_eq!(correct("star"), None);
/// assert_eq!(correct("database"), None);
/// ```
pub fn correct(word: &str) -> Option<&'static str> {
    if !(SHORTEST_MENDED..=LONGEST_MENDED).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let word = word.to_ascii_lowercase();
    if LEXICON.has_word(&word) || ordinary::is_ordinary(&word) {
        return None;
    }
    let most = if word.len() >= 8 { 2 } else { 1 };
    let mut best: Option<(usize, bool, &'static str)> = None;
    let lengths = word.len().saturating_sub(most)..=word.len() + most;
    for candidate in lengths.filter_map(|len| LEXICON.words.get(len)).flatten() {
        let same_start = candidate.as_bytes()[0] == word.as_bytes()[0];
        let swapped_start = candidate.as_bytes()[0] == word.as_bytes()[1] && candidate.as_bytes()[1] == word.as_bytes()[0];
        if !(same_start || swapped_start || word.len() >= 7) {
            continue;
        }
        let distance = strsim::osa_distance(&word, candidate);
        if distance > most {
            continue;
        }
        let rank = (distance, !same_start, candidate.as_str());
        best = Some(best.map_or(rank, |best| best.min(rank)));
    }
    best.map(|(_, _, candidate)| candidate)
}

/// Other ways of writing a word or phrase, jargon both ways: `pg` brings `postgres`, `load balancer` brings `lb`. The word itself
/// is among them where it has any.
pub fn expand(word: &str) -> &'static [&'static str] {
    let word = spaced(&word.to_lowercase());
    words::JARGON.iter().find(|row| row.contains(&word.as_str())).copied().unwrap_or_default()
}

/// Every phrase of the lexicon with one of its meanings, for those who show or test the tables.
pub fn phrases() -> impl Iterator<Item = (&'static str, Meaning)> {
    LEXICON.phrases.iter().flat_map(|(spelling, meanings)| meanings.iter().map(move |&(meaning, _)| (spelling.as_str(), meaning)))
}
