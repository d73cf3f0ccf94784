//! The one error of the workspace.

use std::error::Error as StdError;
use std::fmt;

/// Result with the workspace's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, coarse enough to decide on and stable enough to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong: a selector, a file, an argument.
    Invalid,
    /// The thing was looked for with authority and is not there.
    NotFound,
    /// No usable credentials, or they have expired.
    Unauthenticated,
    /// The identity is known and may not do this.
    Denied,
    /// Policy forbids it.
    Forbidden,
    /// The state of the world or of a document no longer matches: expired, changed, already done.
    Stale,
    /// Somebody else owns it: a lock, a data directory.
    Busy,
    /// The other side asked to slow down.
    Throttled,
    /// No answer in time.
    Timeout,
    /// The other side could not be reached or failed on its own account.
    Unavailable,
    /// The person or the program asked to stop.
    Cancelled,
    /// Known not to be possible here; never used for what is merely not built.
    Unsupported,
    /// The disk, the database or a file failed.
    Storage,
    /// A promise of ours was broken; worth a bug report.
    Internal,
}

impl ErrorKind {
    /// Whether the same call may succeed later with nothing changed.
    pub const fn is_temporary(self) -> bool {
        matches!(self, Self::Throttled | Self::Timeout | Self::Unavailable | Self::Busy)
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Invalid => "invalid input",
            Self::NotFound => "not found",
            Self::Unauthenticated => "not signed in",
            Self::Denied => "access denied",
            Self::Forbidden => "forbidden by policy",
            Self::Stale => "stale",
            Self::Busy => "busy",
            Self::Throttled => "throttled",
            Self::Timeout => "timed out",
            Self::Unavailable => "unavailable",
            Self::Cancelled => "cancelled",
            Self::Unsupported => "not possible",
            Self::Storage => "storage failed",
            Self::Internal => "internal error",
        })
    }
}

/// An error with what happened, where, whether a retry may help, and how a person mends it.
///
/// ```
/// use escher_core::{Error, ErrorKind};
/// let e = Error::new(ErrorKind::Denied, "ec2:DescribeVolumes refused")
///     .operation("list disks")
///     .with("account", "111122223333")
///     .hint("grant ec2:DescribeVolumes to this identity");
/// assert_eq!(e.to_string(), "list disks: ec2:DescribeVolumes refused (account 111122223333)");
/// assert!(!e.is_temporary());
/// ```
#[derive(Debug)]
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    operation: Option<String>,
    context: Vec<(&'static str, String)>,
    hint: Option<String>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A new error; `message` says what happened in one clause, without the hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner { kind, message: message.into(), operation: None, context: Vec::new(), hint: None, source: None }))
    }

    /// Shorthand for [`ErrorKind::Invalid`].
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, message)
    }

    /// Shorthand for [`ErrorKind::Internal`].
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Internal, message)
    }

    /// Names the operation that failed; the outermost name wins.
    #[must_use]
    pub fn operation(mut self, operation: impl Into<String>) -> Self {
        self.0.operation = Some(operation.into());
        self
    }

    /// Adds a key and its value. Values must not be secrets.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.0.context.push((key, value.into()));
        self
    }

    /// What the person can do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The cause underneath.
    #[must_use]
    pub fn source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the same call may succeed later with nothing changed.
    pub fn is_temporary(&self) -> bool {
        self.0.kind.is_temporary()
    }

    /// The message without operation and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the person can do about it, where known.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        for (i, (key, value)) in self.0.context.iter().enumerate() {
            write!(f, "{}{key} {value}", if i == 0 { " (" } else { ", " })?;
        }
        if !self.0.context.is_empty() {
            f.write_str(")")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
