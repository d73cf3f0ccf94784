//! `escher ops`.

use escher::Result;
use escher::api::{Effect, Op, document};

use super::output;
use crate::args::Global;
use crate::exit::Exit;
use crate::table::Narrow::Wrap;
use crate::table::Rows;

/// The command that serves an operation; a new one has to be given one here. None for what every command begins with.
fn command(op: Op) -> &'static [&'static str] {
    match op {
        Op::Status => &[],
        Op::Search => &["search"],
        Op::Changes => &["changes"],
        Op::Ask | Op::Explain => &["ask"],
        Op::ConversationNew => &["chat"],
        Op::Conversations => &["chat", "list"],
        Op::Conversation => &["chat", "show"],
        Op::ConversationDelete => &["chat", "delete"],
        Op::Interpret => &["interpret"],
        Op::Sync | Op::ConnectSim => &["sync"],
        Op::Import => &["import"],
        Op::Export => &["export"],
        Op::Init => &["init"],
        Op::Demo => &["demo"],
        Op::Connections => &["connect", "list"],
        Op::Connect => &["connect"],
        Op::Plans => &["plan", "list"],
        Op::Plan | Op::Describe => &["plan", "show"],
        Op::PlanCheck | Op::PlanRun | Op::PlanApproveRun | Op::PlanDryRun => &["plan", "run"],
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
            rows.add([it.name.to_owned(), effect.to_owned(), command(op).join(" "), it.summary.to_owned()]);
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
        for &op in Op::ALL {
            let mut known = crate::args::Args::command();
            for word in command(op) {
                known = known.find_subcommand(word).unwrap_or_else(|| panic!("{op:?}: {word}")).clone();
            }
        }
    }
}
