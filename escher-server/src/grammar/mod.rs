//! The grammar of what people say, a file per phrase. Each production has its meaning and its examples.
//!
//! Meanings are compositional: a phrase means what its parts and its production make of them, and what means the same is
//! equal. A phrase that must not be read that way is no production, or its meaning fails.

mod args;
mod both;
mod clause;
mod compound;
mod contrast;
mod coordination;
mod courtesy;
mod determiner;
mod exception;
mod kept;
mod key;
mod loose;
mod measure;
mod modifier;
mod name;
mod noun;
mod order;
mod place;
mod question;
mod range;
mod relation;
mod rule;
mod sentence;
mod shown;
mod tag;
mod time;
mod value;

use std::sync::LazyLock;

use crate::lexicon::Lexicon;

pub(crate) use loose::LOOSE;
pub(crate) use place::placed;
pub(crate) use rule::{Args, Grammar, MOST_PARTS, Production, Rule, Symbol};
pub(crate) use shown::shown;

/// Every file's rules; those of orders and of questions are listed in their own rooms.
const FILES: &[&[Rule]] = &[
    value::RULES,
    name::RULES,
    noun::RULES,
    determiner::RULES,
    compound::RULES,
    modifier::RULES,
    place::RULES,
    measure::RULES,
    range::RULES,
    tag::RULES,
    kept::RULES,
    key::RULES,
    loose::RULES,
    clause::RULES,
    relation::RULES,
    exception::RULES,
    coordination::RULES,
    time::clock::RULES,
    time::day::RULES,
    time::every::RULES,
    time::month::RULES,
    time::zone::RULES,
    time::whole::RULES,
    courtesy::RULES,
    sentence::RULES,
];

/// The grammar and its lexicon.
pub(crate) struct Language {
    pub(crate) grammar: Grammar,
    pub(crate) lexicon: Lexicon,
}

static LANGUAGE: LazyLock<Language> = LazyLock::new(|| {
    // A grammar that cannot be built fails every test; with no rules nothing is understood, and all is asked.
    let grammar =
        Grammar::build(FILES.iter().chain(order::FILES).chain(question::FILES).copied().flatten().copied()).unwrap_or_else(|faulty| {
            debug_assert!(false, "{faulty}");
            Grammar::empty()
        });
    let lexicon = Lexicon::new(grammar.words());
    Language { grammar, lexicon }
});

/// English, as far as it is spoken here.
pub(crate) fn english() -> &'static Language {
    &LANGUAGE
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::chart;
    use crate::text::{self, Lattice};

    /// What a phrase means as one category: every reading that could be acted on.
    fn readings(category: &str, phrase: &str) -> Vec<String> {
        let language = english();
        let tokens = text::split(phrase, text::MOST_TOKENS);
        let asked = category != "Sentence" && question::FILES.iter().any(|file| file.iter().any(|rule| rule.makes == category));
        let budget = crate::budget::Budget::new();
        let lattice =
            if asked { Lattice::asked(tokens, &language.lexicon, &budget) } else { Lattice::of(tokens, &language.lexicon, &budget) };
        let chart = chart::parse(&language.grammar, &lattice, &budget);
        assert!(!chart.overflowed, "`{phrase}` is too much");
        chart.whole(&language.grammar, category).into_iter().map(|edge| shown(&edge.sem)).collect()
    }

    #[test]
    fn every_example_means_what_it_says() {
        let mut wrong = Vec::new();
        for rule in english().grammar.rules() {
            for (phrase, meaning) in rule.examples {
                let found = readings(rule.makes, phrase);
                if found != [*meaning] {
                    wrong.push(format!("{} := {}\n  `{phrase}`\n  expected {meaning}\n     found {found:?}", rule.makes, rule.of));
                }
            }
            for phrase in rule.counter {
                let found = readings(rule.makes, phrase);
                if !found.is_empty() {
                    wrong.push(format!("{} := {}\n  `{phrase}` must not be read, but is: {found:?}", rule.makes, rule.of));
                }
            }
        }
        assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    }

    #[test]
    fn every_category_is_made_and_used() {
        let rules = english().grammar.rules();
        let lexical: BTreeSet<&str> = crate::lexicon::CATEGORIES.iter().copied().collect();
        let made: BTreeSet<&str> = rules.iter().map(|rule| rule.makes).collect();
        let mut used: BTreeSet<String> = BTreeSet::from(["Sentence".to_owned()]);
        used.extend(crate::decide::islands().map(str::to_owned));
        for rule in rules {
            for piece in rule.of.split([' ', '?', '(', ')', '|']).filter(|piece| rule::is_category(piece)) {
                used.insert(piece.to_owned());
                assert!(made.contains(piece) || lexical.contains(piece), "`{} := {}`: what is {piece}?", rule.makes, rule.of);
            }
        }
        for category in &made {
            assert!(used.contains(*category), "nothing uses {category}");
            assert!(!lexical.contains(category), "{category} is the lexicon's");
        }
    }
}
