//! The chart parser: every way to read a lattice by a grammar, bottom-up, bounded in edges and meanings.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::rc::Rc;

use crate::grammar::{Args, Grammar, Symbol};
use crate::meaning::Sem;
use crate::text::Lattice;

/// Edges of one parse at most; a sentence of ten words has two hundred.
const MOST_EDGES: usize = 20_000;
/// Meanings of one category over one span at most.
const MOST_MEANINGS: usize = 12;

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) symbol: Symbol,
    pub(crate) from: u8,
    pub(crate) to: u8,
    pub(crate) sem: Rc<Sem>,
    /// The words whose spelling was corrected for it, a bit each.
    pub(crate) corrected: u128,
    /// What it is made of, to be shown; empty for a word.
    pub(crate) parts: Vec<u32>,
}

/// A production that is partly found, and how far.
#[derive(Clone, Copy)]
struct Begun {
    production: u16,
    /// How many of its parts are found.
    found: u8,
    from: u8,
    to: u8,
    /// The last of them, and what was begun before it.
    last: u32,
    before: u32,
}

/// What a parse found.
pub(crate) struct Chart {
    pub(crate) edges: Vec<Edge>,
    /// Whether a bound was reached, so that readings may be missing.
    pub(crate) overflowed: bool,
    length: u8,
}

/// Reads a lattice.
pub(crate) fn parse(grammar: &Grammar, lattice: &Lattice) -> Chart {
    let mut parser = Parser {
        grammar,
        edges: Vec::new(),
        known: HashMap::default(),
        at: HashMap::default(),
        waiting: HashMap::default(),
        agenda: Vec::new(),
        done: Vec::new(),
        begun: Vec::new(),
        overflowed: lattice.is_cut(),
    };
    for lexical in lattice.edges() {
        let Some(symbol) = grammar.find(&lexical.symbol) else { continue };
        parser.add(symbol, lexical.from, lexical.to, lexical.sem.clone(), lexical.corrected, Vec::new());
    }
    while let Some(edge) = parser.agenda.pop() {
        parser.complete(edge);
        if parser.edges.len() + parser.begun.len() > MOST_EDGES {
            parser.overflowed = true;
            break;
        }
    }
    Chart { edges: parser.edges, overflowed: parser.overflowed, length: lattice.len() }
}

struct Parser<'a> {
    grammar: &'a Grammar,
    edges: Vec<Edge>,
    /// The edges of each category and span.
    known: HashMap<(Symbol, u8, u8), Vec<u32>, Quick>,
    /// The edges of each category by where they begin.
    at: HashMap<(Symbol, u8), Vec<u32>, Quick>,
    /// What waits for a category at a place.
    waiting: HashMap<(Symbol, u8), Vec<u32>, Quick>,
    agenda: Vec<u32>,
    /// Whether an edge has been taken off the agenda.
    done: Vec<bool>,
    begun: Vec<Begun>,
    overflowed: bool,
}

/// Keys are a few small numbers that nobody chooses.
type Quick = BuildHasherDefault<Mixed>;

#[derive(Default)]
struct Mixed(u64);

impl Hasher for Mixed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u8(&mut self, value: u8) {
        self.write_u64(u64::from(value));
    }

    fn write_u16(&mut self, value: u16) {
        self.write_u64(u64::from(value));
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

impl Parser<'_> {
    fn add(&mut self, symbol: Symbol, from: u8, to: u8, sem: Sem, corrected: u128, parts: Vec<u32>) {
        let same = self.known.entry((symbol, from, to)).or_default();
        for &edge in same.iter() {
            let edge = &mut self.edges[edge as usize];
            if *edge.sem == sem {
                // The reading with the fewest corrections stands for all that mean the same.
                if corrected.count_ones() < edge.corrected.count_ones() {
                    edge.corrected = corrected;
                }
                return;
            }
        }
        if same.len() >= MOST_MEANINGS {
            self.overflowed = true;
            return;
        }
        let index = self.edges.len() as u32;
        same.push(index);
        self.edges.push(Edge { symbol, from, to, sem: Rc::new(sem), corrected, parts });
        self.at.entry((symbol, from)).or_default().push(index);
        self.agenda.push(index);
        self.done.push(false);
    }

    /// Lets an edge begin productions, and continue those that wait for it.
    fn complete(&mut self, index: u32) {
        self.done[index as usize] = true;
        let Edge { symbol, from, to, .. } = self.edges[index as usize];
        let grammar = self.grammar;
        for &production in &grammar.first[usize::from(symbol)] {
            self.advance(Begun { production, found: 1, from, to, last: index, before: u32::MAX });
        }
        // What starts to wait meanwhile finds this edge among those that are done.
        let key = (symbol, from);
        for i in 0..self.waiting.get(&key).map_or(0, Vec::len) {
            let before = self.waiting[&key][i];
            self.advance(self.begun[before as usize].with(index, to, before));
        }
    }

    fn advance(&mut self, begun: Begun) {
        if self.begun.len() >= MOST_EDGES {
            self.overflowed = true;
            return;
        }
        let index = self.begun.len() as u32;
        self.begun.push(begun);
        let grammar = self.grammar;
        let production = &grammar.productions[usize::from(begun.production)];
        let Some(&next) = production.of.get(usize::from(begun.found)) else {
            return self.finish(begun);
        };
        let key = (next, begun.to);
        self.waiting.entry(key).or_default().push(index);
        for i in 0..self.at.get(&key).map_or(0, Vec::len) {
            let edge = self.at[&key][i];
            // One that is still on the agenda will find this production waiting.
            if self.done[edge as usize] {
                let to = self.edges[edge as usize].to;
                self.advance(begun.with(edge, to, index));
            }
        }
    }

    fn finish(&mut self, begun: Begun) {
        let mut parts = vec![0; usize::from(begun.found)];
        let mut at = begun;
        for part in parts.iter_mut().rev() {
            *part = at.last;
            if at.before != u32::MAX {
                at = self.begun[at.before as usize];
            }
        }
        let grammar = self.grammar;
        let production = &grammar.productions[usize::from(begun.production)];
        let part = |at: u8| &*self.edges[parts[usize::from(at)] as usize].sem;
        let args: Vec<&Sem> = production.args.iter().map(|from| from.map_or(&Sem::Nothing, part)).collect();
        let Some(sem) = (grammar.rule(production).means)(&Args(&args)) else { return };
        let corrected = parts.iter().fold(0, |sum, &part| sum | self.edges[part as usize].corrected);
        self.add(production.makes, begun.from, begun.to, sem, corrected, parts);
    }
}

