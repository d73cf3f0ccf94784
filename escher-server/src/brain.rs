//! The offline brain: an order if all words make one, else a question answered from what was understood of it.

use async_trait::async_trait;
use escher_core::selector::{Field, Op};
use escher_core::{Brain, Capabilities, Clarify, Frame, Intent, PlanTemplate, Result, Selector, Utterance};

use crate::decide::{self, Explanation, Verdict};
use crate::meaning::Other;
use crate::text::{MOST_BYTES, MOST_TOKENS};

/// Turns that a pronoun may reach back over.
const REMEMBERED: usize = 6;

/// Understands words with no model and no network. It keeps nothing between calls, and costs nothing to make.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfflineBrain;

impl OfflineBrain {
    /// The brain.
    pub fn new() -> Self {
        Self
    }

    /// What the words mean; [`Brain::interpret`] without the waiting.
    pub fn read(&self, utterance: &Utterance) -> Frame {
        if utterance.text.len() > MOST_BYTES {
            return too_long();
        }
        if let Some(note) = decide::refusal(&utterance.text) {
            let mut frame = Frame::new(Intent::Unknown);
            frame.note = Some(note);
            frame.confidence = 0.97;
            return frame;
        }
        match decide::order(utterance, self.referred(utterance).as_ref()) {
            // What is a whole question as well is none.
            Verdict::Order(frame) if frame.is_executable() && decide::is_question(&utterance.text) => {
                asked(*frame, "Is that an order? Say it as one, without what is around it.".to_owned())
            }
            Verdict::Order(frame) => *frame,
            Verdict::NoOrder(other) => no_order(decide::question(utterance), other),
            Verdict::Unread { order, question } => {
                let read = decide::question(utterance);
                match order {
                    _ if is_question(&read, order.as_deref()) => read,
                    // What was heard of a time, if only that there is one.
                    Some(order) if read.intent == Intent::Schedule => Frame { intent: Intent::Schedule, ..*order },
                    Some(order) => *order,
                    None => asked(read, question),
                }
            }
        }
    }

    /// What the words mean, and how they were read.
    pub fn explain(&self, utterance: &Utterance) -> (Frame, Explanation) {
        let frame = self.read(utterance);
        let explanation = decide::explain(utterance, &frame);
        (frame, explanation)
    }

    /// The one thing that was named in the turn before, if it was one.
    fn referred(&self, utterance: &Utterance) -> Option<Selector> {
        let before = utterance.history.last()?;
        // What the turn before referred to itself was named a few turns ago at most.
        let history = utterance.history[utterance.history.len().saturating_sub(REMEMBERED)..utterance.history.len() - 1].to_vec();
        let before = Utterance { text: before.clone(), history, now: utterance.now };
        let selector = Selector::parse(&self.read(&before).selector).ok()?;
        let one =
            selector.conjuncts().iter().any(|part| matches!(part, Selector::Compare { field: Field::Name | Field::Id, op: Op::Eq, .. }));
        one.then_some(selector)
    }
}

fn orders(frame: &Frame) -> bool {
    matches!(frame.intent, Intent::Act | Intent::Schedule) || frame.is_executable()
}

/// What reads as a question is answered as one; but an order among other words is no search.
fn is_question(old: &Frame, order: Option<&Frame>) -> bool {
    let hidden = old.intent == Intent::Find && order.is_some_and(is_plain);
    !orders(old) && !hidden
}

/// Whether it is of a verb that is hardly ever a noun.
fn is_plain(frame: &Frame) -> bool {
    const PLAIN: &[&str] = &["start", "stop", "restart", "delete", "resize", "encrypt", "rotate", "attach", "detach"];
    frame.action.as_deref().and_then(|action| action.split_once('.')).is_some_and(|(_, verb)| PLAIN.contains(&verb))
}

/// Words that are no order are not carried out as one.
fn asked(mut frame: Frame, question: String) -> Frame {
    frame.clarify = Some(Clarify { question, options: Vec::new() });
    frame.confidence = 0.88;
    frame
}

/// A sentence that looks like an order and is none.
fn no_order(mut frame: Frame, other: Other) -> Frame {
    if !orders(&frame) {
        return frame;
    }
    match other {
        Other::Question => {
            frame.intent = Intent::Explain;
            frame.clarify = None;
            frame
        }
        Other::Report => asked(frame, "That reads like a report. What should be done about it?".to_owned()),
        Other::Nominal => asked(frame, "That names something, and orders nothing. What should be done with it?".to_owned()),
        Other::Forbids => {
            frame.intent = Intent::Unknown;
            frame.clarify = None;
            frame.note = Some("that forbids a change; nothing is changed".to_owned());
            frame
        }
    }
}

fn too_long() -> Frame {
    let mut frame = Frame::new(Intent::Unknown);
    frame.confidence = 0.99;
    frame.note = Some(format!("that is more than I can take at once; say it in at most {} words", MOST_TOKENS));
    frame
}

#[async_trait]
impl Brain for OfflineBrain {
    async fn interpret(&self, utterance: &Utterance) -> Result<Frame> {
        Ok(self.read(utterance))
    }

    async fn draft(&self, frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate> {
        crate::draft::draft(frame, capabilities)
    }
}
