//! Questions to a person at a terminal.

use std::io::{IsTerminal as _, stderr, stdin, stdout};

use crate::out;
use crate::text::one_line;

/// Whether a person sees what is printed and can answer a question about it.
pub(crate) fn can_ask() -> bool {
    stdin().is_terminal() && stdout().is_terminal() && stderr().is_terminal()
}

/// Asks a yes/no question on the terminal; anything but yes is no. What was typed before it was asked does not count.
/// While it waits for the answer, whoever listens for signals hears them.
pub(crate) async fn yes(question: &str) -> bool {
    let question = question.to_owned();
    tokio::task::spawn_blocking(move || ask(&question)).await.unwrap_or(false)
}

fn ask(question: &str) -> bool {
    out::flush();
    if out::is_closed() || !forget_typed() {
        return false;
    }
    out::complain(&format!("{} [y/N] ", one_line(question)));
    let mut answer = String::new();
    stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
}

/// Drops what waits to be read; whether that could be done.
#[cfg(unix)]
pub(crate) fn forget_typed() -> bool {
    rustix::termios::tcflush(stdin(), rustix::termios::QueueSelector::IFlush).is_ok()
}

/// Drops what waits to be read; whether that could be done.
#[cfg(not(unix))]
pub(crate) fn forget_typed() -> bool {
    true
}
