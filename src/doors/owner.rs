//! The owner's side: answers other programs that find the data directory owned.

use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use escher_core::{Error, ErrorKind, Result};
use escher_exec::CancellationToken;
use futures::FutureExt as _;
use serde_json::{Map, Value, json};
use tokio::io::AsyncWriteExt as _;
use tokio::net::unix::OwnedWriteHalf;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{mpsc, watch};

use super::bounds::REQUEST;
use super::fault::{Code, Fault, notification};
use super::hello::{Hello, Welcome};
use super::line::{Broken, Lines, line};
use super::place;
use super::room::{self, Call, Guest, PROGRAMS, Room};
use crate::api::{Declared, find};
use crate::escher::Escher;

/// Messages that wait for a program to read them.
const QUEUE: usize = 64;
/// How long a program may take to say who it is.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a program may take to read anything at all.
const STALLED: Duration = Duration::from_secs(30);
/// How long an owner that closes waits for a request that is already on its way.
const GRACE: Duration = Duration::from_millis(100);

/// A data directory whose owner answers other programs.
pub(super) struct Serving {
    shared: Arc<Shared>,
    path: PathBuf,
}

struct Shared {
    escher: Escher,
    tasks: Tasks,
    room: Arc<Room>,
    /// Nothing new is begun.
    closing: CancellationToken,
    /// What is under way is stopped, in order where it can.
    hurry: CancellationToken,
}

impl Serving {
    /// Listens from now on. Has to be called inside a runtime.
    ///
    /// # Errors
    /// `Storage`, or `Invalid` if something that is not ours stands in the way.
    pub(super) fn begin(escher: Escher) -> Result<Self> {
        let (listener, place) = place::listen(escher.home().root(), &escher.config().runtime_dir)?;
        let path = place.path().to_owned();
        let shared = Arc::new(Shared {
            escher,
            tasks: Tasks::default(),
            room: Arc::default(),
            closing: CancellationToken::new(),
            hurry: CancellationToken::new(),
        });
        shared.tasks.spawn(accept(listener, place, shared.clone()));
        Ok(Self { shared, path })
    }

    /// Where the socket is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Stops what others asked for: runs in order, anything else where it stands.
    pub(super) fn hurry(&self) {
        self.shared.hurry.cancel();
    }

    /// Takes no more calls, and waits for those under way.
    pub(super) async fn end(self) {
        self.shared.closing.cancel();
        self.shared.tasks.done().await;
    }
}

impl std::fmt::Debug for Serving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Serving").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Tasks that are waited for.
struct Tasks(watch::Sender<usize>);

impl Default for Tasks {
    fn default() -> Self {
        Self(watch::Sender::new(0))
    }
}

impl Tasks {
    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        struct Ongoing(watch::Sender<usize>);
        impl Drop for Ongoing {
            fn drop(&mut self) {
                self.0.send_modify(|ongoing| *ongoing -= 1);
            }
        }
        self.0.send_modify(|ongoing| *ongoing += 1);
        let ongoing = Ongoing(self.0.clone());
        tokio::spawn(async move {
            task.await;
            drop(ongoing);
        });
    }

    /// Waits until none is left.
    async fn done(&self) {
        let _ = self.0.subscribe().wait_for(|ongoing| *ongoing == 0).await;
    }
}

async fn accept(listener: UnixListener, place: place::Place, shared: Arc<Shared>) {
    loop {
        let accepted = tokio::select! {
            () = shared.closing.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if place::is_ours(&stream) => {
                let session = session(stream, shared.clone());
                shared.tasks.spawn(session);
            }
            Ok(_) => tracing::warn!("another user's program was turned away"),
            Err(e) => {
                // Too many open files, for one: they become fewer again.
                tracing::warn!("a connection could not be accepted: {e}");
                tokio::time::sleep(GRACE).await;
            }
        }
    }
    // Nobody finds the socket any more before nobody answers on it.
    drop(place);
}

/// One program, from its greeting on.
struct Session {
    shared: Arc<Shared>,
    escher: Escher,
    guest: Arc<Guest>,
    out: mpsc::Sender<Said>,
}

/// A message on its way.
struct Said {
    line: String,
    /// The call that it answers, which goes on until the message is being written: a program that reads nothing has no more
    /// answers waiting than calls.
    call: Option<Call>,
}

