//! The router: courtesies away, then how the words are meant.

use escher_core::Intent;

use super::Part;
use crate::scene::{self, Scene};

/// Finds the head of the utterance and its mood.
pub(crate) struct Mood;

/// What people put before what they want.
const COURTESIES: &[&str] = &[
    "please",
    "pls",
    "plz",
    "kindly",
    "hey",
    "hi",
    "hello",
    "ok",
    "okay",
    "so",
    "well",
    "now",
    "just",
    "escher",
    "then",
    "and",
    "also",
    "yes",
    "yo",
    "hmm",
    "alright",
    "right",
    "quickly",
    "actually",
    "dear",
    "there",
    "good morning",
    "good afternoon",
    "good evening",
    "can you",
    "could you",
    "would you",
    "will you",
    "can you please",
    "could you please",
    "would you please",
    "would you mind",
    "you should",
    "i want you to",
    "i need you to",
    "i would like you to",
    "i'd like you to",
    "i want to",
    "i need to",
    "i would like to",
    "i'd like to",
    "i wanna",
    "we need to",
    "we want to",
    "we should",
    "we have to",
    "i have to",
    "i must",
    "let's",
    "lets",
    "let us",
    "go ahead and",
    "you can",
    "try to",
    "help me",
    "help me to",
    "help us",
    "go and",
    "make sure to",
    "don't forget to",
    "do not forget to",
    "remember to",
    "be so kind and",
    "be so kind as to",
    "i think we should",
    "it's time to",
    "it is time to",
    "feel free to",
    "immediately",
    "asap",
    "urgent",
    "urgently",
    "proceed to",
    "start to",
    "begin to",
    "for me",
    "next",
    "first",
    "afterwards",
    "finally",
    "can we",
    "could we",
    "are you able to",
    "is it ok to",
    "you must",
    "thanks",
    "thank you",
];

const HOW_TO: &[&str] = &[
    "how do i",
    "how do we",
    "how do you",
    "how can i",
    "how can we",
    "how can you",
    "how could i",
    "how would i",
    "how would you",
    "how would one",
    "how should i",
    "how should we",
    "how to",
    "how does",
    "how does one",
    "how did",
    "how is",
    "how are",
    "show me how",
    "tell me how",
    "explain how",
    "explain",
    "explain to me",
    "teach me",
    "which command",
    "what command",
    "what commands",
    "which commands",
    "what's the command",
    "what is the command",
    "what's the cli",
    "what is the cli",
    "what is the best way to",
    "what's the best way to",
    "what does",
    "what do",
    "difference between",
    "what is the difference",
    "what's the difference",
    "can i",
    "may i",
    "is it possible to",
    "is it safe to",
    "am i allowed to",
    "do you know how",
    "walk me through",
    "steps to",
    "the command to",
    "command to",
    "cli command",
    "what are the steps",
    "what steps",
    "why would i",
    "why should i",
    "when should i",
    "when should we",
    "give me the command",
    "show me the command",
    "what's the way to",
    "what is the way to",
    "is there a way to",
    "could i",
    "should i",
    "should we",
    "do i need to",
    "do we need to",
    "documentation for",
    "docs for",
    "docs on",
    "help with",
    "what permissions",
    "which permissions",
    "what can i do",
    "what can you do",
    "what actions can",
];

const WHAT_IF: &[&str] = &[
    "what would happen",
    "what will happen",
    "what happens",
    "what could happen",
    "what might happen",
    "what if",
    "what would be the impact",
    "what is the impact",
    "what's the impact",
    "what would break",
    "what will break",
    "what breaks",
    "impact of",
    "what would be affected",
    "what is affected",
    "what gets affected",
    "what would the effect",
    "what is the effect",
    "consequences of",
    "suppose",
    "imagine",
    "what would change if",
    "would anything break",
    "would it break",
    "will anything break",
    "what depends on",
    "blast radius",
    "is anything going to break",
    "what would it mean",
];

