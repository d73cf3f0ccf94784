//! What people say in a conversation about the conversation itself: yes, and starting over.

use escher_core::{Frame, Intent};

/// Said to a plan. None of it approves one.
const ASSENT: &[&str] = &[
    "y",
    "yes",
    "yes please",
    "yep",
    "yeah",
    "yup",
    "sure",
    "confirm",
    "confirmed",
    "i confirm",
    "approve",
    "approved",
    "approve it",
    "approve that",
    "approve them",
    "approve the plan",
    "approve this plan",
    "i approve",
    "yes approve",
    "yes approve it",
    "go ahead",
    "yes go ahead",
    "please go ahead",
    "go on",
    "go for it",
    "do it",
    "yes do it",
    "do that",
    "just do it",
    "please do",
    "proceed",
    "run it",
    "run the plan",
    "run that",
    "run this plan",
    "execute it",
    "execute the plan",
    "make it so",
    "ok do it",
    "ok go",
    "ok go ahead",
    "lgtm",
];

/// Said to begin anew.
const OVER: &[&str] = &[
    "start over",
    "lets start over",
    "start again",
    "start afresh",
    "start anew",
    "forget that",
    "forget it",
    "forget about it",
    "forget about that",
    "forget everything",
    "forget all that",
    "forget what i said",
    "never mind",
    "nevermind",
    "reset",
    "new conversation",
    "new topic",
    "begin anew",
    "clear",
    "scratch that",
];

/// The frame of words about the conversation itself, if they are nothing else. `follows` says whether anything was said before.
pub(crate) fn moved(text: &str, follows: bool) -> Option<Frame> {
    let said = plain(text)?;
    let frame = |intent, note: &str| {
        let mut frame = Frame::new(intent);
        frame.note = Some(note.to_owned());
        frame.confidence = 0.95;
        Some(frame)
    };
    match () {
        () if OVER.contains(&said.as_str()) && follows => frame(Intent::Smalltalk, "What was said before is left behind. Ask anew."),
        () if ASSENT.contains(&said.as_str()) && (follows || said.contains("approve")) => {
            frame(Intent::Unknown, "Words approve nothing: a plan is approved by its id, as it is shown.")
        }
        () => None,
    }
}

/// Whether the words say yes to something, and nothing else. That approves no plan: whoever hears it says how one is approved.
pub fn assents(text: &str) -> bool {
    plain(text).is_some_and(|said| ASSENT.contains(&said.as_str()))
}

/// Whether the words leave behind what was said before.
pub(crate) fn starts_over(text: &str) -> bool {
    plain(text).is_some_and(|said| OVER.contains(&said.as_str()))
}

/// The words in lower case, without marks and courtesies around them; `None` if they are too many to be a move.
fn plain(text: &str) -> Option<String> {
    if text.len() > 60 {
        return None;
    }
    let low = text.to_lowercase().replace(['\'', '’'], "");
    let words: Vec<String> = low.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    let courteous = |word: &String| matches!(word.as_str(), "ok" | "okay" | "no" | "so" | "please" | "then" | "now" | "escher" | "well");
    let said = words.join(" ");
    if ASSENT.contains(&said.as_str()) || OVER.contains(&said.as_str()) {
        return Some(said);
    }
    let inner: Vec<String> = words.iter().skip_while(|word| courteous(word)).cloned().collect();
    let end = inner.iter().rposition(|word| !courteous(word)).map_or(0, |at| at + 1);
    Some(inner[..end].join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_is_never_more_than_words() {
        for text in ["yes", "Yes!", "approve it", "OK, go ahead.", "please run it", "y"] {
            let frame = moved(text, true).unwrap_or_else(|| panic!("{text}"));
            assert!(frame.intent == Intent::Unknown && !frame.is_executable() && frame.note.is_some(), "{text}");
        }
        for text in ["yes, stop web-1", "approve pl_1 and run it now", "start over there", "", "?"] {
            assert!(moved(text, true).is_none(), "{text}");
        }
        assert!(starts_over("OK, let's start over") && starts_over("Never mind.") && !starts_over("forget that and stop web-1"));
    }
}
