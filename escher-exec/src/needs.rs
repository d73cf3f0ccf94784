//! What the orders of a template need of one another, while it is resolved.

use std::collections::HashMap;

use escher_core::plan::OnFailure;
use escher_core::{Error, Result, StepId, StepTemplate};

/// What became of an order so far.
#[derive(Default)]
pub(crate) struct Progress {
    /// Its steps of the plan.
    pub(crate) steps: Vec<StepId>,
    /// How many of its targets it could not take in; those that are as requested already aside.
    pub(crate) left_out: usize,
}

/// What an order waits for.
#[derive(Default)]
pub(crate) struct Needs {
    /// All steps of the orders that it needs.
    pub(crate) steps: Vec<StepId>,
    /// Why it cannot begin at all. A backup that would be missing is no ground for a deletion.
    pub(crate) unmet: Option<String>,
}

impl Needs {
    /// Those of an order, after the ones before it.
    ///
    /// # Errors
    /// `Invalid` if its id is taken, or where it needs an order that does not come before it.
    pub(crate) fn of(order: &StepTemplate, done: &HashMap<&StepId, (OnFailure, Progress)>) -> Result<Self> {
        let invalid = |message: String| Error::invalid(message).operation("make a plan").with("order", order.id.as_str());
        if done.contains_key(&order.id) {
            return Err(invalid(format!("two orders have the id `{}`", order.id)).hint("give each order an id of its own"));
        }
        let mut needs = Self::default();
        for need in &order.needs {
            let (on_failure, progress) = done.get(need).ok_or_else(|| {
                invalid(format!("it needs `{need}`, which does not come before it")).hint("move that order before this one")
            })?;
            needs.steps.extend(progress.steps.iter().filter(|step| !needs.steps.contains(step)).cloned().collect::<Vec<_>>());
            if progress.left_out > 0 && *on_failure == OnFailure::Stop {
                needs
                    .unmet
                    .get_or_insert_with(|| format!("left out because `{need}`, which has to come first, leaves out {}", progress.left_out));
            }
        }
        Ok(needs)
    }
}
