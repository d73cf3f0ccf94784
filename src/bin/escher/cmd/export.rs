//! `escher export`.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use escher::{Error, ErrorKind, Escher, Result};

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
    let create = |e: std::io::Error| Error::invalid(e.to_string()).operation("create file").hint("check the path").caused_by(e);
    let mut file = BufWriter::new(File::create(path).map_err(|e| create(e).with("file", path.display().to_string()))?);
    for resource in &lines {
        writeln!(file, "{}", text::json(&resource.to_string())).map_err(|e| incomplete(path, e))?;
    }
    // That a disk is full may only be told when the file is asked to be on it; what is no file cannot be asked.
    let on_disk = |file: &File| file.sync_all().or_else(|e| if e.kind() == std::io::ErrorKind::InvalidInput { Ok(()) } else { Err(e) });
    file.flush().and_then(|()| on_disk(file.get_ref())).map_err(|e| incomplete(path, e))?;
    Ok(Exit::Done)
}

fn incomplete(path: &Path, e: std::io::Error) -> Error {
    Error::new(ErrorKind::Storage, e.to_string())
        .operation("write file")
        .with("file", path.display().to_string())
        .hint("the file is not complete; free some space or write elsewhere, and try again")
        .caused_by(e)
}
