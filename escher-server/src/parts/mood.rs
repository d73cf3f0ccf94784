//! The router: courtesies away, then how the words are meant.

use escher_core::{Intent, lexicon};

use super::{Part, cues};
use crate::scene::{self, Scene};

/// Finds the head of the utterance and its mood.
pub(crate) struct Mood;

impl Part for Mood {
    fn read(&self, scene: &mut Scene<'_>) {
        small_words(scene);
        mend_first(scene);
        let mut head = 0;
        loop {
            let len = scene.phrase(head, &cues::COURTESIES);
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
        let about = scene.phrase(head, &cues::HOW_TO);
        if scene.says(&cues::WHAT_IF) {
            scene.mood = scene::Mood::Hypothetical;
            if let Some((at, len)) = scene.find(&cues::WHAT_IF) {
                scene.use_up(at, len);
            }
        } else if about > 0 && !is_plain_question(scene, head) {
            scene.mood = scene::Mood::HowTo;
            scene.use_up(head, about);
            scene.head = head + about;
        } else if let Some((at, len)) = scene.find(&[
            "how do i",
            "how can i",
            "how to",
            "how do we",
            "how would i",
            "command to",
            "command for",
            "commands to",
            "commands for",
        ]) {
            scene.mood = scene::Mood::HowTo;
            scene.use_up(at, len);
            scene.head = at + len;
        }
        forbids(scene);
        takes_back(scene);
    }
}

/// “Older then 90 days”, “w/ 32 GB”, “stp web-1”: small words that the other parts rely on.
fn small_words(scene: &mut Scene<'_>) {
    const COMPARED: &[&str] = &[
        "older", "newer", "younger", "more", "less", "bigger", "larger", "smaller", "greater", "higher", "lower", "fewer", "longer",
        "other",
    ];
    for i in 0..scene.len() {
        let right = match scene.low(i) {
            "then" if i > 0 && COMPARED.contains(&scene.low(i - 1)) => "than",
            "arent" => "aren't",
            "isnt" => "isn't",
            "doesnt" => "doesn't",
            "unles" => "unless",
            "exept" | "excpet" => "except",
            "w/" => "with",
            "w/o" => "without",
            "stp" | "sotp" if i == 0 => "stop",
            "trun" | "tunr" if i == 0 => "turn",
            "n" if matches!(scene.low(i + 1), "virginia" | "california") => {
                // “N. Virginia” is one name; its point ends no sentence.
                scene.tokens[i].stop = false;
                "northern".clone_into(&mut scene.tokens[i].text);
                "northern"
            }
            "hw" if scene.low(i + 1) == "many" => "how",
            _ => continue,
        };
        scene.tokens[i].low = right.to_owned();
        scene.mended += 1;
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
        // “Stop slow VMs”: after an order's verb nothing begins a question.
        let ordered = (0..i).any(|i| lexicon::meanings(scene.low(i)).any(|meaning| matches!(meaning, lexicon::Meaning::Verb(_))));
        if scene.len() < 2 || !odd || ordered || lexicon::knows(word) || lexicon::mend(word).is_some() {
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
        "no need to",
        "there's no need to",
        "there is no need to",
        "you don't need to",
        "you do not need to",
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

/// “Stop web-1, actually no”: an order that is taken back in the same breath.
fn takes_back(scene: &mut Scene<'_>) {
    const BACK: &[&str] = &[
        "actually no",
        "actually don't",
        "actually do not",
        "actually not",
        "never mind",
        "nevermind",
        "scratch that",
        "forget it",
        "forget that",
        "cancel that",
        "wait no",
        "no wait",
        "just kidding",
        "or not",
        "on second thought",
        "on second thoughts",
    ];
    let Some((at, len)) = scene.find(BACK) else { return };
    let last = (at + len..scene.len()).all(|i| super::rest::is_filler(scene.low(i)));
    if scene.intent.is_none() && at > 0 && last {
        scene.intent = Some(Intent::Unknown);
        scene.note = Some("you took that back, so there is nothing to do".to_owned());
    }
}
