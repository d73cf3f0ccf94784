//! The brain's parts, each with one task, in the order in which words pass them.
//!
//! Router, classifier and validator make the frame; planner, risk and presenter make of an executable one what is planned.
//! Each takes what the one before it made and can say what it did and why, so that a part which works another way, with a
//! language model for example, stands in the same place and passes the same parts after it.

mod classifier;
mod planner;
mod presenter;
mod risk;
mod router;
mod validator;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(crate) use classifier::{Classifier, Words};
pub(crate) use planner::{Order, Planner};
pub(crate) use presenter::Presenter;
pub(crate) use risk::Assessor;
pub(crate) use router::{Route, Router};
pub(crate) use validator::Validator;

/// One part of the brain.
pub(crate) trait Agent {
    /// What it is called.
    const NAME: &'static str;
    /// What it works on.
    type Takes<'a>;
    /// What comes of it.
    type Makes;

    /// Does its part.
    fn work(&self, takes: Self::Takes<'_>) -> Self::Makes;

    /// What it did and why, in a clause.
    fn says(&self, made: &Self::Makes) -> String;
}

/// What a part of the brain did, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Said {
    /// Which part.
    pub agent: String,
    /// In a clause.
    pub said: String,
}
