//! CSV: a header, and a resource to each row.

use std::io::BufRead;

use escher_core::{Error, Result};
use serde_json::Value;

use super::format::{Format, refused, separator};
use super::record::Reader;
use super::row;
use super::tally::{Gone, Sink};

/// Columns that only bills have.
const BILLS: &[&str] =
    &["BilledCost", "lineItem/UnblendedCost", "line_item_unblended_cost", "CostInBillingCurrency", "PreTaxCost", "EffectiveCost"];

pub(super) fn read(mut input: impl BufRead, delimiter: u8, reader: &Reader, sink: &mut Sink) -> Result<()> {
    // A line for Excel is no header; `before` keeps the numbers of the others right.
    let told = input.fill_buf().map_err(super::lines::failed)?;
    let first = told.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
    let windows = first.ends_with(b"\r\n");
    let skipped = std::str::from_utf8(first).ok().and_then(separator).map_or(0, |_| first.len());
    input.consume(skipped);
    // Of `\r\n`, a record's beginning counts the first half only.
    let before = usize::from(skipped > 0) + usize::from(windows);
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::Headers).from_reader(input);
    let header = table.headers().map_err(|e| broken(&e))?.clone();
    let columns: Vec<&str> = header.iter().collect();
    if let Some(bill) = columns.iter().find(|column| BILLS.iter().any(|bill| bill.eq_ignore_ascii_case(column))) {
        return Err(refused(
            &format!("a bill (it has a column `{bill}`)"),
            "import the resources themselves; costs are not read from here",
        ));
    }
    let targets = reader.mapping.check(&columns)?;
    sink.recognize(Format::Csv);
    let mut record = csv::StringRecord::new();
    loop {
        let line = usize::try_from(table.position().line()).unwrap_or(usize::MAX).saturating_add(before);
        match table.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {
                // Blank lines before it do not count as its beginning.
                let line = record.position().and_then(|at| usize::try_from(at.line()).ok()).map_or(line, |at| at + before);
                if record.iter().all(|cell| cell.trim().is_empty()) {
                    continue;
                }
                if record.len() != columns.len() {
                    let told = format!("{} columns where the header has {}", record.len(), columns.len());
                    sink.bad(line, &Error::invalid(told));
                    continue;
                }
                let cells = record.iter().map(|cell| Value::from(cell.trim()));
                if let Err(Gone) = row::take_cells(line, &columns, &targets, cells, reader, sink) {
                    return Ok(());
                }
            }
            Err(e) => match e.kind() {
                csv::ErrorKind::Utf8 { .. } => sink.bad(line, &Error::invalid("not UTF-8")),
                _ => return Err(broken(&e)),
            },
        }
    }
}

fn broken(e: &csv::Error) -> Error {
    match e.kind() {
        csv::ErrorKind::Utf8 { .. } => refused("a table whose header is not UTF-8", "save it as CSV (UTF-8)"),
        _ => super::lines::failed(std::io::Error::other(e.to_string())),
    }
}
