//! Orders changed in one place, and what may come of them.

use escher_core::lexicon::{self, Meaning};
use escher_core::regions;

use crate::sources::Act;

/// A kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Drop,
    Insert,
    Clause,
    Letter,
    Swap,
}

impl Change {
    pub(crate) const ALL: [Self; 5] = [Self::Drop, Self::Insert, Self::Clause, Self::Letter, Self::Swap];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Drop => "drop",
            Self::Insert => "insert",
            Self::Clause => "clause",
            Self::Letter => "letter",
            Self::Swap => "swap",
        }
    }
}

/// What may come of a change.
pub(crate) enum Rule {
    /// Only a question.
    Asks,
    /// Anything but what was ordered before.
    Other,
    /// What was ordered before, or a question.
    SameOrAsks,
    /// What was ordered before, of something that is literally called so; or a question.
    Renamed { from: String, to: String },
}

/// A changed order.
pub(crate) struct Mutant {
    pub(crate) text: String,
    pub(crate) rule: Rule,
}

/// Every change of a kind.
pub(crate) fn mutants(change: Change, order: &Act) -> Vec<Mutant> {
    let words = Words::of(&order.say);
    match change {
        Change::Drop => words.dropped(),
        Change::Insert => words.inserted(),
        Change::Clause => words.with_clauses(),
        Change::Letter => words.misspelt(order),
        Change::Swap => words.swapped(),
    }
}

/// Words that may go without a change of meaning: articles, prepositions, courtesies, and what only announces a name or a kind.
const LIGHT: &str = "the a an all every each of in on at from to for with by is are be and our only please pls plz kindly could can would \
     you i we need want like id i'd get me hi hey hello team thanks thank now asap ok okay go ahead make sure there so much \
     resource resources group account project subscription region zone network called named name id instance instances cluster \
     service month per currently right just that which it them usage located running vm vms machine machines every everything up port tcp am pm tonight today desired add now also too well those ones capacity \
     yes cheers thx let's both any automatic";

/// Words that say nothing new beside another: “tomorrow at 06:45” is the next 06:45, “friday 4 december” a day of its own,
/// “mysql databases” are all there is of MySQL.
const SAID_ALREADY: &[(&str, &str)] = &[
    ("tomorrow", "at "),
    ("tomorow", "at "),
    ("friday", "december"),
    ("not", " but "),
    ("but", "younger"),
    ("but", "not"),
    ("healthy", "targets"),
    ("databases", "mysql"),
    ("servers", "mysql"),
    ("databases", "postgres"),
    ("database", "postgres"),
    ("database", "mysql"),
    ("databases", "mongo"),
    ("dbs", "firestore"),
    ("cache", "redis"),
    ("clusters", "redis"),
    ("tag", "="),
    ("set", "="),
    ("as", "="),
    ("tag", "owner"),
    ("tag", "without"),
    ("tags", "without"),
    ("costing", "$"),
    ("cost", "$"),
    ("dollars", "costing"),
    ("average", "cpu"),
    ("percent", "cpu"),
    ("where", "cpu"),
    ("size", "t3"),
    ("size", "m5"),
    ("size", "standard_"),
    ("size", "e2-"),
    ("type", "t3"),
    ("new", "launch"),
    ("nodes", "scale"),
    ("tasks", "scale"),
    ("replicas", "scale"),
    ("down", "scale"),
    ("back", "turn"),
    ("ports", "-"),
    ("access", "ssh"),
    ("databases", "sql server"),
    ("costing", "dollars"),
    ("size", "db."),
    ("cache", "memorystore"),
    ("tags", "="),
    ("tag", "whose"),
    ("tag", " on "),
    ("label", " on "),
];

/// What nobody has said before.
const NONSENSE: [&str; 3] = ["blorptz", "quuxly", "vrimfold"];

/// Conditions, shares, comparisons and doubts that no production reads.
const CLAUSES: [&str; 30] = [
    "unless prod is down",
    "unless they are busy",
    "half",
    "near the office",
    "like web-9",
    "if the moon is full",
    "if db-9 is idle",
    "once the backup is done",
    "when dana agrees",
    "while nobody looks",
    "until friday",
    "for two weeks",
    "except 2",
    "except the newest",
    "sometimes",
    "maybe",
    "instead of web-9",
    "without touching web-9",
    "or not",
    "but only some of them",
    "as discussed",
    "like last time",
    "one at a time",
    "that nobody needs",
    "whose owner left",
    "if possible",
    "because they cost too much",
    "provided that it is safe",
    "before the demo",
    "depending on the load",
];

