//! Being asked to stop: by the person at the keyboard, by the system that shuts down, by a terminal that is closed.

use escher::{Error, ErrorKind, Result};

/// Signals that ask for an end; the first is for an orderly one.
pub(crate) struct Signals {
    #[cfg(unix)]
    streams: Vec<tokio::signal::unix::Signal>,
}

impl Signals {
    /// From now on these signals no longer end the process by themselves. One that was ignored when the process was
    /// started, as by `nohup`, stays so.
    #[cfg(unix)]
    pub(crate) fn listen() -> Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].into_iter();
        let streams = kinds.filter(|kind| ignored & (1 << (kind.as_raw_value() - 1)) == 0).map(signal).collect::<std::io::Result<_>>();
        Ok(Self { streams: streams.map_err(|e| unheard(&e))? })
    }

    /// From now on Ctrl-C no longer ends the process by itself.
    #[cfg(not(unix))]
    pub(crate) fn listen() -> Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next one.
    #[cfg(unix)]
    pub(crate) async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            let heard = self.streams.iter_mut().any(|stream| stream.poll_recv(cx).is_ready());
            if heard { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
        })
        .await;
    }

    /// Waits for the next one.
    #[cfg(not(unix))]
    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
fn unheard(e: &std::io::Error) -> Error {
    Error::new(ErrorKind::Internal, e.to_string()).operation("listen for signals")
}

/// The signals that were ignored when this process was started, as a set of bits; where the system does not tell, none.
#[cfg(unix)]
#[expect(clippy::disallowed_methods, reason = "what the system says of this process is in a file")]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let set = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    set.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).unwrap_or_default()
}
