//! Search as a person types: typos, fragments, jargon; with the model and without.

use rand::seq::IndexedRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::Desk;

fn first_five(desk: &Desk, words: &str) -> Vec<Value> {
    desk.json(&["search", "--json", words, "--limit", "5"])["hits"].as_array().unwrap().clone()
}

fn production_postgres_first(desk: &Desk) {
    let export = desk.export();
    let hits = first_five(desk, "prodution postgress databse");
    assert_eq!(hits.len(), 5);
    for hit in hits {
        let resource = export.iter().find(|r| r["id"] == hit["id"]).unwrap();
        assert_eq!((&resource["kind"], &resource["env"]), (&"database".into(), &"prod".into()), "{hit}");
        let engine = resource["attributes"]["engine"].as_str().unwrap_or_default().to_lowercase();
        let native = resource["type"].as_str().unwrap().to_lowercase();
        assert!(engine.contains("postgres") || native.contains("postgresql"), "{resource}");
    }
}

#[test]
fn words_beyond_their_bound_are_bad_input_and_words_within_it_are_searched_for() {
    let desk = Desk::demo();
    desk.ok(&["search", "--json", &"prod ".repeat(1_600)]);
    for words in ["prod ".repeat(1_601), "q".repeat(8_001)] {
        let ran = desk.run(&["search", &words]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains("bytes long, and the limit is 8000"), "{}", ran.err);
    }
}

/// One letter inserted, deleted, replaced or swapped.
fn edit(name: &str, dice: &mut ChaCha8Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    let at = dice.random_range(0..letters.len());
    let letter = char::from(dice.random_range(b'a'..=b'z'));
    match dice.random_range(0..4) {
        0 => letters.insert(at, letter),
        1 => drop(letters.remove(at)),
        2 => letters[at] = letter,
        _ => letters.swap(at, (at + 1).min(name.chars().count() - 1)),
    }
    letters.into_iter().collect()
}

fn edited_names_are_found(desk: &Desk) {
    let export = desk.export();
    let names: Vec<&str> = export.iter().map(|r| r["name"].as_str().unwrap()).filter(|name| name.is_ascii() && name.len() >= 6).collect();
    let mut dice = ChaCha8Rng::seed_from_u64(50);
    let mut missed = Vec::new();
    for _ in 0..50 {
        let name = names.choose(&mut dice).unwrap();
        let typed = edit(name, &mut dice);
        if !first_five(desk, &typed).iter().any(|hit| hit["name"] == **name) {
            missed.push((name.to_string(), typed));
        }
    }
    assert!(missed.len() <= 3, "{} of 50 not in the first five: {missed:?}", missed.len());
}

#[test]
fn lexical_search_corrects_typos() {
    let desk = Desk::demo();
    production_postgres_first(&desk);
    edited_names_are_found(&desk);
    assert_eq!(desk.json(&["search", "--json", "web"])["semantic"], false);
}

#[test]
fn search_with_meaning_corrects_typos_too() {
    let desk = Desk::with_model();
    desk.ok(&["demo", "--quiet"]);
    production_postgres_first(&desk);
    edited_names_are_found(&desk);
    assert_eq!(desk.json(&["search", "--json", "web"])["semantic"], true);
}

#[test]
fn identifiers_are_split_and_exact_names_come_first() {
    let desk = Desk::empty();
    let line = |id: &str, name: &str| format!(r#"{{"id":"{id}","cloud":"aws","type":"rds:db","name":"{name}","tags":{{}}}}"#);
    let names = ["prod-checkout-pg-01", "prod-checkout-web-01", "checkout", "pg-1", "staging-checkout-pg-07"];
    let text: Vec<String> = names.iter().enumerate().map(|(n, name)| line(&format!("db-{n}"), name)).collect();
    let file = desk.file("estate.jsonl", &text.join("\n"));
    desk.ok(&["import", file.to_str().unwrap()]);
    assert_eq!(first_five(&desk, "checkout pg 1")[0]["name"], "prod-checkout-pg-01");
    assert_eq!(first_five(&desk, "checkout")[0]["name"], "checkout");
    assert_eq!(first_five(&desk, "db-4")[0]["name"], "staging-checkout-pg-07");
}
