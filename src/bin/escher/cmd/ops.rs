//! `escher ops`.

use escher::Result;
use escher::api::{Effect, Op, document};

use super::output;
use crate::args::Global;
use crate::exit::Exit;
use crate::table::Narrow::Wrap;
use crate::table::Rows;

/// The command that serves an operation, as it is typed; a new one has to be given one here. None for what every command
/// begins with.
fn command(op: Op) -> &'static [&'static str] {
    match op {
        Op::Status => &[],
        Op::Search => &["search"],
        Op::Changes => &["changes"],
        Op::Ask => &["ask"],
        Op::Explain => &["ask", "--explain"],
        Op::ConversationNew => &["ask", "--conversation", "new"],
        Op::Conversations => &["chat", "list"],
        Op::Conversation => &["chat", "show"],
        Op::ConversationDelete => &["chat", "delete"],
        Op::Interpret => &["interpret"],
        Op::Sync => &["sync"],
        Op::ConnectSim => &["sync", "--sim"],
        Op::Import => &["import"],
        Op::Export => &["export"],
        Op::Init => &["init"],
        Op::Demo => &["demo"],
        Op::Connections => &["connect", "list"],
        Op::Connect => &["connect", "aws"],
        Op::Plans => &["plan", "list"],
        Op::Plan | Op::Describe => &["plan", "show"],
        Op::PlanCheck | Op::PlanRun => &["plan", "run"],
        Op::PlanApproveRun => &["plan", "run", "--yes"],
        Op::PlanDryRun => &["plan", "run", "--dry-run"],
        Op::PlanApprove => &["plan", "approve"],
        Op::PlanReject => &["plan", "reject"],
        Op::PolicyShow => &["policy", "show"],
        Op::PolicyCheck => &["policy", "check"],
        Op::Runs => &["runs", "list"],
        Op::Run => &["runs", "show"],
        Op::RunResume => &["runs", "resume"],
        Op::RunUndo => &["runs", "undo"],
        Op::Doctor => &["doctor"],
    }
}

/// The same for people.
fn typed(op: Op) -> String {
    match command(op) {
        [] => "(every command)".to_owned(),
        words => words.join(" "),
    }
}

/// Prints the list of operations. It is the same everywhere, so no data directory is opened.
pub(crate) fn run(global: &Global) -> Result<Exit> {
    output(global, &document(), || {
        let mut rows = Rows::new(&["operation", "effect", "command", "summary"]);
        for &op in Op::ALL {
            let it = op.declared();
            let effect = match it.effect {
                Effect::Reads => "reads",
                Effect::Plans => "plans",
                Effect::Changes => "changes",
            };
            rows.add([it.name.to_owned(), effect.to_owned(), typed(op), it.summary.to_owned()]);
        }
        rows.print(&[("summary", Wrap(24))]);
    });
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn every_operation_has_a_command_that_there_is() {
        assert_eq!(typed(Op::Status), "(every command)", "no cell is empty");
        for &op in Op::ALL {
            let mut known = crate::args::Args::command();
            let mut words = command(op).iter();
            while let Some(word) = words.next() {
                if let Some(flag) = word.strip_prefix("--") {
                    assert!(known.get_arguments().any(|arg| arg.get_long() == Some(flag)), "{op:?}: {word}");
                    words.next();
                    continue;
                }
                known = known.find_subcommand(word).unwrap_or_else(|| panic!("{op:?}: {word}")).clone();
            }
        }
    }
}
