//! From what was typed to arguments, or to an error that shows nothing raw of what was typed.

use std::ffi::OsString;

use clap::error::ErrorKind as Usage;
use clap::{CommandFactory as _, Parser as _};
use escher::{Error, ErrorKind};

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::{out, text};

/// Reads the arguments, or tells what is wrong with them.
pub(crate) fn parse(typed: &[OsString]) -> Result<Args, Exit> {
    match Args::try_parse_from(typed) {
        Ok(mut args) => {
            args.global.program = typed.first().cloned();
            // What follows a cloud that cannot be connected yet is not read, whatever it is.
            args.global.json |= matches!(&args.command, Command::Connect { cloud } if cloud.is_not_yet()) && wants_json(typed);
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
    let mut told = tamed.as_ref().unwrap_or(error).render().to_string();
    if error.kind() == Usage::InvalidSubcommand {
        told = told.replacen("\n\n", &format!("\n\n  tip: {}\n\n", known(typed)), 1);
    }
    if wants_json(typed) {
        out::note_json(&document(error, &told));
    } else {
        out::complain(&format!("{}\n", text::tame(told.trim_end(), true)));
    }
}

fn wants_json(typed: &[OsString]) -> bool {
    typed.iter().any(|word| word == "--json")
}

/// What could have been typed where a word is no command.
fn known(typed: &[OsString]) -> String {
    let mut command = Args::command();
    for word in typed.iter().skip(1).filter_map(|word| word.to_str()) {
        if let Some(found) = command.find_subcommand(word) {
            command = found.clone();
        }
    }
    let names: Vec<&str> = command.get_subcommands().filter(|it| !it.is_hide_set()).map(clap::Command::get_name).collect();
    format!("available commands: {}", names.join(", "))
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
