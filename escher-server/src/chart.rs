//! The chart parser: every way to read a lattice by a grammar, bottom-up, bounded in edges and meanings.

use std::rc::Rc;

use crate::budget::Budget;
use crate::grammar::{Args, Grammar, MOST_PARTS, Production, Symbol};
use crate::meaning::Sem;
use crate::text::Lattice;

/// Edges of one parse at most, found and begun; a sentence of ten words has four hundred, a list of twenty names all of them.
const MOST_EDGES: usize = 8_000;
/// What a word costs that is looked up, in edges: if it is unknown, it is held against thousands for its spelling.
const LOOKED_UP: usize = 8;
/// Meanings of one category over one span at most.
const MOST_MEANINGS: usize = 12;
/// No edge, and nothing begun.
const NONE: u32 = u32::MAX;

/// A phrase that was found.
#[derive(Clone, Debug)]
pub(crate) struct Edge {
    pub(crate) symbol: Symbol,
    pub(crate) from: u8,
    pub(crate) to: u8,
    pub(crate) sem: Rc<Sem>,
    /// The words whose spelling was corrected for it, a bit each.
    pub(crate) corrected: u128,
    /// The production that made it, as it was found; none for a word.
    made: u32,
    /// The next of its category that begins where it does.
    next: u32,
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
    /// The next that waits for the same category at the same place.
    next: u32,
}

/// What a parse found.
pub(crate) struct Chart {
    pub(crate) edges: Vec<Edge>,
    begun: Vec<Begun>,
    /// Whether a bound was reached, so that readings may be missing.
    pub(crate) overflowed: bool,
    length: u8,
}

/// Reads a lattice, as far as the budget goes.
pub(crate) fn parse(grammar: &Grammar, lattice: &Lattice, budget: &Budget) -> Chart {
    let most = MOST_EDGES.min(budget.left());
    let mut parser = Parser::new(grammar, lattice, most, [budget.left_over(), budget.left_over()]);
    for lexical in lattice.edges() {
        if let Some(symbol) = grammar.find(&lexical.symbol) {
            parser.add(symbol, lexical.from, lexical.to, lexical.sem.clone(), lexical.corrected, NONE);
        }
    }
    while let Some(edge) = parser.agenda.pop() {
        parser.complete(edge);
        if parser.edges.len() + parser.begun.len() > most {
            parser.overflowed = true;
            break;
        }
    }
    if parser.edges.len() + parser.begun.len() >= most {
        budget.run_short();
    }
    budget.spend(parser.edges.len() + parser.begun.len() + LOOKED_UP * lattice.tokens().len());
    budget.leave([parser.at.lists, parser.waiting.lists]);
    Chart { edges: parser.edges, begun: parser.begun, overflowed: parser.overflowed, length: lattice.len() }
}

struct Parser<'a> {
    grammar: &'a Grammar,
    edges: Vec<Edge>,
    /// The edges of each category by where they begin.
    at: Places,
    /// What waits for a category at a place.
    waiting: Places,
    agenda: Vec<u32>,
    /// Whether an edge has been taken off the agenda.
    done: Vec<bool>,
    begun: Vec<Begun>,
    /// The categories that can begin at each place.
    possible: Vec<u64>,
    most: usize,
    overflowed: bool,
}

/// Lists, one for each category and place, in the order in which they grew; each knows its first and its last.
struct Places {
    lists: Vec<(u32, u32)>,
    /// Places of a category.
    width: usize,
}

impl Places {
    /// In memory that another parse has left: it is large, and most of the cost of a short parse.
    fn new(symbols: usize, width: usize, mut left: Vec<(u32, u32)>) -> Self {
        left.clear();
        left.resize(symbols * width, (NONE, NONE));
        Self { lists: left, width }
    }

    fn get(&self, symbol: Symbol, place: u8) -> (u32, u32) {
        self.lists[usize::from(symbol) * self.width + usize::from(place)]
    }

    /// Adds to the end; what was last before.
    fn push(&mut self, symbol: Symbol, place: u8, new: u32) -> Option<u32> {
        let list = &mut self.lists[usize::from(symbol) * self.width + usize::from(place)];
        let last = std::mem::replace(&mut list.1, new);
        if last == NONE {
            list.0 = new;
        }
        (last != NONE).then_some(last)
    }
}

impl<'a> Parser<'a> {
    fn new(grammar: &'a Grammar, lattice: &Lattice, most: usize, [at, waiting]: [Vec<(u32, u32)>; 2]) -> Self {
        let width = usize::from(lattice.len()) + 1;
        let words = grammar.openings.words();
        let mut possible = vec![0; words * width];
        for lexical in lattice.edges() {
            if let Some(symbol) = grammar.find(&lexical.symbol) {
                let place = usize::from(lexical.from) * words;
                for (all, more) in possible[place..].iter_mut().zip(grammar.openings.of(symbol)) {
                    *all |= more;
                }
            }
        }
        Self {
            grammar,
            edges: Vec::new(),
            at: Places::new(grammar.symbols(), width, at),
            waiting: Places::new(grammar.symbols(), width, waiting),
            agenda: Vec::new(),
            done: Vec::new(),
            begun: Vec::new(),
            possible,
            most,
            overflowed: lattice.is_cut(),
        }
    }

