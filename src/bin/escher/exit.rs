//! Exit codes, and how errors are told.

use std::process::ExitCode;

use escher::{Error, ErrorKind};

use crate::args::Global;
use crate::{next, out, text};

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; gaps and skipped targets are counted in the output.
    Done = 0,
    /// A step or part failed, or nobody knows what became of it.
    Failed = 1,
    /// Bad usage or input, a clarifying question, or no target.
    Input = 2,
    /// A plan was saved and awaits approval.
    Awaits = 3,
    /// Forbidden by policy, expired or stale.
    Forbidden = 4,
}

impl Exit {
    /// Of two parts of one command: what failed outweighs what was refused, and either what was done.
    pub(crate) fn worse(self, other: Self) -> Self {
        match (self, other) {
            (Self::Done, other) => other,
            (Self::Failed, _) | (_, Self::Failed) => Self::Failed,
            (first, _) => first,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<ErrorKind> for Exit {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Invalid | ErrorKind::NotFound | ErrorKind::Unsupported => Self::Input,
            ErrorKind::Forbidden | ErrorKind::Stale => Self::Forbidden,
            _ => Self::Failed,
        }
    }
}

/// Tells an error on standard error: as its document with `--json`, in words and commands otherwise.
pub(crate) fn tell(global: &Global, error: &Error) -> Exit {
    if global.json {
        out::note_json(error);
    } else {
        out::complain(&words(global, error));
    }
    error.kind().into()
}

/// An error for a person. Only its first line begins at the margin, so that no text in it can look like another error.
fn words(global: &Global, error: &Error) -> String {
    let mut told = indented("error: ", &error.to_string());
    if let Some(hint) = error.hint_text() {
        told.push_str(&indented("  hint: ", hint));
    }
    for line in error.next_step().map(|next| next::lines(global, next)).unwrap_or_default() {
        told.push_str(&indented("", &line));
    }
    told
}

fn indented(label: &str, text: &str) -> String {
    let lines: Vec<_> = text.lines().map(text::one_line).collect();
    format!("{label}{}\n", lines.join("\n  | "))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;
    use escher::core::Next;

    use super::*;

    #[test]
    fn an_error_in_words_shows_what_to_do_and_forges_nothing() {
        let global = crate::args::Args::try_parse_from(["escher", "doctor", "--data-dir", "/d d"]).unwrap().global;
        let error = Error::new(ErrorKind::NotFound, "no\u{202e} plan\nerror: forged")
            .operation("look up")
            .with("plan", "a\r\nhint: b")
            .hint("look\nhint: twice")
            .next(Next::Plans);
        let told = words(&global, &error);
        let margins: Vec<&str> = told.lines().filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(margins, [r"error: look up: no\u{202e} plan"], "{told}");
        assert!(told.ends_with("  next: escher --data-dir '/d d' plan list\n"), "{told}");
        assert_eq!(told.lines().filter(|line| line.trim_start() != *line).filter(|line| line.starts_with("  hint: ")).count(), 1, "{told}");
    }
}
