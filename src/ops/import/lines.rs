//! JSON Lines: one record per line. A bad line costs itself and nothing else.

use std::io::{BufRead, Read as _};

use escher_core::{Error, ErrorKind, Resource, Result};

use super::format::Format;
use super::record::{self, Reader};
use super::tally::{Gone, Sink};
use super::{LONGEST, too_long};

pub(super) fn read(mut input: impl BufRead, reader: &Reader, sink: &mut Sink) -> Result<()> {
    let mut bytes = Vec::new();
    for number in 1.. {
        bytes.clear();
        let count = input.by_ref().take(LONGEST).read_until(b'\n', &mut bytes).map_err(failed)?;
        if count == 0 {
            return Ok(());
        }
        if count as u64 == LONGEST && !bytes.ends_with(b"\n") {
            let rest = skip_line(&mut input).map_err(failed)?;
            sink.bad(number, &too_long(LONGEST + rest, LONGEST));
            continue;
        }
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) => text.trim_start_matches('\u{feff}').trim(),
            Err(e) => {
                sink.bad(number, &Error::invalid(format!("not UTF-8 (byte {})", e.valid_up_to() + 1)));
                continue;
            }
        };
        if text.is_empty() {
            continue;
        }
        sink.weigh(count as u64);
        if let Err(Gone) = line(number, text, reader, sink) {
            return Ok(());
        }
    }
    Ok(())
}

fn line(number: usize, text: &str, reader: &Reader, sink: &mut Sink) -> std::result::Result<(), Gone> {
    // Most are in the exchange form, and then nothing has to be looked at twice.
    let error = match reader.exchange_first().then(|| Resource::read_line(text)) {
        Some(Ok((resource, remarks))) => {
            sink.recognize(Format::JsonLines);
            return sink.whole(number, resource, remarks);
        }
        Some(Err(error)) => Some(error),
        None => None,
    };
    match serde_json::from_str(text) {
        Ok(value) => record::take(number, value, Format::JsonLines, reader, sink, error),
        Err(e) => {
            let reason = e.to_string();
            let reason = reason.split(" at line ").next().unwrap_or_default();
            sink.bad(number, &Error::invalid(format!("not JSON: {reason} (column {})", e.column())));
            Ok(())
        }
    }
}

/// Goes on to the end of a line that nobody wants; how many bytes that were.
fn skip_line(input: &mut impl BufRead) -> std::io::Result<u64> {
    let mut skipped = 0;
    loop {
        let buffer = input.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let count = end.map_or(buffer.len(), |at| at + 1);
        skipped += count as u64;
        input.consume(count);
        if end.is_some() || count == 0 {
            return Ok(skipped);
        }
    }
}

pub(super) fn failed(e: std::io::Error) -> Error {
    Error::new(ErrorKind::Storage, e.to_string()).operation("read import file").caused_by(e)
}
