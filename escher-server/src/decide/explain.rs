//! How words were read: parses as bracketed phrases with their meanings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::budget::Budget;
use crate::chart::{self, Chart, Edge};
use crate::grammar::{english, shown};
use crate::text::{self, Lattice};

/// A phrase and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Parse {
    /// `[stop [dev vms]]`: the words, grouped as they were read.
    pub phrase: String,
    /// In the words of the selector language.
    pub meaning: String,
}

/// Every complete parse, or the largest phrases where there is none.
pub(crate) fn parses(text: &str) -> Vec<Parse> {
    let language = english();
    let budget = Budget::new();
    let lattice = Lattice::of(text::split(text, text::MOST_TOKENS), &language.lexicon, &budget);
    let chart = chart::parse(&language.grammar, &lattice, &budget);
    let mut whole = chart.whole(&language.grammar, "Sentence");
    if whole.is_empty() {
        whole = ["Order", "Nps", "Post", "Whens"].into_iter().flat_map(|category| chart.phrases(&language.grammar, category)).collect();
        whole.sort_by_key(|edge| std::cmp::Reverse(edge.to - edge.from));
        // A phrase that means nothing by itself explains nothing.
        whole.retain(|edge| !shown(&edge.sem).is_empty());
        whole.truncate(3);
    }
    let parse = |edge: &Edge| {
        let at = chart.edges.iter().position(|other| std::ptr::eq(other, edge)).unwrap_or_default();
        Parse { phrase: bracketed(&chart, &lattice, at), meaning: shown(&edge.sem) }
    };
    whole.into_iter().map(parse).collect()
}

/// A phrase in brackets; a chain of categories over the same words is one.
fn bracketed(chart: &Chart, lattice: &Lattice, at: usize) -> String {
    let edge = &chart.edges[at];
    let words = || {
        let tokens = &lattice.tokens()[usize::from(edge.from)..usize::from(edge.to)];
        tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    match chart.parts(edge).as_slice() {
        [] => words(),
        [only] => bracketed(chart, lattice, *only as usize),
        parts => {
            let inner: Vec<String> = parts.iter().map(|&part| bracketed(chart, lattice, part as usize)).collect();
            format!("[{}]", inner.join(" "))
        }
    }
}
