//! Ids that sort by time.

use escher_core::{PlanId, RunId};
use ulid::Ulid;

/// A new plan id.
pub(crate) fn plan() -> PlanId {
    Ulid::new().into()
}

/// A new run id.
pub(crate) fn run() -> RunId {
    Ulid::new().into()
}
