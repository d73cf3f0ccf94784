//! Reads utterances, one a line, from standard input and shows what each was taken to mean. A line that begins with `>` goes on
//! from the line before, in the same conversation.

use std::io::BufRead as _;

use escher_core::{Turn, Utterance};
use escher_server::OfflineBrain;

fn main() -> std::io::Result<()> {
    let brain = OfflineBrain::new();
    let now = "2026-11-20T12:00:00Z".parse().map_err(std::io::Error::other)?;
    let mut history = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let text = line.trim_start_matches('>').trim().to_owned();
        if !line.starts_with('>') {
            history.clear();
        }
        let frame = brain.read(&Utterance { text: text.clone(), history: history.clone(), now });
        history.push(Turn { text, frame: frame.clone(), shown: None });
        let mut row = format!("{line}\n    {} | {}", frame.intent, frame.selector);
        let params = serde_json::to_string(&frame.params)?;
        let more = [
            ("action", frame.action.map(|action| action.to_string())),
            ("params", (params != "{}").then_some(params)),
            ("group", (!frame.group_by.is_empty()).then(|| frame.group_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(","))),
            ("period", frame.period.map(|period| period.to_string())),
            ("schedule", frame.schedule.map(|schedule| serde_json::to_string(&schedule)).transpose()?),
            ("sort", frame.sort.map(|sort| format!("{} {}", sort.by, if sort.desc { "desc" } else { "asc" }))),
            ("limit", frame.limit.map(|limit| limit.to_string())),
            ("unread", (!frame.unread.is_empty()).then(|| frame.unread.join(" "))),
            ("clarify", frame.clarify.map(|clarify| clarify.question)),
            ("note", frame.note),
        ];
        for (name, value) in more {
            if let Some(value) = value {
                row.push_str(&format!(" | {name}: {value}"));
            }
        }
        println!("{row} | {}", frame.confidence);
    }
    Ok(())
}
