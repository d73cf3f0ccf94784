//! Entries that come from the catalogs.

use std::collections::BTreeSet;

use escher_core::lexicon::{self as core, Meaning};
use escher_core::selector::Field;
use escher_core::{Env, lexicon::NON_PROD, regions};

use super::Entry;
use crate::meaning::{Formula, Noun, Sem};

/// Times, units and the like: `words, words: category value`.
const TIMES: &str = include_str!("data/times.txt");

/// What the clouds report beyond the fields: `words, words: category attribute value`.
const ATTRIBUTES: &str = include_str!("data/attributes.txt");

/// Spellings of environments that are ordinary words and stand for one only before a kind, or after “in”.
const NO_HEADS: &[&str] = &["live", "demo", "stage", "ci", "playground", "testing", "development", "test"];

/// Words for a whole part of the world; others, such as countries, name only some of its regions.
const WHOLE: &[&str] = &[
    "us",
    "usa",
    "united states",
    "united states of america",
    "the states",
    "america",
    "canada",
    "north america",
    "south america",
    "latin america",
    "latam",
    "eu",
    "european union",
    "europe",
    "european",
    "uk",
    "united kingdom",
    "great britain",
    "britain",
    "middle east",
    "africa",
    "emea",
    "mea",
    "india",
    "asia",
    "apac",
    "asia pacific",
    "apj",
    "australia",
    "oceania",
    "anz",
    "americas",
    "the americas",
    "amer",
];

/// Hands every entry of the catalogs to `add`.
pub(super) fn all(add: &mut impl FnMut(&str, Entry)) {
    for (phrase, meaning) in core::phrases() {
        of_core(phrase, meaning, add);
    }
    for env in Env::ALL {
        for &word in env.spellings().iter().filter(|word| !NO_HEADS.contains(word)) {
            add(word, Entry { category: "EnvHead", sem: Formula::is(Field::Env, env.as_str()).into() });
        }
    }
    places(add);
    times(add);
    attributes(add);
}

fn attributes(add: &mut impl FnMut(&str, Entry)) {
    for line in ATTRIBUTES.lines() {
        let Some((phrases, rest)) = line.split_once(": ") else { continue };
        let [category, name, value] = rest.split(' ').collect::<Vec<_>>()[..] else { continue };
        let category = if category == "Flag" { "Flag" } else { "FlagPhrase" };
        for phrase in phrases.split(", ") {
            add(phrase, Entry { category, sem: Formula::is(Field::Attr(name.to_owned()), value).into() });
        }
    }
}

fn of_core(phrase: &str, meaning: Meaning, add: &mut impl FnMut(&str, Entry)) {
    let mut put = |category, sem| add(phrase, Entry { category, sem });
    let is = |field: Field, word: &str| Sem::from(Formula::is(field, word));
    match meaning {
        Meaning::Cloud(cloud) => put("Cloud", is(Field::Cloud, cloud.as_str())),
        Meaning::Engine(engine) => put("Engine", is(Field::Engine, engine.as_str())),
        Meaning::Env(env) => put("Env", is(Field::Env, env.as_str())),
        Meaning::NonProd => {
            put("NonProd", Formula::is_any(Field::Env, NON_PROD.iter().map(|env| env.as_str().to_owned())).into());
        }
        Meaning::State(state) => {
            put("State", is(Field::State, state.as_str()));
            add(&format!("non-{phrase}"), Entry { category: "State", sem: Formula::is(Field::State, state.as_str()).not().into() });
        }
        Meaning::Verb(verb) => put("Verb", Sem::Verb(verb)),
        // What is denied is the grammar's to read; it knows how far a negation reaches.
        Meaning::Flag(flag, value) if starts(phrase, &["have", "has"]) => put("HavePhrase", Formula::flag(flag, value).into()),
        Meaning::Flag(..)
            if starts(phrase, &["not", "non", "never", "no", "un", "is", "have", "has", "do", "don't", "does", "doesn't"]) => {}
        Meaning::Flag(flag, value) if starts(phrase, &["with", "without", "missing", "lacking"]) => {
            put("FlagPhrase", Formula::flag(flag, value).into());
            for had in had(phrase) {
                add(&had, Entry { category: "HavePhrase", sem: Formula::flag(flag, value).into() });
            }
        }
        Meaning::Flag(flag, value) => {
            put("Flag", Formula::flag(flag, value).into());
            add(&format!("non-{phrase}"), Entry { category: "Flag", sem: Formula::flag(flag, !value).into() });
        }
        Meaning::Kind(kind, cloud, engine) => {
            let sem = Sem::Noun(Noun { kind, cloud, engine });
            // A product's name stands for one and for many.
            let product = cloud.is_some() && !phrase.contains(' ');
            let plural = is_plural(phrase, meaning);
            if plural || product {
                put("KindPl", sem.clone());
            }
            if !plural {
                put("KindSg", sem);
            }
        }
    }
}

