//! Productions as they are written, and the table that the chart runs on.
//!
//! A pattern is symbols in a row: a word stands for itself; a capitalized name for a category, whose meaning is handed to
//! the production; `(a|b c|d)` for one of several wordings; `?` behind a word, a name or brackets for “or nothing”.
//!
//! ```text
//! older than Duration        (except|other than|apart from) Items        Det? Nominal
//! ```

use std::collections::HashMap;
use std::fmt;

use crate::meaning::Sem;

/// What the categories of a pattern meant, in its order; `Nothing` for an optional one that is not there.
pub(crate) struct Args<'a>(pub(crate) &'a [&'a Sem]);

/// A production: what it makes of what, its meaning, and the examples that are its tests.
#[derive(Clone, Copy)]
pub(crate) struct Rule {
    /// The category that it makes.
    pub(crate) makes: &'static str,
    /// The pattern.
    pub(crate) of: &'static str,
    /// Its meaning; `None` if the parts do not go together.
    pub(crate) means: fn(&Args<'_>) -> Option<Sem>,
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are tests"))]
    /// Phrases of this category and what they mean, as [`crate::grammar::shown`] prints it.
    pub(crate) examples: &'static [(&'static str, &'static str)],
    #[cfg_attr(not(test), allow(dead_code, reason = "examples are tests"))]
    /// Phrases that are none of this category.
    pub(crate) counter: &'static [&'static str],
}

impl Rule {
    pub(crate) const fn new(makes: &'static str, of: &'static str, means: fn(&Args<'_>) -> Option<Sem>) -> Self {
        Self { makes, of, means, examples: &[], counter: &[] }
    }

    /// Phrases and what they mean.
    pub(crate) const fn ex(self, examples: &'static [(&'static str, &'static str)]) -> Self {
        Self { examples, ..self }
    }

    /// Phrases that it must not take.
    pub(crate) const fn not(self, counter: &'static [&'static str]) -> Self {
        Self { counter, ..self }
    }
}

/// Parts that a production may have, and arguments.
pub(crate) const MOST_PARTS: usize = 20;

/// A word of a pattern, or a category.
pub(crate) type Symbol = u16;

/// A production with everything optional decided.
#[derive(Clone, Debug)]
pub(crate) struct Production {
    pub(crate) makes: Symbol,
    pub(crate) of: Vec<Symbol>,
    /// For each argument the symbol that it comes from; `None` for what is not there.
    pub(crate) args: Vec<Option<u8>>,
    pub(crate) rule: u16,
}

/// The grammar, ready to run.
pub(crate) struct Grammar {
    rules: Vec<Rule>,
    pub(crate) productions: Vec<Production>,
    /// Productions by their first symbol.
    pub(crate) first: Vec<Vec<u16>>,
    pub(crate) openings: Openings,
    symbols: HashMap<String, Symbol>,
    names: Vec<String>,
}

/// For each symbol those that a phrase can be of whose first word it is, itself among them; a bit each.
#[derive(Default)]
pub(crate) struct Openings {
    bits: Vec<u64>,
    words: usize,
}

impl Openings {
    fn new(symbols: usize, productions: &[Production], first: &[Vec<u16>]) -> Self {
        let words = symbols.div_ceil(64);
        let mut bits = vec![0; symbols * words];
        for symbol in 0..symbols {
            let own = &mut bits[symbol * words..][..words];
            let mut open = vec![symbol];
            while let Some(next) = open.pop() {
                let (word, bit) = (next / 64, 1 << (next % 64));
                if own[word] & bit == 0 {
                    own[word] |= bit;
                    open.extend(first[next].iter().map(|&at| usize::from(productions[usize::from(at)].makes)));
                }
            }
        }
        Self { bits, words }
    }

    /// The length of a set.
    pub(crate) fn words(&self) -> usize {
        self.words
    }

    pub(crate) fn of(&self, symbol: Symbol) -> &[u64] {
        &self.bits[usize::from(symbol) * self.words..][..self.words]
    }
}

/// Why a grammar cannot be built.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Faulty(pub(crate) String);

impl fmt::Display for Faulty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One piece of a pattern.
struct Piece {
    /// The wordings; a category is one wording of one symbol.
    ways: Vec<Vec<String>>,
    optional: bool,
    category: bool,
}

/// Whether a symbol is a category and no word.
pub(crate) fn is_category(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
}

impl Grammar {
    /// No grammar at all.
    pub(crate) fn empty() -> Self {
        Self {
            rules: Vec::new(),
            productions: Vec::new(),
            first: Vec::new(),
            openings: Openings::default(),
            symbols: HashMap::new(),
            names: Vec::new(),
        }
    }

    /// Builds the table of all rules.
    ///
    /// # Errors
    /// Where a pattern cannot be read.
    pub(crate) fn build(rules: impl IntoIterator<Item = Rule>) -> Result<Self, Faulty> {
        let rules: Vec<Rule> = rules.into_iter().collect();
        let mut it = Self::empty();
        for (index, rule) in rules.iter().enumerate() {
            let index = u16::try_from(index).map_err(|_| Faulty("too many rules".to_owned()))?;
            let makes = it.symbol(rule.makes);
            let pieces = pieces(rule.of).map_err(|what| Faulty(format!("`{} := {}`: {what}", rule.makes, rule.of)))?;
            let mut variants = vec![(Vec::new(), Vec::new())];
            for piece in &pieces {
                variants = it.extend(variants, piece);
            }
            for (of, args) in variants {
                if of.len().max(args.len()) > MOST_PARTS {
                    return Err(Faulty(format!("`{} := {}` has too many parts", rule.makes, rule.of)));
                }
                if of.is_empty() {
                    return Err(Faulty(format!("`{} := {}` may be nothing at all", rule.makes, rule.of)));
                }
                it.productions.push(Production { makes, of, args, rule: index });
            }
        }
        it.first = vec![Vec::new(); it.names.len()];
        for (at, production) in it.productions.iter().enumerate() {
            let at = u16::try_from(at).map_err(|_| Faulty("too many productions".to_owned()))?;
            it.first[usize::from(production.of[0])].push(at);
        }
        it.openings = Openings::new(it.names.len(), &it.productions, &it.first);
        it.rules = rules;
        Ok(it)
    }

    #[allow(clippy::type_complexity, reason = "symbols and arguments of each variant, used here alone")]
    fn extend(&mut self, variants: Vec<(Vec<Symbol>, Vec<Option<u8>>)>, piece: &Piece) -> Vec<(Vec<Symbol>, Vec<Option<u8>>)> {
        let ways: Vec<Vec<Symbol>> = piece.ways.iter().map(|way| way.iter().map(|name| self.symbol(name)).collect()).collect();
        let mut extended = Vec::new();
        for (of, args) in variants {
            for way in &ways {
                let (mut of, mut args) = (of.clone(), args.clone());
                if piece.category {
                    args.push(u8::try_from(of.len()).ok());
                }
                of.extend(way);
                extended.push((of, args));
            }
            if piece.optional {
                let mut args = args;
                if piece.category {
                    args.push(None);
                }
                extended.push((of, args));
            }
        }
        extended
    }

    fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(&known) = self.symbols.get(name) {
            return known;
        }
        let symbol = Symbol::try_from(self.names.len()).unwrap_or(Symbol::MAX);
        self.symbols.insert(name.to_owned(), symbol);
        self.names.push(name.to_owned());
        symbol
    }

    /// How many words and categories there are.
    pub(crate) fn symbols(&self) -> usize {
        self.names.len()
    }

    /// The symbol of a word or category that the grammar uses.
    pub(crate) fn find(&self, name: &str) -> Option<Symbol> {
        self.symbols.get(name).copied()
    }

    pub(crate) fn rule(&self, production: &Production) -> &Rule {
        &self.rules[usize::from(production.rule)]
    }

    /// Every rule.
    #[cfg(test)]
    pub(crate) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every word that a pattern names.
    pub(crate) fn words(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str).filter(|name| !is_category(name))
    }
}