impl Begun {
    /// One part further.
    fn with(self, edge: u32, to: u8, before: u32) -> Self {
        Self { found: self.found + 1, to, last: edge, before, ..self }
    }
}

impl Chart {
    /// The readings of the whole as one category.
    pub(crate) fn whole<'a>(&'a self, grammar: &Grammar, category: &str) -> Vec<&'a Edge> {
        let Some(symbol) = grammar.find(category) else { return Vec::new() };
        self.edges.iter().filter(|edge| edge.symbol == symbol && edge.from == 0 && edge.to == self.length).collect()
    }

    /// Every phrase of one category.
    pub(crate) fn phrases<'a>(&'a self, grammar: &Grammar, category: &str) -> Vec<&'a Edge> {
        let Some(symbol) = grammar.find(category) else { return Vec::new() };
        self.edges.iter().filter(|edge| edge.symbol == symbol).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::grammar::english;
    use crate::text;

    fn parsed(words: &str) -> (Chart, Duration) {
        let language = english();
        let start = Instant::now();
        let lattice = Lattice::of(text::split(words, text::MOST_TOKENS), &language.lexicon);
        let chart = parse(&language.grammar, &lattice);
        (chart, start.elapsed())
    }

    fn hard() -> Vec<(&'static str, String)> {
        let names = |from: usize, to: usize, by: &str| (from..to).map(|i| format!("web-{i}")).collect::<Vec<_>>().join(by);
        let mixed =
            "stop delete dev vms in aws at 8pm except web-1 and every friday 5 gb of disks tagged owner=a not idle or zurfle databsae ";
        vec![
            ("names", format!("stop {}", names(0, 20, " and "))),
            ("more names", format!("stop {}", names(0, 39, ", "))),
            ("of", format!("stop disks{}", " of VMs in dev".repeat(8))),
            ("except", format!("stop dev vms{}", " except web-1 and web-2".repeat(8))),
            ("kinds", format!("stop {}", ["vms", "disks", "dev databases", "idle buckets in aws"].repeat(6).join(" and "))),
            ("times", format!("stop web-1 {}", "every friday at 8pm tomorrow in 2 hours ".repeat(7))),
            ("mixed", mixed.repeat(4)),
            ("unknown", "zurfleton brambling quuxwards flimbersnatch ".repeat(20)),
            ("long", "vms in dev and ".repeat(520)),
        ]
    }

    #[test]
    fn what_is_hard_stays_within_bounds() {
        for (name, words) in hard() {
            let (chart, _) = parsed(&words);
            assert!(chart.edges.len() <= MOST_EDGES, "{name}: {}", chart.edges.len());
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_parsed_within_bounds(
            words in proptest::collection::vec(
                proptest::sample::select(vec![
                    "stop", "vms", "dev", "in", "aws", "except", "and", "or", "not", "of", "the", "all", "web-1", "at", "8", "8pm", "every",
                    "friday", ",", "disks", "tagged", "owner=a", "idle", "that", "are", "older", "than", "5", "days", "\u{200b}", "“x", "to",
                ]),
                0..100,
            ),
        ) {
            let (chart, _) = parsed(&words.join(" "));
            proptest::prop_assert!(chart.edges.len() <= MOST_EDGES);
        }
    }

    /// `cargo test --release -p escher-server --lib chart -- --ignored --nocapture`
    #[test]
    #[ignore = "measures"]
    #[allow(clippy::print_stdout, reason = "the measurements")]
    fn cost() {
        parsed("start databsae");
        for (name, words) in hard() {
            let (chart, _) = parsed(&words);
            let least = (0..5).map(|_| parsed(&words).1).min();
            println!("{name}: {} edges{}, {least:?}", chart.edges.len(), if chart.overflowed { ", too many" } else { "" });
        }
        let mut all: Vec<(Duration, usize, String)> = Vec::new();
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frames")).into_iter().flatten().flatten() {
            for line in std::fs::read_to_string(entry.path()).unwrap_or_default().lines() {
                let row: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
                let words = row["say"].as_str().unwrap_or_default();
                let least = (0..5).map(|_| parsed(words).1).min().unwrap_or_default();
                all.push((least, parsed(words).0.edges.len(), words.to_owned()));
            }
        }
        all.sort();
        let at = |part: usize| all.get((all.len() * part / 100).min(all.len() - 1));
        println!("{} sentences, p50 {:?}, p99 {:?}, most {:?}", all.len(), at(50), at(99), all.last());
    }
}
