//! The lattice: spans of tokens with their lexical readings side by side. The chart chooses.

use super::shapes;
use super::token::{Shape, Token};
use crate::budget::Budget;
use crate::lexicon::{Entry, Lexicon, Spelled};
use crate::meaning::Sem;

/// Tokens of an utterance that are read at once; more are taken sentence by sentence, or not at all.
pub(crate) const MOST_TOKENS: usize = 80;

/// A reading of a span.
#[derive(Clone, Debug)]
pub(crate) struct Lexical {
    /// The category, or a word of the grammar.
    pub(crate) symbol: String,
    pub(crate) from: u8,
    pub(crate) to: u8,
    pub(crate) sem: Sem,
    /// The words that were corrected for it, a bit each.
    pub(crate) corrected: u128,
}

/// The readings of an utterance.
pub(crate) struct Lattice {
    tokens: Vec<Token>,
    edges: Vec<Lexical>,
    /// What each token may have been meant to be, if it is no word.
    corrections: Vec<Vec<String>>,
    /// The same in words.
    meant: Vec<String>,
    cut: bool,
    /// Whether a question is read: its own words count, and every word may be corrected.
    asked: bool,
}

/// Whether a word is a month or a day of the week.
fn is_dated(lexicon: &Lexicon, word: &str) -> bool {
    lexicon.entries(word).iter().any(|entry| matches!(entry.category, "Month" | "Weekday"))
}

/// Pictures that neither refuse nor ask: somebody is kind, or careful.
const HARMLESS: &[&str] = &[
    "🙂", "😊", "😀", "😃", "😄", "😁", "😅", "😉", "😇", "🤗", "🙏", "👍", "👋", "👏", "🙌", "💪", "🎉", "🚀", "🔥", "❤", "💙", "💚",
    "☕", "⚡", "⚠", "✨", "🫡", "🚨", "🔔", "📢", "❗", "⏰", "🔄", "🧹", "🗑", "🏷", "📸", "💾", "💸", "💰", "🖥", "🔧", "🛠",
];

/// Shades and the mark that follow a picture.
const MODIFIERS: &[char] = &['\u{fe0f}', '\u{1f3fb}', '\u{1f3fc}', '\u{1f3fd}', '\u{1f3fe}', '\u{1f3ff}'];

impl Lattice {
    /// Reads tokens by a lexicon.
    pub(crate) fn of(tokens: Vec<Token>, lexicon: &Lexicon, budget: &Budget) -> Self {
        Self::read(tokens, lexicon, budget, false)
    }

    /// Reads tokens as a question.
    pub(crate) fn asked(tokens: Vec<Token>, lexicon: &Lexicon, budget: &Budget) -> Self {
        Self::read(tokens, lexicon, budget, true)
    }

    fn read(mut tokens: Vec<Token>, lexicon: &Lexicon, budget: &Budget, asked: bool) -> Self {
        let cut = tokens.len() > MOST_TOKENS;
        tokens.truncate(MOST_TOKENS);
        let (corrections, meant) = (vec![Vec::new(); tokens.len()], vec![String::new(); tokens.len()]);
        let mut it = Self { edges: Vec::new(), corrections, meant, tokens, cut, asked };
        it.words(lexicon, budget);
        it.phrases(lexicon);
        it.shapes(lexicon);
        it.numbers();
        it
    }

    /// Words of the grammar, and the spelling of those that are nothing.
    fn words(&mut self, lexicon: &Lexicon, budget: &Budget) {
        for at in 0..self.tokens.len() {
            let token = &self.tokens[at];
            let low = token.low.clone();
            match token.shape {
                Shape::Mark => self.push(&low, at, at + 1, Sem::Nothing, 0),
                // One that refuses, asks or is not known as harmless may say the opposite of the words.
                Shape::Emoji if HARMLESS.contains(&low.trim_end_matches(MODIFIERS)) => self.push("Emoji", at, at + 1, Sem::Nothing, 0),
                Shape::Emoji => {}
                Shape::Word => match budget.spelled(lexicon, &low, self.asked) {
                    Spelled::Right if lexicon.is_grammar(&low) => self.push(&low, at, at + 1, Sem::Nothing, 0),
                    Spelled::Right | Spelled::Unknown => {}
                    // “Juno” is no June: what is so short and near a month may as well be a name.
                    Spelled::Like(words) if low.len() <= 5 && words.iter().all(|word| is_dated(lexicon, word)) => {}
                    Spelled::Like(words) => {
                        for word in words.iter().filter(|word| lexicon.is_grammar(word)) {
                            self.push(word, at, at + 1, Sem::Nothing, 1 << at);
                        }
                        self.meant[at] = words.join(" or ");
                        self.corrections[at] = words;
                    }
                },
                Shape::Quoted | Shape::KeyValue | Shape::Odd => {}
            }
        }
    }

