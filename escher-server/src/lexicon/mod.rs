//! The words: which category each has, what it means, and which words are ordinary English.
//!
//! Most comes from the catalogs of `escher-core`; what is only needed to read sentences lies in `data`, a file per
//! category, one entry a line.

mod asking;
mod entries;
mod lists;
mod spelling;

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use crate::meaning::Sem;

pub(crate) use lists::small_words;
pub(crate) use spelling::{Spelled, is_near_code};

/// Ordinary words that name nothing: function words, verbs and nouns of everyday speech.
const ORDINARY: &str = include_str!("data/ordinary.txt");
/// Adjectives and adverbs: they describe, so they name nothing.
const DESCRIBING: &str = include_str!("data/describing.txt");
/// Words of the trade that are no resources of ours: “cluster”, “service”, “team”.
const TRADE: &str = include_str!("data/trade.txt");
/// Things within a resource: never a name, never a target.
const PARTS: &str = include_str!("data/parts.txt");
/// Ordinary words with a hyphen.
const PROSE: &str = include_str!("data/prose.txt");
/// Other common words of English: they are spelt right, and in a question they name something only before its kind.
const COMMON: &str = include_str!("data/common.txt");
/// Words that may stay unread in a question without anything being lost.
const FUNCTION: &str = include_str!("data/function.txt");

/// Words that open something to all the world: no correction may say so.
const EVERYBODY: &[&str] =
    &["internet", "everyone", "everybody", "anyone", "anybody", "anywhere", "world", "public", "except", "everything"];

/// The categories that words and tokens have; all others the grammar makes.
#[cfg(test)]
pub(crate) const CATEGORIES: &[&str] = &[
    "Address",
    "Ahead",
    "AskedPlace",
    "Any",
    "Capacity",
    "Cidr",
    "Clock",
    "Cloud",
    "Date",
    "DateTime",
    "DayPart",
    "DayParts",
    "DayRange",
    "Decimal",
    "Duration",
    "Effect",
    "Elder",
    "Emoji",
    "Engine",
    "Env",
    "EnvHead",
    "Field",
    "Filler",
    "Flag",
    "FlagPhrase",
    "Geo",
    "Hail",
    "HavePhrase",
    "Id",
    "KeyValue",
    "KindPl",
    "KindSg",
    "MinuteUnit",
    "Minutes",
    "Measured",
    "Money",
    "Month",
    "Name",
    "Named",
    "NonProd",
    "Nth",
    "Num",
    "NumWord",
    "Opaque",
    "Asking",
    "Part",
    "Pattern",
    "PerField",
    "PartGeo",
    "Percent",
    "Place",
    "PlaceOfGeo",
    "PublicIp",
    "Quoted",
    "Ranked",
    "Region",
    "Signed",
    "Size",
    "State",
    "Ticket",
    "Symptom",
    "Topic",
    "Tz",
    "TzPlace",
    "TzVague",
    "Unit",
    "Verb",
    "Weekday",
    "Weekdays",
    "Were",
    "WhatIf",
    "Why",
    "Word",
    "Younger",
    "Zone",
];

/// An entry: a category and a meaning.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) category: &'static str,
    pub(crate) sem: Sem,
}

impl Entry {
    /// Whether it says where something is done, or how much, which no correction may decide.
    pub(crate) fn is_sensitive(&self) -> bool {
        self.is_place() || matches!(self.category, "NumWord" | "Nth" | "Tz" | "TzPlace" | "TzVague")
    }

    fn is_place(&self) -> bool {
        matches!(self.category, "Cloud" | "Env" | "EnvHead" | "NonProd" | "Place" | "PlaceOfGeo" | "Geo" | "PartGeo" | "Region" | "Zone")
    }

    /// Whether a word of it is near enough to it to be meant for it.
    fn is_telling(&self, word: &str, words: usize) -> bool {
        match (self.is_place(), words) {
            (true, 1) => word.len() >= if matches!(self.category, "Env" | "EnvHead") { 2 } else { 3 },
            (true, _) => word.len() >= 5,
            (false, _) => word.len() >= 4,
        }
    }

    /// Whether only questions are made of it.
    pub(crate) fn asks(&self) -> bool {
        asking::CATEGORIES.contains(&self.category)
    }

    /// Whether its words name nothing by themselves.
    pub(crate) fn blocks(&self) -> bool {
        matches!(
            self.category,
            "KindSg" | "KindPl" | "Cloud" | "Engine" | "Place" | "PlaceOfGeo" | "Geo" | "PartGeo" | "Part" | "NonProd" | "Env"
        )
    }
}

/// The lexicon of a grammar.
pub(crate) struct Lexicon {
    entries: HashMap<String, Vec<Entry>>,
    /// What entries of several words begin with.
    begun: HashSet<String>,
    /// Words that productions name.
    grammar: HashSet<String>,
    /// Those, and the words of entries.
    known: HashSet<String>,
    /// Words of entries that only questions are made of.
    asking: HashSet<String>,
    function: HashSet<&'static str>,
    common: HashSet<&'static str>,
    ordinary: HashSet<&'static str>,
    prose: HashSet<&'static str>,
    /// Words that say where something is done, or how much.
    places: Vec<String>,
    index: OnceLock<spelling::Index>,
    near_places: OnceLock<spelling::Index>,
    /// Words of questions as well.
    asked_index: OnceLock<spelling::Index>,
}

