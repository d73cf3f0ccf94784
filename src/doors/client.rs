//! The other side: a program that finds the data directory owned, and hands its operations over.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use escher_core::{Error, ErrorKind, Next, Origin, Result};
use escher_exec::CancellationToken;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::Semaphore;

use super::bounds::RESPONSE;
use super::fault::{Code, Fault, notification};
use super::hello::{Hello, Welcome};
use super::line::{Lines, write};
use super::place;
use crate::api::{Declared, Effect};
use crate::config::Config;

/// How long an owner may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// Calls of this program that go on at once, each on a connection of its own; more wait their turn, so that one program
/// does not take the place of all others.
const AT_ONCE: usize = 4;

/// An owner that answers.
pub(super) struct Client {
    root: PathBuf,
    hello: Hello,
    welcome: Welcome,
    idle: Mutex<Vec<Connection>>,
    turns: Semaphore,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    /// Nothing was begun, or only something that reads: whoever owns the directory now may be asked again.
    Again,
    /// The operation failed, or nobody knows what became of it.
    Failed(Error),
}

struct Connection {
    lines: Lines<OwnedReadHalf>,
    write: OwnedWriteHalf,
    next: u64,
}

/// What an owner sends.
#[derive(Deserialize)]
struct Sent {
    #[serde(default)]
    id: Option<Value>,
    #[serde(default)]
    method: Option<String>,
    #[serde(default)]
    params: Option<Value>,
    #[serde(default)]
    result: Option<Value>,
    #[serde(default)]
    error: Option<Fault>,
}

impl Client {
    /// Connects to the owner; `None` if nobody answers.
    ///
    /// # Errors
    /// `Busy` if the owner is of another version.
    pub(super) async fn connect(config: &Config) -> Result<Option<Self>> {
        let hello = Hello::of(config);
        let Some((connection, welcome)) = greet(&config.data_dir, &hello).await? else { return Ok(None) };
        Ok(Some(Self { root: config.data_dir.clone(), hello, welcome, idle: Mutex::new(vec![connection]), turns: Semaphore::new(AT_ONCE) }))
    }

    /// The process that owns the directory.
    pub(super) fn pid(&self) -> u32 {
        self.welcome.pid
    }

