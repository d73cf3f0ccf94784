//! `escher export`.

use std::path::{Path, PathBuf};

use escher::{Escher, OutputFile, Result};
use serde_json::Value;

use super::blocking;
use crate::exit::Exit;
use crate::{out, text};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only what this selector admits, for example "env=prod AND app=main"
    #[arg(long = "where", value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    filter: String,
    /// Write here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn run(escher: &Escher, args: Args) -> Result<Exit> {
    let lines = escher.export(&args.filter).await?;
    let Some(path) = &args.output else {
        for resource in &lines {
            if out::is_closed() {
                break;
            }
            out::json(resource);
        }
        return Ok(Exit::Done);
    };
    // A pipe waits for its reader, and whoever waits can be interrupted.
    if OutputFile::waits(path) {
        let path = path.clone();
        return blocking(move || write(&path, &lines)).await;
    }
    write(path, &lines)
}

fn write(path: &Path, lines: &[Value]) -> Result<Exit> {
    let mut file = OutputFile::create(path)?;
    lines.iter().try_for_each(|resource| file.line(text::json(&resource.to_string())))?;
    file.commit()?;
    Ok(Exit::Done)
}