fn pieces(pattern: &str) -> Result<Vec<Piece>, String> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = pattern.trim();
    while !rest.is_empty() {
        let (body, after) = if let Some(inner) = rest.strip_prefix('(').filter(|inner| inner.contains(')') && !inner.starts_with(' ')) {
            let (body, after) = inner.split_once(')').ok_or("a bracket is not closed")?;
            (body, after)
        } else {
            let end = rest.find(' ').unwrap_or(rest.len());
            let word = &rest[..end];
            let cut = if word.len() > 1 { word.strip_suffix('?').map_or(end, str::len) } else { end };
            rest.split_at(cut)
        };
        let optional = after.starts_with('?');
        let ways: Vec<Vec<String>> = body.split('|').map(|way| way.split_whitespace().map(str::to_owned).collect()).collect();
        if ways.iter().any(Vec::is_empty) {
            return Err("an empty wording".to_owned());
        }
        let category = is_category(body);
        if category && (ways.len() > 1 || ways[0].len() > 1) {
            return Err(format!("`({body})`: a category of its own says that"));
        }
        pieces.push(Piece { ways, optional, category });
        rest = after.strip_prefix('?').unwrap_or(after).trim_start();
    }
    Ok(pieces)
}

impl Args<'_> {
    /// The meaning at `i`.
    pub(crate) fn at(&self, i: usize) -> &Sem {
        self.0.get(i).copied().unwrap_or(&Sem::Nothing)
    }

    /// Whether there is something at `i`.
    pub(crate) fn has(&self, i: usize) -> bool {
        *self.at(i) != Sem::Nothing
    }
}
