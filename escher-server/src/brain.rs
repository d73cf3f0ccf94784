//! The offline brain: its parts in a row.

use std::sync::Arc;

use async_trait::async_trait;
use escher_core::{Brain, Capabilities, Constraint, Error, Frame, PlanTemplate, Result, Selector, Utterance};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::agents::{Agent, Assessor, Classifier, Order, Planner, Presenter, Route, Router, Said, Validator, Words};
use crate::budget::Budget;
use crate::context::Context;
use crate::decide::{self, Examples, Parse};

/// How an utterance was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Explanation {
    /// Every complete parse as an order, or the largest phrases where there is none.
    pub parses: Vec<Parse>,
    /// The frame's constraints, with the words that each came from.
    pub constraints: Vec<Constraint>,
    /// What each part of the brain did, and why.
    pub agents: Vec<Said>,
}

/// Understands words with no network, and with no model unless it is given one. It keeps nothing of what it reads, and
/// costs nothing to make.
#[derive(Clone, Debug, Default)]
pub struct OfflineBrain {
    examples: Option<Arc<Examples>>,
}

impl OfflineBrain {
    /// The brain that reads by the grammar alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that asks examples what a question is about where the grammar leaves that open. It then takes as long as the
    /// model does, and blocks.
    #[must_use]
    pub fn with(examples: Examples) -> Self {
        Self { examples: Some(Arc::new(examples)) }
    }

    /// What the words mean; [`Brain::interpret`] without the waiting.
    pub fn read(&self, utterance: &Utterance) -> Frame {
        self.heard(utterance, &Budget::new(), &mut None)
    }

    /// What the words mean, how they were read, and what each part of the brain did.
    pub fn explain(&self, utterance: &Utterance) -> (Frame, Explanation) {
        let mut said = Some(Vec::new());
        let frame = self.heard(utterance, &Budget::new(), &mut said);
        if frame.is_executable() {
            // Whether it can be planned here depends on what is connected; the planner says what it would do.
            let _ = pass(&Planner, Order { frame: &frame, capabilities: None }, &mut said);
            pass(&Assessor, &frame, &mut said);
        }
        pass(&Presenter, &frame, &mut said);
        let explanation =
            Explanation { parses: decide::parses(&utterance.text), constraints: frame.sourced(), agents: said.unwrap_or_default() };
        (frame, explanation)
    }

    fn heard(&self, utterance: &Utterance, budget: &Budget, said: &mut Option<Vec<Said>>) -> Frame {
        match pass(&Router, utterance, said) {
            Route::Away(frame) => *frame,
            Route::Read => {
                let words = Words { utterance, budget, context: Context::of(utterance) };
                let mut frame = pass(&Classifier(self.examples.as_deref()), words, said).frame;
                // A condition may be among what was not read: a later turn must not take this for all that was said.
                if budget.is_short() && !frame.is_executable() && frame.unread.is_empty() && frame.selector != Selector::All {
                    frame.unread.push("…".to_owned());
                }
                pass(&Validator, frame, said)
            }
        }
    }
}

/// Hands work to a part, and notes what it says of it where somebody wants to know.
fn pass<A: Agent>(agent: &A, takes: A::Takes<'_>, said: &mut Option<Vec<Said>>) -> A::Makes {
    let made = agent.work(takes);
    if let Some(said) = said {
        said.push(Said { agent: A::NAME.to_owned(), said: agent.says(&made) });
    }
    made
}

#[async_trait]
impl Brain for OfflineBrain {
    async fn interpret(&self, utterance: &Utterance) -> Result<Frame> {
        Ok(self.read(utterance))
    }

    async fn draft(&self, frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate> {
        // Whichever brain made the frame.
        let checked = Validator.work(frame.clone());
        if let Some(clarify) = checked.clarify.as_ref().filter(|_| frame.clarify.is_none()) {
            return Err(Error::invalid(format!("the order for `{}` can't be planned: {}", frame.selector, clarify.question))
                .operation("draft a plan")
                .hint("name the resources, or an account, region, environment, tag or flag"));
        }
        let steps = Planner.work(Order { frame: &checked, capabilities: Some(capabilities) })?;
        let risk = Assessor.work(&checked).map(|assessed| assessed.risk);
        Ok(PlanTemplate { goal: Presenter.work(&checked), steps, risk })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use escher_core::{Intent, Turn};

    use super::*;
    use crate::budget::MOST_SPENT;
    use crate::text::MOST_BYTES;

    #[test]
    fn no_words_cost_more_than_a_few_times_the_budget() {
        let mail = "Hi team, yesterday the dev VMs in us-east-1 were idle. Which disks are unattached? Also, stop web-1 tonight at 8pm. ";
        let texts = [
            "'a ",
            "\"a ",
            "a='b ",
            "(",
            "( a ) ",
            "[a, ",
            "a and b and ",
            "vms and ",
            "vms of ",
            "vm's ",
            "vms or dev ",
            "web-1, ",
            "databsae instnaces snapshto ",
            "zurfleton brambling ",
            "22,443,",
            "stop web-1. ",
            "stop it. ",
            "ignore the ",
            "dev ",
            "a.b\n\n",
            mail,
        ];
        for text in texts {
            let text = text.repeat(MOST_BYTES / text.len());
            let now = "2026-11-20T12:00:00Z".parse().unwrap();
            let turn = |text: &String| Turn { text: text.clone(), frame: Frame::new(Intent::Find), shown: None };
            for history in [Vec::new(), vec![turn(&text); 8]] {
                for (text, is_pronoun) in [(text.clone(), false), ("stop them".to_owned(), true)] {
                    let budget = Budget::new();
                    let frame = OfflineBrain::new().heard(&Utterance { text, history: history.clone(), now }, &budget, &mut None);
                    assert!(budget.spent() <= 4 * MOST_SPENT, "{}: {} edges", frame.selector, budget.spent());
                    assert!(!frame.is_executable() || is_pronoun, "{frame:?}");
                }
            }
        }
    }
}
