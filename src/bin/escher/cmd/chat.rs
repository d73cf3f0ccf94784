//! `escher chat`: a conversation at the keyboard, or line by line.

use escher::api::conversation::{Conversation, ConversationRequest};
use escher::api::plan::PlanRequest;
use escher::api::run::RunRequest;
use escher::api::{
    Ask, ConversationDelete, ConversationNew, Conversations, NoEvent, Nothing, Operation, PlanCheck, RunUndo, ask::AskRequest,
};
use escher::core::{ConversationId, Decision, Next, PlanDoc, RunId};
use escher::{CancellationToken, Error, Replied, Reply, Result, Speaker};
use serde_json::json;

use super::output;
use super::plan::{self, Runner, exit_of, may_run_if};
use crate::caller::Caller;
use crate::exit::{Exit, tell};
use crate::lines::{LONGEST, Line, Lines, confirm};
use crate::signals::Signals;
use crate::table::Narrow::{Omit, Wrap};
use crate::table::Rows;
use crate::{out, prompt, show};

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Args {
    /// Continue this conversation [default: a new one]
    #[arg(long, value_name = "ID", value_parser = parse_id)]
    conversation: Option<ConversationId>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List conversations, latest first
    List,
    /// Show a conversation: each turn, how it was understood, and its reply
    Show {
        /// The conversation's id
        #[arg(value_parser = parse_id)]
        id: ConversationId,
    },
    /// Delete a conversation for good; plans that were made in it stay
    Delete {
        /// The conversation's id
        #[arg(value_parser = parse_id)]
        id: ConversationId,
    },
}

fn parse_id(text: &str) -> std::result::Result<ConversationId, String> {
    text.parse().map_err(|e: Error| format!("{}; {}", e.message(), e.hint_text().unwrap_or_default()))
}

/// What can be typed beside questions and orders.
const COMMANDS: &[(&str, &str)] = &[
    ("/help", "this list"),
    ("/plans", "plans, newest first"),
    ("/run PLAN", "show a plan, ask, and run it"),
    ("/undo", "make a plan that undoes what was run here last"),
    ("/new", "begin a new conversation"),
    ("/quit", "end; so does Ctrl-D"),
];

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    match args.command {
        Some(Command::List) => list(caller).await,
        Some(Command::Show { id }) => show_conversation(caller, id).await,
        Some(Command::Delete { id }) => {
            let deleted = caller.call::<ConversationDelete>(ConversationRequest { conversation: id }).await?;
            output(caller.global, &deleted, || out::line(&format!("Deleted {}.", deleted.deleted)));
            Ok(Exit::Done)
        }
        None => Chat::begin(caller, args.conversation).await?.talk().await,
    }
}

/// A conversation under way.
struct Chat<'c> {
    caller: &'c Caller<'c>,
    lines: Lines,
    /// Whether a person sits at a terminal.
    person: bool,
    conversation: Option<ConversationId>,
    /// Its turns that were seen here: another terminal or an assistant may speak in it as well.
    seen: usize,
    /// What was run here last.
    ran: Option<RunId>,
}

impl<'c> Chat<'c> {
    async fn begin(caller: &'c Caller<'c>, conversation: Option<ConversationId>) -> Result<Self> {
        let person = !caller.global.json && prompt::can_ask();
        let mut lines = Lines::open(person)?;
        let noted = person && !caller.global.quiet;
        let mut seen = 0;
        match &conversation {
            Some(id) => {
                let known = caller.call::<Conversation>(ConversationRequest { conversation: id.clone() }).await?;
                seen = known.dropped + known.turns.len();
                if noted {
                    let of = if known.speaker == Speaker::Assistant { ", begun by an assistant" } else { "" };
                    let last = known.turns.last().map(|turn| format!(" It ended with “{}”.", turn.turn.text)).unwrap_or_default();
                    out::note(&format!("Going on with {id}{of}.{last} /help lists commands, Ctrl-D ends."));
                }
                lines.remember(known.turns.into_iter().map(|turn| turn.turn.text));
            }
            None if noted => out::note(
                "Ask in plain words. A change becomes a plan, and you are asked before it runs. /help lists commands, Ctrl-D ends.",
            ),
            None => {}
        }
        Ok(Self { caller, lines, person, conversation, seen, ran: None })
    }

