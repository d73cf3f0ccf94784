//! What the parts of the pipeline share: the words, and what has been understood of them so far.

use escher_core::lexicon;
use escher_core::selector::{Field, Op};
use escher_core::{Clarify, CloudId, Engine, Flag, Intent, Kind, Schedule, Selector, Sort, Verb};
use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::lex::Token;

/// One thing that the words ask of resources.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Ask {
    /// The field has this value; several of one field are alternatives.
    Is(Field, String),
    /// The field has one of these; a city's codes on all clouds.
    OneOf(Field, Vec<String>),
    /// The field contains this, nearly.
    Like(Field, String),
    /// The field compares so; several must all hold.
    Compare(Field, Op, String),
    /// The resource has the field.
    Exists(Field),
    /// The flag has this value.
    Flag(Flag, bool),
    /// The kind, with the cloud and the engine that a product name sets.
    Kind(Kind, Option<CloudId>, Option<Engine>),
    /// A condition that was given in the selector language.
    Given(Selector),
}

/// An [`Ask`] and where it was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) at: usize,
    pub(crate) ask: Ask,
    pub(crate) negated: bool,
}

/// How the words were said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    /// A question or a noun phrase.
    Plain,
    /// An order to change something.
    Order,
    /// How to, what is, may I: wants words, not deeds.
    HowTo,
    /// What would happen if.
    Hypothetical,
}

/// The utterance while it is being read.
#[derive(Clone, Debug)]
pub(crate) struct Scene<'a> {
    pub(crate) text: &'a str,
    pub(crate) history: &'a [String],
    pub(crate) now: Timestamp,
    pub(crate) tokens: Vec<Token>,
    /// Words that some part has made sense of.
    pub(crate) used: Vec<bool>,
    pub(crate) mood: Mood,
    /// The first word after courtesies.
    pub(crate) head: usize,
    pub(crate) verb: Option<Verb>,
    /// A verb that is no verb of ours, as said: “patch”.
    pub(crate) strange_verb: Option<String>,
    pub(crate) found: Vec<Found>,
    pub(crate) params: Map<String, Value>,
    pub(crate) group_by: Vec<String>,
    pub(crate) period: Option<String>,
    pub(crate) schedule: Option<Schedule>,
    /// Whether words speak of a time to act, understood or not.
    pub(crate) timed: bool,
    pub(crate) sort: Option<Sort>,
    pub(crate) limit: Option<u64>,
    pub(crate) intent: Option<Intent>,
    /// “it”, “them”: stands for something said before.
    pub(crate) pronoun: bool,
    /// “everything”, “all resources”.
    pub(crate) everything: bool,
    /// Words that nothing made sense of.
    pub(crate) left: Vec<usize>,
    pub(crate) mended: usize,
    /// Questions back, the most pressing first.
    pub(crate) doubts: Vec<Clarify>,
    pub(crate) note: Option<String>,
}

impl<'a> Scene<'a> {
    pub(crate) fn new(text: &'a str, history: &'a [String], now: Timestamp, tokens: Vec<Token>) -> Self {
        Self {
            text,
            history,
            now,
            used: vec![false; tokens.len()],
            tokens,
            mood: Mood::Plain,
            head: 0,
            verb: None,
            strange_verb: None,
            found: Vec::new(),
            params: Map::new(),
            group_by: Vec::new(),
            period: None,
            schedule: None,
            timed: false,
            sort: None,
            limit: None,
            intent: None,
            pronoun: false,
            everything: false,
            left: Vec::new(),
            mended: 0,
            doubts: Vec::new(),
            note: None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word at `i` in lower case; empty beyond the ends.
    pub(crate) fn low(&self, i: usize) -> &str {
        self.tokens.get(i).filter(|token| !token.quoted).map_or("", |token| token.low.as_str())
    }

    /// The word as written; empty beyond the ends.
    pub(crate) fn text(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |token| token.text.as_str())
    }

    /// Whether the word at `i` is there and nobody's yet.
    pub(crate) fn free(&self, i: usize) -> bool {
        self.used.get(i).is_some_and(|used| !used)
    }

    /// Whether all of `i..i + len` is nobody's yet.
    pub(crate) fn all_free(&self, i: usize, len: usize) -> bool {
        (i..i + len).all(|i| self.free(i))
    }

    pub(crate) fn use_up(&mut self, i: usize, len: usize) {
        for used in self.used.iter_mut().skip(i).take(len) {
            *used = true;
        }
    }

    /// The length of the longest phrase that stands at `i`, in words; 0 where none does.
    pub(crate) fn phrase(&self, i: usize, phrases: &[&str]) -> usize {
        phrases.iter().map(|phrase| self.is_at(i, phrase)).max().unwrap_or(0)
    }

    fn is_at(&self, i: usize, phrase: &str) -> usize {
        let mut count = 0;
        for word in phrase.split(' ') {
            if self.low(i + count) != word {
                return 0;
            }
            count += 1;
        }
        count
    }

    /// Whether one of the phrases stands anywhere.
    pub(crate) fn says(&self, phrases: &[&str]) -> bool {
        self.find(phrases).is_some()
    }

    /// The first place and length of one of the phrases.
    pub(crate) fn find(&self, phrases: &[&str]) -> Option<(usize, usize)> {
        (0..self.len()).map(|i| (i, self.phrase(i, phrases))).find(|&(_, len)| len > 0)
    }

    /// Whether a clause ends between `i` and `i + 1`.
    pub(crate) fn breaks_after(&self, i: usize) -> bool {
        self.tokens.get(i).is_none_or(|token| token.comma || token.stop)
    }

    /// Adds what was found at `i`, negated where the words before it say so, and uses its words up.
    pub(crate) fn add(&mut self, i: usize, len: usize, ask: Ask) {
        let negated = self.negated(i);
        self.use_up(i, len);
        self.found.push(Found { at: i, ask, negated });
    }

    /// What was found of this field, in its order.
    pub(crate) fn values(&self, field: &Field) -> Vec<&str> {
        self.found
            .iter()
            .filter(|found| !found.negated)
            .filter_map(|found| match &found.ask {
                Ask::Is(known, value) if known == field => Some(value.as_str()),
                _ => None,
            })
            .collect()
    }

    /// The kinds that were named, each once.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Vec::new();
        for found in self.found.iter().filter(|found| !found.negated) {
            match &found.ask {
                Ask::Kind(kind, ..) if !kinds.contains(kind) => kinds.push(*kind),
                Ask::Given(selector) => {
                    for value in kinds_of(selector) {
                        if !kinds.contains(&value) {
                            kinds.push(value);
                        }
                    }
                }
                _ => {}
            }
        }
        kinds
    }

