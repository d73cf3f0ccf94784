//! Exit codes, and how errors are told.

use std::process::ExitCode;

use escher::{Error, ErrorKind};
use serde_json::json;

use crate::args::Global;
use crate::show;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; gaps and skipped targets are counted in the output.
    Done = 0,
    /// A step or part failed, or nobody knows what became of it.
    Failed = 1,
    /// Bad usage or input, a question back, or no target.
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

/// Tells an error: in words on standard error, and as a document on standard output where one was asked for.
pub(crate) fn tell(global: &Global, error: &Error) -> Exit {
    eprintln!("error: {}", show::tame(&error.to_string(), true));
    if let Some(hint) = error.hint_text() {
        eprintln!("  hint: {}", show::tame(hint, true));
    }
    for command in error.next_step().into_iter().flat_map(|next| crate::next::lines(global, next)) {
        eprintln!("  next: {}", show::tame(&command, true));
    }
    if global.json {
        show::json(&json!({"error": {"kind": error.kind(), "message": error.to_string(), "hint": error.hint_text()}}));
    }
    error.kind().into()
}
