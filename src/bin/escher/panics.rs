//! A promise of ours or of a library that was broken: one line for the person, never a page of addresses.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};

use escher::Error;

/// The first panic of this process, in words.
static FIRST: Mutex<Option<String>> = Mutex::new(None);

/// From now on a panic is remembered instead of printed. With `ESCHER_LOG=debug` it is logged, with its backtrace where
/// `RUST_BACKTRACE` asks for one.
pub(crate) fn watch() {
    std::panic::set_hook(Box::new(|panic| {
        let told = told(panic);
        let backtrace = Backtrace::capture();
        match backtrace.status() {
            BacktraceStatus::Captured => tracing::debug!(panic = told, "panicked\n{backtrace}"),
            _ => tracing::debug!(panic = told, "panicked"),
        }
        FIRST.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(told);
    }));
}

fn told(panic: &PanicHookInfo<'_>) -> String {
    let what = panic.payload_as_str().unwrap_or("no reason given");
    let what = what.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or("no reason given");
    match panic.location() {
        Some(at) => format!("{what} ({}:{})", short(at.file()), at.line()),
        None => what.to_owned(),
    }
}

/// A library's file, from the library's name on: where it lies on the machine that built it is nobody's business.
fn short(file: &str) -> &str {
    file.split_once("/registry/src/").and_then(|(_, rest)| rest.split_once('/')).map_or(file, |(_, rest)| rest)
}

/// What was remembered; once.
pub(crate) fn first() -> Option<String> {
    FIRST.lock().unwrap_or_else(PoisonError::into_inner).take()
}

/// A panic that ended the command, as its error.
pub(crate) fn error() -> Error {
    Error::internal(first().unwrap_or_else(|| "Escher crashed".to_owned()))
        .hint("this is a fault of Escher, please report it; what was complete by then is kept")
}

#[cfg(test)]
mod tests {
    use escher::ErrorKind;

    use super::*;

    #[test]
    fn a_panic_is_one_line_and_is_remembered_once() {
        watch();
        let broken = std::panic::catch_unwind(|| panic!("the reason\n   0: a frame"));
        assert!(broken.is_err());
        let _ = std::panic::take_hook();
        let told = first().unwrap();
        assert!(told.starts_with("the reason (") && told.contains("panics.rs:") && !told.contains('\n'), "{told}");
        assert_eq!(first(), None);
        assert_eq!(
            (error().kind(), short("/home/x/.cargo/registry/src/index.crates.io-1/a-1.0/src/b.rs")),
            (ErrorKind::Internal, "a-1.0/src/b.rs")
        );
    }
}
