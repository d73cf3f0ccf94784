//! One door to a data directory, whoever owns it: this process, or another that answers for it.

use std::io::Read;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use escher_core::{Error, ErrorKind, Result};
use escher_exec::CancellationToken;
use serde_json::{Map, Value};
use tokio::sync::{RwLock, mpsc};
use tokio::time::Instant;

use super::{Client, Serving, Unanswered};
use crate::api::import::{Import, ImportRequest, Source};
use crate::api::{Cx, Declared, Events, Operation};
use crate::config::Config;
use crate::escher::Escher;
use crate::home::Spool;
use crate::ops::import::looked_at;

/// Events that wait to be looked at.
const QUEUE: usize = 256;
/// How often an operation is handed over anew because its owner ended.
const OWNERS: u32 = 10;
/// How long an owner may leave others unanswered: it may be just starting or ending, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long until it is looked for again.
const PAUSE: Duration = Duration::from_millis(50);

/// A data directory, opened here or handed over to its owner. Both do the same.
pub struct Door {
    config: Config,
    behind: RwLock<Behind>,
}

#[derive(Clone)]
enum Behind {
    /// This process owns it.
    Here(Arc<Here>),
    /// Another process does.
    Owner(Arc<Client>),
}

struct Here {
    escher: Escher,
    /// Answers others, if it can and has not ended.
    serving: Mutex<Option<Serving>>,
}

