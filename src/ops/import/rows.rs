//! CSV on its way to the parser, which holds each row whole. The rest of a row that is longer than it may be is left out,
//! up to its end; a quotation mark that nobody closes would otherwise take in the whole file.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io::{BufRead, Read, Result};
use std::rc::Rc;

/// A table that is read through a limit.
pub(super) struct Rows<R> {
    input: R,
    state: State,
}

struct State {
    delimiter: u8,
    limit: u64,
    quoted: bool,
    /// At the beginning of a cell, or right after a quotation mark within one that is in quotation marks.
    quotable: bool,
    /// Bytes of the row so far, those left out included, and its line breaks that were left out.
    length: u64,
    breaks: usize,
    /// Bytes passed on so far, and up to the row.
    passed: u64,
    begun: u64,
    cut: bool,
    cuts: Cuts,
}

/// The rows that were cut and that nobody asked for yet.
#[derive(Clone, Default)]
pub(super) struct Cuts(Rc<RefCell<VecDeque<Cut>>>);

/// A row of which the rest was left out.
pub(super) struct Cut {
    begun: u64,
    /// How long it is.
    pub(super) length: u64,
    /// Lines that were left out with it.
    pub(super) breaks: usize,
    /// Whether a quotation mark was open to the end of the file.
    pub(super) open: bool,
}

impl Cuts {
    /// What was cut of the row that ends after so many bytes.
    pub(super) fn of_row(&self, end: u64) -> Option<Cut> {
        let mut cuts = self.0.borrow_mut();
        if cuts.front().is_some_and(|cut| cut.begun < end) { cuts.pop_front() } else { None }
    }
}

impl<R: BufRead> Rows<R> {
    pub(super) fn new(input: R, delimiter: u8, limit: u64) -> Self {
        let cuts = Cuts::default();
        let state = State { delimiter, limit, quoted: false, quotable: true, length: 0, breaks: 0, passed: 0, begun: 0, cut: false, cuts };
        Self { input, state }
    }

    pub(super) fn cuts(&self) -> Cuts {
        self.state.cuts.clone()
    }
}

impl<R: BufRead> Read for Rows<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        loop {
            let bytes = self.input.fill_buf()?;
            if bytes.is_empty() || buffer.is_empty() {
                self.state.row_ended();
                return Ok(0);
            }
            let (taken, written) = self.state.pass(bytes, buffer);
            self.input.consume(taken);
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

impl State {
    /// Passes on what is not left out: how many bytes were taken, and how many given.
    fn pass(&mut self, bytes: &[u8], buffer: &mut [u8]) -> (usize, usize) {
        let (mut taken, mut written) = (0, 0);
        while let (Some(&byte), Some(place)) = (bytes.get(taken), buffer.get_mut(written)) {
            if self.length >= self.limit && !self.cut {
                self.cut = true;
                if self.quoted {
                    *place = b'"';
                    written += 1;
                    self.passed += 1;
                    continue;
                }
            }
            taken += 1;
            let ended = self.step(byte);
            if self.cut && !ended {
                self.breaks += usize::from(byte == b'\n');
                continue;
            }
            *place = byte;
            written += 1;
            self.passed += 1;
            if ended {
                self.row_ended();
            }
        }
        (taken, written)
    }

    /// Follows a byte; whether the row ends with it.
    fn step(&mut self, byte: u8) -> bool {
        self.length += 1;
        if self.quoted {
            (self.quoted, self.quotable) = (byte != b'"', byte == b'"');
            return false;
        }
        match byte {
            b'"' if self.quotable => self.quoted = true,
            b'\n' | b'\r' => return true,
            byte => self.quotable = byte == self.delimiter,
        }
        false
    }

    fn row_ended(&mut self) {
        if std::mem::take(&mut self.cut) {
            let cut = Cut { begun: self.begun, length: self.length, breaks: std::mem::take(&mut self.breaks), open: self.quoted };
            self.cuts.0.borrow_mut().push_back(cut);
        }
        (self.length, self.begun, self.quotable, self.quoted) = (0, self.passed, true, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a table, each as its cells or what was cut of it.
    fn rows(text: &str, limit: u64) -> Vec<std::result::Result<Vec<String>, (u64, usize, bool)>> {
        let input = Rows::new(std::io::Cursor::new(text), b',', limit);
        let cuts = input.cuts();
        let mut table = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(input);
        let mut record = csv::StringRecord::new();
        let mut rows = Vec::new();
        while table.read_record(&mut record).unwrap() {
            rows.push(match cuts.of_row(table.position().byte()) {
                Some(cut) => Err((cut.length, cut.breaks, cut.open)),
                None => Ok(record.iter().map(str::to_owned).collect()),
            });
        }
        rows
    }

    #[test]
    fn a_row_that_is_too_long_costs_itself_only() {
        let ok = |cells: &[&str]| Ok(cells.iter().map(|cell| (*cell).to_owned()).collect());
        let long = "x".repeat(100);
        for end in ["\n", "\r\n", "\r"] {
            for row in [format!("{long},b"), format!("a,\"{long}\""), format!("a,\"b{}\"\"{long}\",c", "\n".repeat(3))] {
                let text = ["a,b", &row, "\"c\n\",\"d\"\"\"", &row, "e,f"].join(end);
                let found = rows(&text, 20);
                let cut = Err((row.len() as u64 + 1, row.matches('\n').count(), false));
                let cut = cut.map_err(|(length, _, open)| (length, found[1].as_ref().unwrap_err().1, open));
                assert_eq!(found, [ok(&["a", "b"]), cut.clone(), ok(&["c\n", "d\""]), cut, ok(&["e", "f"])], "{text:?}");
            }
        }
        let found = rows(&format!("a,b\nc,\"d\n{}", "e,f\n".repeat(30)), 20);
        assert_eq!(found.len(), 2);
        let (length, breaks, open) = *found[1].as_ref().unwrap_err();
        assert!(open && length == 125 && breaks > 20, "{found:?}");
        let plain = "a,b\n\"c\"\"\n\",d\n";
        assert_eq!(rows(plain, 20), [ok(&["a", "b"]), ok(&["c\"\n", "d"])]);
    }
}
