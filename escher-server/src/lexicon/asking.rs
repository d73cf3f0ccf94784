//! Words that only questions are made of: openers, topics, fields to group and sort by. Orders never see them.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use escher_core::selector::Field;
use escher_core::{CloudId, Intent, regions};

use super::Entry;
use crate::meaning::{Ask, Formula, Sem, Spot};

/// `Category meaning: phrase, phrase, …`, each phrase with a space between its tokens: `what 's changed`.
const ASKING: &str = include_str!("data/intents.txt");

/// `intent: words`: words in phrases of a topic that narrow it and that no frame has a place for.
const UNSAID: &str = include_str!("data/unsaid.txt");

/// The categories that are made of these words alone.
pub(super) const CATEGORIES: &[&str] = &[
    "Ahead",
    "AskedPlace",
    "Effect",
    "Elder",
    "Field",
    "Filler",
    "Hail",
    "Measured",
    "Asking",
    "Opaque",
    "PerField",
    "PublicIp",
    "Ranked",
    "Symptom",
    "Topic",
    "Were",
    "WhatIf",
    "Why",
    "Younger",
];

/// Words for a part of a whole.
const SHARES: &[&str] = &["percentage", "percent", "share", "fraction", "proportion", "portion", "ratio"];

/// Hands every entry to `add`.
pub(super) fn all(add: &mut impl FnMut(&str, Entry)) {
    // A country stands for its part of the world where nothing is changed by that.
    for word in regions::geo_words().filter(|word| word.len() > 2) {
        let geos = regions::geo_of_word(word).into_iter().map(|geo| geo.as_str().to_owned());
        add(word, Entry { category: "AskedPlace", sem: area(word, Formula::is_any(Field::Geo, geos)).into() });
    }
    // A slip in a code is corrected where nothing is changed by that.
    for region in regions::all() {
        add(&region.code.to_lowercase(), Entry { category: "Region", sem: Formula::is(Field::Region, region.code).into() });
    }
    for (phrase, spots) in spoken() {
        add(&phrase, Entry { category: "AskedPlace", sem: Formula::Place { spots, not: false }.into() });
    }
    for line in ASKING.lines() {
        let Some(((category, meaning), phrases)) = line.split_once(": ").and_then(|(head, phrases)| Some((head.split_once(' ')?, phrases)))
        else {
            continue;
        };
        let Some(&category) = CATEGORIES.iter().find(|known| **known == category) else { continue };
        for phrase in phrases.split(", ") {
            let sem = meant(category, meaning, phrase);
            if category == "Field" && !phrase.contains(' ') {
                add(&format!("per-{phrase}"), Entry { category: "PerField", sem: sem.clone() });
            }
            add(phrase, Entry { category, sem: sem.clone() });
        }
    }
}

/// A country: by itself the part of the world, beside a cloud that has a region of this name that region. A name that
/// every cloud has a region of is a city's, such as Singapore.
fn area(word: &str, geos: Formula) -> Formula {
    let spots: BTreeSet<Spot> = spots(regions::by_name(None, word));
    let clouds: BTreeSet<CloudId> = spots.iter().map(|(cloud, _)| *cloud).collect();
    match clouds.len() {
        0 => geos,
        of if of == CloudId::ALL.len() => Formula::Place { spots, not: false },
        _ => Formula::Area { spots, otherwise: Box::new(geos) },
    }
}

fn spots(regions: Vec<&regions::Region>) -> BTreeSet<Spot> {
    regions.into_iter().map(|region| (region.cloud, region.code.to_owned())).collect()
}

/// Regions as people say them: `us east 1` for the code, `us-east` for all whose code begins so, `US East` for East US.
fn spoken() -> BTreeMap<String, BTreeSet<Spot>> {
    let mut found: BTreeMap<String, BTreeSet<Spot>> = BTreeMap::new();
    for region in regions::all() {
        let spot: Spot = (region.cloud, region.code.to_owned());
        let mut put = |phrase: String| {
            found.entry(phrase).or_default().insert(spot.clone());
        };
        let cut = region.code.trim_end_matches(|c: char| c.is_ascii_digit());
        let (stem, number) = (cut.trim_end_matches('-'), &region.code[cut.len()..]);
        if stem.contains('-') && !number.is_empty() {
            let words = stem.replace('-', " ");
            put(format!("{words} {number}"));
            put(format!("{stem} {number}"));
            put(words);
            put(stem.to_owned());
        }
        let name = region.name.to_lowercase();
        match name.split(' ').collect::<Vec<_>>()[..] {
            [side, land] if region.cloud == CloudId::Azure => put(format!("{land} {side}")),
            [side, land, number] if region.cloud == CloudId::Azure && number.len() == 1 => put(format!("{land} {side} {number}")),
            _ => {}
        }
    }
    found
}

fn meant(category: &str, meaning: &str, phrase: &str) -> Sem {
    match category {
        "Ranked" => {
            let (field, desc) = meaning.strip_suffix('-').map_or_else(|| (meaning.trim_end_matches('+'), false), |field| (field, true));
            Ask { sort: field.parse().ok().map(|field| (field, desc)), ..Ask::default() }.into()
        }
        // Words that look like a state and tell something else of a thing.
        "Opaque" => Ask { beyond: BTreeSet::from([phrase.to_owned()]), ..Ask::default() }.into(),
        // A share is a number of one thing by another, and a frame has the one.
        "Asking" if meaning == "count" => {
            let shares = SHARES.iter().filter(|share| phrase.split(' ').any(|word| word == **share));
            Ask { intent: meaning.parse().ok(), beyond: shares.map(|share| (*share).to_owned()).collect(), ..Ask::default() }.into()
        }
        "Topic" => Ask { intent: meaning.parse().ok(), beyond: unsaid(meaning, phrase), ..Ask::default() }.into(),
        "Field" | "Measured" => Sem::Text(meaning.to_owned()),
        _ => match Intent::from_str(meaning) {
            Ok(intent) => Ask { intent: Some(intent), ..Ask::default() }.into(),
            Err(_) => Sem::Text(meaning.to_owned()),
        },
    }
}

/// “Failed runs” are runs, and nothing in a frame says which: the word is unread, and not lost. “Who approved” asks for it.
fn unsaid(intent: &str, phrase: &str) -> BTreeSet<String> {
    let words = UNSAID.lines().find_map(|line| line.strip_prefix(intent)?.strip_prefix(": ")).unwrap_or_default().split(", ");
    let padded = format!(" {phrase} ");
    let said = words.filter(|word| padded.contains(&format!(" {word} ")) && !padded.starts_with(" who "));
    // “PCI” is within “PCI-DSS”, “recovery” within “disaster recovery”.
    let said: Vec<&str> = said.collect();
    said.iter()
        .filter(|word| !said.iter().any(|other| other.len() > word.len() && other.contains(**word)))
        .map(|word| (*word).to_owned())
        .collect()
}
