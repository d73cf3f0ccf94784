//! How words were read: the parse as a bracketed phrase with its meanings, and who decided.

use escher_core::{Frame, Utterance};
use serde::Serialize;

use crate::chart::{self, Chart};
use crate::grammar::{Language, Symbol, english, shown};
use crate::text::{self, Lattice};

/// How an utterance was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Every complete parse, or the largest phrases where there is none.
    pub parses: Vec<Parse>,
    /// Who decided and why.
    pub decided: String,
}

/// A phrase and what it means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Parse {
    /// `[Order stop [Np dev [Noun vms]]]`
    pub phrase: String,
    /// In the words of the selector language.
    pub meaning: String,
}

/// The explanation of a frame that came of an utterance.
pub(crate) fn explain(utterance: &Utterance, frame: &Frame) -> Explanation {
    let language = english();
    let lattice = Lattice::of(text::split(&utterance.text, text::MOST_TOKENS), &language.lexicon);
    let chart = chart::parse(&language.grammar, &lattice);
    let mut whole = chart.whole(&language.grammar, "Sentence");
    let complete = whole.len();
    if whole.is_empty() {
        whole = ["Order", "Nps", "Post", "Whens"].into_iter().flat_map(|category| chart.phrases(&language.grammar, category)).collect();
        whole.sort_by_key(|edge| std::cmp::Reverse(edge.to - edge.from));
        whole.truncate(3);
    }
    let parses = whole.into_iter().map(|edge| {
        let at = chart.edges.iter().position(|other| std::ptr::eq(other, edge)).unwrap_or_default();
        Parse { phrase: bracketed(&chart, &lattice, language, at, None), meaning: shown(&edge.sem) }
    });
    Explanation { parses: parses.collect(), decided: decided(frame, complete, chart.overflowed) }
}

/// A phrase in brackets. A chain of categories over the same words is one bracket, named by the outermost.
fn bracketed(chart: &Chart, lattice: &Lattice, language: &Language, at: usize, over: Option<Symbol>) -> String {
    let edge = &chart.edges[at];
    let words = || {
        let tokens = &lattice.tokens()[usize::from(edge.from)..usize::from(edge.to)];
        tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    match edge.parts.as_slice() {
        [] => words(),
        [only] => bracketed(chart, lattice, language, *only as usize, over.or(Some(edge.symbol))),
        parts => {
            let inner: Vec<String> = parts.iter().map(|&part| bracketed(chart, lattice, language, part as usize, None)).collect();
            format!("[{} {}]", language.grammar.name(over.unwrap_or(edge.symbol)), inner.join(" "))
        }
    }
}

fn decided(frame: &Frame, complete: usize, overflowed: bool) -> String {
    let parses = match complete {
        0 => "The grammar found no way to read all words together".to_owned(),
        1 => "The grammar found one way to read all words".to_owned(),
        n => format!("The grammar found {n} ways to read all words"),
    };
    let bound = if overflowed { ", and there may be more than could be looked at" } else { "" };
    let then = match (&frame.clarify, frame.is_executable()) {
        (Some(clarify), _) => format!("so it asks: {}", clarify.question),
        (None, true) => "and the checks (catalogue, narrowing, parameters) let the order pass".to_owned(),
        (None, false) if frame.unread.is_empty() => format!("and takes it as a question of kind `{}`", frame.intent),
        (None, false) => format!("and answers the best partial reading as `{}`, without “{}”", frame.intent, frame.unread.join("”, “")),
    };
    let end = if then.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{parses}{bound}; {then}{end}")
}
