//! Spelling: what a word that is nothing was meant to be.

use std::collections::HashSet;
use std::sync::LazyLock;

use escher_core::{lexicon as core, regions};

use super::Lexicon;

/// English words that are near words of the lexicon and right as they stand, one a line. They may well be names.
const ENGLISH: &str = include_str!("data/english.txt");

/// How a word is spelt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Spelled {
    /// A word.
    Right,
    /// No word, but near these, all of them equally.
    Like(Vec<String>),
    /// No word, and near none, or near one that no correction may decide.
    Unknown,
}

/// What is written shorter than it is said.
const SHORTHAND: &[(&str, &str)] = &[("w/", "with"), ("w/o", "without"), ("w/out", "without"), ("b/w", "between")];

/// Below this length a word has too many neighbors.
const SHORTEST: usize = 4;
/// What is left behind a prefix is this long at least.
const STEM: usize = 3;
/// Above it a word is no word.
const LONGEST: usize = 24;
/// As many words that are equally near leave open what was meant.
const MOST: usize = 3;

/// How far a word of this length may be from what was meant. Swapped neighbors count one.
fn reach(len: usize) -> u8 {
    if len >= 8 { 2 } else { 1 }
}

/// What stands before a word and turns its meaning round, repeats it, or is no part of it at all.
const PREFIXES: &[&str] = &[
    "", "a", "be", "co", "de", "dis", "down", "en", "ex", "im", "in", "inter", "ir", "mis", "no", "non", "off", "on", "out", "over",
    "post", "pre", "re", "self", "semi", "sub", "trans", "un", "under", "up",
];

/// Whether two words are one word behind different prefixes, or one behind none: no slip makes `delete` of `undelete`.
fn is_turned_round(word: &str, known: &str) -> bool {
    let stems = PREFIXES.iter().filter_map(|prefix| word.strip_prefix(prefix)).filter(|stem| stem.len() >= STEM);
    let mut turned = stems.filter_map(|stem| known.strip_suffix(stem));
    turned.any(|prefix| PREFIXES.contains(&prefix))
}

/// Whether letters stand for words, as in `vpcs`: a slip in such makes another such.
fn is_letters(word: &str) -> bool {
    !word.bytes().any(|b| b"aeiouy".contains(&b))
}

/// Whether two words are of the same letters, two neighbors of which changed places.
fn is_swapped(word: &str, known: &str) -> bool {
    let (a, b) = (word.as_bytes(), known.as_bytes());
    let at = a.iter().zip(b).position(|(a, b)| a != b);
    a.len() == b.len() && at.is_some_and(|at| at + 1 < a.len() && a[at] == b[at + 1] && a[at + 1] == b[at] && a[at + 2..] == b[at + 2..])
}

/// Words that can be searched for those near another.
#[derive(Debug, Default)]
pub(super) struct Index {
    words: Vec<Box<str>>,
    /// What each word shares with the one before it, and its letters, a bit each.
    shared: Vec<(u8, u32)>,
}

impl Index {
    pub(super) fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut words: Vec<Box<str>> = words.into_iter().filter(|word| word.len() <= LONGEST).map(Box::from).collect();
        words.sort_unstable();
        words.dedup();
        let common = |a: &str, b: &str| a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count() as u8;
        let shared = words.iter().enumerate();
        let shared = shared.map(|(i, word)| (if i == 0 { 0 } else { common(&words[i - 1], word) }, letters(word))).collect();
        Self { words, shared }
    }

    /// Hands each word that is at most this far away to `found`, with its distance.
    ///
    /// The sorted words are walked as a tree: what a word shares with the one before it is reckoned once, and where nothing
    /// can come near any more, all that begin alike are passed over.
    fn near<'a>(&'a self, word: &str, most: u8, mut found: impl FnMut(u8, &'a str)) {
        const WIDTH: usize = LONGEST + 1;
        let query = word.as_bytes();
        let len = query.len();
        if len > LONGEST {
            return;
        }
        let wanted = letters(word);
        let mut rows = [[u8::MAX; WIDTH]; WIDTH];
        for (at, cell) in rows[0].iter_mut().enumerate().take(len + 1) {
            *cell = at as u8;
        }
        // The rows that hold for what is common with the current word, and where the search ended.
        let mut known = 0;
        let mut dead = usize::MAX;
        for (candidate, &(shared, has)) in self.words.iter().zip(&self.shared) {
            let shared = usize::from(shared);
            if shared >= dead {
                continue;
            }
            known = known.min(shared);
            dead = usize::MAX;
            let bytes = candidate.as_bytes();
            // One edit brings one letter and takes one.
            if bytes.len().abs_diff(len) > usize::from(most) || (has ^ wanted).count_ones() > 2 * u32::from(most) {
                continue;
            }
            while known < bytes.len() {
                let least = row(&mut rows, bytes, query, known);
                known += 1;
                // A swap reaches over one row.
                if least > most && rows[known - 1][..=len].iter().all(|&cell| cell >= most) {
                    dead = known;
                    break;
                }
            }
            if known == bytes.len() && rows[known][len] <= most && dead == usize::MAX {
                found(rows[known][len], candidate);
            }
        }
    }
}

