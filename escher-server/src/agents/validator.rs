//! Whether an order holds against the rules for every order, whichever brain read it.

use escher_core::{Frame, Kind};

use super::Agent;
use crate::check::{self, Draft};

/// Puts the question into an order that must not run as it stands.
pub(crate) struct Validator;

impl Agent for Validator {
    const NAME: &'static str = "validator";
    type Takes<'a> = Frame;
    type Makes = Frame;

    fn work(&self, mut frame: Frame) -> Frame {
        frame.readings = std::mem::take(&mut frame.readings).into_iter().map(|reading| self.work(reading)).collect();
        if let Some(action) = frame.action.filter(|_| frame.is_executable()) {
            let kinds: Vec<Kind> = action.kind.into_iter().collect();
            let draft = Draft { verb: action.verb, kinds: &kinds, selector: &frame.selector, params: &frame.params, shown: frame.shown };
            frame.clarify = check::question(&draft);
        }
        frame
    }

    fn says(&self, frame: &Frame) -> String {
        match &frame.clarify {
            Some(_) => "nothing runs until the question is answered".to_owned(),
            None if frame.is_executable() => "the action is in the catalog, narrow enough, and has its parameters".to_owned(),
            None => "nothing would change, so there is nothing to check".to_owned(),
        }
    }
}
