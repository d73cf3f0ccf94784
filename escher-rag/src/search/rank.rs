//! How well a candidate answers a query, from 0 to 1.

use std::collections::HashMap;

use escher_core::fuzzy;
use qdrant_edge::external::serde_json::Value;
use qdrant_edge::{PointId, Record};

use super::reading::{Feature, Reading};
use crate::index::key;
use crate::index::marks;
use crate::index::point::plain;
use crate::index::text;

/// Rank fusion's constant: how much less the tenth of a list counts than its first.
const RRF: f32 = 60.0;
/// An exact name or id lies above this, everything else below.
const EXACT: f32 = 0.9;

/// What the lists of the search engine say together, for each point from 0 to 1. Equal scores share a rank, so that the
/// order in which the engine happens to hold points decides nothing.
pub(super) fn fuse(lists: &[super::Ranked]) -> HashMap<PointId, f32> {
    let mut fused: HashMap<PointId, f32> = HashMap::new();
    let most: f32 = lists.iter().map(|(weight, _)| weight / RRF).sum::<f32>().max(f32::MIN_POSITIVE);
    for (weight, list) in lists {
        let (mut rank, mut last) = (0, f32::NAN);
        for (place, (id, score)) in list.iter().enumerate() {
            if *score != last {
                (rank, last) = (place, *score);
            }
            *fused.entry(*id).or_default() += weight / (RRF + rank as f32) / most;
        }
    }
    fused
}

/// Whether a list of the record has one of these marks.
fn marked(record: &Record, list: &str, wanted: &[i64]) -> bool {
    let list = record.payload.as_ref().and_then(|payload| payload.0.get(list)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_i64).any(|mark| wanted.contains(&mark))
}

fn has(record: &Record, feature: &Feature) -> bool {
    feature.readings.iter().any(|facts| facts.iter().all(|fact| marked(record, marks::list_of(fact.key), &fact.marks)))
}

fn is_number(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

/// How well a word of the query is met by a word of the resource. Numbers are the same number or not at all.
fn meets(wanted: &str, told: &str) -> f32 {
    if wanted == told {
        return 1.0;
    }
    if is_number(wanted) || is_number(told) {
        let same = is_number(wanted) && is_number(told) && wanted.trim_start_matches('0') == told.trim_start_matches('0');
        return if same { 0.95 } else { 0.0 };
    }
    let (short, long) = (wanted.len().min(told.len()), wanted.len().max(told.len()));
    if short >= 3 && (told.starts_with(wanted) || wanted.starts_with(told)) {
        return 0.5 + 0.4 * short as f32 / long as f32;
    }
    if short >= 4 && long - short <= 1 && strsim::osa_distance(wanted, told) == 1 {
        return 0.75;
    }
    0.0
}

fn best<'a>(wanted: &str, told: impl IntoIterator<Item = &'a str>) -> f32 {
    let mut best = 0.0_f32;
    for told in told {
        best = best.max(meets(wanted, told));
        if best >= 1.0 {
            break;
        }
    }
    best
}

/// How much of the query the candidate's words and features cover, and how much of its name the query says.
fn coverage(record: &Record, reading: &Reading, name: &[String]) -> f32 {
    let words: Vec<&str> = text(record, key::WORDS).unwrap_or_default().split(' ').collect();
    let word = |i: usize| {
        let in_name = best(&reading.words[i], name.iter().map(String::as_str));
        let elsewhere = if in_name < 0.8 { best(&reading.words[i], words.iter().copied()) * 0.8 } else { 0.0 };
        let otherwise = reading.others[i].iter().any(|other| name.contains(other));
        in_name.max(elsewhere).max(if otherwise { 0.9 } else { 0.0 })
    };
    let (mut met, mut of, mut taken) = (0.0_f32, 0.0_f32, vec![false; reading.words.len()]);
    for feature in &reading.features {
        let span = feature.start..feature.start + feature.len;
        let weight = 1.2;
        of += weight;
        let share = if has(record, feature) { 1.0 } else { 0.5 * span.clone().map(word).sum::<f32>() / feature.len.max(1) as f32 };
        met += weight * share;
        for taken in &mut taken[span] {
            *taken = true;
        }
    }
    for i in (0..reading.words.len()).filter(|&i| !taken[i]) {
        of += reading.weights[i];
        met += reading.weights[i] * word(i);
    }
    if of <= 0.0 {
        return 0.0;
    }
    let said = name.iter().filter(|told| reading.words.iter().any(|wanted| meets(wanted, told) >= 0.7)).count();
    let precision = said as f32 / name.len().max(1) as f32;
    met / of * (0.88 + 0.12 * precision)
}

/// How alike two names are; below half alike they are not alike at all.
fn alike(a: &str, b: &str) -> f32 {
    let longest = a.chars().count().max(b.chars().count());
    if longest == 0 || a.chars().count().abs_diff(b.chars().count()) * 2 >= longest {
        return 0.0;
    }
    let same = 1.0 - strsim::osa_distance(a, b) as f32 / longest as f32;
    ((same - 0.5) * 2.0).max(0.0)
}

/// A candidate's score, and how much of the query it meets by its words or its name, from 0 to 1.
pub(super) fn score(record: &Record, reading: &Reading, fused: f32) -> (f32, f32) {
    let shown = text(record, key::SHOWN).unwrap_or_default();
    let name = fuzzy::words(shown);
    let joined = plain(shown);
    let folded = fuzzy::fold(shown);
    let similar =
        [alike(&reading.typed, &joined), alike(&reading.plain, &joined), alike(&reading.folded, &folded)].into_iter().fold(0.0, f32::max);
    let covered = coverage(record, reading, &name);
    // A mistyped name is like the name, words about a resource cover it; either will do, both are better.
    let blend = 0.6 * similar.max(covered) + 0.3 * similar.min(covered) + 0.1 * fused.min(1.0);
    let is_exact = marked(record, marks::REST, &reading.exact);
    let score = if is_exact { EXACT + (1.0 - EXACT) * blend } else { EXACT * blend };
    let akin = reading.typed.split(' ').any(|wanted| name.iter().any(|told| is_akin(wanted, told)));
    let met = similar.max(covered).max(if akin { AKIN } else { 0.0 });
    (score.clamp(0.0, 1.0), if is_exact { 1.0 } else { met })
}

/// What a word meets that only begins alike.
const AKIN: f32 = 0.25;

/// Whether two words have a stem in common: `invoicing`, `invoice`. That is too little to rank by, but no accident either.
fn is_akin(a: &str, b: &str) -> bool {
    let shared = a.chars().zip(b.chars()).take_while(|(a, b)| a == b && a.is_alphabetic()).count();
    shared >= 4 && shared * 100 >= a.chars().count().max(b.chars().count()) * 55
}
