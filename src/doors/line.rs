//! One message per line, none longer than its bound.

use escher_core::{Error, ErrorKind, Result};
use futures::StreamExt as _;
use serde::Serialize;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};

/// Reads lines.
pub(super) struct Lines<R>(FramedRead<R, LinesCodec>);

/// What came instead of a line.
#[derive(Debug)]
pub(super) enum Broken {
    /// It is longer than it may be.
    TooLong,
    /// It is no UTF-8, or the other side went away in the middle.
    Io(std::io::Error),
}

impl<R: AsyncRead + Unpin> Lines<R> {
    pub(super) fn new(from: R, longest: usize) -> Self {
        Self(FramedRead::new(from, LinesCodec::new_with_max_length(longest)))
    }

    /// Where they come from.
    pub(super) fn source(&self) -> &R {
        self.0.get_ref()
    }

    /// The next line that is not empty; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<std::result::Result<String, Broken>> {
        loop {
            return match self.0.next().await? {
                Ok(line) if line.trim().is_empty() => continue,
                Ok(line) => Some(Ok(line)),
                Err(LinesCodecError::MaxLineLengthExceeded) => Some(Err(Broken::TooLong)),
                Err(LinesCodecError::Io(e)) => Some(Err(Broken::Io(e))),
            };
        }
    }
}

/// A message as a line.
pub(super) fn line<T: Serialize>(message: &T) -> Result<String> {
    let mut line = serde_json::to_string(message).map_err(|e| Error::internal(e.to_string()).operation("write a message"))?;
    line.push('\n');
    Ok(line)
}

/// Writes a message.
pub(super) async fn write<T: Serialize>(to: &mut (impl AsyncWrite + Unpin), message: &T) -> Result<()> {
    let line = line(message)?;
    to.write_all(line.as_bytes()).await.map_err(|e| Error::new(ErrorKind::Unavailable, e.to_string()).operation("write a message"))
}