impl Part for Mood {
    fn read(&self, scene: &mut Scene<'_>) {
        mend_first(scene);
        let mut head = 0;
        loop {
            let len = scene.phrase(head, COURTESIES);
            // “First 5 VMs” is no courtesy, nor is “there are”.
            let next = scene.low(head + len);
            let counted = matches!(scene.low(head), "first" | "next" | "right" | "start" | "begin" | "there")
                && (next.chars().all(|c| c.is_ascii_digit()) || matches!(next, "is" | "are" | "month" | "week" | "quarter" | "year"));
            if len == 0 || counted || head + len >= scene.len() {
                break;
            }
            scene.use_up(head, len);
            head += len;
        }
        scene.head = head;
        if scene.intent.is_some() {
            return;
        }
        let about = scene.phrase(head, HOW_TO);
        if scene.says(WHAT_IF) {
            scene.mood = scene::Mood::Hypothetical;
            if let Some((at, len)) = scene.find(WHAT_IF) {
                scene.use_up(at, len);
            }
        } else if about > 0 && !is_plain_question(scene, head) {
            scene.mood = scene::Mood::HowTo;
            scene.use_up(head, about);
            scene.head = head + about;
        } else if scene.says(&["how do i", "how can i", "how to", "how do we", "how would i"]) {
            scene.mood = scene::Mood::HowTo;
            if let Some((at, len)) = scene.find(&["how do i", "how can i", "how to", "how do we", "how would i"]) {
                scene.use_up(at, len);
                scene.head = at + len;
            }
        }
        forbids(scene);
    }
}

/// “Shwo”, “lsit”: the words that questions begin with, mistyped.
fn mend_first(scene: &mut Scene<'_>) {
    const FIRST: &[&str] =
        &["show", "list", "find", "which", "what", "where", "display", "search", "count", "describe", "give", "please", "explain"];
    for i in 0..scene.len().min(3) {
        let word = scene.low(i);
        let odd =
            word.len() >= 4 && word.bytes().all(|b| b.is_ascii_lowercase()) && !FIRST.contains(&word) && !super::rest::is_filler(word);
        if scene.len() < 2 || !odd || escher_core::lexicon::knows(word) || escher_core::lexicon::mend(word).is_some() {
            continue;
        }
        let near =
            FIRST.iter().find(|first| first.as_bytes()[0].abs_diff(word.as_bytes()[0]) < 26 && strsim::osa_distance(first, word) == 1);
        if let Some(first) = near {
            scene.tokens[i].low = (*first).to_owned();
            scene.mended += 1;
        }
    }
}

/// “What does web-1 cost”, “what do we pay”, “how is web-1 doing”: about what there is, not about how it is done.
fn is_plain_question(scene: &Scene<'_>, head: usize) -> bool {
    let what = matches!(scene.low(head), "what" | "how" | "what's")
        && matches!(scene.low(head + 1), "does" | "do" | "is" | "are" | "did")
        && scene.phrase(head, &["how do i", "how do you", "how does one"]) == 0;
    let priced = scene.says(&["cost", "costs", "pay", "spend", "spending", "owe", "charged"]);
    let mine = scene.says(&["know about", "we have", "i have", "you see", "we run", "we own", "i own", "exist"]);
    let named = (head..scene.len()).any(|i| scene.is_identifier(i));
    what && (priced || mine || (named && matches!(scene.low(head), "how") && matches!(scene.low(head + 1), "is" | "are")))
        || (matches!(scene.low(head), "explain") && named && !scene.says(&["how to", "how"]))
}

/// “Don't stop …”: an order not to do something is none to do it.
fn forbids(scene: &mut Scene<'_>) {
    const NEVER: &[&str] = &[
        "don't",
        "do not",
        "dont",
        "never",
        "don't ever",
        "do not ever",
        "must not",
        "mustn't",
        "should not",
        "shouldn't",
        "you must not",
        "you should not",
        "you shouldn't",
        "we must not",
        "we should not",
        "we shouldn't",
        "nobody should",
        "no one should",
        "avoid",
        "stop not",
        "i don't want to",
        "i do not want to",
        "i don't want you to",
        "i do not want you to",
        "under no circumstances",
        "refrain from",
        "not to",
        "please don't",
        "please do not",
        "make sure not to",
        "make sure you don't",
        "make sure nobody",
        "hold off on",
        "it's not time to",
        "can't you not",
    ];
    let Some((at, len)) = (0..=scene.head.min(scene.len())).map(|i| (i, scene.phrase(i, NEVER))).find(|&(_, len)| len > 0) else { return };
    let next = scene.low(at + len);
    if matches!(scene.mood, scene::Mood::HowTo | scene::Mood::Hypothetical)
        || matches!(next, "forget" | "we" | "i" | "you" | "know" | "understand")
    {
        return;
    }
    scene.intent = Some(Intent::Unknown);
    scene.note = Some("you said not to do it, so there is nothing to do".to_owned());
}
