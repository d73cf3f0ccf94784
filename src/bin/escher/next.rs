//! What can be done next, as commands that work as printed: the one place that knows which command an operation is.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::CommandFactory as _;
use escher::core::{CloudId, Next};

use crate::args::{Args, Global};
use crate::text::quoted;

/// The commands that do what an error or an answer says is next, each a list of words after the program's name; the first
/// is the likeliest. None where this door has no such command.
pub(crate) fn commands(next: &Next) -> Vec<Vec<String>> {
    let one = |words: &[&str]| vec![words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>()];
    match next {
        Next::Start => [one(&["demo"]), connect(None), one(&["sync"])].concat(),
        Next::Init => one(&["init"]),
        Next::Connect { cloud } => connect(*cloud),
        Next::Sync => one(&["sync"]),
        Next::Doctor => one(&["doctor"]),
        Next::Ask { text } => vec![with_text(&["ask"], text)],
        Next::Search { words, filter } => {
            let filter = (!filter.is_empty() || words.is_empty()).then(|| format!("--where={filter}"));
            let mut argv: Vec<String> = ["search".to_owned()].into_iter().chain(filter).collect();
            if !words.is_empty() {
                argv = with_text(&argv.iter().map(String::as_str).collect::<Vec<_>>(), words);
            }
            vec![argv]
        }
        Next::Conversations => one(&["chat", "list"]),
        Next::Plans => one(&["plan", "list"]),
        Next::Plan { plan } => vec![with_text(&["plan", "show"], plan)],
        Next::Approve { plan } => vec![with_text(&["plan", "approve"], plan)],
        Next::Policy => one(&["policy", "show"]),
        Next::Runs => one(&["runs", "list"]),
        Next::Run { run } => vec![with_text(&["runs", "show"], run)],
        Next::Resume { run: Some(run) } => vec![with_text(&["runs", "resume"], run)],
        Next::Resume { run: None } => one(&["runs", "resume"]),
    }
}

/// What begins like a flag is none where words of a person or an id stand.
fn with_text(words: &[&str], text: &str) -> Vec<String> {
    let mut argv: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
    if text.starts_with('-') {
        argv.push("--".to_owned());
    }
    argv.push(text.to_owned());
    argv
}

/// Connecting a cloud, as far as this program was built with it.
fn connect(cloud: Option<CloudId>) -> Vec<Vec<String>> {
    let command = Args::command();
    let known = command.find_subcommand("connect");
    let clouds = CloudId::ALL.iter().filter(|known| cloud.is_none_or(|cloud| cloud == **known));
    let mut argvs = Vec::new();
    for cloud in clouds.map(|cloud| cloud.as_str()) {
        if known.and_then(|connect| connect.find_subcommand(cloud)).is_some_and(|cloud| !cloud.is_hide_set()) {
            argvs.push(vec!["connect".to_owned(), cloud.to_owned()]);
        }
    }
    argvs
}

/// Lines that show what is next, indented below what they belong to; none where there is nothing.
pub(crate) fn lines(global: &Global, next: &Next) -> Vec<String> {
    let label = |n: usize| match (n, next) {
        (0, _) => "next:",
        // The demo, or a cloud of one's own, which is then to be scanned.
        (1, Next::Start) => "  or:",
        _ => "     ",
    };
    typed(global, next).iter().enumerate().map(|(n, line)| format!("  {} {line}", label(n))).collect()
}

/// The commands as they have to be typed here.
pub(crate) fn typed(global: &Global, next: &Next) -> Vec<String> {
    commands(next).iter().map(|argv| global.command(argv)).collect()
}

