//! `escher interpret`.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};

use escher::core::{Frame, Turn, Utterance};
use escher::{Config, Error, Result, open_input};
use serde_json::json;

use super::output;
use crate::args::Global;
use crate::exit::Exit;
use crate::{out, show};

#[derive(clap::Args)]
#[command(group = clap::ArgGroup::new("input").required(true).args(["text", "batch"]))]
pub(crate) struct Args {
    /// What you would say
    text: Vec<String>,
    /// Read one utterance per line and print one frame per line; - for standard input
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
    /// What was said before, oldest first; may be given several times
    #[arg(long, value_name = "TEXT", conflicts_with = "batch")]
    after: Vec<String>,
    /// Show how the words were read, and which part decided what
    #[arg(long, conflicts_with = "batch")]
    explain: bool,
}

pub(crate) async fn run(global: &Global, args: Args) -> Result<Exit> {
    // Only the clock is needed; the data directory is not touched.
    let now = global.now.unwrap_or_else(|| Config::new("").clock.now());
    let Some(file) = args.batch else {
        let mut history = Vec::new();
        for text in args.after {
            let frame = escher::interpret(&Utterance { text: text.clone(), history: history.clone(), now }).await?;
            history.push(Turn { text, frame, shown: None });
        }
        let utterance = Utterance { text: args.text.join(" "), history, now };
        if args.explain {
            let (frame, explanation) = escher::explain_reading(&utterance);
            output(global, &json!({"frame": frame, "explanation": explanation}), || {
                print(&frame);
                show::explanation(&explanation);
            });
            return Ok(Exit::Done);
        }
        let frame = escher::interpret(&utterance).await?;
        output(global, &frame, || print(&frame));
        return Ok(Exit::Done);
    };
    let reader: Box<dyn Read> = if file == Path::new("-") { Box::new(std::io::stdin()) } else { Box::new(open_input(&file)?) };
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while !out::is_closed() {
        line.clear();
        let read = reader.read_until(b'\n', &mut line);
        let read = read.map_err(|e| Error::invalid(e.to_string()).operation("read utterances").with("file", file.display().to_string()))?;
        if read == 0 {
            break;
        }
        // Bytes that are no text are a word that nobody knows, and no reason to lose the other lines.
        let text = String::from_utf8_lossy(&line);
        out::json(&frame(text.trim_end_matches('\n').trim_end_matches('\r').to_owned(), now).await?);
        // Who writes a line and waits for its answer gets it.
        if reader.buffer().is_empty() {
            out::flush();
        }
    }
    Ok(Exit::Done)
}

async fn frame(text: String, now: jiff::Timestamp) -> Result<Frame> {
    escher::interpret(&Utterance { text, history: Vec::new(), now }).await
}

fn print(frame: &Frame) {
    out::line(&format!("intent     {} ({:.0} %)", frame.intent, frame.confidence * 100.0));
    let rows = [
        ("selector", Some(frame.selector.to_string()).filter(|text| !text.is_empty())),
        ("action", frame.action.map(|action| action.to_string())),
        ("params", (!frame.params.is_empty()).then(|| serde_json::Value::Object(frame.params.clone()).to_string())),
        ("group by", (!frame.group_by.is_empty()).then(|| frame.group_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))),
        ("period", frame.period.map(|period| period.to_string())),
        ("schedule", frame.schedule.as_ref().and_then(|schedule| serde_json::to_string(schedule).ok())),
        ("sort", frame.sort.as_ref().map(|sort| format!("{}{}", sort.by, if sort.desc { ", largest first" } else { "" }))),
        ("limit", frame.limit.map(|n| n.to_string())),
        ("asks back", frame.clarify.as_ref().map(|clarify| clarify.question.clone())),
        ("note", frame.note.clone()),
        ("read as", Some(corrections(frame)).filter(|text| !text.is_empty())),
        ("not read", (!frame.unread.is_empty()).then(|| frame.unread.join(", "))),
    ];
    for (name, value) in rows {
        if let Some(value) = value {
            out::line(&format!("{name:10} {value}"));
        }
    }
    for (number, reading) in frame.readings.iter().enumerate() {
        let action = reading.action.map(|action| action.to_string()).unwrap_or_default();
        out::line(&format!("reading {}  {action} {}", number + 1, reading.selector));
    }
}

/// `prodution → production, …`
fn corrections(frame: &Frame) -> String {
    frame.corrected.iter().map(|it| format!("{} → {}", it.from, it.to)).collect::<Vec<_>>().join(", ")
}
