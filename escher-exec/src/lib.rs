//! The hands: policy, approval, run, verify, undo, journal, resume.

mod changes;
mod clouds;
mod draft;
mod dry;
mod event;
mod executor;
mod ids;
mod journal;
mod policy;
mod record;
mod resolve;
mod step;
mod undo;
mod wanted;

pub use clouds::{Clouds, Connection};
pub use dry::{Trial, TrialStep};
pub use event::{RunEvent, RunSummary, summary};
pub use executor::{Executor, Limits};
pub use journal::{Head, SqliteJournal};
pub use policy::{DefaultPolicy, PolicyConfig};
pub use record::{begin, close};
pub use resolve::Planner;
/// Stops a run: what is under way comes to its end, nothing new is begun.
pub use tokio_util::sync::CancellationToken;
pub use undo::undone_run;
