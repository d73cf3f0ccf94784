//! Regions, cities, countries and continents.

use std::collections::HashSet;
use std::sync::LazyLock;

use escher_core::CloudId;
use escher_core::lexicon::{self, Meaning};
use escher_core::regions::{self, Region};
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Mood, Scene};

/// Reads places.
pub(crate) struct Places;

/// Most words of a region's name: “Asia Pacific New Zealand North”.
const LONGEST: usize = 5;

impl Part for Places {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        mend_sides(scene);
        let clouds = clouds(scene);
        let mut i = 0;
        while i < scene.len() {
            i += if scene.free(i) && !scene.tokens[i].quoted { place(scene, i, &clouds).max(1) } else { 1 };
        }
        for i in 0..scene.len() {
            if matches!(scene.low(i), "region" | "regions" | "location" | "locations" | "datacenter" | "datacentre") && scene.free(i) {
                let beside = scene
                    .found
                    .iter()
                    .any(|found| matches!(found.ask, Ask::Is(Field::Region | Field::Geo, _) | Ask::OneOf(Field::Region | Field::Geo, _)));
                if beside {
                    scene.use_up(i, 1);
                }
            }
        }
    }
}

/// “Wset Europe”: the side of a region, mistyped before or after a part of the world.
fn mend_sides(scene: &mut Scene<'_>) {
    const SIDES: &[&str] = &["west", "east", "north", "south", "central"];
    for i in 0..scene.len() {
        let word = scene.low(i);
        let odd = scene.free(i) && (3..=8).contains(&word.len()) && word.is_ascii() && !lexicon::knows(word) && !SIDES.contains(&word);
        let beside = |j: usize| scene.free(j) && !regions::geo_of_word(scene.low(j)).is_empty();
        if !odd || super::rest::is_filler(word) || !(beside(i + 1) || i > 0 && beside(i - 1)) {
            continue;
        }
        if let Some(side) = SIDES.iter().find(|side| strsim::osa_distance(side, word) == 1) {
            (*side).clone_into(&mut scene.tokens[i].low);
            (*side).clone_into(&mut scene.tokens[i].text);
            scene.mended += 1;
        }
    }
}

/// The clouds that the words name, by name or by product.
fn clouds(scene: &Scene<'_>) -> Vec<CloudId> {
    let words: Vec<&str> = (0..scene.len()).map(|i| if scene.free(i) { scene.low(i) } else { "" }).collect();
    let mut clouds = Vec::new();
    for reading in lexicon::read(&words) {
        let cloud = match reading.meaning {
            Meaning::Cloud(cloud) | Meaning::Kind(_, Some(cloud), _) => cloud,
            _ => continue,
        };
        if !clouds.contains(&cloud) {
            clouds.push(cloud);
        }
    }
    clouds
}

fn place(scene: &mut Scene<'_>, i: usize, clouds: &[CloudId]) -> usize {
    if let Some(zone) = zone(scene, i, clouds) {
        scene.add(i, 1, Ask::Is(Field::Zone, zone));
        return 1;
    }
    let most = (1..=LONGEST).take_while(|len| scene.free(i + len - 1) && (*len == 1 || !scene.breaks_after(i + len - 2))).count();
    for len in (1..=most).rev() {
        let text = (i..i + len).map(|i| scene.text(i)).collect::<Vec<_>>().join(" ");
        if len == 1 && !single_counts(scene, i) {
            continue;
        }
        if bounded(scene, i, len) {
            continue;
        }
        if let Some(ask) = named(scene, i, &text, clouds) {
            let mut from = i;
            while from > 0 && matches!(scene.low(from - 1), "the" | "region" | "datacenter" | "city") && scene.free(from - 1) {
                from -= 1;
            }
            let negated_at = from;
            let end = i + len;
            scene.use_up(from, end - from);
            let negated = scene.negated(negated_at);
            if scene.mood == Mood::Order && matches!(ask, Ask::Is(Field::Geo, _) | Ask::OneOf(Field::Geo, _)) && !is_whole(&text) {
                let geo = if let Ask::Is(_, geo) = &ask { geo.clone() } else { String::new() };
                scene.doubt(
                    format!("I know “{text}” only as a part of {geo}. In which regions exactly?"),
                    vec!["name the regions".to_owned()],
                );
            }
            scene.found.push(crate::scene::Found { at: i, ask, negated });
            return len;
        }
    }
    mend(scene, i, clouds)
}