    /// Until the lines end. What a person got wrong on the way is no failure of the command; of a script it is.
    async fn talk(mut self) -> Result<Exit> {
        let mut exit = Exit::Done;
        while !out::is_closed() {
            let mut signals = Signals::listen()?;
            let line = tokio::select! {
                line = self.lines.next("> ") => line?,
                () = signals.next() => {
                    exit = Exit::Failed;
                    break;
                }
            };
            drop(signals);
            self.echo(&line);
            let text = match line {
                Line::End => break,
                Line::Left => continue,
                Line::TooLong => Err(too_long()),
                Line::Said(text) => Ok(text.trim().to_owned()),
            };
            let ended = match text {
                Err(error) => Err(error),
                Ok(text) => match command(&text) {
                    _ if text.is_empty() => continue,
                    Some(("/quit" | "/exit", _)) => break,
                    Some((word, rest)) => self.command(word, rest).await,
                    None => self.ask(text).await,
                },
            };
            let ended = ended.unwrap_or_else(|error| tell(self.caller.global, &error));
            if !self.person {
                exit = exit.worse(ended);
            }
            out::flush();
        }
        let global = self.caller.global;
        if let Some(id) = self.conversation.as_ref().filter(|_| self.person && !global.quiet) {
            out::note(&format!("To go on: {}", global.command(["chat", "--conversation", id])));
        }
        Ok(exit)
    }

    /// Shows what was asked where nobody typed it here, so that what is printed can be read without the input. What holds a
    /// secret is not repeated.
    fn echo(&self, line: &Line) {
        if self.person || self.caller.global.json {
            return;
        }
        match line {
            Line::Said(text) if text.trim().is_empty() => {}
            Line::Said(text) if escher::core::holds_secret(text) => out::line("> (a line that holds a secret)"),
            Line::Said(text) => out::line(&format!("> {}", text.trim())),
            Line::TooLong => out::line("> (a line that is too long)"),
            Line::Left | Line::End => {}
        }
    }

    async fn ask(&mut self, text: String) -> Result<Exit> {
        let global = self.caller.global;
        let conversation = match &self.conversation {
            Some(id) => id.clone(),
            None => self.conversation.insert(self.caller.call::<ConversationNew>(Nothing {}).await?.id).clone(),
        };
        let request = AskRequest { text, conversation: Some(conversation), seen: Some(self.seen) };
        let asked = self.call::<Ask>(request).await.inspect_err(|error| {
            // The error shows what was said; after it the person has seen that.
            if let Some(turns) = error.context("turns").and_then(|turns| turns.parse().ok()) {
                self.seen = turns;
            }
        })?;
        self.seen += 1;
        if global.json {
            out::event(&asked);
        } else {
            show::asked(self.caller, &asked).await?;
        }
        match asked.reply {
            Reply::Answer(answer) => Ok(if answer.answered { Exit::Done } else { Exit::Input }),
            Reply::Clarify(_) => Ok(Exit::Input),
            Reply::Plan(plan) => self.carry_on(&plan).await,
        }
    }

    async fn command(&mut self, word: &str, rest: &str) -> Result<Exit> {
        let global = self.caller.global;
        match word {
            "/help" => {
                let commands: serde_json::Map<String, _> = COMMANDS.iter().map(|(word, what)| ((*word).to_owned(), json!(what))).collect();
                output(global, &json!({"commands": commands}), || {
                    for (word, what) in COMMANDS {
                        out::line(&format!("{word:10} {what}"));
                    }
                    out::line(
                        "Anything else is a question or an order: “show me all VMs in Azure”, “only the stopped ones”, “start them”.",
                    );
                });
                Ok(Exit::Done)
            }
            "/plans" => plan::list(self.caller).await,
            "/new" => {
                let begun = self.caller.call::<ConversationNew>(Nothing {}).await?;
                output(global, &begun, || out::line("A new conversation. Nothing said before counts."));
                (self.conversation, self.seen) = (Some(begun.id), 0);
                Ok(Exit::Done)
            }
            "/run" if !rest.is_empty() => {
                let open = self.caller.call::<PlanCheck>(PlanRequest { plan: rest.to_owned() }).await?;
                self.show(&open.plan).await?;
                if open.approved && !self.person {
                    return self.run(&open.plan).await;
                }
                let mut plan = open.plan;
                if self.person {
                    // Naming a plan is no yes to it, whoever or whatever else has said yes.
                    plan.decision = plan.decision.max(Decision::Approve);
                }
                self.carry_on(&plan).await
            }
            "/run" => Err(Error::invalid("/run needs the id of a plan").hint("/plans lists them")),
            "/undo" => {
                let Some(run) = &self.ran else {
                    return Err(Error::invalid("nothing was run in this chat yet, so there is nothing to undo")
                        .hint("a run of another time is undone by its id, outside of the chat")
                        .next(Next::Runs));
                };
                let plan = self.caller.call::<RunUndo>(RunRequest { run: run.to_string() }).await?;
                self.show(&plan).await?;
                self.carry_on(&plan).await
            }
            _ => Err(Error::invalid(format!("there is no command `{word}`")).hint("/help lists them")),
        }
    }

