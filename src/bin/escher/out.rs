//! The last door: all that is written goes through here. On standard output the first write that fails is remembered and
//! decides how the command ends; on standard error a write that fails is nobody's business, least of all a panic.

use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use escher::{Error, ErrorKind};
use serde::Serialize;

use crate::text;

/// So much is written at once.
const BUFFER: usize = 64 * 1024;

struct Out {
    writer: BufWriter<Stdout>,
    failure: Option<io::Error>,
    /// A person watches: each line is shown when it is written.
    watched: bool,
}

static OUT: LazyLock<Mutex<Out>> = LazyLock::new(|| {
    let stdout = io::stdout();
    let watched = stdout.is_terminal();
    Mutex::new(Out { writer: BufWriter::with_capacity(BUFFER, stdout), failure: None, watched })
});

impl Out {
    fn held() -> MutexGuard<'static, Self> {
        OUT.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempt(&mut self, work: impl FnOnce(&mut BufWriter<Stdout>) -> io::Result<()>) {
        if self.failure.is_none() {
            self.failure = work(&mut self.writer).err();
        }
    }

    fn write(&mut self, line: &str) {
        let watched = self.watched;
        self.attempt(|writer| {
            writer.write_all(line.as_bytes())?;
            writer.write_all(b"\n")?;
            if watched { writer.flush() } else { Ok(()) }
        });
    }
}

/// Prints one line on standard output; a line break in it is shown, not made.
pub(crate) fn line(text: &str) {
    Out::held().write(&text::one_line(text));
}

/// Prints our own text of several lines on standard output.
pub(crate) fn lines(text: &str) {
    Out::held().write(&text::tame(text, true));
}

/// Prints one JSON document on one line.
pub(crate) fn json<T: Serialize>(value: &T) {
    match serde_json::to_string(value) {
        Ok(document) => Out::held().write(&text::json(&document)),
        Err(e) => Out::held().attempt(|_| Err(e.into())),
    }
}

/// Prints one event of a stream, at once.
pub(crate) fn event<T: Serialize>(value: &T) {
    json(value);
    flush();
}

/// Whether nothing more can be written; who writes much may stop.
pub(crate) fn is_closed() -> bool {
    Out::held().failure.is_some()
}

/// Writes what is still held back.
pub(crate) fn flush() {
    Out::held().attempt(Write::flush);
}

/// The same, unless somebody is in the middle of writing: for those who leave at once.
pub(crate) fn try_flush() {
    if let Ok(mut out) = OUT.try_lock() {
        out.attempt(Write::flush);
    }
}

/// Writes the rest, and tells what went wrong with any of it. A reader that has gone away is no error.
pub(crate) fn finish() -> Result<(), Error> {
    flush();
    match Out::held().failure.take() {
        None => Ok(()),
        Some(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Some(e) => Err(Error::new(ErrorKind::Storage, e.to_string())
            .operation("write to standard output")
            .hint("what was printed is not complete; free some space or write elsewhere, and try again")
            .caused_by(e)),
    }
}

/// Tells a person one line on standard error.
pub(crate) fn note(text: &str) {
    complain(&format!("{}\n", text::one_line(text)));
}

/// Prints one JSON document on one line of standard error.
pub(crate) fn note_json<T: Serialize>(value: &T) {
    if let Ok(document) = serde_json::to_string(value) {
        complain(&format!("{}\n", text::json(&document)));
    }
}

/// Prints tamed text on standard error, after what was printed before it.
pub(crate) fn complain(text: &str) {
    try_flush();
    let mut stderr = io::stderr().lock();
    let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
}

/// Standard error for logs: without secrets, without what steers a terminal, and never failing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let shown = String::from_utf8_lossy(bytes);
        for line in shown.lines() {
            note(&escher::core::redact(line));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