    /// Hands an operation over. `cancel` asks the owner to stop it.
    pub(super) async fn call(
        &self,
        declared: &Declared,
        params: &Value,
        mut on_event: impl FnMut(Value),
        cancel: &CancellationToken,
    ) -> std::result::Result<Value, Unanswered> {
        let Ok(_turn) = self.turns.acquire().await else { return Err(Unanswered::Again) };
        let mut connection = self.connection().await?;
        connection.next += 1;
        let id = json!(connection.next);
        let request = json!({"jsonrpc": "2.0", "id": id, "method": declared.name, "params": params});
        if write(&mut connection.write, &request).await.is_err() {
            // The owner never had the whole request.
            return Err(Unanswered::Again);
        }
        let (mut asked_to_stop, mut last) = (false, None);
        loop {
            let line = tokio::select! {
                line = connection.lines.next() => line,
                () = cancel.cancelled(), if !asked_to_stop => {
                    asked_to_stop = true;
                    let _ = write(&mut connection.write, &notification("cancel", &json!({"call": id}))).await;
                    continue;
                }
            };
            let Some(Ok(line)) = line else { return Err(self.broken(declared, &last)) };
            let sent: Sent = serde_json::from_str(&line).map_err(|e| self.odd(&e.to_string()))?;
            if sent.method.as_deref() == Some("event") {
                let event =
                    sent.params.filter(|params| params["call"] == id).and_then(|mut params| params.get_mut("event").map(Value::take));
                if let Some(event) = event {
                    if !declared.orderly {
                        last = None
                    } else {
                        last = Some(event.clone())
                    }
                    on_event(event);
                }
                continue;
            }
            match (sent.id, sent.error) {
                (Some(answered), None) if answered == id => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                    return Ok(sent.result.unwrap_or(Value::Null));
                }
                (_, Some(fault)) if fault.is(Code::Closing) => return Err(Unanswered::Again),
                (Some(answered), Some(fault)) if answered == id => {
                    self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
                    return Err(Unanswered::Failed(fault.error()));
                }
                (_, Some(fault)) => return Err(Unanswered::Failed(fault.error())),
                _ => {}
            }
        }
    }

    /// One that nobody uses, or a new one.
    async fn connection(&self) -> std::result::Result<Connection, Unanswered> {
        loop {
            let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            match idle {
                Some(connection) if connection.is_open() => return Ok(connection),
                Some(_) => {}
                None => break,
            }
        }
        match greet(&self.root, &self.hello).await {
            Ok(Some((connection, _))) => Ok(connection),
            Ok(None) => Err(Unanswered::Again),
            Err(error) => Err(Unanswered::Failed(error)),
        }
    }

    /// The owner ended, or was killed, before it answered.
    fn broken(&self, declared: &Declared, last: &Option<Value>) -> Unanswered {
        if declared.effect == Effect::Reads {
            return Unanswered::Again;
        }
        let who = format!("process {}, which owned the data directory, ended before it answered", self.pid());
        let mut error = Error::new(ErrorKind::Unavailable, who).operation(declared.name).from_origin(Origin::Machine);
        if let Some(last) = last {
            // Of a run, which step and how far; of anything else, the event as it came.
            let known: Vec<&str> = ["step", "phase"].iter().filter_map(|key| last.get(key)?.as_str()).collect();
            error = error.with("last event", if known.is_empty() { last.to_string() } else { known.join(" ") });
        }
        Unanswered::Failed(match (declared.effect, declared.orderly) {
            (Effect::Plans, _) => error.hint("nothing was run; see whether a plan was saved before asking again").next(Next::Plans),
            (_, true) => error
                .hint("what was begun is in the journal; a resume checks each target first, so that nothing is done twice")
                .next(Next::Resume { run: None }),
            _ => error.hint("what was complete by then is kept; run the same again for the rest"),
        })
    }

    fn odd(&self, why: &str) -> Unanswered {
        let error = Error::internal(format!("what process {} answers cannot be read: {why}", self.pid()));
        Unanswered::Failed(error.operation("ask the owner"))
    }
}

impl Connection {
    /// Whether the owner still holds the other end, as far as can be seen without asking.
    fn is_open(&self) -> bool {
        let mut byte = [0];
        matches!(self.lines.source().try_read(&mut byte), Err(e) if e.kind() == std::io::ErrorKind::WouldBlock)
    }
}

/// Connects and says hello; `None` if nobody answers.
async fn greet(root: &std::path::Path, hello: &Hello) -> Result<Option<(Connection, Welcome)>> {
    let Some(stream) = place::connect(root).await? else { return Ok(None) };
    let (read, mut to) = stream.into_split();
    let mut lines = Lines::new(read, RESPONSE);
    let request = json!({"jsonrpc": "2.0", "id": 0, "method": Hello::METHOD, "params": hello});
    if write(&mut to, &request).await.is_err() {
        return Ok(None);
    }
    // An owner that is just ending answers nothing.
    let answer = tokio::time::timeout(PATIENCE, lines.next()).await.map_err(|_| {
        Error::new(ErrorKind::Timeout, "the process that owns the data directory does not answer")
            .operation(Hello::METHOD)
            .from_origin(Origin::Machine)
            .hint("look at what that process does; end it if it is stuck")
    })?;
    let Some(Ok(answer)) = answer else { return Ok(None) };
    let sent: Sent = serde_json::from_str(&answer).map_err(|e| Error::internal(e.to_string()).operation(Hello::METHOD))?;
    match sent.error {
        Some(fault) if fault.is(Code::Closing) => return Ok(None),
        Some(fault) => return Err(fault.error()),
        None => {}
    }
    let welcome = serde_json::from_value(sent.result.unwrap_or(Value::Null));
    let welcome = welcome.map_err(|e| Error::internal(e.to_string()).operation(Hello::METHOD))?;
    Ok(Some((Connection { lines, write: to, next: 0 }, welcome)))
}
