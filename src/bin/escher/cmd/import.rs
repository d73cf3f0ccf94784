//! `escher import`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use escher::{Error, Escher, Result};

use super::output;
use crate::args::Global;
use crate::bar;
use crate::exit::Exit;
use crate::out::{line, note};

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// JSON Lines, one resource a line; - for standard input
    file: PathBuf,
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
        note(&format!("line {}: {}", bad.line, bad.reason));
    }
    Ok(if imported.bad.is_empty() { Exit::Done } else { Exit::Failed })
}

fn file_error(what: &str, path: &Path, e: std::io::Error) -> Error {
    Error::invalid(e.to_string()).operation(format!("{what} file")).with("file", path.display().to_string()).hint("check the path")
}
