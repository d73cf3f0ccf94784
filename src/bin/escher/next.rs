//! What can be done next, as commands that work as printed: the one place that knows which command an operation is.

use escher::core::Next;

use crate::args::Global;
use crate::show::quoted;

/// The commands that do what is next, each without the program's name; the first is the likeliest.
pub(crate) fn commands(next: &Next) -> Vec<String> {
    let one = |command: &str| vec![command.to_owned()];
    match next {
        Next::Start => [one("demo"), one("connect aws"), one("sync")].concat(),
        Next::Init => one("init"),
        Next::Connect { .. } => one("connect aws"),
        Next::Sync => one("sync"),
        Next::Doctor => one("doctor"),
        Next::Ask { text } => one(&format!("ask {}", quoted(text))),
        Next::Search { words, filter } if words.is_empty() => one(&format!("search --where {}", quoted(filter))),
        Next::Search { words, filter } if filter.is_empty() => one(&format!("search {}", quoted(words))),
        Next::Search { words, filter } => one(&format!("search {} --where {}", quoted(words), quoted(filter))),
        Next::Plans => one("plan list"),
        Next::Plan { plan } => one(&format!("plan show {plan}")),
        Next::Approve { plan } => one(&format!("plan approve {plan}")),
        Next::Runs => one("runs list"),
        Next::Run { run } => one(&format!("runs show {run}")),
        Next::Resume { run: Some(run) } => one(&format!("runs resume {run}")),
        Next::Resume { run: None } => one("runs resume"),
    }
}

/// The commands as they have to be typed here.
pub(crate) fn lines(global: &Global, next: &Next) -> Vec<String> {
    commands(next).iter().map(|command| global.command(command)).collect()
}
