//! Words that only questions are made of: openers, topics, fields to group and sort by. Orders never see them.

use std::str::FromStr;

use escher_core::selector::Field;
use escher_core::{Intent, regions};

use super::Entry;
use crate::meaning::{Ask, Formula, Sem};

/// `Category meaning: phrase, phrase, …`, each phrase with a space between its tokens: `what 's changed`.
const ASKING: &str = include_str!("data/intents.txt");

/// The categories that are made of these words alone.
pub(super) const CATEGORIES: &[&str] = &[
    "Ahead",
    "AskedPlace",
    "Effect",
    "Field",
    "Filler",
    "Hail",
    "Measured",
    "Asking",
    "PerField",
    "Ranked",
    "Symptom",
    "Topic",
    "WhatIf",
    "Why",
];

/// Hands every entry to `add`.
pub(super) fn all(add: &mut impl FnMut(&str, Entry)) {
    // A country stands for its part of the world where nothing is changed by that.
    for word in regions::geo_words().filter(|word| word.len() > 2) {
        let geos = regions::geo_of_word(word).into_iter().map(|geo| geo.as_str().to_owned());
        add(word, Entry { category: "AskedPlace", sem: Formula::is_any(Field::Geo, geos).into() });
    }
    for line in ASKING.lines() {
        let Some(((category, meaning), phrases)) = line.split_once(": ").and_then(|(head, phrases)| Some((head.split_once(' ')?, phrases)))
        else {
            continue;
        };
        let Some(&category) = CATEGORIES.iter().find(|known| **known == category) else { continue };
        let sem = meant(category, meaning);
        for phrase in phrases.split(", ") {
            if category == "Field" && !phrase.contains(' ') {
                add(&format!("per-{phrase}"), Entry { category: "PerField", sem: sem.clone() });
            }
            add(phrase, Entry { category, sem: sem.clone() });
        }
    }
}

fn meant(category: &str, meaning: &str) -> Sem {
    match category {
        "Ranked" => {
            let (field, desc) = meaning.strip_suffix('-').map_or_else(|| (meaning.trim_end_matches('+'), false), |field| (field, true));
            Ask { sort: field.parse().ok().map(|field| (field, desc)), ..Ask::default() }.into()
        }
        "Field" | "Measured" => Sem::Text(meaning.to_owned()),
        _ => match Intent::from_str(meaning) {
            Ok(intent) => Ask { intent: Some(intent), ..Ask::default() }.into(),
            Err(_) => Sem::Text(meaning.to_owned()),
        },
    }
}