/// The same about the things that a question is about.
pub(crate) const RELATIVES: [&str; 8] = [
    "that nobody needs",
    "which dana forgot about",
    "whose owner left the company",
    "that smell funny",
    "like the ones in the old data center",
    "that failed their last drill",
    "which were bought in a hurry",
    "that talk to the mainframe",
];

/// An order cut at blanks, quoted text whole.
struct Words {
    words: Vec<String>,
    end: String,
    kind: Vec<bool>,
    compound: Vec<bool>,
}

impl Words {
    fn of(say: &str) -> Self {
        let body = say.trim_end_matches(['.', '!', '?']);
        let mut words: Vec<String> = vec![String::new()];
        let mut quoted = false;
        for c in body.chars() {
            quoted ^= c == '"';
            match words.last_mut() {
                Some(word) if c != ' ' || quoted => word.push(c),
                _ => words.push(String::new()),
            }
        }
        words.retain(|word| !word.is_empty());
        let plain: Vec<String> = words.iter().map(|word| bare(word)).collect();
        let (mut kind, mut compound) = (vec![false; words.len()], vec![false; words.len()]);
        // “MySQL servers” is as much of a kind as “VMs” is.
        let is_kind = |meaning: &Meaning| matches!(meaning, Meaning::Kind(..) | Meaning::Engine(_));
        for reading in lexicon::read(&plain).into_iter().filter(|reading| is_kind(&reading.meaning)) {
            for at in reading.start..reading.start + reading.len {
                kind[at] = true;
                compound[at] |= reading.len > 1;
            }
        }
        Self { end: say[body.len()..].to_owned(), words, kind, compound }
    }

    fn join(&self, words: &[String]) -> String {
        words.join(" ") + &self.end
    }

    fn is_content(&self, at: usize) -> bool {
        let word = bare(&self.words[at]);
        let ticket = word.chars().any(|c| c.is_ascii_digit()) && self.words[at].chars().all(|c| !c.is_lowercase());
        let again = self.words[..at].iter().any(|other| bare(other) == word);
        let spoken = word.chars().filter(|c| c.is_alphanumeric()).count() > 1;
        spoken && !again && !ticket && !LIGHT.split_whitespace().any(|light| light == word)
    }

    fn dropped(&self) -> Vec<Mutant> {
        let beside = |word: &str| {
            let text = self.join(&self.words).to_lowercase();
            SAID_ALREADY.iter().any(|(again, other)| *again == word.to_lowercase() && text.contains(other))
        };
        let content = (0..self.words.len()).filter(|&at| self.is_content(at) && !self.compound[at] && !beside(&self.words[at]));
        let without = content.map(|at| {
            let mut words = self.words.clone();
            words.remove(at);
            Mutant { text: self.join(&words), rule: Rule::Other }
        });
        without.collect()
    }

    fn inserted(&self) -> Vec<Mutant> {
        let beside_kind = |at: usize| self.kind.get(at).copied().unwrap_or(false) || at > 0 && self.kind[at - 1];
        // “Vms that have no blorptz tags”: a word before “tags” is a key.
        let key = |at: usize| self.words.get(at).is_some_and(|word| matches!(word.as_str(), "tag" | "tags" | "label" | "labels"));
        let tagged = |at: usize| at > 0 && matches!(self.words[at - 1].as_str(), "tagged" | "labeled");
        let places = (0..=self.words.len()).filter(|&at| !beside_kind(at) && !key(at) && !tagged(at));
        let with = places.map(|at| {
            let mut words = self.words.clone();
            words.insert(at, NONSENSE[at % NONSENSE.len()].to_owned());
            Mutant { text: self.join(&words), rule: Rule::Asks }
        });
        with.collect()
    }

    fn with_clauses(&self) -> Vec<Mutant> {
        let body = self.join(&self.words);
        let body = body.trim_end_matches(['.', '!', '?']);
        let both = CLAUSES.iter().flat_map(|clause| [format!("{body} {clause}"), format!("{clause}, {body}")]);
        both.map(|text| Mutant { text, rule: Rule::Asks }).collect()
    }

