//! `import` and `export`: the estate as JSON Lines, and resources out of what other tools write.
//!
//! A file is looked at before its first record: [`format`] says what it is, or that it is nothing that can be read.
//! Then one reader goes through it ([`lines`], [`document`], [`table`]), and [`record`] finds out whose each record is.
//! Reading, writing and indexing run side by side, a batch at a time, so that a file may be larger than memory.

mod bounded;
mod columns;
mod document;
mod fate;
mod format;
mod lines;
mod merge;
mod record;
mod row;
mod rows;
mod table;
mod tally;
mod terraform;
mod text;
mod values;

use std::collections::HashMap;
use std::io::Read;

use escher_core::{Depth, Error, Observation, Resource, ResourceId, Result, Selector};
use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::escher::Escher;
use crate::progress::{Progress, Step};

pub use format::Format;
pub use tally::{BadLine, Counted, ImportReport};

use columns::Mapping;
use fate::Fates;
use format::Layout;
use merge::{Taken, merged_over};
use record::Reader;
use tally::Sink;

/// How a file is to be imported; found out where empty.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// What it holds.
    pub format: Option<Format>,
    /// Which columns of a table hold what: a field (`id`, `name`, `region`, …), an attribute (`size`, `attr.NAME`), a
    /// tag (`tag.KEY`) or a metric (`metric.NAME`), each with the name of its column. `cloud` and `kind` may be given
    /// as they are, for all rows.
    pub map: Vec<(String, String)>,
}

/// Bytes of a line, row or item of a list at most: no resource is as long as that.
const LONGEST: u64 = 16 * 1024 * 1024;
/// Bytes of what stands in a document outside of its lists: a Terraform state is one such value.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Batches that wait to be written at most.
const WAITING: usize = 2;

impl Escher {
    /// Loads resources out of a file: JSON Lines, JSON, CSV, a Terraform state, or what the clouds' own tools list.
    /// They are added by id, and what is known already is replaced. A listing replaces no more than it reports; the
    /// exchange form replaces all. Nothing is removed.
    ///
    /// # Errors
    /// `Invalid` if the file is nothing that can be read, or the options do not fit it; `Storage`, for the input as
    /// well as for the store. Bad lines are in the result.
    pub async fn import(&self, input: impl Read + Send + 'static, options: ImportOptions, progress: &Progress) -> Result<ImportReport> {
        let reader = Reader { format: options.format, mapping: Mapping::parse(&options.map)? };
        let (out, mut batches) = mpsc::channel(WAITING);
        let reading = tokio::task::spawn_blocking(move || {
            let mut sink = Sink::new(out);
            read(input, &reader, &mut sink)?;
            Ok::<_, Error>(sink.finish())
        });
        let (news, written) = watch::channel(());
        let writing = async move {
            let mut fates = Fates::default();
            let mut counts = ImportReport::default();
            while let Some(batch) = batches.recv().await {
                self.import_batch(batch, &mut fates, &mut counts).await?;
                news.send_replace(());
                progress.tell(Step::Seen { connection: "import".to_owned(), count: counts.read });
            }
            Ok::<_, Error>(counts)
        };
        let (counts, early) = tokio::join!(writing, self.index_what_comes(written));
        let counts = counts?;
        let read =
            reading.await.map_err(|e| Error::internal("reading the file was interrupted").operation("read import file").caused_by(e))?;
        // What was read before the file broke off is in the store, and the index has to know of it.
        let indexed = early + self.follow(progress).await?;
        progress.tell(Step::Finished);
        let told = read?;
        Ok(ImportReport {
            format: told.format,
            records: counts.read + told.bad_count,
            bad_count: told.bad_count,
            bad: told.bad,
            ignored: told.ignored,
            remarks: told.remarks,
            indexed,
            ..counts
        })
    }