impl Lexicon {
    /// The lexicon for a grammar with these words of its own.
    pub(crate) fn new<'a>(words: impl Iterator<Item = &'a str>) -> Self {
        let grammar: HashSet<String> = words.map(str::to_owned).collect();
        let mut it = Self {
            entries: HashMap::new(),
            begun: HashSet::new(),
            known: grammar.clone(),
            asking: HashSet::new(),
            common: COMMON.split_whitespace().collect(),
            function: FUNCTION.split_whitespace().collect(),
            grammar,
            ordinary: [ORDINARY, DESCRIBING, TRADE].into_iter().flat_map(str::lines).flat_map(str::split_whitespace).collect(),
            prose: PROSE.split_whitespace().collect(),
            places: Vec::new(),
            index: OnceLock::new(),
            near_places: OnceLock::new(),
            asked_index: OnceLock::new(),
        };
        it.places.extend(EVERYBODY.iter().map(|&word| word.to_owned()));
        entries::all(&mut |phrase, entry| it.add(phrase, entry));
        asking::all(&mut |phrase, entry| it.add(phrase, entry));
        for part in PARTS.lines().filter(|line| !line.is_empty()) {
            it.add(part, Entry { category: "Part", sem: Sem::Text(part.to_owned()) });
        }
        it
    }

    /// Adds an entry as it is written in the tables, and with its parts joined: `non-prod`, `auto-scaling group`, `keyvault`.
    fn add(&mut self, phrase: &str, entry: Entry) {
        if !matches!(entry.category, "Place" | "PlaceOfGeo" | "PartGeo" | "Geo" | "AskedPlace" | "Verb") && phrase.contains(' ') {
            self.add_as(&phrase.replace(' ', "-"), entry.clone());
            self.add_as(&phrase.replacen(' ', "-", 1), entry.clone());
            if matches!(entry.category, "KindSg" | "KindPl" | "Engine" | "NonProd") {
                self.add_as(&phrase.replace(' ', ""), entry.clone());
                self.add_as(&phrase.replacen(' ', "", 1), entry.clone());
                self.add_as(&phrase.replacen(' ', "/", 1), entry.clone());
            }
        }
        self.add_as(phrase, entry);
    }

    fn add_as(&mut self, phrase: &str, entry: Entry) {
        let words: Vec<&str> = phrase.split(' ').collect();
        for (at, _) in phrase.match_indices(' ') {
            if !self.begun.contains(&phrase[..at]) {
                self.begun.insert(phrase[..at].to_owned());
            }
        }
        let known = if entry.asks() { &mut self.asking } else { &mut self.known };
        known.extend(words.iter().map(|&word| word.to_owned()));
        if entry.is_sensitive() {
            self.places.extend(words.iter().filter(|word| entry.is_telling(word, words.len())).map(|&word| word.to_owned()));
        }
        let entries = self.entries.entry(phrase.to_owned()).or_default();
        if !entries.contains(&entry) {
            entries.push(entry);
        }
    }

    /// The entries of a phrase in lower case.
    pub(crate) fn entries(&self, phrase: &str) -> &[Entry] {
        self.entries.get(phrase).map_or(&[], Vec::as_slice)
    }

    /// Whether an entry goes on after these words.
    pub(crate) fn begins(&self, phrase: &str) -> bool {
        self.begun.contains(phrase)
    }

    /// Whether a production names this word.
    pub(crate) fn is_grammar(&self, word: &str) -> bool {
        self.grammar.contains(word)
    }

    /// Whether a word is a common one of English.
    pub(crate) fn is_common(&self, word: &str) -> bool {
        self.common.contains(word)
    }

    /// Whether a common word describes more than it names.
    pub(crate) fn describes(&self, word: &str) -> bool {
        const ENDINGS: &[&str] = &["ed", "ing", "able", "ible", "ive", "al", "ous", "ful", "ant", "ent", "ary", "ic", "y"];
        const OTHERS: &[&str] = &[
            "autopilot",
            "fargate",
            "nitro",
            "premium",
            "preview",
            "spot",
            "zombie",
            "zombies",
            "orphan",
            "stale",
            "severe",
            "hot",
            "cold",
            "standby",
            "dead",
            "big",
            "small",
            "slow",
        ];
        self.is_common(word) && (OTHERS.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending)))
    }

    /// Whether a word of a question means nothing that would be lost.
    pub(crate) fn is_function(&self, word: &str) -> bool {
        self.function.contains(word)
    }

    /// Whether a word names nothing by itself.
    pub(crate) fn is_ordinary(&self, word: &str) -> bool {
        self.ordinary.contains(word)
    }

    /// Whether a word with a hyphen is an ordinary one.
    pub(crate) fn is_prose(&self, word: &str) -> bool {
        self.prose.contains(word)
    }
}
