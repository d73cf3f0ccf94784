//! What the person reads.

use escher_core::Frame;

use super::Agent;
use crate::goal;

/// Puts an order into a sentence.
pub(crate) struct Presenter;

impl Agent for Presenter {
    const NAME: &'static str = "presenter";
    type Takes<'a> = &'a Frame;
    type Makes = String;

    fn work(&self, frame: &Frame) -> String {
        match (&frame.clarify, frame.action) {
            (Some(clarify), _) => clarify.question.clone(),
            (None, Some(action)) if frame.is_executable() => goal::sentence(action.verb, action.kind, &frame.selector, &frame.params),
            _ => {
                let what = frame.selector.to_string();
                let over = if what.is_empty() { String::new() } else { format!(" over `{what}`") };
                let without =
                    if frame.unread.is_empty() { String::new() } else { format!(", without “{}”", frame.unread.join("”, “")) };
                frame.note.clone().unwrap_or_else(|| format!("answered as `{}`{over}{without}", frame.intent))
            }
        }
    }

    fn says(&self, sentence: &String) -> String {
        sentence.clone()
    }
}