    /// Asks back; the first question asked is the one that is shown.
    pub(crate) fn doubt(&mut self, question: impl Into<String>, options: Vec<String>) {
        self.doubts.push(Clarify { question: question.into(), options });
    }

    /// Whether the word is read as an identifier: `web-1`, `prod_db`, `srv42`, but not `load-balancer` or `us-east-1`.
    pub(crate) fn is_identifier(&self, i: usize) -> bool {
        self.tokens.get(i).is_some_and(|token| !token.quoted && looks_like_identifier(&token.text))
    }
}

fn kinds_of(selector: &Selector) -> Vec<Kind> {
    let values = |selector: &Selector| match selector {
        Selector::Compare { field: Field::Kind, op: Op::Eq, value } => vec![value.plain()],
        Selector::In { field: Field::Kind, values } => values.iter().map(escher_core::selector::Value::plain).collect(),
        _ => Vec::new(),
    };
    selector.conjuncts().iter().flat_map(values).filter_map(|kind| kind.parse().ok()).collect()
}

/// Whether a word is an identifier by its looks: parts joined by separators, or letters with digits, and no word of ours.
pub(crate) fn looks_like_identifier(word: &str) -> bool {
    if word.len() < 2 || word.len() > 200 || !word.chars().any(char::is_alphabetic) {
        return false;
    }
    if !word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@')) {
        return false;
    }
    let joined = word.contains(['-', '_', '.', '@']) || (word.contains('/') && word.contains(|c: char| c.is_ascii_digit()));
    let mixed = word.chars().any(|c| c.is_ascii_digit());
    (joined || mixed) && lexicon::meanings(word).next().is_none() && !is_hyphenated_prose(word)
}

/// Hyphenated ordinary words: `right-sizing`, `non-compliant`, `up-to-date`, `on-call`.
fn is_hyphenated_prose(word: &str) -> bool {
    let word = word.to_lowercase();
    const WORDS: &[&str] = &[
        "right-sizing",
        "right-size",
        "up-to-date",
        "on-call",
        "non-compliant",
        "multi-cloud",
        "cross-cloud",
        "cross-region",
        "multi-region",
        "month-to-date",
        "year-to-date",
        "step-by-step",
        "end-of-month",
        "end-to-end",
        "high-risk",
        "over-provisioned",
        "under-utilized",
        "under-utilised",
        "underutilized",
        "per-region",
        "day-to-day",
        "real-time",
        "in-use",
        "e-mail",
        "follow-up",
        "set-up",
        "so-called",
        "well-tagged",
        "long-running",
        "short-lived",
        "self-managed",
        "auto-scaling",
        "load-balanced",
        "week-over-week",
        "month-over-month",
        "year-over-year",
        "mtd",
        "ytd",
        "re-start",
        "pre-approved",
        "non-empty",
        "cost-center",
        "24/7",
        "read-only",
        "top-level",
        "low-cost",
        "cost-saving",
        "co-op",
        "and/or",
        "soc2",
        "iso27001",
        "he/she",
        "vs.",
        "e.g",
        "i.e",
        "a.m",
        "p.m",
    ];
    WORDS.contains(&word.as_str())
}
