//! The chart parser: every way to read a lattice by a grammar, bottom-up, bounded in edges and meanings.

use std::collections::HashMap;
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

/// A production that is partly found.
#[derive(Clone)]
struct Begun {
    production: u16,
    from: u8,
    to: u8,
    parts: Vec<u32>,
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
        known: HashMap::new(),
        at: HashMap::new(),
        waiting: HashMap::new(),
        agenda: Vec::new(),
        done: Vec::new(),
        begun: 0,
        overflowed: lattice.is_cut(),
    };
    for lexical in lattice.edges() {
        let Some(symbol) = grammar.find(&lexical.symbol) else { continue };
        parser.add(symbol, lexical.from, lexical.to, lexical.sem.clone(), lexical.corrected, Vec::new());
    }
    while let Some(edge) = parser.agenda.pop() {
        parser.complete(edge);
        if parser.edges.len() + parser.begun > MOST_EDGES {
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
    known: HashMap<(Symbol, u8, u8), Vec<u32>>,
    /// The edges of each category by where they begin.
    at: HashMap<(Symbol, u8), Vec<u32>>,
    /// What waits for a category at a place.
    waiting: HashMap<(Symbol, u8), Vec<Begun>>,
    agenda: Vec<u32>,
    /// Whether an edge has been taken off the agenda.
    done: Vec<bool>,
    begun: usize,
    overflowed: bool,
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
            self.advance(Begun { production, from, to, parts: vec![index] });
        }
        let waiting = self.waiting.get(&(symbol, from)).cloned().unwrap_or_default();
        for begun in waiting {
            self.advance(begun.with(index, to));
        }
    }

    fn advance(&mut self, begun: Begun) {
        self.begun += 1;
        if self.begun > MOST_EDGES {
            self.overflowed = true;
            return;
        }
        let grammar = self.grammar;
        let production = &grammar.productions[usize::from(begun.production)];
        let Some(&next) = production.of.get(begun.parts.len()) else {
            return self.finish(begun);
        };
        let key = (next, begun.to);
        let found = self.at.get(&key).cloned().unwrap_or_default();
        for edge in found {
            // One that is still on the agenda will find this production waiting.
            if self.done[edge as usize] {
                let to = self.edges[edge as usize].to;
                self.advance(begun.with(edge, to));
            }
        }
        self.waiting.entry(key).or_default().push(begun);
    }

    fn finish(&mut self, begun: Begun) {
        let grammar = self.grammar;
        let production = &grammar.productions[usize::from(begun.production)];
        let part = |at: u8| (*self.edges[begun.parts[usize::from(at)] as usize].sem).clone();
        let args: Vec<Sem> = production.args.iter().map(|from| from.map_or(Sem::Nothing, part)).collect();
        let Some(sem) = (grammar.rule(production).means)(&Args(&args)) else { return };
        let corrected = begun.parts.iter().fold(0, |sum, &part| sum | self.edges[part as usize].corrected);
        self.add(production.makes, begun.from, begun.to, sem, corrected, begun.parts);
    }
}

impl Begun {
    fn with(&self, edge: u32, to: u8) -> Self {
        let mut parts = Vec::with_capacity(self.parts.len() + 1);
        parts.extend(&self.parts);
        parts.push(edge);
        Self { production: self.production, from: self.from, to, parts }
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