    /// Entries of the lexicon. The longest blocks its parts.
    fn phrases(&mut self, lexicon: &Lexicon) {
        let mut found = Vec::new();
        for from in 0..self.tokens.len() {
            self.entries(lexicon, from, from, &mut String::new(), 0, &mut found);
        }
        let blocking: Vec<(usize, usize)> =
            found.iter().filter(|(.., entry, _)| entry.blocks()).map(|&(from, to, ..)| (from, to)).collect();
        let inside = |from: usize, to: usize| blocking.iter().any(|&(a, b)| a <= from && to <= b && b - a > to - from);
        // “Serverless” stands for functions, but before another kind it only describes that.
        let kinds: Vec<usize> = found.iter().filter(|(.., entry, _)| entry.category.starts_with("Kind")).map(|&(from, ..)| from).collect();
        let describes = |from: usize, to: usize| to - from == 1 && self.tokens[from].low == "serverless" && kinds.contains(&to);
        found.retain(|&(from, to, ..)| !describes(from, to));
        for (from, to, entry, corrected) in found {
            if !inside(from, to) {
                self.push(entry.category, from, to, entry.sem, corrected);
            }
        }
        for (from, to) in blocking {
            // What is one thing together names nothing by its parts.
            if to - from > 1 {
                self.edges.retain(|edge| {
                    let within =
                        from <= usize::from(edge.from) && usize::from(edge.to) <= to && usize::from(edge.to - edge.from) < to - from;
                    !(within && matches!(edge.symbol.as_str(), "Word" | "Name"))
                });
            }
        }
    }

    /// Finds the entries that begin at `from` and go on at `at`, in each of the spellings.
    fn entries(
        &self,
        lexicon: &Lexicon,
        from: usize,
        at: usize,
        phrase: &mut String,
        corrected: u128,
        found: &mut Vec<(usize, usize, Entry, u128)>,
    ) {
        let Some(token) = self.tokens.get(at).filter(|token| matches!(token.shape, Shape::Word | Shape::Mark)) else { return };
        let as_typed = [token.low.as_str()];
        let better: Vec<&str> = self.corrections[at].iter().map(String::as_str).collect();
        let (words, bit): (&[&str], u128) = if better.is_empty() { (&as_typed, 0) } else { (&better, 1 << at) };
        let before = phrase.len();
        for word in words {
            if before > 0 {
                phrase.push(' ');
            }
            phrase.push_str(word);
            let corrected = corrected | bit;
            for entry in lexicon.entries(phrase) {
                // No correction decides where something is done.
                let trusted = corrected == 0 || self.asked || !entry.is_sensitive();
                if trusted && (self.asked || !entry.asks()) {
                    found.push((from, at + 1, entry.clone(), corrected));
                }
            }
            if lexicon.begins(phrase) {
                self.entries(lexicon, from, at + 1, phrase, corrected, found);
            }
            phrase.truncate(before);
        }
    }

