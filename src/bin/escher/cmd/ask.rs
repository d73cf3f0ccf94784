//! `escher ask`.

use escher::api::{Ask, ConversationNew, Explain, Nothing, ask::AskRequest};
use escher::core::{ConversationId, PlanDoc};
use escher::{Error, Reply, Result};
use serde_json::{Value, json};

use super::plan::{Runner, exit_of, may_run};
use crate::caller::Caller;
use crate::exit::Exit;
use crate::{out, show};

#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  escher ask \"Show me all idle VMs in Azure West US\"\n  escher ask \"Stop production database in GCP project-x\""
)]
pub(crate) struct Args {
    /// A question or an order, in plain words
    #[arg(required = true)]
    pub(crate) text: Vec<String>,
    /// Approve the plan, as far as policy lets you, and run it
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Show how the words were read, and which part decided what
    #[arg(long)]
    pub(crate) explain: bool,
    /// Continue this conversation, or begin one with `new`, to follow up: “only the stopped ones”, “start them”
    #[arg(long, value_name = "ID", value_parser = Talk::parse)]
    pub(crate) conversation: Option<Talk>,
}

/// Which conversation.
#[derive(Clone, Debug)]
pub(crate) enum Talk {
    New,
    Known(ConversationId),
}

impl Talk {
    fn parse(text: &str) -> std::result::Result<Self, String> {
        if text == "new" {
            return Ok(Self::New);
        }
        text.parse().map(Self::Known).map_err(|e: Error| format!("{}; begin one with `new`", e.message()))
    }
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    let global = caller.global;
    let conversation = match args.conversation {
        Some(Talk::New) => Some(caller.call::<ConversationNew>(Nothing {}).await?.id),
        Some(Talk::Known(id)) => Some(id),
        None => None,
    };
    let request = AskRequest { text: args.text.join(" "), conversation, seen: None };
    // Ask first: the turn that is kept would be one before it.
    let explanation = if args.explain { Some(caller.call::<Explain>(request.clone()).await?.explanation) } else { None };
    let asked = caller.call::<Ask>(request).await?;
    if let Some(explanation) = explanation.as_ref().filter(|_| !global.json) {
        show::explanation(explanation);
    }
    if !global.json {
        show::asked(caller, &asked).await?;
        if let Some(conversation) = asked.conversation.as_ref().filter(|_| !global.quiet) {
            out::note(&format!("To go on: {}", global.command(["ask", "--conversation", conversation, "…"])));
        }
    }
    let (exit, finished) = match &asked.reply {
        Reply::Clarify(_) => (Exit::Input, None),
        Reply::Answer(answer) => (if answer.answered { Exit::Done } else { Exit::Input }, None),
        Reply::Plan(plan) => carry_on(caller, plan, args.yes).await?,
    };
    if global.json {
        let mut document = json!(asked);
        if let (Some(document), Some(explanation)) = (document.as_object_mut(), explanation) {
            document.insert("explanation".into(), json!(explanation));
        }
        if let (Some(document), Some(finished)) = (document.as_object_mut(), finished) {
            document.insert("run".into(), finished);
        }
        out::json(&document);
    }
    Ok(exit)
}

/// Runs a plan that was just made, where the person says yes.
async fn carry_on(caller: &Caller<'_>, plan: &PlanDoc, yes: bool) -> Result<(Exit, Option<Value>)> {
    if let Some(exit) = may_run(caller.global, plan, yes).await {
        return Ok((exit, None));
    }
    let finished = Runner::new(caller, false).run(&plan.id).await?;
    Ok((exit_of(&finished), Some(json!(finished))))
}