/// Whether a word means all of a geo, and not one country among others.
fn is_whole(text: &str) -> bool {
    const WHOLE: &[&str] = &[
        "us",
        "usa",
        "u.s",
        "united states",
        "the us",
        "america",
        "north america",
        "canada",
        "ca",
        "south america",
        "latin america",
        "latam",
        "europe",
        "eu",
        "european union",
        "emea",
        "uk",
        "united kingdom",
        "britain",
        "great britain",
        "england",
        "middle east",
        "africa",
        "india",
        "asia",
        "apac",
        "asia pacific",
        "australia",
        "oceania",
        "me",
        "sa",
        "af",
        "in",
        "au",
    ];
    WHOLE.contains(&text.to_lowercase().as_str())
}

/// A phrase that starts or ends with a word which is no part of a place: “in”, “the”.
fn bounded(scene: &Scene<'_>, i: usize, len: usize) -> bool {
    let odd = |word: &str| {
        matches!(
            word,
            "in" | "the"
                | "on"
                | "of"
                | "and"
                | "or"
                | "from"
                | "to"
                | "at"
                | "all"
                | "my"
                | "with"
                | "for"
                | "is"
                | "not"
                | "by"
                | "region"
                | ""
        )
    };
    odd(scene.low(i)) || (len > 1 && odd(scene.low(i + len - 1)))
}

fn named(scene: &Scene<'_>, i: usize, text: &str, clouds: &[CloudId]) -> Option<Ask> {
    let of_clouds: Vec<&'static Region> = clouds.iter().flat_map(|&cloud| regions::by_name(Some(cloud), text)).collect();
    let anywhere = regions::by_name(None, text);
    let geos = geos(text);
    let city_state = matches!(text.to_lowercase().as_str(), "singapore" | "hong kong" | "hongkong");
    let exact = anywhere.iter().any(|region| region.code.eq_ignore_ascii_case(text));
    if exact {
        return Some(codes(&anywhere));
    }
    if !of_clouds.is_empty() {
        return Some(codes(&of_clouds));
    }
    if let Some(partial) = partial(text, clouds) {
        return Some(partial);
    }
    if !geos.is_empty() && !city_state {
        let us = text.eq_ignore_ascii_case("us") && text != "US";
        let led = i > 0 && matches!(scene.low(i - 1), "in" | "the" | "within" | "across");
        if us && !led {
            return None;
        }
        let words: Vec<String> = geos.iter().map(|geo| geo.as_str().to_owned()).collect();
        return Some(match words.as_slice() {
            [one] => Ask::Is(Field::Geo, one.clone()),
            _ => Ask::OneOf(Field::Geo, words),
        });
    }
    (!anywhere.is_empty()).then(|| codes(&anywhere))
}

/// The parts of the world that the words mean as they stand; words joined by chance, “me a”, mean none.
fn geos(text: &str) -> Vec<escher_core::Geo> {
    static WORDS: LazyLock<HashSet<&'static str>> = LazyLock::new(|| regions::geo_words().collect());
    let low = text.to_lowercase();
    if WORDS.contains(low.as_str()) || !low.contains(' ') { regions::geo_of_word(&low) } else { Vec::new() }
}

