use std::time::{Duration, Instant};

use super::*;
use crate::grammar::english;
use crate::text;

fn parsed(words: &str) -> (Chart, Duration) {
    let language = english();
    let start = Instant::now();
    let budget = Budget::new();
    let lattice = Lattice::of(text::split(words, text::MOST_TOKENS), &language.lexicon, &budget);
    let chart = parse(&language.grammar, &lattice, &budget);
    (chart, start.elapsed())
}

fn hard() -> Vec<(&'static str, String)> {
    let names = |from: usize, to: usize, by: &str| (from..to).map(|i| format!("web-{i}")).collect::<Vec<_>>().join(by);
    let mixed = "stop delete dev vms in aws at 8pm except web-1 and every friday 5 gb of disks tagged owner=a not idle or zurfle databsae ";
    vec![
        ("names", format!("stop {}", names(0, 20, " and "))),
        ("more names", format!("stop {}", names(0, 39, ", "))),
        ("of", format!("stop disks{}", " of VMs in dev".repeat(8))),
        ("except", format!("stop dev vms{}", " except web-1 and web-2".repeat(8))),
        ("kinds", format!("stop {}", ["vms", "disks", "dev databases", "idle buckets in aws"].repeat(6).join(" and "))),
        ("times", format!("stop web-1 {}", "every friday at 8pm tomorrow in 2 hours ".repeat(7))),
        ("mixed", mixed.repeat(4)),
        ("unknown", "zurfleton brambling quuxwards flimbersnatch ".repeat(20)),
        ("long", "vms in dev and ".repeat(520)),
    ]
}

#[test]
fn what_is_hard_stays_within_bounds() {
    for (name, words) in hard() {
        let (chart, _) = parsed(&words);
        assert!(chart.edges.len() <= MOST_EDGES, "{name}: {}", chart.edges.len());
    }
}

proptest::proptest! {
    #[test]
    fn any_text_is_parsed_within_bounds(
        words in proptest::collection::vec(
            proptest::sample::select(vec![
                "stop", "vms", "dev", "in", "aws", "except", "and", "or", "not", "of", "the", "all", "web-1", "at", "8", "8pm", "every",
                "friday", ",", "disks", "tagged", "owner=a", "idle", "that", "are", "older", "than", "5", "days", "\u{200b}", "“x", "to",
            ]),
            0..100,
        ),
    ) {
        let (chart, _) = parsed(&words.join(" "));
        proptest::prop_assert!(chart.edges.len() <= MOST_EDGES);
    }
}

/// `cargo test --release -p escher-server --lib chart -- --ignored --nocapture`
#[expect(clippy::disallowed_methods, reason = "sentences of a table")]
#[test]
#[ignore = "measures"]
#[allow(clippy::print_stdout, reason = "the measurements")]
fn cost() {
    parsed("start databsae");
    for (name, words) in hard() {
        let (chart, _) = parsed(&words);
        let least = (0..5).map(|_| parsed(&words).1).min();
        println!("{name}: {} edges{}, {least:?}", chart.edges.len(), if chart.overflowed { ", too many" } else { "" });
    }
    let mut all: Vec<(Duration, usize, String)> = Vec::new();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/frames")).into_iter().flatten().flatten() {
        for line in std::fs::read_to_string(entry.path()).unwrap_or_default().lines() {
            let row: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            let words = row["say"].as_str().unwrap_or_default();
            let least = (0..5).map(|_| parsed(words).1).min().unwrap_or_default();
            all.push((least, parsed(words).0.edges.len(), words.to_owned()));
        }
    }
    all.sort();
    let at = |part: usize| all.get((all.len() * part / 100).min(all.len() - 1));
    println!("{} sentences, p50 {:?}, p99 {:?}, most {:?}", all.len(), at(50), at(99), all.last());
}