/// What has what a phrase is with or without: “have no backups”, “do not have a backup”.
fn had(phrase: &str) -> Vec<String> {
    let (verbs, what): (&[&str], &str) = match phrase.split_once(' ') {
        Some(("with", what)) => (&["have", "has"], what),
        Some(("without" | "missing" | "lacking", what)) => {
            (&["have no", "has no", "do not have", "does not have", "do not have any", "does not have any", "lack", "lacks"], what)
        }
        _ => return Vec::new(),
    };
    verbs.iter().map(|verb| format!("{verb} {what}")).collect()
}

fn starts(phrase: &str, words: &[&str]) -> bool {
    let first = phrase.split(' ').next().unwrap_or_default();
    phrase.contains(' ') && words.contains(&first)
}

/// Whether the same phrase without its ending means the same.
fn is_plural(phrase: &str, meaning: Meaning) -> bool {
    let stems = [
        phrase.strip_suffix('s').map(str::to_owned),
        phrase.strip_suffix("es").map(str::to_owned),
        phrase.strip_suffix("ies").map(|stem| format!("{stem}y")),
    ];
    stems.into_iter().flatten().any(|stem| core::meanings(&stem).any(|known| known == meaning))
}

fn places(add: &mut impl FnMut(&str, Entry)) {
    let mut seen = BTreeSet::new();
    for region in regions::all() {
        let names = [region.name, region.place].into_iter().chain(region.also.split(';')).filter(|name| !name.is_empty());
        for name in names {
            // Tokens have no dots or brackets.
            let phrase: String = name.to_lowercase().chars().filter(|c| !matches!(c, '.' | '(' | ')' | ',')).collect();
            if phrase.bytes().all(|b| b.is_ascii_digit()) || !seen.insert(phrase.clone()) {
                continue;
            }
            let spots = regions::by_name(None, name).into_iter().map(|region| (region.cloud, region.code.to_owned())).collect();
            // “Ireland” is a country and, on two clouds, a region.
            let category = if regions::geo_of_word(name).is_empty() { "Place" } else { "PlaceOfGeo" };
            add(&phrase, Entry { category, sem: Formula::Place { spots, not: false }.into() });
        }
    }
    for word in regions::geo_words() {
        let geos = regions::geo_of_word(word).into_iter().map(|geo| geo.as_str().to_owned());
        let category = if WHOLE.contains(&word) { "Geo" } else { "PartGeo" };
        add(word, Entry { category, sem: Formula::is_any(Field::Geo, geos).into() });
    }
}

fn times(add: &mut impl FnMut(&str, Entry)) {
    for line in TIMES.lines() {
        let Some((phrases, (category, value))) = line.split_once(": ").and_then(|(phrases, rest)| Some((phrases, rest.split_once(' ')?)))
        else {
            continue;
        };
        let category = match category {
            "Unit" => "Unit",
            "Weekday" => "Weekday",
            "Weekdays" => "Weekdays",
            "Month" => "Month",
            "Tz" => "Tz",
            "TzPlace" => "TzPlace",
            "TzVague" => "TzVague",
            "NumWord" => "NumWord",
            "MinuteUnit" => "MinuteUnit",
            "DayPart" => "DayPart",
            "DayParts" => "DayParts",
            "Nth" => "Nth",
            _ => continue,
        };
        for phrase in phrases.split(", ") {
            add(phrase, Entry { category, sem: Sem::Text(value.to_owned()) });
        }
    }
}
