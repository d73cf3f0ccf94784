//! What kind of error it is, and where it comes from.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What went wrong, coarse enough to decide on and stable enough to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// The input is wrong: a selector, a file, an argument.
    Invalid,
    /// It was looked up with authority and does not exist.
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

    /// Where errors of this kind come from unless the error itself says otherwise.
    pub const fn origin(self) -> Origin {
        match self {
            Self::Invalid | Self::NotFound | Self::Forbidden | Self::Stale | Self::Cancelled => Origin::User,
            Self::Unauthenticated | Self::Denied | Self::Throttled | Self::Unavailable => Origin::Cloud,
            Self::Timeout => Origin::Network,
            Self::Busy | Self::Storage => Origin::Machine,
            Self::Unsupported | Self::Internal => Origin::Escher,
        }
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
            Self::Unsupported => "not supported",
            Self::Storage => "storage failed",
            Self::Internal => "internal error",
        })
    }
}

/// Who has to act on an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// What was asked for, or how.
    User,
    /// Escher itself.
    Escher,
    /// The cloud answered, and the answer was no.
    Cloud,
    /// Nothing answered.
    Network,
    /// This machine: its disk, its memory, another process.
    Machine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::User => "user",
            Self::Escher => "escher",
            Self::Cloud => "cloud",
            Self::Network => "network",
            Self::Machine => "machine",
        })
    }
}
