//! CSV: a header, and a resource to each row.

use std::io::BufRead;

use escher_core::{Error, Result};
use serde_json::Value;

use super::format::{Format, refused, separator};
use super::record::Reader;
use super::rows::{Cut, Rows};
use super::tally::{Gone, Sink};
use super::{LONGEST, row, too_long};

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
    let mut before = usize::from(skipped > 0) + usize::from(windows);
    let input = Rows::new(input, delimiter, LONGEST);
    let cuts = input.cuts();
    let mut table = csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).trim(csv::Trim::Headers).from_reader(input);
    let header = table.headers().cloned();
    if let Some(cut) = cuts.of_row(table.position().byte()) {
        return Err(cut_row(&cut).operation("read the header of the import file"));
    }
    let header = header.map_err(|e| broken(&e))?;
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
        let read = table.read_record(&mut record);
        if let Some(cut) = cuts.of_row(table.position().byte()) {
            let line = record.position().and_then(|at| usize::try_from(at.line()).ok()).map_or(line, |at| at + before);
            sink.bad(line, &cut_row(&cut));
            before += cut.breaks;
            continue;
        }
        match read {
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
                sink.weigh(record.as_slice().len() as u64);
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

fn cut_row(cut: &Cut) -> Error {
    let error = too_long(cut.length, LONGEST);
    match cut.open {
        true => Error::invalid(format!("{}; its quotation mark is never closed, so nothing after it could be read", error.message()))
            .hint("close the quotation mark, or write it twice if it is part of the text"),
        false => error,
    }
}

fn broken(e: &csv::Error) -> Error {
    match e.kind() {
        csv::ErrorKind::Utf8 { .. } => refused("a table whose header is not UTF-8", "save it as CSV (UTF-8)"),
        _ => super::lines::failed(std::io::Error::other(e.to_string())),
    }
}