fn letters(word: &str) -> u32 {
    word.bytes().fold(0, |all, b| all | 1 << (b & 31))
}

/// Reckons the row behind `at`; returns its least cell.
fn row<const WIDTH: usize>(rows: &mut [[u8; WIDTH]; WIDTH], word: &[u8], query: &[u8], at: usize) -> u8 {
    rows[at + 1][0] = at as u8 + 1;
    let mut least = rows[at + 1][0];
    for i in 1..=query.len() {
        let change = rows[at][i - 1] + u8::from(word[at] != query[i - 1]);
        let mut cell = change.min(rows[at][i] + 1).min(rows[at + 1][i - 1] + 1);
        if at > 0 && i > 1 && word[at] == query[i - 2] && word[at - 1] == query[i - 1] {
            cell = cell.min(rows[at - 1][i - 2] + 1);
        }
        rows[at + 1][i] = cell;
        least = least.min(cell);
    }
    least
}

/// The codes of regions.
static CODES: LazyLock<Index> = LazyLock::new(|| Index::new(regions::all().iter().map(|region| region.code)));

static RIGHT: LazyLock<HashSet<&str>> = LazyLock::new(|| ENGLISH.lines().collect());

impl Lexicon {
    /// Whether a word in lower case is one as it stands.
    pub(crate) fn is_known(&self, word: &str) -> bool {
        self.known.contains(word) || self.asking.contains(word) || self.is_ordinary(word) || self.is_common(word)
    }

    /// How a word in lower case is spelt; among the words of questions too, if it is one.
    pub(crate) fn spelled(&self, word: &str, asked: bool) -> Spelled {
        if self.is_known(word) {
            return Spelled::Right;
        }
        if let Some((_, meant)) = SHORTHAND.iter().find(|(short, _)| *short == word) {
            return Spelled::Like(vec![(*meant).to_owned()]);
        }
        if let Some(meant) = asked.then(|| near_side(word)).flatten() {
            return Spelled::Like(vec![meant.to_owned()]);
        }
        if !(SHORTEST..=LONGEST).contains(&word.len()) || !word.bytes().all(|b| b.is_ascii_lowercase()) {
            return Spelled::Unknown;
        }
        if RIGHT.contains(word) || core::knows(word) {
            return Spelled::Right;
        }
        let mut best: Vec<&str> = Vec::new();
        let mut least = (u8::MAX, true);
        // Of what is near, one has another meaning on purpose; then none is what was meant.
        let mut meaning = false;
        self.spellings(asked).near(word, reach(word.len()), |distance, known| {
            let rank = (distance, known.as_bytes()[0] != word.as_bytes()[0]);
            // In an order, less is taken for a slip: of four letters none is another, though two may change places; of more not the first
            // letter and another.
            let slip = if word.len() <= SHORTEST { word.len() != known.len() || is_swapped(word, known) } else { distance == 1 || !rank.1 };
            if !asked && !slip {
                return;
            }
            if rank < least {
                best.clear();
                meaning = false;
                least = rank;
            }
            if rank == least && known.len() >= SHORTEST {
                meaning |= is_turned_round(word, known) || is_letters(known);
                best.push(known);
            }
        });
        // A question may be read with a place corrected; it is shown, and changes nothing.
        if best.is_empty() || meaning || best.len() > MOST || !asked && self.is_near_place(word) {
            return Spelled::Unknown;
        }
        Spelled::Like(best.into_iter().map(str::to_owned).collect())
    }

    fn spellings(&self, asked: bool) -> &Index {
        if asked {
            let words = || self.known.iter().chain(&self.asking).map(String::as_str).filter(|word| word.len() >= SHORTEST);
            return self.asked_index.get_or_init(|| Index::new(words()));
        }
        self.index.get_or_init(|| Index::new(self.known.iter().map(String::as_str).filter(|word| word.len() >= SHORTEST)))
    }

    /// Whether a word is a slip away from one that no correction may decide: where something is done, or how much.
    pub(crate) fn is_near_place(&self, word: &str) -> bool {
        let mut near = false;
        let places = self.near_places.get_or_init(|| Index::new(self.places.iter().map(String::as_str)));
        places.near(word, if word.len() < SHORTEST { 1 } else { reach(word.len()) }, |distance, _| near |= distance > 0);
        near || is_near_code(word)
    }
}