impl Here {
    fn serving(&self) -> MutexGuard<'_, Option<Serving>> {
        self.serving.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Door {
    /// Opens a data directory, or finds its owner. Has to be called inside a runtime.
    ///
    /// # Errors
    /// As [`Escher::open`]; `Busy` names the owner if it does not answer, or is of another version.
    pub async fn open(config: Config) -> Result<Self> {
        let behind = RwLock::new(behind(&config).await?);
        Ok(Self { config, behind })
    }

    /// What this process owns itself; `None` if another process owns it.
    pub async fn here(&self) -> Option<Escher> {
        match &*self.behind.read().await {
            Behind::Here(here) => Some(here.escher.clone()),
            Behind::Owner(_) => None,
        }
    }

    /// The process that owns it.
    pub async fn owner(&self) -> u32 {
        match &*self.behind.read().await {
            Behind::Here(_) => std::process::id(),
            Behind::Owner(client) => client.pid(),
        }
    }

    /// Calls an operation; each event is told as it comes. `cancel` asks it to stop.
    ///
    /// # Errors
    /// The operation's own; `Unavailable` if the owner ended before it answered, with what is known.
    pub async fn call<O: Operation>(
        &self,
        request: O::Request,
        mut on_event: impl FnMut(O::Event) + Send,
        cancel: &CancellationToken,
    ) -> Result<O::Response> {
        if let Some(escher) = self.here().await {
            return followed::<O>(&escher, request, None, on_event, cancel).await;
        }
        let unfit = |e: serde_json::Error| Error::internal(e.to_string()).operation(O::NAME);
        let params = serde_json::to_value(&request).map_err(unfit)?;
        let on_event = |event: Value| match serde_json::from_value(event) {
            Ok(event) => on_event(event),
            Err(e) => tracing::warn!("an event of {} cannot be read: {e}", O::NAME),
        };
        let declared = crate::api::find(O::NAME)?;
        serde_json::from_value(self.call_json(declared, params, on_event, cancel).await?).map_err(unfit)
    }

    /// The same by declaration, for doors that speak JSON.
    ///
    /// # Errors
    /// As [`Door::call`].
    pub async fn call_json(
        &self,
        declared: &Declared,
        params: Value,
        mut on_event: impl FnMut(Value) + Send,
        cancel: &CancellationToken,
    ) -> Result<Value> {
        let params = if params.is_null() { Value::Object(Map::new()) } else { params };
        for _ in 0..OWNERS {
            let behind = self.behind.read().await.clone();
            match behind {
                Behind::Here(here) => {
                    let (events, mut told) = mpsc::channel(QUEUE);
                    let follow = async {
                        while let Some(event) = told.recv().await {
                            on_event(event);
                        }
                    };
                    return tokio::join!(declared.call(&here.escher, params, events, cancel.clone()), follow).0;
                }
                Behind::Owner(client) => match client.call(declared, &params, &mut on_event, cancel).await {
                    Ok(done) => return Ok(done),
                    Err(Unanswered::Failed(error)) => return Err(error),
                    Err(Unanswered::Again) => self.find_owner(&client).await?,
                },
            }
        }
        Err(Error::new(ErrorKind::Busy, "the owner of the data directory changes all the time").operation(declared.name).hint("try again"))
    }

    /// Loads resources out of what this process reads. An owner gets a file of them, which is gone afterwards.
    ///
    /// # Errors
    /// As [`Door::call`]; `Storage` if there is no room for the file, and `Invalid` if it would have more than 1 GiB.
    pub async fn import(
        &self,
        input: Box<dyn Read + Send>,
        request: ImportRequest,
        on_event: impl FnMut(crate::ProgressStep) + Send,
        cancel: &CancellationToken,
    ) -> Result<crate::ImportReport> {
        if let Some(escher) = self.here().await {
            let request = ImportRequest { source: Source::Input, ..request };
            return followed::<Import>(&escher, request, Some(input), on_event, cancel).await;
        }
        let spool = Spool::new(&self.config.data_dir)?;
        let (writer, stop) = (spool.writer()?, cancel.clone());
        // What cannot be imported is not copied either.
        let copied = tokio::task::spawn_blocking(move || writer.fill(looked_at(input)?, &stop));
        tokio::select! {
            copied = copied => copied.map_err(|e| Error::internal(e.to_string()).operation("hand over"))??,
            // The thread may wait for the input for ever. The file goes at once.
            () = cancel.cancelled() => return Err(Error::new(ErrorKind::Cancelled, "stopped by the caller").operation(Import::NAME)),
        }
        let request = ImportRequest { source: Source::File(spool.path().to_owned()), ..request };
        self.call::<Import>(request, on_event, cancel).await
    }

    /// Answers no more; waits for what others asked this process for.
    pub async fn close(&self) {
        let serving = match &*self.behind.read().await {
            Behind::Here(here) => here.serving().take(),
            Behind::Owner(_) => None,
        };
        if let Some(serving) = serving {
            serving.end().await;
        }
    }

    /// Stops what others asked this process for.
    pub async fn hurry(&self) {
        if let Behind::Here(here) = &*self.behind.read().await
            && let Some(serving) = &*here.serving()
        {
            serving.hurry();
        }
    }

    /// Where others find this process; `None` if they do not.
    pub async fn socket(&self) -> Option<PathBuf> {
        match &*self.behind.read().await {
            Behind::Here(here) => here.serving().as_ref().map(|serving| serving.path().to_owned()),
            Behind::Owner(_) => None,
        }
    }

    /// Looks who owns the directory now, unless somebody else has looked already.
    async fn find_owner(&self, gone: &Arc<Client>) -> Result<()> {
        let mut held = self.behind.write().await;
        if matches!(&*held, Behind::Owner(client) if Arc::ptr_eq(client, gone)) {
            *held = behind(&self.config).await?;
        }
        Ok(())
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Door").field("data_dir", &self.config.data_dir).finish_non_exhaustive()
    }
}

/// Whoever owns the directory: another that answers, or this process from now on.
async fn behind(config: &Config) -> Result<Behind> {
    let mut silent: Option<(String, Instant)> = None;
    loop {
        if let Some(client) = Client::connect(config).await? {
            return Ok(Behind::Owner(client.into()));
        }
        let busy = match Escher::open(config.clone()) {
            Ok(escher) => return Ok(here(escher)),
            Err(error) if error.kind() == ErrorKind::Busy => error,
            Err(error) => return Err(error),
        };
        // Each owner, whom the message names, has its own time: of many who begin at once, one after the other may own it.
        match &silent {
            Some((owner, since)) if owner == busy.message() => {
                if since.elapsed() > PATIENCE {
                    return Err(busy.with("socket", "nobody answers there"));
                }
            }
            _ => silent = Some((busy.message().to_owned(), Instant::now())),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

fn here(escher: Escher) -> Behind {
    // Without a socket it works as well, and others are told who owns the directory.
    let serving = Serving::begin(escher.clone()).inspect_err(|e| tracing::warn!("other programs cannot reach this one: {e}")).ok();
    Behind::Here(Arc::new(Here { escher, serving: Mutex::new(serving) }))
}

/// Calls an operation in this process.
async fn followed<O: Operation>(
    escher: &Escher,
    request: O::Request,
    input: Option<Box<dyn Read + Send>>,
    mut on_event: impl FnMut(O::Event) + Send,
    cancel: &CancellationToken,
) -> Result<O::Response> {
    let (events, mut told) = mpsc::channel(QUEUE);
    let follow = async {
        while let Some(event) = told.recv().await {
            on_event(event);
        }
    };
    let cx = Cx { events: Events::typed(events), cancel: cancel.clone(), input };
    let work = async {
        let work = O::call(escher, request, cx);
        if O::ORDERLY {
            return work.await;
        }
        tokio::select! {
            done = work => done,
            () = cancel.cancelled() => Err(Error::new(ErrorKind::Cancelled, "stopped by the caller").operation(O::NAME)),
        }
    };
    tokio::join!(work, follow).0
}
