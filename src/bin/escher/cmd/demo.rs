//! `escher demo`.

use escher::Result;
use escher::api::{Demo, demo::DemoRequest};

use super::output;
use crate::args::Sim;
use crate::bar;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::line;

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    sim: Sim,
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    let (global, progress) = (caller.global, bar::progress(caller.global));
    let demo = caller.follow::<Demo>(DemoRequest { sim: args.sim.sim }, |step| progress.tell(step)).await?;
    let commands: Vec<String> = demo.suggestions.iter().flat_map(|next| crate::next::typed(global, next)).collect();
    let mut document = serde_json::json!(demo);
    document["try"] = serde_json::json!(commands);
    output(global, &document, || {
        let clouds: Vec<String> = demo.resources.iter().map(|(cloud, n)| format!("{n} in {cloud}")).collect();
        line(&format!("Three simulated clouds ({}): {} resources, {}.", demo.sim, demo.total, clouds.join(", ")));
        line(
            if demo.semantic {
                "Search understands meaning.".to_owned()
            } else {
                format!("Search is lexical: there is no model on this machine ({} fetches it).", global.command(["init"]))
            }
            .as_str(),
        );
        if !commands.is_empty() {
            line("Try:");
        }
        for command in &commands {
            line(&format!("  {command}"));
        }
    });
    Ok(Exit::Done)
}
