//! From what was typed to arguments, or to an error that shows nothing raw of what was typed.

use std::ffi::OsString;

use clap::Parser as _;
use clap::error::ErrorKind as Usage;
use escher::{Error, ErrorKind};

use crate::args::Args;
use crate::exit::Exit;
use crate::{out, text};

/// Reads the arguments, or tells what is wrong with them.
pub(crate) fn parse(typed: &[OsString]) -> Result<Args, Exit> {
    match Args::try_parse_from(typed) {
        Ok(mut args) => {
            args.global.program = typed.first().cloned();
            Ok(args)
        }
        Err(e) if !e.use_stderr() => {
            out::lines(e.render().to_string().trim_end());
            Err(Exit::Done)
        }
        Err(e) => {
            tell(typed, &e);
            Err(Exit::Input)
        }
    }
}

fn tell(typed: &[OsString], error: &clap::Error) {
    // clap repeats arguments as they are; so it gets to see them tamed, and says the same of those.
    let tame = |word: &OsString| OsString::from(text::one_line(&word.to_string_lossy()).into_owned());
    let tamed = Args::try_parse_from(typed.iter().map(tame)).err();
    let told = tamed.as_ref().unwrap_or(error).render().to_string();
    if typed.iter().any(|word| word == "--json") {
        out::note_json(&document(error, &told));
    } else {
        out::complain(&format!("{}\n", text::tame(told.trim_end(), true)));
    }
}

/// What clap says in several paragraphs, as the document that every error is.
fn document(error: &clap::Error, told: &str) -> Error {
    let mut paragraphs = told.trim().split("\n\n").map(|part| part.split_whitespace().collect::<Vec<_>>().join(" "));
    let message = match error.kind() {
        Usage::DisplayHelpOnMissingArgumentOrSubcommand => "a command is missing".to_owned(),
        _ => paragraphs.next().unwrap_or_default().trim_start_matches("error: ").to_owned(),
    };
    let about = |part: &String| part.starts_with("tip:") || part.starts_with("Usage:");
    let hint: Vec<String> = paragraphs.filter(about).collect();
    let hint = if hint.is_empty() { "--help shows what can be typed".to_owned() } else { hint.join("; ") };
    Error::new(ErrorKind::Invalid, message).operation("read arguments").hint(hint)
}
