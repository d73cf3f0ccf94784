//! Plain lists of words: what they are about, and which language they are of.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Lexicon;

/// Words that are about clouds without naming a resource.
static MATTERS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/matters.txt").split_whitespace().collect());
/// Words that are about nothing of ours.
static OFF_TOPIC: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/off_topic.txt").split_whitespace().collect());
/// Verbs that order something that is in no catalog.
static IMPERATIVES: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/imperatives.txt").split_whitespace().collect());
/// What money does over time, which every answer about it shows.
static TREND: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/trend.txt").split_whitespace().collect());
/// Words that may stand before the verb of an order.
static LEADS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/leads.txt").split_whitespace().collect());
/// Words of the trade and of every day that people name their resources by.
static NAMED: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/named.txt").split_whitespace().collect());
/// Words that deny what stands behind them.
static DENIALS: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("data/denials.txt").split_whitespace().collect());
/// Small words of other languages, one language a line.
static OTHERS: LazyLock<Vec<HashSet<&str>>> =
    LazyLock::new(|| include_str!("data/other_languages.txt").lines().map(|line| line.split_whitespace().collect()).collect());
/// Small words of English.
static ENGLISH: LazyLock<HashSet<&str>> =
    LazyLock::new(|| [super::FUNCTION, super::ORDINARY].into_iter().flat_map(str::split_whitespace).collect());

impl Lexicon {
    /// Whether a word is about clouds.
    pub(crate) fn is_matter(&self, word: &str) -> bool {
        MATTERS.contains(word)
            || self.entries(word).iter().any(|entry| {
                !matches!(
                    entry.category,
                    "Filler"
                        | "PerField"
                        | "Hail"
                        | "Asking"
                        | "Opaque"
                        | "Symptom"
                        | "NumWord"
                        | "Unit"
                        | "Month"
                        | "Weekday"
                        | "Geo"
                        | "PartGeo"
                        | "Place"
                        | "Why"
                        | "Elder"
                        | "Younger"
                        | "Were"
                        | "Measured"
                        | "Effect"
                        | "WhatIf"
                        | "Tz"
                )
            })
    }

    /// Whether a word is about nothing of ours.
    pub(crate) fn is_off_topic(&self, word: &str) -> bool {
        OFF_TOPIC.contains(word)
    }

    /// Whether a word is an amount that resources have: “memory”, “storage”.
    pub(crate) fn is_measure(&self, word: &str) -> bool {
        self.entries(word).iter().any(|entry| entry.category == "Measured")
            || matches!(word, "space" | "cores" | "vcpus" | "cpus" | "data" | "traffic" | "bandwidth" | "iops" | "throughput")
    }

    /// Whether a word says how money develops.
    pub(crate) fn is_trend(&self, word: &str) -> bool {
        TREND.contains(word)
    }

    /// Whether a word may stand before the verb of an order.
    pub(crate) fn leads(&self, word: &str) -> bool {
        LEADS.contains(word)
    }

    /// Whether things are often called so, although the word means something.
    pub(crate) fn names(&self, word: &str) -> bool {
        NAMED.contains(word)
    }

    /// Whether a word denies what stands behind it.
    pub(crate) fn denies(&self, word: &str) -> bool {
        DENIALS.contains(word)
    }

    /// Whether a sentence that begins with it orders something.
    pub(crate) fn is_imperative(&self, word: &str) -> bool {
        IMPERATIVES.contains(word)
    }
}

/// How many of these words are small words of the one other language that has most of them, and how many are English.
pub(crate) fn small_words(words: &[String]) -> (usize, usize) {
    let count = |of: &HashSet<&str>| words.iter().filter(|word| of.contains(word.as_str())).count();
    (OTHERS.iter().map(count).max().unwrap_or(0), count(&ENGLISH))
}
