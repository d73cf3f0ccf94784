//! Whether words are read at all.

use escher_core::{Frame, Intent, Utterance};

use super::Agent;
use crate::decide;
use crate::text::{MOST_BYTES, MOST_TOKENS};

/// Turns away what is too long, refused, or about the conversation alone.
pub(crate) struct Router;

/// Where words go.
pub(crate) enum Route {
    /// To be read.
    Read,
    /// Nowhere: this is the answer.
    Away(Box<Frame>),
}

impl Agent for Router {
    const NAME: &'static str = "router";
    type Takes<'a> = &'a Utterance;
    type Makes = Route;

    fn work(&self, utterance: &Utterance) -> Route {
        if utterance.text.len() > MOST_BYTES {
            return away(0.99, format!("That is too long. Say it in at most {MOST_TOKENS} words."));
        }
        if let Some(frame) = decide::moved(&utterance.text, !utterance.history.is_empty()) {
            return Route::Away(Box::new(frame));
        }
        decide::refusal(&utterance.text).map_or(Route::Read, |note| away(0.97, note))
    }

    fn says(&self, route: &Route) -> String {
        match route {
            Route::Read => "nothing to refuse".to_owned(),
            Route::Away(frame) => format!("not read further: {}", frame.note.as_deref().unwrap_or_default()),
        }
    }
}

fn away(confidence: f64, note: String) -> Route {
    let mut frame = Frame::new(Intent::Unknown);
    frame.note = Some(note);
    frame.confidence = confidence;
    Route::Away(Box::new(frame))
}
