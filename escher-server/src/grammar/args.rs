//! Arguments by their type. What is of another type makes the production fail.

use std::collections::{BTreeMap, BTreeSet};

use escher_core::Verb;

use super::rule::Args;
use crate::meaning::{Ask, Formula, Noun, Order, Params, Sem, Set, When};

impl Args<'_> {
    pub(crate) fn text(&self, i: usize) -> Option<String> {
        match self.at(i) {
            Sem::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Several texts; one counts as several.
    pub(crate) fn texts(&self, i: usize) -> Option<BTreeSet<String>> {
        match self.at(i) {
            Sem::Texts(texts) => Some(texts.clone()),
            Sem::Text(text) => Some(BTreeSet::from([text.clone()])),
            _ => None,
        }
    }

    pub(crate) fn tags(&self, i: usize) -> Option<BTreeMap<String, String>> {
        match self.at(i) {
            Sem::Tags(tags) => Some(tags.clone()),
            _ => None,
        }
    }

    pub(crate) fn noun(&self, i: usize) -> Option<Noun> {
        match self.at(i) {
            Sem::Noun(noun) => Some(*noun),
            _ => None,
        }
    }

    /// A condition; what is not there excludes nothing.
    pub(crate) fn cond(&self, i: usize) -> Option<Formula> {
        match self.at(i) {
            Sem::Cond(formula) => Some(formula.clone()),
            Sem::Nothing => Some(Formula::all()),
            _ => None,
        }
    }

    pub(crate) fn set(&self, i: usize) -> Option<Set> {
        match self.at(i) {
            Sem::Set(set) => Some((**set).clone()),
            _ => None,
        }
    }

    pub(crate) fn verb(&self, i: usize) -> Option<Verb> {
        match self.at(i) {
            Sem::Verb(verb) => Some(*verb),
            _ => None,
        }
    }

    /// Parameters; what is not there has none.
    pub(crate) fn params(&self, i: usize) -> Option<Params> {
        match self.at(i) {
            Sem::Params(params) => Some(params.clone()),
            Sem::Nothing => Some(Params::default()),
            _ => None,
        }
    }

    pub(crate) fn when(&self, i: usize) -> Option<When> {
        match self.at(i) {
            Sem::When(when) => Some((**when).clone()),
            _ => None,
        }
    }

    pub(crate) fn ask(&self, i: usize) -> Option<Ask> {
        match self.at(i) {
            Sem::Ask(ask) => Some((**ask).clone()),
            _ => None,
        }
    }

    pub(crate) fn order(&self, i: usize) -> Option<Order> {
        match self.at(i) {
            Sem::Order(order) => Some((**order).clone()),
            _ => None,
        }
    }
}

/// The meaning of the first argument.
pub(crate) fn same(args: &Args<'_>) -> Option<Sem> {
    Some(args.at(0).clone())
}

/// Adds nothing.
#[allow(clippy::unnecessary_wraps, reason = "a production's meaning has this type")]
pub(crate) fn nothing(_: &Args<'_>) -> Option<Sem> {
    Some(Sem::Nothing)
}

/// Both of two lists of texts.
pub(crate) fn both(args: &Args<'_>) -> Option<Sem> {
    let mut texts = args.texts(0)?;
    texts.extend(args.texts(1)?);
    Some(Sem::Texts(texts))
}

impl From<Formula> for Sem {
    fn from(formula: Formula) -> Self {
        Self::Cond(formula)
    }
}

impl From<Set> for Sem {
    fn from(set: Set) -> Self {
        Self::Set(Box::new(set))
    }
}

impl From<Order> for Sem {
    fn from(order: Order) -> Self {
        Self::Order(Box::new(order))
    }
}

impl From<When> for Sem {
    fn from(when: When) -> Self {
        Self::When(Box::new(when))
    }
}

impl From<Params> for Sem {
    fn from(params: Params) -> Self {
        Self::Params(params)
    }
}

impl From<Ask> for Sem {
    fn from(ask: Ask) -> Self {
        Self::Ask(Box::new(ask))
    }
}
