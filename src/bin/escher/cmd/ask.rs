//! `escher ask`.

use escher::core::PlanDoc;
use escher::{Escher, Reply, Result};
use serde_json::{Value, json};

use super::plan::{Runner, may_run};
use crate::args::Global;
use crate::exit::Exit;
use crate::{out, show};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// A question or an order, in plain words
    #[arg(required = true)]
    pub(crate) text: Vec<String>,
    /// Approve the plan, as far as policy lets you, and run it
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Show how the words were read, and who decided
    #[arg(long)]
    pub(crate) explain: bool,
}

pub(crate) async fn run(global: &Global, escher: &Escher, args: Args) -> Result<Exit> {
    let text = args.text.join(" ");
    let asked = escher.ask(&text).await?;
    let explanation = if args.explain { Some(escher.explain_reading(&text).await?.1) } else { None };
    if let Some(explanation) = explanation.as_ref().filter(|_| !global.json) {
        show::explanation(explanation);
    }
    if !global.json {
        show::asked(global, escher, &asked).await?;
    }
    let (exit, finished) = match &asked.reply {
        Reply::Clarify(_) => (Exit::Input, None),
        Reply::Answer(answer) => (if answer.answered { Exit::Done } else { Exit::Input }, None),
        Reply::Plan(plan) => carry_on(global, escher, plan, args.yes).await?,
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
async fn carry_on(global: &Global, escher: &Escher, plan: &PlanDoc, yes: bool) -> Result<(Exit, Option<Value>)> {
    if let Some(exit) = may_run(global, plan, yes).await {
        return Ok((exit, None));
    }
    let finished = Runner::new(global, false).run(escher, &plan.id).await?;
    Ok((super::plan::exit_of(&finished), Some(json!(finished))))
}
