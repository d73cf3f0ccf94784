//! `import` and `export`: the estate as JSON Lines.

use escher_core::{Error, Resource, Result, Selector, Sighting, Store as _};
use serde::Serialize;
use serde_json::Value;

use crate::escher::Escher;
use crate::progress::{Progress, Step};

/// Lines taken in at once.
const BATCH: usize = 2_000;

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Imported {
    /// Resources read.
    pub read: usize,
    /// New ones.
    pub added: usize,
    /// Those that differ from what was known.
    pub changed: usize,
    /// Those just as they were.
    pub unchanged: usize,
    /// Lines that could not be read; the rest is loaded.
    pub bad: Vec<BadLine>,
    /// Resources embedded or written to the index.
    pub indexed: u64,
}

/// A line that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BadLine {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: String,
}

impl Escher {
    /// Loads resources, one JSON object a line. They are added or replaced by id; nothing is removed.
    ///
    /// # Errors
    /// `Storage`, for the input as well as for the store. Bad lines are in the result.
    pub async fn import(&self, mut lines: impl std::io::BufRead, progress: &Progress) -> Result<Imported> {
        let mut imported = Imported::default();
        let mut estate = self.store().estate(None).await?;
        let mut batch = Vec::new();
        let mut bytes = Vec::new();
        for number in 1.. {
            bytes.clear();
            let read = lines.read_until(b'\n', &mut bytes);
            let end = read
                .map_err(|e| Error::new(escher_core::ErrorKind::Storage, e.to_string()).operation("read import file").caused_by(e))?
                == 0;
            let parsed = std::str::from_utf8(&bytes).map_err(|e| Error::invalid(format!("not UTF-8: {e}")));
            match parsed.map(str::trim) {
                Ok("") => {}
                Ok(text) => match Resource::from_line(text) {
                    Ok(resource) => batch.push(Sighting::Seen(Box::new(resource))),
                    Err(e) => imported.bad.push(BadLine { line: number, reason: e.to_string() }),
                },
                Err(e) => imported.bad.push(BadLine { line: number, reason: e.to_string() }),
            }
            if batch.len() == BATCH || (end && !batch.is_empty()) {
                imported.read += batch.len();
                let diff = self.advance(&estate, std::mem::take(&mut batch)).await?;
                imported.added += diff.added.len();
                imported.changed += diff.changed.len() + diff.refreshed.len();
                imported.unchanged += diff.unchanged.len();
                // A later line of the same file may repeat an id: it is held against what this batch brought.
                estate = estate.with(&diff);
                progress.tell(Step::Seen { connection: "import".to_owned(), count: imported.read });
            }
            if end {
                break;
            }
        }
        imported.indexed = self.follow(progress).await?;
        progress.tell(Step::Finished);
        Ok(imported)
    }

    /// The resources that a selector admits, in the exchange form, with what is derived added.
    ///
    /// # Errors
    /// `Invalid` for a selector that cannot be read; `Storage`.
    pub async fn export(&self, selector: &str) -> Result<Vec<Value>> {
        let selector = Selector::parse(selector)?;
        let now = self.now();
        let selection = self.store().select(&selector, now).await?;
        Ok(selection.matched.iter().map(|entry| entry.resource.to_line(now)).collect())
    }
}