    /// What tokens are by their looks: numbers, times, names, ids.
    fn shapes(&mut self, lexicon: &Lexicon) {
        for at in 0..self.tokens.len() {
            let read = self.edges.iter().any(|edge| usize::from(edge.from) <= at && at < usize::from(edge.to));
            let owned = self.edges.iter().any(|edge| {
                let span = usize::from(edge.from)..usize::from(edge.to);
                span.contains(&at) && edge.symbol.starts_with(|c: char| c.is_ascii_uppercase())
            });
            let low = self.tokens[at].low.as_str();
            let kind_at = |at: usize, from: bool, symbol: &str| {
                self.edges.iter().any(|edge| {
                    let end = if from { edge.from } else { edge.to };
                    usize::from(end) == at && edge.symbol.starts_with(symbol)
                })
            };
            // “VM old”: behind one thing stands its name, but not in “GKE Autopilot clusters”.
            let named = kind_at(at, false, "KindSg") && !(lexicon.describes(low) && kind_at(at + 1, true, "Kind"));
            let common = self.asked
                && lexicon.is_common(low)
                && !named
                && (lexicon.describes(low) || !(kind_at(at + 1, true, "Kind") || self.is_sort(at + 1) && kind_at(at + 2, true, "Kind")));
            // What may be a slip may be a name as well, and an order is not guessed.
            let slip = !self.asked && !self.corrections[at].is_empty();
            let (read, owned) = if slip { (false, false) } else { (read || common, owned) };
            if let Some(stem) = shapes::pattern(&self.tokens[at]).filter(|_| self.asked) {
                self.push("Pattern", at, at + 1, Sem::Text(stem.to_owned()), 0);
            }
            for (symbol, sem) in shapes::of(&self.tokens[at], lexicon, read, owned) {
                self.push(symbol, at, at + 1, sem, 0);
            }
        }
    }

    /// Whether a word stands between a name and its kind: “checkout service VMs”.
    fn is_sort(&self, at: usize) -> bool {
        const SORTS: &[&str] = &["service", "app", "application", "api", "site", "backend", "frontend", "team"];
        self.tokens.get(at).is_some_and(|token| SORTS.contains(&token.low.as_str()))
    }

    /// Numbers of several tokens: `1,000`, `1 TB`, `2,500 GB`.
    fn numbers(&mut self) {
        for from in 0..self.tokens.len() {
            let digits = |at: usize| {
                self.tokens.get(at).filter(|token| token.shape == Shape::Word && token.low.starts_with(|c: char| c.is_ascii_digit()))
            };
            let Some(first) = digits(from) else { continue };
            let mut number = first.low.clone();
            let mut to = from + 1;
            // Only what is written in one piece is one number; `22,443` may be two all the same.
            while number.bytes().all(|b| b.is_ascii_digit() || b == b',')
                && let (Some(comma), Some(next)) = (self.tokens.get(to), digits(to + 1))
                && comma.low == ","
                && self.tokens[to - 1].span.1 == comma.span.0
                && comma.span.1 == next.span.0
            {
                number.push(',');
                number.push_str(&next.low);
                to += 2;
            }
            let whole = (to > from + 1).then(|| shapes::quantity(&number)).flatten();
            let unit = self.tokens.get(to).filter(|token| token.shape != Shape::Quoted);
            let measured = unit.and_then(|unit| shapes::measured(&number, &unit.low));
            if let Some((symbol, sem)) = whole {
                self.push(symbol, from, to, sem, 0);
            }
            if let Some((symbol, sem)) = measured {
                self.push(symbol, from, to + 1, sem, 0);
            }
        }
    }

    fn push(&mut self, symbol: &str, from: usize, to: usize, sem: Sem, corrected: u128) {
        let (Ok(from), Ok(to)) = (u8::try_from(from), u8::try_from(to)) else { return };
        self.edges.push(Lexical { symbol: symbol.to_owned(), from, to, sem, corrected });
    }

    pub(crate) fn edges(&self) -> impl Iterator<Item = &Lexical> {
        self.edges.iter()
    }

    /// A word as it is read.
    pub(crate) fn word(&self, at: usize) -> &str {
        self.corrections[at].first().map_or(&self.tokens[at].low, |word| word)
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    pub(crate) fn len(&self) -> u8 {
        u8::try_from(self.tokens.len()).unwrap_or(u8::MAX)
    }

    /// Whether there were more tokens than are read.
    pub(crate) fn is_cut(&self) -> bool {
        self.cut
    }

    /// The corrections among these words: as written, and as read.
    pub(crate) fn corrected(&self, which: u128) -> impl Iterator<Item = (&str, &str)> {
        self.tokens
            .iter()
            .zip(&self.meant)
            .enumerate()
            .filter(move |(at, (_, meant))| which >> at & 1 == 1 && !meant.is_empty())
            .map(|(_, (token, meant))| (token.text.as_str(), meant.as_str()))
    }
}
