//! Ids that sort by time.

use ulid::Ulid;

/// A new plan id, `pl_…`.
pub(crate) fn plan() -> String {
    format!("pl_{}", Ulid::new().to_string().to_ascii_lowercase())
}

/// A new run id, `run_…`.
pub(crate) fn run() -> String {
    format!("run_{}", Ulid::new().to_string().to_ascii_lowercase())
}