/// The code of a region, or a side of a country, that a word of a question is a slip away from; of several none.
fn near_side(word: &str) -> Option<&'static str> {
    const SIDES: &[&str] = &["west", "east"];
    if word.len() == 3 {
        return SIDES.iter().find(|side| (0..side.len()).any(|at| word == [&side[..at], &side[at + 1..]].concat())).copied();
    }
    if !word.contains('-') || !is_near_code(word) {
        return None;
    }
    let mut best: Vec<&str> = Vec::new();
    let mut least = u8::MAX;
    CODES.near(word, reach(word.len()), |distance, code| {
        if distance < least {
            best.clear();
            least = distance;
        }
        if distance == least {
            best.push(code);
        }
    });
    match best[..] {
        [code] => Some(code),
        _ => None,
    }
}

/// Whether a word is a slip away from the code of a region or a zone.
pub(crate) fn is_near_code(word: &str) -> bool {
    let mut near = false;
    let zone = word.strip_suffix(|c: char| c.is_ascii_lowercase());
    let part = word.rsplit_once('-').filter(|(_, zone)| zone.len() == 1).map(|(region, _)| region);
    let mut exact = false;
    for word in [Some(word), zone, part].into_iter().flatten().filter(|word| word.len() >= 6) {
        CODES.near(word, 1, |distance, _| if distance == 0 { exact = true } else { near = true });
    }
    near && !exact
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::grammar::english;

    fn like(word: &str) -> String {
        match english().lexicon.spelled(word, false) {
            Spelled::Right => "right".to_owned(),
            Spelled::Unknown => "unknown".to_owned(),
            Spelled::Like(words) => words.join(" "),
        }
    }

    #[test]
    fn words_of_every_class_are_corrected() {
        for (word, meant) in [
            ("everey", "every"),
            ("firday", "friday"),
            ("evenning", "evening"),
            ("databse", "database"),
            ("delte", "delete"),
            ("snapshto", "snapshot"),
            ("unatached", "unattached"),
            ("minuts", "minutes"),
            ("pleese", "please"),
        ] {
            assert!(like(word).split(' ').any(|found| found == meant), "{word}: {}", like(word));
        }
    }

    #[test]
    fn english_is_right() {
        for word in ["book", "star", "stage", "shop", "mast", "evens", "aborting", "nigh", "alter"] {
            assert_eq!(like(word), "right", "{word}");
        }
    }

    #[test]
    fn no_correction_decides_where_or_how_many() {
        for word in ["prodution", "azrue", "frnakfurt", "frankfrut", "fuor", "stagin", "westsu", "virgina", "oergon", "sanbdox"] {
            assert_eq!(like(word), "unknown", "{word}");
            assert!(english().lexicon.is_near_place(word), "{word}");
        }
        for code in ["us-esat-1", "eu-wets-1", "us-esat-1a", "europe-wset3-b", "westsu2"] {
            assert!(is_near_code(code), "{code}");
        }
        for name in ["web-1", "us-east-1", "orders-east-1", "us-east-1a", "checkout"] {
            assert!(!is_near_code(name), "{name}");
        }
    }

    #[test]
    fn no_slip_turns_a_word_round_or_makes_other_letters_of_letters() {
        for word in "undelete unremove deprovision undeallocate deencrypt decrypted detag unsnapshot relaunch preallocate deboot \
                     prestart unstopped unrunning unterminated unexposed undetached reassociated unprivate vpns ssds"
            .split_whitespace()
        {
            for asked in [false, true] {
                let spelled = english().lexicon.spelled(word, asked);
                assert!(!matches!(spelled, Spelled::Like(_)), "{word}: {spelled:?}");
            }
        }
    }

    #[test]
    fn what_is_near_is_what_the_distance_says() {
        let index = &english().lexicon;
        for word in ["everey", "databses", "instnaces", "xyzzy", "ab", "colck", "securitygruop"] {
            let most = reach(word.len());
            let mut found = Vec::new();
            index.spellings(false).near(word, most, |distance, known| found.push((usize::from(distance), known)));
            let all = index.spellings(false).words.iter().map(|known| (strsim::osa_distance(word, known), &**known));
            let wanted: Vec<(usize, &str)> = all.filter(|(distance, _)| *distance <= usize::from(most)).collect();
            assert_eq!(found, wanted, "{word}");
        }
    }

    /// `cargo test --release -p escher-server --lib spelling -- --ignored --nocapture`
    #[test]
    #[ignore = "measures"]
    #[allow(clippy::print_stdout, reason = "the measurements")]
    fn cost() {
        let start = Instant::now();
        let lexicon = &english().lexicon;
        println!("grammar and lexicon: {:?}", start.elapsed());
        let start = Instant::now();
        println!("first: {:?} {:?}", lexicon.spelled("databsse", false), start.elapsed());
        println!("{} words", lexicon.spellings(false).words.len());
        let start = Instant::now();
        for word in ["zurfle", "databasse", "instancesss", "snapshotty", "frobber"].iter().cycle().take(5_000) {
            std::hint::black_box(lexicon.spelled(word, false));
        }
        println!("each unknown word: {:?}", start.elapsed() / 5_000);
    }
}