    /// Has the index follow while more is being written; how many it took in. What goes wrong with it shows at the end.
    async fn index_what_comes(&self, mut written: watch::Receiver<()>) -> u64 {
        let mut indexed = 0;
        while written.changed().await.is_ok() {
            let Ok(index) = self.index().await else { break };
            match escher_rag::catch_up(&**self.estate(), index, |_, _| {}).await {
                Ok(count) => indexed += count,
                Err(_) => break,
            }
        }
        indexed
    }

    /// Others write between the batches: the next one may be long in coming.
    async fn import_batch(&self, batch: Vec<Taken>, fates: &mut Fates, counts: &mut ImportReport) -> Result<()> {
        let _one = self.one_writes().await;
        let ids: Vec<ResourceId> = batch.iter().map(|read| read.resource.id.clone()).collect();
        let known = self.estate().known(&ids).await?;
        let length = batch.len();
        let mut merged: Vec<Resource> = Vec::with_capacity(length);
        let mut latest: HashMap<ResourceId, usize> = HashMap::new();
        for Taken { resource, whole } in batch {
            let before = latest.get(&resource.id).map(|at| &merged[*at]).or_else(|| known.get(&resource.id).map(|entry| &entry.resource));
            let resource = match before {
                Some(before) if !whole => merged_over(resource, before),
                _ => resource,
            };
            latest.insert(resource.id.clone(), merged.len());
            merged.push(resource);
        }
        let diff = self
            .advance(&known, merged.into_iter().map(|it| Observation::Seen { resource: Box::new(it), depth: Depth::Whole }).collect())
            .await?;
        fates.count(length, &diff, counts);
        Ok(())
    }

    /// The resources that a selector admits, in the exchange form, with what is derived added.
    ///
    /// # Errors
    /// `Invalid` for a selector that cannot be read; `Storage`.
    pub async fn export(&self, selector: &str) -> Result<Vec<Value>> {
        let selector = Selector::parse(selector)?;
        let now = self.now();
        let selection = self.estate().select(&selector, now).await?;
        Ok(selection.matched.iter().map(|entry| entry.resource.to_line(now)).collect())
    }
}

/// What is wrong with a record that is not held in memory.
fn too_long(length: u64, limit: u64) -> Error {
    let megabytes = |bytes: u64| bytes.div_ceil(1024 * 1024);
    Error::invalid(format!("too long: {} MB, and no more than {} MB are read at once", megabytes(length), megabytes(limit)))
        .hint("check that the file is what it should be: no resource is as long as that")
}

/// The input, if its first bytes are text.
pub(crate) fn looked_at(input: impl Read) -> Result<impl Read> {
    let bytes = text::peek(input).map_err(lines::failed)?;
    format::refuse_binary(&bytes.head)?;
    let (encoding, _) = text::encoding(&bytes.head);
    if encoding == text::Encoding::Utf8 {
        format::refuse_control(&bytes.head)?;
    }
    Ok(bytes.rest)
}

/// Finds out what a file is, and reads it.
fn read(input: impl Read + Send, reader: &Reader, sink: &mut Sink) -> Result<()> {
    let input = looked_at(input)?;
    let chars = text::peek(text::decoded(input).map_err(lines::failed)?).map_err(lines::failed)?;
    let rest = std::io::BufReader::with_capacity(text::HEAD, chars.rest);
    let head = String::from_utf8_lossy(&chars.head);
    let layout = match (reader.format, format::layout(&head, chars.whole)) {
        (Some(Format::JsonLines), _) => Layout::Lines,
        (Some(Format::Json), _) => Layout::Document,
        (Some(Format::Csv), Ok(Layout::Table(delimiter))) => Layout::Table(delimiter),
        (Some(Format::Csv), _) => Layout::Table(b','),
        (_, layout) => layout?,
    };
    match layout {
        Layout::Lines => lines::read(rest, reader, sink)?,
        Layout::Document => document::read(rest, reader, sink)?,
        Layout::Table(delimiter) => table::read(rest, delimiter, reader, sink)?,
    }
    let columns = sink.seen_columns();
    if !columns.is_empty() {
        reader.mapping.fit(&columns)?;
    }
    sink.nothing()
}
