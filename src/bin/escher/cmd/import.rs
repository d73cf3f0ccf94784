//! `escher import`.

use std::io::Read;
use std::path::{Path, PathBuf};

use escher::api::import::{Import, ImportRequest, Source};
use escher::{Counted, Error, ErrorKind, ImportFormat, ImportReport, Result, open_input, plain_input};

use super::{blocking, output};
use crate::bar;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::{line, note};
use crate::text::counted;

/// Bad lines that are shown; all of the first hundred are in the JSON.
const SHOWN: usize = 20;

#[derive(clap::Args)]
pub(crate) struct ImportArgs {
    /// JSON Lines, JSON, CSV, a Terraform state, or a cloud tool's JSON output; - for standard input
    file: PathBuf,
    /// What the file holds, if it is not recognized: json-lines, json, csv, terraform, steampipe, aws, azure or gcp
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    format: Option<ImportFormat>,
    /// Which column of a table holds what: id=ResourceId, tag.env=Environment, size=Type; may be given several times
    #[arg(long, value_name = "NAME=COLUMN", value_parser = parse_mapping)]
    map: Vec<(String, String)>,
}

fn parse_format(text: &str) -> std::result::Result<ImportFormat, String> {
    text.parse().map_err(|e: Error| format!("{e}; {}", e.hint_text().unwrap_or_default()))
}

fn parse_mapping(text: &str) -> std::result::Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, column)) if !name.trim().is_empty() && !column.trim().is_empty() => Ok((name.to_owned(), column.to_owned())),
        _ => Err("write a name and a column, for example id=ResourceId".to_owned()),
    }
}

pub(crate) async fn import(caller: &Caller<'_>, args: ImportArgs) -> Result<Exit> {
    let (global, progress) = (caller.global, bar::progress(caller.global));
    let stdin = args.file == Path::new("-");
    let mut request = ImportRequest { source: Source::Input, format: args.format, map: args.map };
    let reader: Box<dyn Read + Send> = if stdin {
        Box::new(std::io::stdin())
    } else {
        let path = args.file.clone();
        let file = blocking(move || open_input(&path)).await?;
        // Whoever owns the data directory opens a plain file itself, from wherever it stands.
        if let Some(path) = plain_input(&args.file, &file) {
            request.source = Source::File(path);
        }
        Box::new(file)
    };
    let told = |step| progress.tell(step);
    let imported = match request.source {
        Source::File(_) => caller.follow::<Import>(request, told).await,
        _ => caller.door.import(reader, request, told, caller.stop()).await,
    };
    let imported = imported.map_err(|e| match stdin || e.kind() != ErrorKind::Invalid {
        true => e,
        false => e.with("file", args.file.display().to_string()),
    })?;
    output(global, &imported, || summary(&imported));
    for bad in imported.bad.iter().take(SHOWN) {
        note(&format!("line {}: {}", bad.line, bad.reason));
    }
    if imported.bad_count > SHOWN {
        note(&format!("… and {} more", counted(imported.bad_count - SHOWN, "bad line", "bad lines")));
    }
    Ok(if imported.bad_count == 0 { Exit::Done } else { Exit::Failed })
}

fn summary(imported: &ImportReport) {
    let mut parts =
        vec![format!("{} new", imported.added), format!("{} changed", imported.changed), format!("{} unchanged", imported.unchanged)];
    if imported.repeated > 0 {
        parts.push(format!("{} repeated (the last of each counts)", imported.repeated));
    }
    let read = counted(imported.read, "resource", "resources");
    let format = imported.format.map(|format| format!(" from {}", format.called())).unwrap_or_default();
    line(&format!("Read {read}{format}: {}.", parts.join(", ")));
    if imported.bad_count > 0 {
        let all = counted(imported.records, "record", "records");
        line(&format!("{} could not be read, of {all} in all.", counted(imported.bad_count, "line", "lines")));
    }
    for it in &imported.ignored {
        line(&format!("Ignored: {} ({})", it.what, times(it)));
    }
    for it in &imported.remarks {
        line(&format!("Note: {} ({})", it.what, times(it)));
    }
}

fn times(it: &Counted) -> String {
    match it.count {
        1 => format!("line {}", it.line),
        count => format!("{count} times, first on line {}", it.line),
    }
}