fn codes(regions: &[&'static Region]) -> Ask {
    let mut codes: Vec<String> = Vec::new();
    for region in regions {
        if !codes.iter().any(|code| code == region.code) {
            codes.push(region.code.to_owned());
        }
    }
    match codes.as_slice() {
        [one] => Ask::Is(Field::Region, one.clone()),
        _ => Ask::OneOf(Field::Region, codes),
    }
}

/// “us-east” on AWS: its codes that begin so.
fn partial(text: &str, clouds: &[CloudId]) -> Option<Ask> {
    const SIDES: &[&str] = &["east", "west", "north", "south", "central", "northeast", "northwest", "southeast", "southwest"];
    let parts: Vec<String> = text.to_lowercase().split(['-', ' ']).map(str::to_owned).collect();
    let [area, side] = parts.as_slice() else { return None };
    if !SIDES.contains(&side.as_str()) || clouds.is_empty() && !text.contains('-') {
        return None;
    }
    let begins = |code: &str| {
        let mut pieces = code.split('-');
        let area_fits = pieces.next() == Some(area.as_str());
        let rest = pieces.next().unwrap_or_default();
        area_fits && rest.trim_end_matches(|c: char| c.is_ascii_digit()) == side.as_str()
    };
    let found: Vec<&'static Region> =
        regions::all().iter().filter(|region| (clouds.is_empty() || clouds.contains(&region.cloud)) && begins(region.code)).collect();
    if found.is_empty() {
        return None;
    }
    let azure = if clouds.is_empty() { regions::by_name(Some(CloudId::Azure), text) } else { Vec::new() };
    Some(codes(&[found, azure].concat()))
}

/// Whether one word may be a place where it stands. A city right after a verb is rather a name: “restart phoenix”.
fn single_counts(scene: &Scene<'_>, i: usize) -> bool {
    let word = scene.low(i);
    if word.len() < 2 || (lexicon::meanings(word).next().is_some() && word != "us") {
        return false;
    }
    if word == "la" && scene.text(i) != "LA" {
        return false;
    }
    if word.contains(|c: char| c.is_ascii_digit() || c == '-') || regions::all().iter().any(|region| region.code == word) {
        return true;
    }
    let is_kind = |i: usize| {
        lexicon::meanings(scene.low(i))
            .any(|meaning| matches!(meaning, Meaning::Kind(..) | Meaning::Cloud(_) | Meaning::State(_) | Meaning::Flag(..)))
    };
    let led = i > 0
        && matches!(
            scene.low(i - 1),
            "in" | "at"
                | "from"
                | "of"
                | "for"
                | "to"
                | "the"
                | "on"
                | "and"
                | "or"
                | "region"
                | "near"
                | "except"
                | "outside"
                | "across"
                | "within"
                | "our"
                | "all"
                | "not"
        );
    let after_verb = i > 0 && i == scene.head + 1 && scene.verb.is_some();
    led || is_kind(i + 1)
        || (i > 0 && is_kind(i - 1))
        || scene.low(i + 1) == "region"
        || (!after_verb && !regions::geo_of_word(word).is_empty() && word != "us")
}

/// `us-east-1a`, `europe-west1-b`.
fn zone(scene: &Scene<'_>, i: usize, clouds: &[CloudId]) -> Option<String> {
    let word = scene.low(i);
    if !word.contains('-') || !regions::by_name(None, word).is_empty() {
        return None;
    }
    let all = if clouds.is_empty() { CloudId::ALL } else { clouds };
    all.iter().any(|&cloud| regions::of_zone(cloud, word).is_some()).then(|| word.to_owned())
}

/// A mistyped place after “in”: “frankfrut”, “west europ”, “us-esat-1”, “germny”.
fn mend(scene: &mut Scene<'_>, i: usize, clouds: &[CloudId]) -> usize {
    if i == 0 || !matches!(scene.low(i - 1), "in" | "from") {
        return 0;
    }
    for len in (1..=3).rev() {
        let together = scene.all_free(i, len) && (i..i + len - 1).all(|i| !scene.breaks_after(i));
        if !together || bounded(scene, i, len) || (len == 1 && !mendable(scene.low(i))) {
            continue;
        }
        let text = (i..i + len).map(|i| scene.low(i)).collect::<Vec<_>>().join(" ");
        if let Some(ask) = nearest(&text).and_then(|name| named(scene, i, name, clouds)) {
            scene.mended += 1;
            scene.add(i, len, ask);
            return len;
        }
    }
    0
}

fn mendable(word: &str) -> bool {
    word.len() >= 5 && !lexicon::knows(word) && !super::rest::is_filler(word) && lexicon::mend(word).is_none()
}

/// The one place whose name is nearly this; numbers are never mended, and two that are as near are none.
fn nearest(text: &str) -> Option<&'static str> {
    fn digits(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(char::is_ascii_digit)
    }
    let most = if text.len() >= 8 && digits(text).next().is_none() { 2 } else { 1 };
    let names = regions::all().iter().flat_map(|region| [region.code, region.name, region.place]).chain(regions::geo_words());
    let mut best: Option<(usize, &'static str)> = None;
    let mut tied = false;
    for name in names.filter(|name| name.len() >= 5 && name.len().abs_diff(text.len()) <= most && digits(name).eq(digits(text))) {
        let distance = strsim::osa_distance(&name.to_lowercase(), text);
        match best {
            _ if distance > most => {}
            Some((least, known)) if distance == least => tied |= !known.eq_ignore_ascii_case(name),
            Some((least, _)) if distance > least => {}
            _ => (best, tied) = (Some((distance, name)), false),
        }
    }
    best.filter(|_| !tied).map(|(_, name)| name)
}
