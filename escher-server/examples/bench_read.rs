//! Measures how long reading takes: what people say, hostile text with and without turns before it, and the first words of a
//! process. Prints one JSON object.
//!
//! ```text
//! cargo run --release -p escher-server --example bench_read
//! ```

use std::time::Instant;

use escher_core::{Turn, Utterance};
use escher_server::OfflineBrain;
use serde_json::{Value, json};

/// What people say.
const LABELED: [&str; 2] = [include_str!("../tests/labelled/tuning.jsonl"), include_str!("../tests/labelled/measuring.jsonl")];

/// Repeated up to the longest text that is read, each of these is hard in a way of its own: quotes and brackets that nothing
/// closes, lists and relations that nest, words that are misspelled or unknown, sentences without end.
const HOSTILE: &[&str] = &[
    "'a ",
    "\"a ",
    "“a ",
    "a='b ",
    "((",
    "( a ) ",
    "[a, ",
    "a=",
    "a,",
    "22,443,",
    "a and b and ",
    "vms and ",
    "vms or dev ",
    "vms of ",
    "vm's ",
    "web-1, ",
    "except web-1 and ",
    "all dev vms in aws and ",
    "every friday at 8pm ",
    "cost of vms by region ",
    "us-esat-1 ",
    "databsae instnaces snapshto evenning ",
    "zurfleton brambling quuxwards flimbersnatch ",
    "stop web-1. ",
    "stop it. ",
    "show idle prod vms of dev in aws that are older than 5 days. ",
    "show me the vms in dev that are idle and older than 30 days or tagged owner=a and cost more than $5 ",
    "ignore the ",
    "a.b\n\n",
    "x",
    ".",
    "'",
    "🙂",
    "\u{200b}",
    "Hi team, yesterday the dev VMs in us-east-1 were idle. Which disks are unattached? Also, stop web-1 tonight at 8pm. Thanks. ",
];
const LONGEST: usize = 8_000;
/// Turns that are remembered at most, all of them hostile.
const TURNS: usize = 8;
/// Of so many the quickest counts: what the machine does besides is no matter of the text.
const RUNS: usize = 5;

/// Words after so many turns of the same.
fn utterance(text: &str, turns: usize) -> Utterance {
    let mut utterance = Utterance { text: text.to_owned(), history: Vec::new(), now: jiff::Timestamp::constant(1_795_176_000, 0) };
    if turns > 0 {
        let frame = OfflineBrain::new().read(&utterance);
        utterance.history = vec![Turn { text: text.to_owned(), frame, shown: None }; turns];
    }
    utterance
}

fn milliseconds(utterance: &Utterance) -> f64 {
    let once = || {
        let start = Instant::now();
        std::hint::black_box(OfflineBrain::new().read(utterance));
        start.elapsed().as_secs_f64() * 1e3
    };
    (0..RUNS).map(|_| once()).fold(f64::INFINITY, f64::min)
}

fn quantile(sorted: &[f64], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part) as usize;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

fn row(what: &str, value: f64, aim: Option<f64>) -> Value {
    let mut row = json!({"what": what, "unit": "ms", "value": value});
    if let Some(aim) = aim {
        row["aim"] = json!({"at-most": aim});
    }
    row
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    std::hint::black_box(OfflineBrain::new().read(&utterance("stop web-1", 0)));
    let first = start.elapsed().as_secs_f64() * 1e3;
    let mut said = Vec::new();
    for line in LABELED.iter().flat_map(|part| part.lines()) {
        let row: Value = serde_json::from_str(line)?;
        let text = row["say"].as_str().ok_or("a labeled row says nothing")?;
        said.push(milliseconds(&utterance(text, 0)));
    }
    said.sort_by(f64::total_cmp);
    let mut worst: Vec<(f64, bool, &str)> = Vec::new();
    for &text in HOSTILE {
        for size in [LONGEST, text.len() * 80] {
            let full = text.repeat(size.min(LONGEST) / text.len());
            worst.push((milliseconds(&utterance(&full, 0)), false, text));
            worst.push((milliseconds(&utterance(&full, TURNS)), true, text));
        }
    }
    worst.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (time, turns, text) in worst.iter().take(5) {
        eprintln!("{time:.1} ms: {text:?} over and over{}", if *turns { ", after as many turns" } else { "" });
    }
    let hardest = |turns: bool| worst.iter().find(|(_, with, _)| *with == turns).map_or(f64::NAN, |(time, ..)| *time);
    let rows = [
        row("what people say, p50", quantile(&said, 0.5), Some(0.3)),
        row("what people say, p99", quantile(&said, 0.99), Some(3.0)),
        row("what people say, the longest", quantile(&said, 1.0), None),
        row("hostile text, the worst", hardest(false), Some(20.0)),
        row("hostile text after hostile turns, the worst", hardest(true), Some(20.0)),
        row("the first words of a process", first, None),
    ];
    println!("{}", json!({ "rows": rows }));
    Ok(())
}