    async fn show(&self, plan: &PlanDoc) -> Result<()> {
        if self.caller.global.json {
            out::event(plan);
            return Ok(());
        }
        show::plan(self.caller, plan).await
    }

    /// Runs a plan, if the person at the terminal says yes to this very plan.
    async fn carry_on(&mut self, plan: &PlanDoc) -> Result<Exit> {
        let person = self.person;
        let question = async || if person { Some(confirm(format!("Run plan {}?", plan.id)).await) } else { None };
        match may_run_if(self.caller.global, plan, false, question).await {
            Some(exit) => Ok(exit),
            None => self.run(plan).await,
        }
    }

    async fn run(&mut self, plan: &PlanDoc) -> Result<Exit> {
        let finished = Runner::new(self.caller, true).run(&plan.id).await?;
        if finished.done > 0 {
            self.ran = Some(finished.run.clone());
        }
        Ok(exit_of(&finished))
    }

    /// Calls an operation that Ctrl-C stops, and nothing else with it.
    async fn call<O: Operation<Event = NoEvent>>(&self, request: O::Request) -> Result<O::Response> {
        let (cancel, mut signals) = (CancellationToken::new(), Signals::listen()?);
        let work = self.caller.door.call::<O>(request, |event| match event {}, &cancel);
        tokio::pin!(work);
        tokio::select! {
            done = &mut work => return done,
            () = signals.next() => cancel.cancel(),
        }
        work.await
    }
}

fn too_long() -> Error {
    Error::invalid(format!("the line is longer than {LONGEST} bytes")).operation("read a line").hint("say it in fewer words")
}

/// A command and what follows it: `/run pl_1`. A path is none: `/subscriptions/…`.
fn command(text: &str) -> Option<(&str, &str)> {
    let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let name = word.strip_prefix('/')?;
    (!name.is_empty() && name.chars().all(|c| c.is_ascii_alphabetic())).then(|| (word, rest.trim()))
}

async fn list(caller: &Caller<'_>) -> Result<Exit> {
    let conversations = caller.call::<Conversations>(Nothing {}).await?.conversations;
    output(caller.global, &conversations, || {
        if conversations.is_empty() {
            return out::line(&format!("No conversations yet. To begin one: {}", caller.global.command(["chat"])));
        }
        let mut rows = Rows::new(&["conversation", "begun by", "turns", "last", "began with"]);
        for it in &conversations {
            let (updated, first) = (format!("{:.0}", it.updated), it.first.clone().unwrap_or_default());
            let by = match it.speaker {
                Speaker::Person => "person",
                Speaker::Assistant => "assistant",
            };
            rows.add([it.id.to_string(), by.to_owned(), it.turns.to_string(), updated, first]);
        }
        rows.print(&[("began with", Wrap(16)), ("last", Omit)]);
    });
    Ok(Exit::Done)
}

async fn show_conversation(caller: &Caller<'_>, id: ConversationId) -> Result<Exit> {
    let conversation = caller.call::<Conversation>(ConversationRequest { conversation: id }).await?;
    output(caller.global, &conversation, || {
        if conversation.dropped > 0 {
            out::line(&format!("… {} older turns are no longer kept", conversation.dropped));
        }
        for turn in &conversation.turns {
            out::line(&format!("> {}", turn.turn.text));
            let frame = &turn.turn.frame;
            let selector = escher::shortened(&frame.selector);
            if !selector.is_empty() {
                out::line(&format!("  understood: {} {selector}", frame.intent));
            }
            match &turn.reply {
                Replied::Answer { text, .. } => out::line(&format!("  {text}")),
                Replied::Plan { plan, total } => out::line(&format!("  plan {plan} over {total} resource(s)")),
                Replied::Clarify { text } => out::line(&format!("  {text}")),
            }
        }
    });
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_word_with_a_slash() {
        assert_eq!(command("/run  pl_1 "), Some(("/run", "pl_1")));
        assert_eq!(command("/help"), Some(("/help", "")));
        for text in ["stop web-1", "/subscriptions/1/x", "/", "/ help", "//", "", "/2"] {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
