//! What is meant: an order if all words make one, else a question answered from what was understood of it.

use escher_core::{ActionPattern, Clarify, Frame, Intent, Utterance, Verb};

use super::Agent;
use crate::budget::Budget;
use crate::context::Context;
use crate::decide::{self, Examples, Verdict};
use crate::meaning::Other;

/// Reads words by the grammar, and what that leaves open by examples, where there are any.
pub(crate) struct Classifier<'e>(pub(crate) Option<&'e Examples>);

/// An utterance, what it may refer to, and what reading it may cost.
pub(crate) struct Words<'a> {
    pub(crate) utterance: &'a Utterance,
    pub(crate) budget: &'a Budget,
    pub(crate) context: Context<'a>,
}

/// What was meant.
pub(crate) struct Classified {
    pub(crate) frame: Frame,
    /// Whether examples decided what the grammar left open.
    by_example: bool,
}

impl Agent for Classifier<'_> {
    const NAME: &'static str = "classifier";
    type Takes<'a> = Words<'a>;
    type Makes = Classified;

    fn work(&self, Words { utterance, budget, context }: Words<'_>) -> Classified {
        let mut by_example = false;
        let mut question = || {
            let (frame, examples) = decide::question(utterance, context, budget, self.0);
            by_example = examples;
            frame
        };
        let frame = match decide::order(utterance, context, budget) {
            // What is a whole question as well is none.
            Verdict::Order(frame) if frame.is_executable() && decide::may_be_question(&utterance.text, budget) => {
                asked(*frame, "Is that an order? If so, give only the order.".to_owned())
            }
            Verdict::Order(frame) => *frame,
            Verdict::NoOrder(other) => no_order(question(), other),
            Verdict::Unread { order, question: why, leads } => {
                let read = question();
                // “Delete all buckets except invoices” asks for no bill.
                let leads = leads.filter(|_| matches!(read.intent, Intent::Cost | Intent::Find));
                match order {
                    Some(order) if leads.is_some() => *order,
                    None if leads.is_some() => {
                        let action = leads.map(|verb| ActionPattern::on(verb, &[]));
                        asked(Frame { intent: Intent::Act, action, ..read }, why)
                    }
                    _ if is_question(&read, order.as_deref()) => read,
                    // What was heard of a time, if only that there is one.
                    Some(order) if read.intent == Intent::Schedule => Frame { intent: Intent::Schedule, ..*order },
                    Some(order) => *order,
                    None => asked(read, why),
                }
            }
        };
        Classified { frame, by_example }
    }

    fn says(&self, Classified { frame, by_example }: &Classified) -> String {
        let sure = format!("`{}`, {:.0} % sure", frame.intent, frame.confidence * 100.0);
        let why = match (frame.intent, frame.readings.len()) {
            (_, 2..) => "all words form an order, in several ways",
            (Intent::Act | Intent::Schedule, _) if frame.is_executable() => "all words form an order, in exactly one way",
            (Intent::Act | Intent::Schedule, _) => "the words order something, but not everything is clear",
            _ if *by_example => "the grammar leaves the question open, so the nearest examples decided",
            (Intent::Unknown, _) => "the words ask nothing about clouds",
            _ if frame.unread.is_empty() => "every word of the question was used",
            _ => "some words were left out; the best reading of the rest is a question",
        };
        format!("{sure}: {why}")
    }
}

fn orders(frame: &Frame) -> bool {
    matches!(frame.intent, Intent::Act | Intent::Schedule)
}

/// What reads as a question is answered as one; but an order among other words is no search.
fn is_question(old: &Frame, order: Option<&Frame>) -> bool {
    // So is what was done among its words.
    let partly = old.intent == Intent::History && !old.unread.is_empty();
    let hidden = (old.intent == Intent::Find || partly) && order.is_some_and(is_plain);
    !orders(old) && !hidden
}

/// Whether it is of a verb that is hardly ever a noun.
fn is_plain(frame: &Frame) -> bool {
    use Verb::{Attach, Delete, Detach, Encrypt, Resize, Restart, Rotate, Start, Stop};
    frame.action.is_some_and(|action| matches!(action.verb, Start | Stop | Restart | Delete | Resize | Encrypt | Rotate | Attach | Detach))
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
        Other::Nominal => asked(frame, "That names something but doesn't say what to do. What should be done with it?".to_owned()),
        Other::Forbids => {
            frame.intent = Intent::Unknown;
            frame.clarify = None;
            frame.note = Some("You said not to do it, so nothing is done.".to_owned());
            frame
        }
    }
}
