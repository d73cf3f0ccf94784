//! The one error of the workspace.

mod kind;
mod next;
mod retry;

use std::error::Error as StdError;
use std::fmt;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

pub use kind::{ErrorKind, Origin};
pub use next::Next;
pub use retry::RetryBudget;

/// Result with the workspace's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// An error with what happened, where, whose it is, whether a retry may help, and what a person can do about it.
///
/// It serializes to the document that every door sends: `kind`, `message`, `operation`, `context`, `hint`, `next`,
/// `origin`. The cause underneath stays in the process.
///
/// ```
/// use escher_core::{Error, ErrorKind, Next};
/// let e = Error::new(ErrorKind::Denied, "ec2:DescribeVolumes refused")
///     .operation("list disks")
///     .with("account", "111122223333")
///     .hint("grant ec2:DescribeVolumes to this identity")
///     .next(Next::Sync);
/// assert_eq!(e.to_string(), "list disks: ec2:DescribeVolumes refused (account 111122223333)");
/// assert!(!e.is_temporary());
/// let document = serde_json::to_value(&e).unwrap();
/// assert_eq!(document["origin"], "cloud");
/// assert_eq!(document["context"]["account"], "111122223333");
/// assert_eq!(document["next"]["operation"], "sync");
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
    next: Option<Next>,
    origin: Option<Origin>,
    /// How often it was tried, once nobody shall try again.
    exhausted: Option<u32>,
    cause: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// A new error; `message` says what happened in one clause, without the hint.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            context: Vec::new(),
            hint: None,
            next: None,
            origin: None,
            exhausted: None,
            cause: None,
        }))
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

    /// What the person can do about it, in words that name no command.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// The operation that helps.
    #[must_use]
    pub fn next(mut self, next: Next) -> Self {
        self.0.next = Some(next);
        self
    }

    /// Where it comes from, if not from where its kind usually does.
    #[must_use]
    pub fn from_origin(mut self, origin: Origin) -> Self {
        self.0.origin = Some(origin);
        self
    }

    /// Marks it as tried often enough: no layer above tries again.
    #[must_use]
    pub fn exhausted(mut self, tries: u32) -> Self {
        self.0.exhausted = Some(tries);
        self
    }

    /// The cause underneath.
    #[must_use]
    pub fn caused_by(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The kind.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Where it comes from.
    pub fn origin(&self) -> Origin {
        self.0.origin.unwrap_or_else(|| self.0.kind.origin())
    }

    /// Whether the same call may succeed later with nothing changed, and nobody has tried often enough yet.
    pub fn is_temporary(&self) -> bool {
        self.0.kind.is_temporary() && self.0.exhausted.is_none()
    }

    /// The message without operation and context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What the person can do about it, if known.
    pub fn hint_text(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The operation that helps, if there is one.
    pub fn next_step(&self) -> Option<&Next> {
        self.0.next.as_ref()
    }

    /// The value of a context key.
    pub fn context(&self, key: &str) -> Option<&str> {
        self.0.context.iter().find(|(known, _)| *known == key).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = &self.0.operation {
            write!(f, "{operation}: ")?;
        }
        f.write_str(&self.0.message)?;
        if let Some(tries) = self.0.exhausted.filter(|tries| *tries > 1) {
            write!(f, ", {tries} times in a row")?;
        }
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
        self.0.cause.as_deref().map(|cause| cause as &(dyn StdError + 'static))
    }
}

impl Serialize for Error {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        struct Context<'a>(&'a [(&'static str, String)]);
        impl Serialize for Context<'_> {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_map(self.0.iter().map(|(key, value)| (key, value)))
            }
        }
        let mut document = s.serialize_struct("Error", 7)?;
        document.serialize_field("kind", &self.0.kind)?;
        document.serialize_field("message", &self.0.message)?;
        document.serialize_field("operation", &self.0.operation)?;
        document.serialize_field("context", &Context(&self.0.context))?;
        document.serialize_field("hint", &self.0.hint)?;
        document.serialize_field("next", &self.0.next)?;
        document.serialize_field("origin", &self.origin())?;
        document.end()
    }
}
