//! What people say about the conversation itself: a greeting, thanks, yes, no, help, and starting over.

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

const HELP: &[&str] = &[
    "help",
    "help me",
    "what can you do",
    "what can i do",
    "what can i ask",
    "what can i say",
    "what do you do",
    "what is this",
    "how does this work",
    "how do you work",
    "how do i use this",
    "how do i use you",
    "usage",
    "commands",
    "examples",
    "what is escher",
    "whats escher",
    "what are you",
    "who are you",
];
const GREETINGS: &[&str] =
    &["hi", "hello", "hey", "hi there", "hello there", "hey there", "good morning", "good afternoon", "good evening"];
const THANKS: &[&str] = &[
    "thanks",
    "thank you",
    "thx",
    "ty",
    "cheers",
    "many thanks",
    "thanks a lot",
    "thank you very much",
    "thank you so much",
    "thanks so much",
];
const FINE: &[&str] = &["ok", "okay", "k", "fine", "alright", "all right", "got it", "i see", "great", "cool", "good", "nice", "perfect"];
const NO: &[&str] = &["n", "no", "nope", "nah", "no thanks", "no thank you", "not now", "not yet", "dont", "better not"];
const BYE: &[&str] = &["bye", "goodbye", "bye bye", "see you", "see you later"];

/// What is said to all of it, with the intent that it is.
const REPLIES: &[(&[&str], Intent, &str)] = &[
    (
        HELP,
        Intent::Explain,
        "Ask about your clouds or order a change, in plain words. For example: “which VMs are idle?”, “how many databases are in prod?”, \
         “stop the idle VMs in dev”. An order becomes a plan, and nothing changes before the plan is approved.",
    ),
    (GREETINGS, Intent::Smalltalk, "Hello. Ask about your clouds, for example: “which VMs are idle?”"),
    (THANKS, Intent::Smalltalk, "You're welcome."),
    (FINE, Intent::Smalltalk, "OK. Nothing was changed."),
    (NO, Intent::Smalltalk, "OK. Nothing was changed."),
    (BYE, Intent::Smalltalk, "Goodbye."),
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
        () if OVER.contains(&said.as_str()) && follows => {
            frame(Intent::Smalltalk, "OK, earlier turns no longer count. What would you like to know?")
        }
        () if ASSENT.contains(&said.as_str()) => frame(Intent::Unknown, "Saying yes approves nothing here: a plan is approved by its id."),
        () => REPLIES.iter().find(|(words, ..)| words.contains(&said.as_str())).and_then(|&(_, intent, reply)| frame(intent, reply)),
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
    let known = [ASSENT, OVER].into_iter().chain(REPLIES.iter().map(|(words, ..)| *words)).any(|words| words.contains(&said.as_str()));
    if known {
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
        assert!(moved("yes", false).is_some_and(|frame| frame.intent == Intent::Unknown));
        for text in ["yes, stop web-1", "approve pl_1 and run it now", "start over there", "", "?"] {
            assert!(moved(text, true).is_none(), "{text}");
        }
        for (text, reply) in
            [("ok", "OK."), ("No.", "OK."), ("ok thanks!", "You're"), ("no thanks", "OK."), ("Help!", "Ask"), ("hi", "Hello")]
        {
            for follows in [false, true] {
                let note = moved(text, follows).and_then(|frame| frame.note).unwrap_or_default();
                assert!(note.starts_with(reply), "{text}: {note}");
            }
        }
        assert!(starts_over("OK, let's start over") && starts_over("Never mind.") && !starts_over("forget that and stop web-1"));
    }
}