impl Global {
    /// A command line as it has to be typed here: with the program as it was called and the data directory it was given.
    pub(crate) fn command<W: AsRef<OsStr>>(&self, words: impl IntoIterator<Item = W>) -> String {
        // Without a folder in it the shell finds it again under its own name.
        let called = self.program.as_ref().filter(|program| Path::new(program).components().count() > 1);
        let mut line = vec![called.cloned().unwrap_or_else(|| OsString::from("escher"))];
        if let Some(folder) = &self.data_dir {
            line.extend([OsString::from("--data-dir"), folder.clone().into_os_string()]);
        }
        line.extend(words.into_iter().map(|word| word.as_ref().to_owned()));
        line.iter().map(quoted).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::args::Command;
    use crate::cmd::{chat, plan, policy, runs};

    /// One of each; a new variant does not compile until it stands here.
    fn all() -> Vec<Next> {
        let plan = || "pl_1".parse().unwrap();
        let run = || "run_1".parse().unwrap();
        let begin = vec![Next::Start];
        std::iter::successors(Some(begin), |before| {
            let next = match before.first()? {
                Next::Start => vec![Next::Init],
                Next::Init => vec![Next::Connect { cloud: None }, Next::Connect { cloud: Some(CloudId::Aws) }],
                Next::Connect { .. } => vec![Next::Sync],
                Next::Sync => vec![Next::Doctor],
                Next::Doctor => {
                    [("", "env = prod"), ("", "tag.\"a b\" = 'x'"), ("pg 1", "-x = 1"), ("", ""), ("-x", "NOT idle"), ("web", "")]
                        .map(|(words, filter)| Next::Search { words: words.into(), filter: filter.into() })
                        .into()
                }
                Next::Search { .. } => ["list all vms", "--yes"].map(|text| Next::Ask { text: text.into() }).into(),
                Next::Ask { .. } => vec![Next::Conversations],
                Next::Conversations => vec![Next::Plans],
                Next::Plans => vec![Next::Plan { plan: plan() }],
                Next::Plan { .. } => vec![Next::Approve { plan: plan() }],
                Next::Approve { .. } => vec![Next::Policy],
                Next::Policy => vec![Next::Runs],
                Next::Runs => vec![Next::Run { run: run() }],
                Next::Run { .. } => {
                    vec![Next::Resume { run: Some(run()) }, Next::Resume { run: None }]
                }
                Next::Resume { .. } => return None,
            };
            Some(next)
        })
        .flatten()
        .collect()
    }

    fn parsed(argv: &[String]) -> Args {
        let words = std::iter::once("escher").chain(argv.iter().map(String::as_str));
        Args::try_parse_from(words).unwrap_or_else(|e| panic!("{argv:?}: {e}"))
    }

    #[test]
    fn every_next_is_a_command_that_the_parser_reads_as_it_is_meant() {
        let all = all();
        assert!(all.len() > 13);
        for next in &all {
            let argvs = commands(next);
            assert!(!argvs.is_empty(), "{next:?}");
            for argv in argvs {
                let read = parsed(&argv).command;
                let meant = match (next, &read) {
                    (Next::Start, Command::Demo(_) | Command::Connect { .. } | Command::Sync(_)) => true,
                    (Next::Init, Command::Init) | (Next::Connect { .. }, Command::Connect { .. }) | (Next::Sync, Command::Sync(_)) => true,
                    (Next::Doctor, Command::Doctor) => true,
                    (Next::Search { words, filter }, Command::Search(args)) => args.filter == *filter && args.words.concat() == *words,
                    (Next::Ask { text }, Command::Ask(args)) => args.text.concat() == *text && !args.yes,
                    (Next::Conversations, Command::Chat(args)) => matches!(args.command, Some(chat::Command::List)),
                    (Next::Plans, Command::Plan { command: plan::Command::List }) => true,
                    (Next::Plan { plan }, Command::Plan { command: plan::Command::Show { id } }) => plan == id,
                    (Next::Approve { plan }, Command::Plan { command: plan::Command::Approve { id } }) => plan == id,
                    (Next::Policy, Command::Policy { command: Some(policy::Command::Show) }) => true,
                    (Next::Runs, Command::Runs { command: Some(runs::Command::List) }) => true,
                    (Next::Run { run }, Command::Runs { command: Some(runs::Command::Show { id }) }) => run == id,
                    (Next::Resume { run }, Command::Runs { command: Some(runs::Command::Resume { id }) }) => {
                        run.as_ref().map(ToString::to_string) == *id
                    }
                    _ => false,
                };
                assert!(meant, "{next:?}: {argv:?}");
            }
        }
    }

    #[test]
    fn a_cloud_without_a_door_here_names_no_command() {
        assert_eq!(commands(&Next::Connect { cloud: Some(CloudId::Azure) }), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_command_line_has_the_program_and_the_folder_it_was_called_with() {
        let mut global = parsed(&["doctor".into(), "--data-dir".into(), "/tmp/my data".into()]).global;
        assert_eq!(global.command(["sync"]), "escher --data-dir '/tmp/my data' sync");
        global.program = Some("./escher".into());
        assert_eq!(global.command(["runs", "resume"]), "./escher --data-dir '/tmp/my data' runs resume");
        assert_eq!(lines(&global, &Next::Start).len(), 3);
    }
}
