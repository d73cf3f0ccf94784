//! Whether what is on disk is what was written: looked at before a run, a resume and an undo, and by `doctor`.
//!
//! The store knows how far the journal had come. What it knows is written after the line itself is on disk, so it is
//! behind the journal after a power cut and never ahead of it: a journal that is behind the store has lost lines.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use escher_core::{Error, ErrorKind, Head, JournalEntry, JournalStore, Next, Result, RunId};
use escher_exec::SqliteJournal;
use escher_rag::{Anchor, SqliteStore};

use crate::escher::Escher;
use crate::home::{Since, size};

/// Runs whose heads are held against the journal.
const RUNS: usize = 100_000;

/// Bytes of a store that is looked through after its owner was killed: about a second.
const QUICK: u64 = 512 * 1024 * 1024;

/// The journal, and the store that is told of each line.
pub(crate) struct Anchored {
    journal: Arc<SqliteJournal>,
    store: Arc<SqliteStore>,
}

impl Anchored {
    pub(crate) fn new(journal: Arc<SqliteJournal>, store: Arc<SqliteStore>) -> Self {
        Self { journal, store }
    }
}

#[async_trait]
impl JournalStore for Anchored {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let head = self.journal.append_line(entry).await?;
        let seq = head.seq;
        // The line is written, and that is what counts. The store may be behind.
        let noted = match self.journal.epoch().await {
            Ok(epoch) => self.store.set_anchor(&Anchor { epoch, head }, false).await,
            Err(e) => Err(e),
        };
        if let Err(e) = noted {
            tracing::warn!(error = %e, "the store was not informed of a journal line");
        }
        Ok(seq)
    }

    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        self.journal.read(run).await
    }
}

/// Opens the store, and looks through it where it was not left untouched since it was closed.
pub(crate) fn open_store(path: &Path, since: Since) -> Result<SqliteStore> {
    if since == Since::Touched {
        return SqliteStore::open_touched(path);
    }
    let store = SqliteStore::open(path)?;
    // After a kill SQLite has put its own log in order by now; what is left to find is rare, and must not take long to
    // look for.
    if since == Since::Unclosed && size(path) <= QUICK {
        store.check(false)?;
    }
    Ok(store)
}

fn contradiction(message: String) -> Error {
    Error::new(ErrorKind::Storage, message)
        .operation("verify journal")
        .hint(
            "restore store.db and journal.db from one backup and find out who changed them; or move the whole data directory aside, \
             start a new one, and check in the clouds themselves what the last runs changed",
        )
        .next(Next::Doctor)
}

impl Escher {
    /// Makes sure that the journal is whole and has every line that the store knows of; returns its head.
    ///
    /// # Errors
    /// `Storage` with what was found.
    pub(crate) async fn journal_whole(&self) -> Result<Head> {
        let head = self.journal_checked().await?;
        self.home().found_whole(&self.home().journal());
        Ok(head)
    }

    async fn journal_checked(&self) -> Result<Head> {
        let (anchor, runs) = (self.files().store.anchor().await?, self.records().runs(RUNS).await?);
        let mut known: Vec<Head> = runs.iter().filter_map(|run| run.head.clone()).collect();
        known.extend(anchor.iter().map(|anchor| anchor.head.clone()));
        // Outside of the data directory, so that an older copy of all of it does not pass either.
        known.extend(self.keys().journal_head()?);
        let head = self.files().journal.verify_all(known).await?;
        let epoch = self.files().journal.epoch().await?;
        if let Some(anchor) = anchor {
            if epoch < anchor.epoch {
                return Err(contradiction(format!(
                    "the journal is older than the store: it is at epoch {epoch}, the store at {}",
                    anchor.epoch
                )));
            }
            return Ok(head);
        }
        // The version before kept no anchor. What it counted must be there all the same.
        for run in runs.iter().filter(|run| run.done + run.failed > 0) {
            if self.files().journal.read(&run.id).await?.is_empty() {
                return Err(contradiction(format!(
                    "{} changed {} resources, but the journal has no line for it",
                    run.id,
                    run.done + run.failed
                )));
            }
        }
        Ok(head)
    }

    /// The same before something is changed: from here on no other process writes, whatever became of the lock.
    ///
    /// # Errors
    /// As [`Escher::journal_whole`].
    pub(crate) async fn journal_sound(&self) -> Result<Head> {
        let head = self.journal_whole().await?;
        let above = self.files().store.anchor().await?.map_or(0, |anchor| anchor.epoch);
        self.keys().hold()?;
        let epoch = self.files().journal.claim(above).await?;
        self.keys().note_journal(&head)?;
        self.files().store.set_anchor(&Anchor { epoch, head: head.clone() }, true).await?;
        Ok(head)
    }

    /// The same where the journal is only shown, and somebody has touched it since it was closed.
    ///
    /// # Errors
    /// As [`Escher::journal_whole`].
    pub(crate) async fn journal_shown(&self) -> Result<()> {
        match self.home().since_closed(&self.home().journal()) {
            Since::Untouched => Ok(()),
            Since::Touched | Since::Unclosed => self.journal_whole().await.map(drop),
        }
    }
}
