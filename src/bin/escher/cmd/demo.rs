//! `escher demo`.

use escher::{DemoOptions, Escher, Result};

use super::output;
use crate::args::{Global, Sim};
use crate::bar;
use crate::exit::Exit;
use crate::out::line;

const NOTHING: [&str; 0] = [];

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    sim: Sim,
}

pub(crate) async fn run(global: &Global, escher: &Escher, args: Args) -> Result<Exit> {
    let mut demo = escher.demo(DemoOptions { spec: args.sim.sim, progress: bar::progress(global) }).await?;
    for suggestion in &mut demo.suggestions {
        *suggestion = format!("{} {}", global.command(NOTHING), suggestion.trim_start_matches("escher "));
    }
    output(global, &demo, || {
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
        if !demo.suggestions.is_empty() {
            line("Try:");
        }
        for suggestion in &demo.suggestions {
            line(&format!("  {suggestion}"));
        }
    });
    Ok(Exit::Done)
}
