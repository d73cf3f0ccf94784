//! The one lane for writes and the lanes for reads.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;

use escher_core::{Error, Result};
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::oneshot;

use super::{fault, schema};

/// Idle reading connections that are kept.
const READERS: usize = 4;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// Connections to one file: a thread that writes, and readers for blocking tasks.
pub(super) struct Lanes {
    path: PathBuf,
    writes: Option<mpsc::Sender<Job>>,
    thread: Option<JoinHandle<()>>,
    idle: Mutex<Vec<Connection>>,
}

impl Lanes {
    pub(super) fn open(path: &Path, touched: bool) -> Result<Self> {
        let mut writer = schema::open_writer(path, touched)?;
        let (writes, jobs) = mpsc::channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("escher-store".into())
            .spawn(move || {
                for job in jobs {
                    job(&mut writer);
                }
            })
            .map_err(|e| Error::internal("the store's thread could not be started").operation("open store").caused_by(e))?;
        Ok(Self { path: path.to_owned(), writes: Some(writes), thread: Some(thread), idle: Mutex::default() })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs `work` in one transaction on the writing thread; committed when it is `Ok`, taken back otherwise.
    /// It is carried through even when the caller stops waiting.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.write_as(operation, true, work).await
    }

    /// The same; where it need not be durable a power cut may undo it, and nothing that was durable before.
    pub(super) async fn write_as<T: Send + 'static>(
        &self,
        operation: &'static str,
        durable: bool,
        work: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let pace = |connection: &Connection, mode| {
                if durable { Ok(()) } else { connection.pragma_update(None, "synchronous", mode).map_err(|e| fault::of(operation, e)) }
            };
            let result = pace(connection, "NORMAL")
                .and_then(|()| connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|e| fault::of(operation, e)))
                .and_then(|transaction| {
                    let value = work(&transaction)?;
                    transaction.commit().map_err(|e| fault::of(operation, e))?;
                    Ok(value)
                });
            let result = pace(connection, "FULL").and(result);
            // Nobody waits any more: the work is done all the same.
            let _ = reply.send(result);
        });
        let stopped = || Error::internal("the store's thread has stopped").operation(operation);
        self.writes.as_ref().ok_or_else(stopped)?.send(job).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    fn reader(&self) -> Result<Connection> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| schema::open_reader(&self.path), Ok)
    }

    /// Runs `work` on a reading connection, in one transaction so that it sees one state.
    pub(super) fn read<T>(&self, operation: &'static str, work: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let mut connection = self.reader()?;
        let transaction = connection.transaction().map_err(|e| fault::of(operation, e))?;
        let result = work(&transaction);
        drop(transaction);
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < READERS {
            idle.push(connection);
        }
        result
    }
}

impl Drop for Lanes {
    fn drop(&mut self) {
        // The thread ends when nobody can send any more; then the file is closed and can be opened again.
        drop(self.writes.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
