//! What an import did, and what it passes on while it reads.

use std::collections::{BTreeMap, BTreeSet};

use escher_core::{Error, Resource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc::Sender;

use super::format::Format;
use super::merge::Taken;

/// Resources passed on at once.
pub(super) const BATCH: usize = 2_000;
/// Bytes of what was read for them, at most but for the last.
const HEAVY: u64 = 32 * 1024 * 1024;
/// Characters of a message that are kept: names and ids of any length stand in them.
const LONG: usize = 400;
/// Bad lines that are kept; more are counted.
const MOST_BAD: usize = 100;
/// Different remarks and reasons that are kept; more are counted.
const MOST_WORDS: usize = 50;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ImportReport {
    /// What the file was recognized as.
    pub format: Option<Format>,
    /// Records in the file: `read` and `bad_count` together.
    pub records: usize,
    /// Resources read: `added`, `changed`, `unchanged` and `repeated` together.
    pub read: usize,
    /// New ones.
    pub added: usize,
    /// Those that differ from what was known.
    pub changed: usize,
    /// Those just as they were.
    pub unchanged: usize,
    /// Records of a resource that the file held already, beyond the first; the last one counts.
    pub repeated: usize,
    /// Lines or items that could not be read; the rest is loaded.
    pub bad_count: usize,
    /// The first hundred of them.
    pub bad: Vec<BadLine>,
    /// What was left out on purpose, by reason.
    pub ignored: Vec<Counted>,
    /// What was kept without being understood.
    pub remarks: Vec<Counted>,
    /// Resources embedded or written to the index.
    pub indexed: u64,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadLine {
    /// Its number, from 1; of an item of a document, the line on which it begins.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

/// Something that was said of several lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// What it is.
    pub what: String,
    /// How often.
    pub count: usize,
    /// The first line of which it was said.
    pub line: usize,
}

/// Whoever took the resources is gone: there is no use in reading on.
#[derive(Debug)]
pub(super) struct Gone;

/// Where readers put what they read.
pub(super) struct Sink {
    out: Sender<Vec<Taken>>,
    batch: Vec<Taken>,
    weight: u64,
    format: Option<Format>,
    bad: Vec<BadLine>,
    bad_count: usize,
    /// What helps against the first of them.
    hint: Option<String>,
    /// Names of columns of JSON records, where the person spoke of columns.
    columns: BTreeSet<String>,
    ignored: BTreeMap<String, (usize, usize)>,
    remarks: BTreeMap<String, (usize, usize)>,
    taken: usize,
}

impl Sink {
    pub(super) fn new(out: Sender<Vec<Taken>>) -> Self {
        Self {
            out,
            batch: Vec::with_capacity(BATCH),
            weight: 0,
            format: None,
            bad: Vec::new(),
            bad_count: 0,
            hint: None,
            columns: BTreeSet::new(),
            ignored: BTreeMap::new(),
            remarks: BTreeMap::new(),
            taken: 0,
        }
    }

    /// What the file turns out to be; the first record decides.
    pub(super) fn recognize(&mut self, format: Format) {
        self.format.get_or_insert(format);
    }

    /// A resource in the exchange form.
    pub(super) fn whole(&mut self, line: usize, resource: Resource, remarks: Vec<String>) -> Result<(), Gone> {
        self.take(line, Taken { resource, whole: true }, remarks)
    }

    /// A resource of which a listing tells something.
    pub(super) fn resource(&mut self, line: usize, resource: Resource, remarks: Vec<String>) -> Result<(), Gone> {
        self.take(line, Taken { resource, whole: false }, remarks)
    }

    fn take(&mut self, line: usize, read: Taken, remarks: Vec<String>) -> Result<(), Gone> {
        for remark in remarks {
            count(&mut self.remarks, remark, line);
        }
        self.taken += 1;
        self.batch.push(read);
        if self.batch.len() == BATCH || self.weight >= HEAVY { self.pass_on() } else { Ok(()) }
    }

    /// How long the record is that is taken next, so that not many long ones wait at once.
    pub(super) fn weigh(&mut self, bytes: u64) {
        self.weight += bytes;
    }

    pub(super) fn bad(&mut self, line: usize, error: &Error) {
        if self.bad_count == 0 {
            self.hint = error.hint_text().map(str::to_owned);
        }
        self.bad_count += 1;
        if self.bad.len() < MOST_BAD {
            self.bad.push(BadLine { line, reason: shortened(error.to_string()) });
        }
    }

    pub(super) fn ignore(&mut self, line: usize, what: String) {
        count(&mut self.ignored, what, line);
    }

    /// Something to be told of the file as a whole.
    pub(super) fn remark(&mut self, line: usize, what: String) {
        count(&mut self.remarks, what, line);
    }

    /// Whether nothing came of anything so far.
    pub(super) fn is_empty(&self) -> bool {
        self.taken == 0 && self.bad_count == 0 && self.ignored.is_empty()
    }

    /// Keeps in mind which columns records have: all that a person named, and so many of the others as to list them.
    pub(super) fn columns<'c>(&mut self, columns: impl Iterator<Item = &'c String>, named: impl Fn(&str) -> bool) {
        for column in columns {
            if (self.columns.len() < MOST_WORDS || named(column)) && !self.columns.contains(column) {
                self.columns.insert(column.clone());
            }
        }
    }

    /// The columns that JSON records had; none where nobody asked.
    pub(super) fn seen_columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }

    /// A file in which nothing can be read is refused as a whole.
    pub(super) fn nothing(&self) -> escher_core::Result<()> {
        let Some(first) = self.bad.first().filter(|_| self.taken == 0 && self.ignored.is_empty()) else { return Ok(()) };
        let told = match self.bad_count {
            1 => format!("the only record could not be read: {}", first.reason),
            count => format!("none of the {count} records could be read; the first, on line {}: {}", first.line, first.reason),
        };
        let hint = self.hint.as_deref().unwrap_or("export the resources as JSON Lines, JSON or CSV, and import that");
        Err(Error::invalid(told).operation("read import file").hint(hint))
    }

    fn pass_on(&mut self) -> Result<(), Gone> {
        self.weight = 0;
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.out.blocking_send(batch).map_err(|_| Gone)
    }

    /// Passes on the rest, and says what there was.
    pub(super) fn finish(mut self) -> ImportReport {
        if !self.batch.is_empty() {
            // Whoever is gone wants no answer either.
            let _ = self.pass_on();
        }
        let told = |counts: BTreeMap<String, (usize, usize)>| {
            let mut told: Vec<Counted> = counts.into_iter().map(|(what, (count, line))| Counted { what, count, line }).collect();
            told.sort_by_key(|it| (it.line, std::cmp::Reverse(it.count)));
            told
        };
        ImportReport {
            format: self.format,
            bad_count: self.bad_count,
            bad: self.bad,
            ignored: told(self.ignored),
            remarks: told(self.remarks),
            ..ImportReport::default()
        }
    }
}

fn shortened(text: String) -> String {
    match text.char_indices().nth(LONG) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

fn count(counts: &mut BTreeMap<String, (usize, usize)>, what: String, line: usize) {
    let what = shortened(what);
    if counts.len() >= MOST_WORDS && !counts.contains_key(&what) {
        counts.entry("others".to_owned()).or_insert((0, line)).0 += 1;
        return;
    }
    counts.entry(what).or_insert((0, line)).0 += 1;
}
