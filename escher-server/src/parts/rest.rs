//! What is left: words of no weight, pronouns, and free words that can only be names.

use escher_core::lexicon;
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Mood, Scene};

/// Makes names of identifiers and free words.
pub(crate) struct Rest;

/// Whether a word says nothing about which resource is meant.
pub(crate) fn is_filler(word: &str) -> bool {
    use std::collections::HashSet;
    use std::sync::LazyLock;
    static SET: LazyLock<HashSet<&str>> = LazyLock::new(|| include_str!("../../data/filler.txt").split_ascii_whitespace().collect());
    word.len() < 2 && !word.chars().all(char::is_alphanumeric)
        || SET.contains(word)
        || super::intent::is_cue(word)
        || word.chars().all(|c| !c.is_alphanumeric())
        || word.chars().count() == 1
}

const EVERYTHING: &[&str] = &[
    "everything",
    "all resources",
    "all the resources",
    "all of it",
    "all things",
    "all of them",
    "every resource",
    "the whole estate",
    "all our resources",
    "all my resources",
    "all infrastructure",
    "the lot",
    "everything else",
];

impl Part for Rest {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        scene.everything = scene.says(EVERYTHING);
        identifiers(scene);
        let order = scene.mood == Mood::Order;
        let mut i = 0;
        while i < scene.len() {
            if !scene.free(i) {
                i += 1;
                continue;
            }
            if order && super::verb::is_pronoun(scene.low(i)) && stands_alone(scene, i) {
                scene.pronoun = true;
            }
            if is_filler(scene.low(i)) || scene.tokens[i].is_op() || is_spent(scene, i) {
                i += 1;
                continue;
            }
            // Neighbouring free words are one name.
            let mut end = i + 1;
            while end < scene.len()
                && scene.free(end)
                && !scene.breaks_after(end - 1)
                && !is_filler(scene.low(end))
                && !scene.tokens[end].is_op()
                && !is_spent(scene, end)
            {
                end += 1;
            }
            scene.left.extend(i..end);
            i = end;
        }
    }
}

/// A pronoun that stands for the object: “stop it”, not “stop that VM”.
fn stands_alone(scene: &Scene<'_>, i: usize) -> bool {
    let word = scene.low(i);
    match word {
        "it" | "them" => true,
        "one" | "ones" => matches!(scene.low(i.wrapping_sub(1)), "that" | "this" | "those" | "these" | "the"),
        _ => {
            scene.breaks_after(i)
                || i + 1 == scene.len()
                || matches!(scene.low(i + 1), "now" | "please" | "to" | "with" | "from" | "one" | "ones")
        }
    }
}

/// Verbs and other words of the lexicon that were read by somebody or mean nothing here.
fn is_spent(scene: &Scene<'_>, i: usize) -> bool {
    let word = scene.low(i);
    if scene.mood == Mood::Order && i > scene.head {
        return false;
    }
    lexicon::meanings(word).any(|meaning| matches!(meaning, lexicon::Meaning::Verb(_))) || super::verb::base_form(word).is_some()
}

fn is_machine(scene: &Scene<'_>, i: usize) -> bool {
    // “Except the c5 ones”
    if scene.low(i) == "ones" {
        return true;
    }
    lexicon::meanings(scene.low(i)).any(|meaning| matches!(meaning, lexicon::Meaning::Kind(escher_core::Kind::Vm, ..)))
}

/// `web-1`, `prod_db_01`: names.
fn identifiers(scene: &mut Scene<'_>) {
    for i in 0..scene.len() {
        if scene.free(i) && scene.is_identifier(i) && !super::when::is_time_word(scene.low(i)) {
            let text = scene.text(i).to_owned();
            if super::params::is_family(&text) && is_machine(scene, i + 1) {
                scene.add(i, 1, Ask::Like(Field::Size, text));
            } else if super::params::is_sku(&text) {
                scene.add(i, 1, Ask::Is(Field::Size, text));
            } else if text.contains('*') {
                scene.add(i, 1, Ask::Like(Field::Name, text.replace('*', "")));
            } else {
                scene.add(i, 1, Ask::Is(Field::Name, text));
            }
        } else if scene.free(i) && super::params::is_sku(scene.low(i)) {
            let text = scene.text(i).to_owned();
            scene.add(i, 1, Ask::Is(Field::Size, text));
        }
    }
}
