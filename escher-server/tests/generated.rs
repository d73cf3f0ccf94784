//! Orders that nobody wrote: composed from parts with a known meaning, and changed in one place. Whatever comes of them, it is
//! never another act.
//!
//! `cargo test -p escher-server --test generated -- --nocapture` prints what each check found. A check fails where it found
//! something in a source that [`HELD`] names; elsewhere it only prints. `-- --ignored --nocapture` makes every change there
//! is, not a share of them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test fails by panicking, and its figures are looked at")]

#[path = "generated/compose.rs"]
mod compose;
mod labelled;
#[path = "generated/mutate.rs"]
mod mutate;
#[path = "generated/sources.rs"]
mod sources;

use std::collections::BTreeMap;

use mutate::{Change, Mutant, Rule};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use sources::Act;

/// Which sources a check holds for. One that finds nothing any more is added here.
const HELD: &[(&str, &[&str])] = &[
    ("compose", &["composed"]),
    ("drop", &["careful", "changes", "labelled", "varied"]),
    // “Without blorptz tags”: the word becomes a key.
    ("insert", &["changes", "labelled", "varied"]),
    ("clause", &["careful", "changes", "labelled", "varied"]),
    ("letter", &["careful", "changes", "varied"]),
    ("swap", &[]),
    ("question", &[]),
];

/// Where no source is held, what is found is looked at: words that say nothing new (“to 6 nodes”, “the tag a=b”), two
/// names in each other's place. More than one in so many is no such thing.
const AT_MOST_ONE_IN: usize = 33;

/// How many violations are printed for a source.
const SHOWN: usize = 40;

/// Each source's violations of a check.
#[derive(Default)]
struct Found {
    tried: usize,
    by_source: BTreeMap<&'static str, Vec<String>>,
}

impl Found {
    fn report(&self, check: &str) {
        let held = HELD.iter().find(|(name, _)| *name == check).map_or(&[][..], |(_, sources)| sources);
        let count: usize = self.by_source.values().map(Vec::len).sum();
        println!("{check}: {count} of {} are wrong", self.tried);
        for (source, violations) in &self.by_source {
            println!("  {source}: {}", violations.len());
            violations.iter().take(SHOWN).for_each(|line| println!("    {line}"));
            if violations.len() > SHOWN {
                println!("    … and {} more", violations.len() - SHOWN);
            }
        }
        let broken: Vec<&String> = self.by_source.iter().filter(|(source, _)| held.contains(source)).flat_map(|(_, lines)| lines).collect();
        assert!(broken.is_empty(), "{check} must not find: {broken:#?}");
        assert!(self.tried > 0, "{check} tried nothing");
        assert!(count * AT_MOST_ONE_IN <= self.tried, "{check}: {count} of {} are too many", self.tried);
    }
}

/// As many changes of a kind as a test may take.
const SHARE: usize = 600;

/// Makes changes of a kind to the orders that run, at most about so many.
fn change(change: Change, most: usize) {
    let mut all = Vec::new();
    for (source, orders) in sources::orders() {
        all.extend(orders.iter().flat_map(|order| mutate::mutants(change, order).into_iter().map(move |mutant| (source, order, mutant))));
    }
    let count = all.len();
    // The words choose, so that neither orders nor their places are favored.
    let chosen = |mutant: &Mutant| count <= most || (labelled::hash(&mutant.text) % count as u64) < most as u64;
    let mut found = Found::default();
    for (source, order, mutant) in all.iter().filter(|(.., mutant)| chosen(mutant)) {
        found.tried += 1;
        if let Some(line) = violation(order, mutant) {
            found.by_source.entry(source).or_default().push(line);
        }
    }
    found.report(change.name());
}

/// What is wrong with what came of a change, if anything.
fn violation(order: &Act, mutant: &Mutant) -> Option<String> {
    let got = Act::of(&mutant.text)?;
    let right = match &mutant.rule {
        Rule::Asks => false,
        Rule::Other => !got.same(order),
        Rule::SameOrAsks => got.same(order),
        Rule::Renamed { from, to } => got.without_ids().same(&order.renamed(from, to).without_ids()),
    };
    (!right).then(|| format!("`{}` -> {got}", mutant.text))
}

#[test]
fn a_content_word_less_is_another_order_or_a_question() {
    change(Change::Drop, SHARE);
}

#[test]
fn a_word_that_means_nothing_makes_it_a_question() {
    change(Change::Insert, SHARE);
}

#[test]
fn a_clause_that_nothing_understands_makes_it_a_question() {
    change(Change::Clause, SHARE);
}

#[test]
fn a_wrong_letter_in_what_narrows_makes_it_a_question_or_another_name() {
    change(Change::Letter, SHARE);
}

#[test]
fn words_in_another_order_mean_the_same_or_nothing() {
    change(Change::Swap, SHARE);
}

#[test]
#[ignore = "takes minutes without optimization"]
fn every_change_of_every_order() {
    for kind in Change::ALL {
        change(kind, usize::MAX);
    }
}

#[test]
fn a_question_with_a_clause_that_nothing_understands_admits_it() {
    let mut found = Found::default();
    let rows = labelled::Part::ALL.into_iter().flat_map(|part| part.rows().unwrap());
    for row in rows.filter(|row| row.class == "question" && matches!(row.intent.as_deref(), Some("find" | "count"))) {
        let say = row.say.trim_end_matches(['?', '!', '.']);
        let clause = mutate::RELATIVES[labelled::hash(say) as usize % mutate::RELATIVES.len()];
        let text = format!("{say} {clause}");
        let frame = serde_json::to_value(labelled::read(&text)).unwrap();
        found.tried += 1;
        if frame["unread"].is_null() && frame["clarify"].is_null() && frame["note"].is_null() {
            found.by_source.entry("questions").or_default().push(format!("`{text}` -> {}", frame["selector"]));
        }
    }
    found.report("question");
}

#[test]
fn a_composed_order_means_what_it_was_composed_of() {
    let mut runner = TestRunner::deterministic();
    let strategy = compose::order();
    let mut found = Found::default();
    let mut runs = 0;
    for _ in 0..900 {
        let composed = strategy.new_tree(&mut runner).unwrap().current();
        found.tried += 1;
        let Some(got) = Act::of(&composed.say) else { continue };
        runs += 1;
        if !got.same(&composed.means) {
            found.by_source.entry("composed").or_default().push(format!("`{}` -> {got}, not {}", composed.say, composed.means));
        }
    }
    println!("compose: {runs} of {} composed orders run, the others ask", found.tried);
    found.report("compose");
}

#[test]
fn a_composed_order_says_what_it_can_be_held_against() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..300 {
        let composed = compose::order().new_tree(&mut runner).unwrap().current();
        let selector = escher_core::Selector::parse(&composed.means.selector).unwrap();
        assert!(selector.narrows(), "`{}`: {selector}", composed.say);
    }
}
