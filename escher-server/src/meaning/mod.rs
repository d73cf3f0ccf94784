//! What phrases mean: typed, compositional, and equal where they mean the same.

mod ask;
mod clash;
mod formula;
pub(crate) mod moment;
mod place;
mod shown;
mod when;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use escher_core::selector::Field;
use escher_core::{CloudId, Engine, Kind, Verb};
use serde_json::{Map, Value};

pub(crate) use ask::Ask;
pub(crate) use formula::{Formula, Spot};
pub(crate) use when::{Clock, Day, DayPart, Days, Every, Once, When};

/// What a phrase means.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Sem {
    /// Said without adding anything: courtesy, an optional part that is not there.
    Nothing,
    /// A word, a name, a key, a quoted text, a number as written.
    Text(String),
    /// Several of them; which was first is of no account.
    Texts(BTreeSet<String>),
    /// `key=value`.
    Tags(BTreeMap<String, String>),
    /// A noun of the lexicon.
    Noun(Noun),
    /// A condition.
    Cond(Formula),
    /// What a noun phrase denotes.
    Set(Box<Set>),
    /// A verb of the catalog.
    Verb(Verb),
    /// Parameters of a verb.
    Params(Params),
    /// A part of a time, or a whole one.
    When(Box<When>),
    /// A change that is ordered.
    Order(Box<Order>),
    /// Something that is asked, whole or in part.
    Ask(Box<Ask>),
    /// Understood, and nothing that could be carried out: a question, a report, a noun.
    Other(Other),
}

/// A noun of the lexicon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Noun {
    pub(crate) kind: Kind,
    pub(crate) cloud: Option<CloudId>,
    pub(crate) engine: Option<Engine>,
}

impl Noun {
    /// The condition that it stands for.
    pub(crate) fn formula(self) -> Formula {
        let mut it = Formula::is(Field::Kind, self.kind.as_str());
        if let Some(cloud) = self.cloud {
            it = it.and(Formula::is(Field::Cloud, cloud.as_str()));
        }
        if let Some(engine) = self.engine {
            it = it.and(Formula::is(Field::Engine, engine.as_str()));
        }
        it
    }
}

/// How many a noun phrase speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Number {
    One,
    Many,
}

/// What stands at the head of a noun phrase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Head {
    /// A kind: “VMs”.
    Kind,
    /// A name alone: “web-1”.
    Name,
    /// An environment alone: “stop prod”.
    Env,
    /// “Everything”, “all resources”.
    Thing,
    /// “It”, “them”.
    Pronoun,
}

/// What a noun phrase denotes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Set {
    pub(crate) formula: Formula,
    pub(crate) number: Number,
    pub(crate) head: Head,
    /// Whether a name was given.
    pub(crate) named: bool,
    /// What was said before the head, which may be meant of further heads behind it.
    pub(crate) ahead: Formula,
    /// Whether what was said of the first of several is taken to be said of the others too.
    pub(crate) shared: bool,
    /// Why it can only lead to a question, if so: the question.
    pub(crate) why: Option<String>,
}

impl Set {
    pub(crate) fn new(head: Head, number: Number, formula: Formula) -> Self {
        Self { formula, number, head, named: head == Head::Name, ahead: Formula::all(), shared: false, why: None }
    }

    /// Narrowed by a condition.
    #[must_use]
    pub(crate) fn with(mut self, condition: Formula) -> Self {
        self.formula = self.formula.and(condition);
        self
    }

    /// Understood, but only to ask.
    #[must_use]
    pub(crate) fn asks(mut self, question: impl Into<String>) -> Self {
        self.why.get_or_insert_with(|| question.into());
        self
    }

    /// The kinds that it can be of; none where any.
    pub(crate) fn kinds(&self) -> BTreeSet<Kind> {
        kinds(&self.formula).unwrap_or_default()
    }
}

/// The kinds that a condition admits; `None` if it admits any, as one of several things may.
pub(crate) fn kinds(formula: &Formula) -> Option<BTreeSet<Kind>> {
    match formula {
        Formula::And(parts) => parts.iter().find_map(kinds),
        Formula::Or(parts) => parts.iter().map(kinds).try_fold(BTreeSet::new(), |sum, each| Some(sum.union(&each?).copied().collect())),
        Formula::Is { field: Field::Kind, values, not: false } => Some(values.iter().filter_map(|word| word.parse().ok()).collect()),
        _ => None,
    }
}

/// Parameters, as JSON values printed, so that they are equal where they are the same.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Params(BTreeMap<String, String>);

impl Params {
    pub(crate) fn of(name: &str, value: impl Into<Value>) -> Self {
        Self(BTreeMap::from([(name.to_owned(), value.into().to_string())]))
    }

    /// Both; `None` if both have one of the same name.
    pub(crate) fn and(mut self, other: Self) -> Option<Self> {
        for (name, value) in other.0 {
            if self.0.insert(name, value).is_some() {
                return None;
            }
        }
        Some(self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn map(&self) -> Map<String, Value> {
        self.0.iter().filter_map(|(name, text)| Some((name.clone(), serde_json::from_str(text).ok()?))).collect()
    }
}

/// A change that is ordered.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Order {
    /// `None` for a verb that the catalog does not have.
    pub(crate) verb: Option<Verb>,
    pub(crate) set: Set,
    pub(crate) params: Params,
    pub(crate) when: Option<When>,
    /// Why it can only lead to a question, if so: the question.
    pub(crate) why: Option<String>,
    /// Answers that are offered with the question.
    pub(crate) options: Vec<String>,
}

impl Order {
    pub(crate) fn new(verb: Verb, set: Set) -> Self {
        Self { verb: Some(verb), ..Self::unknown(set) }
    }

    /// By a verb that the catalog does not have.
    pub(crate) fn unknown(set: Set) -> Self {
        Self { verb: None, set, params: Params::default(), when: None, why: None, options: Vec::new() }
    }

    #[must_use]
    pub(crate) fn with(mut self, params: Params) -> Self {
        self.params = params;
        self
    }

    #[must_use]
    pub(crate) fn asks(mut self, question: impl Into<String>) -> Self {
        self.why.get_or_insert_with(|| question.into());
        self
    }

    /// Answers to the question that it leads to.
    #[must_use]
    pub(crate) fn offers<S: Into<String>>(mut self, options: impl IntoIterator<Item = S>) -> Self {
        if self.options.is_empty() {
            self.options.extend(options.into_iter().map(Into::into));
        }
        self
    }

    /// The question that it can only lead to.
    pub(crate) fn question(&self) -> Option<&str> {
        self.why.as_deref().or(self.set.why.as_deref())
    }
}

/// Sentences that are no order although they may look like one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Other {
    /// “Is it ok to …?”, “can I …?”
    Question,
    /// “VM web-1 gets stopped every night.”
    Report,
    /// “The start date of VM web-1.”
    Nominal,
    /// “Don't …”
    Forbids,
}
