//! Progress of long work, told to whoever shows it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A step of progress.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Step {
    /// Resources seen so far on a connection.
    Seen {
        /// The connection.
        connection: String,
        /// How many.
        count: usize,
    },
    /// Resources indexed of those that are new or changed.
    Indexed {
        /// How many are done.
        done: u64,
        /// How many there are.
        of: u64,
    },
    /// A part is finished; a bar can be cleared.
    Finished,
}

/// Who is told. Silent by default.
#[derive(Clone)]
pub struct Progress(Arc<dyn Fn(Step) + Send + Sync>);

impl Progress {
    /// Tells `listener`.
    pub fn new(listener: impl Fn(Step) + Send + Sync + 'static) -> Self {
        Self(Arc::new(listener))
    }

    /// Tells the listener.
    pub fn tell(&self, step: Step) {
        (self.0)(step);
    }
}

impl Default for Progress {
    fn default() -> Self {
        Self::new(|_| {})
    }
}

impl std::fmt::Debug for Progress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Progress")
    }
}
