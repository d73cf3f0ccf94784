//! `escher import` and `escher export`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use escher::{Error, Escher, OutputFile, Result};

use super::output;
use crate::args::Global;
use crate::bar;
use crate::exit::Exit;
use crate::show::{line, tame};

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// JSON Lines, one resource a line; - for standard input
    file: PathBuf,
}

#[derive(clap::Args)]
pub(crate) struct ExportArgs {
    /// Only what this selector admits, for example "env=prod AND app=main"
    #[arg(long = "where", value_name = "SELECTOR", default_value = "", hide_default_value = true)]
    filter: String,
    /// Write here instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(crate) async fn import(global: &Global, escher: &Escher, args: ImportArgs) -> Result<Exit> {
    let reader: Box<dyn BufRead> = if args.file == Path::new("-") {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(&args.file).and_then(|file| match file.metadata()?.is_dir() {
            // Opening a folder succeeds on Unix; only reading it fails.
            true => Err(std::io::ErrorKind::IsADirectory.into()),
            false => Ok(file),
        });
        Box::new(BufReader::new(file.map_err(|e| file_error("open", &args.file, e))?))
    };
    let imported = escher.import(reader, &bar::progress(global)).await?;
    output(global, &imported, || {
        line(&format!(
            "{} resources read: {} new, {} changed, {} unchanged, {} bad lines.",
            imported.read,
            imported.added,
            imported.changed,
            imported.unchanged,
            imported.bad.len()
        ));
    });
    for bad in &imported.bad {
        eprintln!("line {}: {}", bad.line, tame(&bad.reason, false));
    }
    Ok(if imported.bad.is_empty() { Exit::Done } else { Exit::Failed })
}

pub(crate) async fn export(escher: &Escher, args: ExportArgs) -> Result<Exit> {
    let lines = escher.export(&args.filter).await?;
    let Some(path) = &args.output else {
        lines.iter().for_each(crate::show::json);
        return Ok(Exit::Done);
    };
    let mut file = OutputFile::create(path)?;
    lines.iter().try_for_each(|resource| file.line(resource))?;
    file.commit()?;
    Ok(Exit::Done)
}

fn file_error(what: &str, path: &Path, e: std::io::Error) -> Error {
    Error::invalid(e.to_string()).operation(format!("{what} file")).with("file", path.display().to_string()).hint("check the path")
}
