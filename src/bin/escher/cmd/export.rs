//! `escher export`.

use std::path::{Path, PathBuf};

use escher::api::export::{Export, ExportRequest, Exported};
use escher::{Error, OutputFile, Result};

use super::blocking;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::text::counted;
use crate::{out, text};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only resources that match this selector, for example "env=prod AND app=main"
    #[arg(long = "where", value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    filter: String,
    /// Write here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    let request = ExportRequest { filter: args.filter };
    let Some(path) = &args.output else {
        let print = |resource: Exported| match out::is_closed() {
            // Nobody reads on, so nothing more needs to be sent.
            true => caller.stop().cancel(),
            false => out::json(&resource),
        };
        return match caller.follow::<Export>(request, print).await {
            Err(_) if out::is_closed() => Ok(Exit::Done),
            done => done.map(|_| Exit::Done),
        };
    };
    let mut lines = Vec::new();
    caller.follow::<Export>(request, |resource| lines.push(resource)).await?;
    // A pipe waits for its reader, and whoever waits can be interrupted.
    if OutputFile::waits(path) {
        let path = path.clone();
        return blocking(move || write(&path, &lines)).await;
    }
    let exit = write(path, &lines)?;
    if !caller.global.quiet {
        out::note(&format!("Exported {} to {}.", counted(lines.len(), "resource", "resources"), path.display()));
    }
    Ok(exit)
}

fn write(path: &Path, lines: &[Exported]) -> Result<Exit> {
    let mut file = OutputFile::create(path)?;
    for resource in lines {
        let line = serde_json::to_string(resource).map_err(|e| Error::internal(e.to_string()).operation("export"))?;
        file.line(text::json(&line))?;
    }
    file.commit()?;
    Ok(Exit::Done)
}
