//! Every word of an order counts: one that no part made sense of may be the one that says which, when or how.

use std::collections::HashSet;
use std::sync::LazyLock;

use escher_core::Verb;
use escher_core::lexicon::{self, Meaning};
use escher_core::selector::Field;

use super::negation::{EXCEPT, NEGATORS};
use crate::scene::{Ask, Scene};

/// Words that may stay unread in an order: leaving them out changes neither what is meant nor when.
static UNHEEDED: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../../data/unheeded.txt").split_ascii_whitespace().collect());

/// Asks back where a word of the order went unheard.
pub(crate) fn ask_back(scene: &mut Scene<'_>, verb: Verb) {
    // “Not (idle and untagged)”: what the brackets hold together is not read as one.
    if NEGATORS.iter().chain(EXCEPT).any(|word| scene.text.to_lowercase().contains(&format!("{word} ("))) {
        scene.doubt("I do not read brackets after a negation. Which ones exactly?", vec!["name them".to_owned()]);
    }
    let Some(word) = unheard(scene, verb) else { return };
    let (question, options): (String, [&str; 2]) = match word.to_lowercase().as_str() {
        "a" | "an" | "any" | "one" | "another" => {
            ("I do not pick one among many. Which one exactly?".to_owned(), ["give its name", "list them first"])
        }
        _ => (
            format!("I do not understand “{word}” here, and I change nothing by a guess. Can you say it another way?"),
            ["leave it out", "name the resources"],
        ),
    };
    scene.doubt(question, options.map(str::to_owned).to_vec());
}

/// The first word of an order that nothing made sense of, if leaving it out could change what is meant: “stop dev VMs *when*
/// db-1 is down”, “*until* monday”, “except *2*”.
fn unheard(scene: &Scene<'_>, verb: Verb) -> Option<String> {
    (scene.head..scene.len()).find(|&i| scene.free(i) && !heeded(scene, verb, i)).map(|i| scene.text(i).to_owned())
}

fn heeded(scene: &Scene<'_>, verb: Verb, i: usize) -> bool {
    let word = scene.low(i);
    if UNHEEDED.contains(word) || !word.chars().any(char::is_alphanumeric) || scene.left.contains(&i) {
        return true;
    }
    match word {
        "a" | "an" | "any" | "one" | "another" | "new" if verb == Verb::Create => true,
        "a" | "an" | "any" => !indefinite(scene, i),
        // “Both web-1 and web-2”
        "both" => scene.values(&Field::Name).len() == 2,
        // “That one”: a pronoun.
        "one" => i > 0 && matches!(scene.low(i - 1), "that" | "this" | "the" | "which"),
        // A negation is heard where something was found to be negated.
        // “Unless db-1 is running” is a condition, not an exception.
        word if word != "unless" && (NEGATORS.contains(&word) || EXCEPT.contains(&word) || matches!(word, "but" | "other" | "than")) => {
            scene.denies_something(i)
        }
        // A word for the kind beside a word for it: “the database server”.
        word => lexicon::meanings(word).any(|meaning| matches!(meaning, Meaning::Kind(..))) && !scene.kinds().is_empty(),
    }
}

/// “Stop a dev VM”: one of many, unless it is named. “Any unattached disks” are all of them.
fn indefinite(scene: &Scene<'_>, i: usize) -> bool {
    let named = scene.found.iter().any(|found| !found.negated && matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)));
    let described = scene.found.iter().filter(|found| found.at > i).find(|found| matches!(found.ask, Ask::Kind(..)));
    let Some(kind) = described.filter(|kind| (i + 1..kind.at).all(|j| !scene.free(j))) else { return false };
    let plural = (kind.at..scene.len()).take_while(|&j| !scene.free(j)).any(|j| scene.low(j).ends_with('s'));
    !named && !plural
}

/// Words behind which a name may stand.
const BEFORE_A_NAME: &[&str] = &[
    "the", "all", "every", "each", "both", "my", "our", "your", "their", "this", "that", "these", "those", "and", "or", "&", "please",
    "just", "only", "called", "named", "on", "to",
];
/// What follows tells what the thing does: “the instance running nginx” is not called so.
const ABOUT_ITS_WORK: &[&str] = &["running", "using", "hosting", "serving", "containing"];
/// Words that choose some of many.
const AMOUNTS: &[&str] = &["half", "most", "some", "several", "few", "couple", "certain", "random", "either", "many", "part"];
/// What things hold; to delete it is not to delete them.
const CONTENTS: &[&str] = &[
    "version", "versions", "record", "records", "message", "messages", "object", "objects", "entries", "rows", "logs", "files", "contents",
];

/// Whether a free word stands where a name stands: right beside the kind, or behind the verb where no kind was told; not
/// behind “with”, “for” or “we”, and not as an exception, which would then leave out nothing.
pub(crate) fn stands_as_name(scene: &Scene<'_>, group: &[usize]) -> bool {
    let (Some(&first), Some(&last)) = (group.first(), group.last()) else { return false };
    let word = scene.low(first);
    if AMOUNTS.contains(&word) || CONTENTS.contains(&word) || scene.tokens[last].owns || scene.negated(first) {
        return false;
    }
    let spelt = |i: &usize| scene.low(*i).chars().any(char::is_alphabetic) || scene.low(*i).parse::<std::net::IpAddr>().is_ok();
    if !group.iter().any(spelt) || matches!(scene.low(last + 1), "the" | "those" | "these") {
        return false;
    }
    let led = first.checked_sub(1).is_none_or(|before| {
        let follows = !scene.free(before) || BEFORE_A_NAME.contains(&scene.low(before)) || scene.tokens[before].comma;
        follows && !ABOUT_ITS_WORK.contains(&scene.low(before))
    });
    let kinds: Vec<usize> = scene.found.iter().filter(|found| matches!(found.ask, Ask::Kind(..))).map(|found| found.at).collect();
    let behind = |kind: usize| kind < first && (kind..first).all(|i| !scene.free(i));
    let beside = kinds.is_empty() || kinds.iter().any(|&kind| kind == last + 1 || behind(kind));
    led && beside
}