    fn add(&mut self, symbol: Symbol, from: u8, to: u8, sem: Sem, corrected: u128, made: u32) {
        let mut same = 0;
        let mut at = self.at.get(symbol, from).0;
        while at != NONE {
            let edge = &mut self.edges[at as usize];
            at = edge.next;
            if edge.to != to {
                continue;
            }
            if *edge.sem == sem {
                // The reading with the fewest corrections stands for all that mean the same.
                if corrected.count_ones() < edge.corrected.count_ones() {
                    edge.corrected = corrected;
                }
                return;
            }
            same += 1;
        }
        if same >= MOST_MEANINGS {
            self.overflowed = true;
            return;
        }
        let index = self.edges.len() as u32;
        if let Some(last) = self.at.push(symbol, from, index) {
            self.edges[last as usize].next = index;
        }
        self.edges.push(Edge { symbol, from, to, sem: Rc::new(sem), corrected, made, next: NONE });
        self.agenda.push(index);
        self.done.push(false);
    }

    /// Lets an edge begin productions, and continue those that wait for it.
    fn complete(&mut self, index: u32) {
        self.done[index as usize] = true;
        let Edge { symbol, from, to, .. } = self.edges[index as usize];
        let grammar = self.grammar;
        for &production in &grammar.first[usize::from(symbol)] {
            self.advance(Begun { production, found: 1, from, to, last: index, before: NONE, next: NONE });
        }
        // What starts to wait meanwhile finds this edge among those that are done.
        let (mut before, last) = self.waiting.get(symbol, from);
        while before != NONE {
            self.advance(self.begun[before as usize].with(index, to, before));
            before = if before == last { NONE } else { self.begun[before as usize].next };
        }
    }

    fn advance(&mut self, begun: Begun) {
        let grammar = self.grammar;
        let production = &grammar.productions[usize::from(begun.production)];
        let next = production.of.get(usize::from(begun.found)).copied();
        // Most of what could begin cannot go on: nothing that stands there begins the next part.
        if next.is_some_and(|next| !self.can_begin(next, begun.to)) {
            return;
        }
        if self.begun.len() >= self.most {
            self.overflowed = true;
            return;
        }
        let index = self.begun.len() as u32;
        self.begun.push(begun);
        let Some(next) = next else { return self.finish(production, index) };
        if let Some(last) = self.waiting.push(next, begun.to, index) {
            self.begun[last as usize].next = index;
        }
        let (mut edge, last) = self.at.get(next, begun.to);
        while edge != NONE {
            // One that is still on the agenda will find this production waiting.
            if self.done[edge as usize] {
                let to = self.edges[edge as usize].to;
                self.advance(begun.with(edge, to, index));
            }
            edge = if edge == last { NONE } else { self.edges[edge as usize].next };
        }
    }

    fn can_begin(&self, symbol: Symbol, place: u8) -> bool {
        let words = self.grammar.openings.words();
        let (word, bit) = (usize::from(symbol) / 64, usize::from(symbol) % 64);
        self.possible[usize::from(place) * words + word] >> bit & 1 == 1
    }

    fn finish(&mut self, production: &Production, index: u32) {
        let Begun { from, to, .. } = self.begun[index as usize];
        let mut parts = [0; MOST_PARTS];
        let parts = parts_of(&self.begun, index, &mut parts);
        let mut args = [&Sem::Nothing; MOST_PARTS];
        for (arg, part) in args.iter_mut().zip(&production.args) {
            if let Some(part) = part {
                *arg = &self.edges[parts[usize::from(*part)] as usize].sem;
            }
        }
        let args = &args[..production.args.len()];
        let Some(sem) = (self.grammar.rule(production).means)(&Args(args)) else { return };
        let corrected = parts.iter().fold(0, |sum, &part| sum | self.edges[part as usize].corrected);
        self.add(production.makes, from, to, sem, corrected, index);
    }
}

/// The parts of a production that was found, in their order.
fn parts_of<'a>(begun: &[Begun], index: u32, parts: &'a mut [u32; MOST_PARTS]) -> &'a [u32] {
    let mut at = begun[index as usize];
    let found = &mut parts[..usize::from(at.found)];
    for part in found.iter_mut().rev() {
        *part = at.last;
        if at.before != NONE {
            at = begun[at.before as usize];
        }
    }
    found
}

impl Begun {
    /// One part further.
    fn with(self, edge: u32, to: u8, before: u32) -> Self {
        Self { found: self.found + 1, to, last: edge, before, next: NONE, ..self }
    }
}

impl Chart {
    /// What an edge is made of; nothing for a word.
    pub(crate) fn parts(&self, edge: &Edge) -> Vec<u32> {
        if edge.made == NONE { Vec::new() } else { parts_of(&self.begun, edge.made, &mut [0; MOST_PARTS]).to_vec() }
    }

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
mod tests;