    fn misspelt(&self, order: &Act) -> Vec<Mutant> {
        let (mut mutants, names) = (Vec::new(), order.names());
        for (at, word) in self.words.iter().enumerate() {
            let plain = bare(word);
            let named = names.contains(&plain);
            if !named && !self.narrows(at) {
                continue;
            }
            for wrong in misspellings(word.trim_matches(['"', ',', ':', '\''])) {
                let mut words = self.words.clone();
                words[at] = word.replace(word.trim_matches(['"', ',', ':', '\'']), &wrong);
                let from = word.trim_matches(['"', ',', ':', '\'']).to_owned();
                let rule = if named { Rule::Renamed { from, to: wrong } } else { Rule::Asks };
                mutants.push(Mutant { text: self.join(&words), rule });
            }
        }
        mutants
    }

    /// Whether a word is an environment, a cloud or a place, or a part of a place's name.
    fn narrows(&self, at: usize) -> bool {
        let word = bare(&self.words[at]);
        let with = |other: usize| self.words.get(other).map(|word| bare(word)).unwrap_or_default();
        let before = at.checked_sub(1).map(with).unwrap_or_default();
        is_narrow(&word) || [format!("{before} {word}"), format!("{word} {}", with(at + 1))].iter().any(|pair| is_place(pair))
    }

    fn swapped(&self) -> Vec<Mutant> {
        let content: Vec<usize> = (0..self.words.len()).filter(|&at| self.is_content(at)).collect();
        let mut mutants = Vec::new();
        for (i, &a) in content.iter().enumerate() {
            for &b in &content[i + 1..] {
                // Two names, two places, two numbers may well change places: that is another order, and a good one.
                if self.words[a] != self.words[b] && (sort(&self.words[a]) == Sort::Other || sort(&self.words[a]) != sort(&self.words[b])) {
                    let mut words = self.words.clone();
                    words.swap(a, b);
                    if !(self.kind[a] && self.kind[b]) {
                        mutants.push(Mutant { text: self.join(&words), rule: Rule::SameOrAsks });
                    }
                }
            }
        }
        mutants
    }
}

#[derive(PartialEq, Eq)]
enum Sort {
    Narrow,
    Pair,
    Name,
    Number,
    Other,
}

fn sort(word: &str) -> Sort {
    let word = bare(word);
    if is_narrow(&word) {
        Sort::Narrow
    } else if word.contains('=') {
        Sort::Pair
    } else if word.starts_with(|c: char| c.is_ascii_digit()) {
        Sort::Number
    } else if word.contains(['-', '_', '/', '.', '"']) || word.chars().any(|c| c.is_ascii_digit()) {
        Sort::Name
    } else {
        Sort::Other
    }
}

fn bare(word: &str) -> String {
    word.trim_matches([',', ':', '"', '\'', '.', '!', '?', '(', ')']).to_lowercase()
}

fn is_place(text: &str) -> bool {
    regions::all().iter().any(|region| region.code == text) || !regions::by_name(None, text).is_empty()
}

fn is_narrow(word: &str) -> bool {
    lexicon::meanings(word).any(|meaning| matches!(meaning, Meaning::Env(_) | Meaning::NonProd | Meaning::Cloud(_))) || is_place(word)
}

/// One letter missing, one wrong, two swapped; none of them a word that is known.
fn misspellings(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let alphabetic: Vec<usize> = (0..letters.len()).filter(|&at| letters[at].is_ascii_alphabetic()).collect();
    let Some(&middle) = alphabetic.get(alphabetic.len() / 2) else { return Vec::new() };
    let mut missing = letters.clone();
    missing.remove(middle);
    let mut wrong = letters.clone();
    wrong[middle] = if wrong[middle] == 'x' { 'q' } else { 'x' };
    let mut swapped = letters.clone();
    let neighbor =
        if middle + 1 < letters.len() && letters[middle + 1].is_ascii_alphabetic() { middle + 1 } else { middle.saturating_sub(1) };
    swapped.swap(middle, neighbor);
    let all = [missing, wrong, swapped].into_iter().map(|letters| letters.into_iter().collect::<String>());
    all.filter(|other| other.len() > 1 && other != word && !lexicon::knows(&bare(other)) && !is_narrow(&bare(other))).collect()
}