async fn session(stream: UnixStream, shared: Arc<Shared>) {
    let (read, write) = stream.into_split();
    let (out, queue) = mpsc::channel(QUEUE);
    shared.tasks.spawn(write_out(queue, write));
    let Some(place) = shared.room.enter() else {
        let full = Error::new(ErrorKind::Busy, format!("{PROGRAMS} programs are at work here already")).hint("try again in a moment");
        return say(&out, &answer(&Value::Null, Err(Fault::new(Code::Failed, &full)))).await;
    };
    let farewell = answer(&Value::Null, Err(room::given_away()));
    let mut lines = Lines::new(read, REQUEST);
    let greeted = tokio::select! {
        greeted = greeted(&mut lines, &out, &shared) => greeted,
        () = place.left() => return say(&out, &farewell).await,
    };
    let Some(escher) = greeted else { return };
    let session = Session { escher, guest: place.clone(), out, shared };
    let mut closing = false;
    loop {
        let next = tokio::select! {
            biased;
            // Nobody reads any more.
            () = session.out.closed() => break,
            () = place.left() => {
                say(&session.out, &farewell).await;
                break;
            }
            next = lines.next() => next,
            () = session.shared.closing.cancelled(), if !closing => {
                closing = true;
                continue;
            }
            () = tokio::time::sleep(GRACE), if closing => {
                if session.guest.is_idle() { break }
                continue;
            }
        };
        match next {
            Some(Ok(line)) => session.heard(&line, closing).await,
            Some(Err(broken)) => {
                // Where the next message begins is not known any more.
                session.refuse(&Value::Null, Code::Request, &unreadable(&broken)).await;
                break;
            }
            None => break,
        }
    }
    // Nobody listens any more: what only reads is stopped, what changes something goes on to its end.
    session.guest.cancel_reads();
    let escher = session.escher.clone();
    session.shared.tasks.spawn(async move {
        let _ = tokio::task::spawn_blocking(move || escher.home().remove_abandoned()).await;
    });
}

/// Waits for a hello and answers it; `None` if there is nobody to talk to.
async fn greeted<R: tokio::io::AsyncRead + Unpin>(lines: &mut Lines<R>, out: &mpsc::Sender<Said>, shared: &Shared) -> Option<Escher> {
    loop {
        let line = tokio::select! {
            line = tokio::time::timeout(PATIENCE, lines.next()) => line.ok()??,
            () = shared.closing.cancelled() => return None,
        };
        let refused = match line {
            Err(broken) => {
                say(out, &answer(&Value::Null, Err(Fault::new(Code::Request, &unreadable(&broken))))).await;
                return None;
            }
            Ok(line) => match message(&line) {
                Err(fault) => answer(&Value::Null, Err(fault)),
                Ok(Message { id: Some(id), method, params }) if method == Hello::METHOD => {
                    let greeted = Hello::read(params).and_then(|hello| hello.admitted(&shared.escher));
                    match greeted {
                        Ok(escher) => {
                            let welcome = Welcome::of(&shared.escher);
                            say(out, &answer(&id, Ok(json!(welcome)))).await;
                            return Some(escher);
                        }
                        Err(error) => {
                            say(out, &answer(&id, Err(Fault::new(Code::Failed, &error)))).await;
                            return None;
                        }
                    }
                }
                Ok(Message { id, .. }) => {
                    let first = Error::invalid("the first call is `hello`, with the version of the caller");
                    answer(&id.unwrap_or(Value::Null), Err(Fault::new(Code::Request, &first)))
                }
            },
        };
        say(out, &refused).await;
    }
}

impl Session {
    async fn refuse(&self, id: &Value, code: Code, error: &Error) {
        say(&self.out, &answer(id, Err(Fault::new(code, error)))).await;
    }

    async fn heard(&self, line: &str, closing: bool) {
        let Message { id, method, params } = match message(line) {
            Ok(message) => message,
            Err(fault) => return say(&self.out, &answer(&Value::Null, Err(fault))).await,
        };
        let Some(id) = id else {
            if method == "cancel"
                && let Some(call) = params.get("call")
            {
                self.guest.cancel(call);
            }
            return;
        };
        if closing {
            let error = Error::new(ErrorKind::Busy, "the owner of the data directory is ending").operation(method).hint("try again");
            return self.refuse(&id, Code::Closing, &error).await;
        }
        let declared = match find(&method) {
            Ok(declared) => declared,
            Err(error) => return self.refuse(&id, Code::Method, &error).await,
        };
        if let Err(error) = declared.fits(&params) {
            return self.refuse(&id, Code::Params, &error).await;
        }
        let cancel = self.shared.hurry.child_token();
        match self.guest.begin(&id, declared.effect, cancel.clone()) {
            Ok(call) => self.shared.tasks.spawn(self.carried_out(call, id, declared, params, cancel)),
            Err(fault) => say(&self.out, &answer(&id, Err(fault))).await,
        }
    }

