//! Holds the brain against the labeled set and prints how well it does.
//!
//! `cargo run -p escher-server --example eval -- [--part tuning|measuring] [--failures] [--json]`; `cargo xtask eval brain` runs it.
//! It ends with 1 only where an utterance of the measuring part would be carried out as it must not be.

#[path = "../../tests/labelled/mod.rs"]
mod labelled;
mod tally;

use std::process::ExitCode;

use labelled::score::score;
use labelled::{Part, read};
use tally::{Scored, Tally};

const USAGE: &str = "usage: eval [--part tuning|measuring] [--failures] [--json]";

#[derive(Default)]
struct Options {
    part: Option<Part>,
    failures: bool,
    json: bool,
}

impl Options {
    fn parse(args: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut args = args;
        while let Some(arg) = args.next() {
            match arg.as_str() {
                "--failures" => options.failures = true,
                "--json" => options.json = true,
                "--part" => {
                    let name = args.next().unwrap_or_default();
                    let part = Part::ALL.into_iter().find(|part| part.name() == name);
                    options.part = Some(part.ok_or_else(|| format!("there is no part `{name}`; {USAGE}"))?);
                }
                other => return Err(format!("unexpected `{other}`; {USAGE}")),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    let args = std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned());
    match Options::parse(args).and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::from(2)
        }
    }
}

/// Whether the measuring part is free of unsafe acts.
fn run(options: &Options) -> Result<bool, String> {
    let mut safe = true;
    let mut documents = serde_json::Map::new();
    for part in Part::ALL.into_iter().filter(|part| options.part.is_none_or(|only| only == *part)) {
        let mut scored = Vec::new();
        for row in part.rows()? {
            let frame = serde_json::to_value(read(&row.say)).map_err(|e| e.to_string())?;
            scored.push(Scored { score: score(&row, &frame), row });
        }
        let tally = Tally::of(&scored);
        safe &= part != Part::Measuring || tally.unsafe_acts == 0;
        if options.json {
            let mut document = tally.json();
            if options.failures {
                document["failures"] = tally::failures_json(&scored);
            }
            documents.insert(part.name().to_owned(), document);
        } else {
            println!("{} part: {} utterances\n\n{}", part.name(), scored.len(), tally.table());
            if options.failures {
                println!("{}", tally::failures(&scored));
            }
        }
    }
    if options.json {
        println!("{}", serde_json::Value::Object(documents));
    }
    Ok(safe)
}
