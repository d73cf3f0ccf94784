//! An action as an order names it, where the kind may be left open.

use std::fmt;
use std::str::FromStr;

use crate::words::text_form;
use crate::{Action, Error, Kind, Result, Verb};

/// A verb on a kind, or (`*.stop`) on whatever has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ActionPattern {
    /// What it acts on; each target's own kind where `None`.
    pub kind: Option<Kind>,
    /// What it does.
    pub verb: Verb,
}

impl ActionPattern {
    /// The verb on these kinds: on the one, or on any.
    pub fn on(verb: Verb, kinds: &[Kind]) -> Self {
        let kind = if let [kind] = kinds { Some(*kind) } else { None };
        Self { kind, verb }
    }
}

impl fmt::Display for ActionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{}", self.kind.map_or("*", Kind::as_str), self.verb))
    }
}

impl FromStr for ActionPattern {
    type Err = Error;
    fn from_str(s: &str) -> Result<Self> {
        match s.strip_prefix("*.") {
            Some(verb) => Ok(Self { kind: None, verb: verb.parse()? }),
            None => s.parse::<Action>().map(|Action { kind, verb }| Self { kind: Some(kind), verb }),
        }
    }
}

text_form!(ActionPattern);