    /// A call from its begin to its answer. Whether anybody still listens does not matter to it.
    fn carried_out(
        &self,
        call: Call,
        id: Value,
        declared: &'static Declared,
        params: Value,
        cancel: CancellationToken,
    ) -> impl Future<Output = ()> + Send + 'static {
        let (escher, out) = (self.escher.clone(), self.out.clone());
        async move {
            let (events, mut reported) = mpsc::channel(QUEUE);
            let (of, to) = (id.clone(), out.clone());
            let forward = async move {
                while let Some(event) = reported.recv().await {
                    let Ok(line) = line(&notification("event", &json!({"call": of, "event": event}))) else { continue };
                    if to.send(Said { line, call: None }).await.is_err() {
                        break;
                    }
                }
            };
            let work = async { tokio::join!(declared.call(&escher, params, events, cancel), forward).0 };
            // One call that breaks off takes neither the owner nor the caller's patience with it.
            let done = AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
                Err(Error::internal("part of Escher crashed").operation(declared.name).hint("please report it, with what was asked"))
            });
            if let Ok(line) = line(&answer(&id, done.map_err(|error| Fault::new(Code::Failed, &error)))) {
                let _ = out.send(Said { line, call: Some(call) }).await;
            }
        }
    }
}

struct Message {
    id: Option<Value>,
    method: String,
    params: Value,
}

/// Reads a message.
fn message(text: &str) -> std::result::Result<Message, Fault> {
    let bad = |code, why: String| Fault::new(code, &Error::invalid(why).operation("read a message"));
    let value: Value = serde_json::from_str(text).map_err(|e| bad(Code::Parse, format!("it is no JSON: {e}")))?;
    let Value::Object(mut value) = value else { return Err(bad(Code::Request, "a message is one JSON object".into())) };
    if value.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return Err(bad(Code::Request, "it is not of JSON-RPC 2.0".into()));
    }
    let id = match value.remove("id") {
        Some(id) if !id.is_string() && !id.is_number() => return Err(bad(Code::Request, "an id is a text or a number".into())),
        id => id,
    };
    let Some(Value::String(method)) = value.remove("method") else { return Err(bad(Code::Request, "it names no method".into())) };
    match value.remove("params").unwrap_or_else(|| Value::Object(Map::new())) {
        params @ Value::Object(_) => Ok(Message { id, method, params }),
        _ => Err(bad(Code::Request, "params are a JSON object".into())),
    }
}

fn unreadable(broken: &Broken) -> Error {
    match broken {
        Broken::TooLong => Error::invalid(format!("a message is longer than {REQUEST} bytes")).hint("name a file instead of sending it"),
        Broken::Io(e) => Error::invalid(format!("a message cannot be read: {e}")),
    }
    .operation("read a message")
}

fn answer(id: &Value, done: std::result::Result<Value, Fault>) -> Value {
    match done {
        Ok(result) => json!({"jsonrpc": "2.0", "id": id, "result": result}),
        Err(fault) => json!({"jsonrpc": "2.0", "id": id, "error": fault}),
    }
}

/// Has a message written, if anybody still listens.
async fn say(out: &mpsc::Sender<Said>, message: &Value) {
    if let Ok(line) = line(message) {
        let _ = out.send(Said { line, call: None }).await;
    }
}

/// Writes what is to be said, until nobody reads it any more.
async fn write_out(mut queue: mpsc::Receiver<Said>, mut to: OwnedWriteHalf) {
    while let Some(Said { line, call }) = queue.recv().await {
        // Before the first byte: whoever has read an answer may call again.
        drop(call);
        let mut rest = line.as_bytes();
        while !rest.is_empty() {
            match tokio::time::timeout(STALLED, to.write(rest)).await {
                Ok(Ok(written)) if written > 0 => rest = &rest[written..],
                _ => return,
            }
        }
    }
}
