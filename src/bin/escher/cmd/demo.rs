//! `escher demo`.

use escher::{DemoOptions, Escher, Result};

use super::output;
use crate::args::{Global, Sim};
use crate::bar;
use crate::exit::Exit;
use crate::show::{line, quoted};

#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    sim: Sim,
}

pub(crate) async fn run(global: &Global, escher: &Escher, args: Args) -> Result<Exit> {
    let mut demo = escher.demo(DemoOptions { spec: args.sim.sim, progress: bar::progress(global) }).await?;
    for suggestion in &mut demo.suggestions {
        *suggestion = as_called(global, suggestion);
    }
    output(global, &demo, || {
        let clouds: Vec<String> = demo.resources.iter().map(|(cloud, n)| format!("{n} in {cloud}")).collect();
        line(&format!("Three simulated clouds ({}): {} resources, {}.", demo.sim, demo.total, clouds.join(", ")));
        line(if demo.semantic {
            "Search understands meaning."
        } else {
            "Search is lexical: there is no model on this machine (escher init fetches it)."
        });
        if !demo.suggestions.is_empty() {
            line("Try:");
        }
        for suggestion in &demo.suggestions {
            line(&format!("  {suggestion}"));
        }
    });
    Ok(Exit::Done)
}

/// A command line as it has to be typed here: with the program as it was called and the data directory it was given.
fn as_called(global: &Global, line: &str) -> String {
    let program = std::env::args().next().filter(|program| program.contains(std::path::MAIN_SEPARATOR)).map(|program| quoted(&program));
    let data_dir = global.data_dir.as_ref().map(|folder| format!(" --data-dir {}", quoted(&folder.display().to_string())));
    let rest = line.strip_prefix("escher").unwrap_or(line);
    format!("{}{}{rest}", program.as_deref().unwrap_or("escher"), data_dir.unwrap_or_default())
}
