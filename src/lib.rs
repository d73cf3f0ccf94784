//! Escher: ask about your clouds in plain words and act on them safely, over AWS, Azure and GCP.
//!
//! This crate is the facade: it wires the estate's memory, the clouds, the brain and the hands together and
//! offers one method an operation on [`Escher`]. The command line, the desktop app and the Python package are
//! thin layers over it.
//!
//! ```no_run
//! # async fn example() -> escher::Result<()> {
//! use escher::{Config, Escher};
//!
//! let escher = Escher::open(Config::new("/tmp/escher-example"))?;
//! escher.demo(Default::default()).await?;
//! let answer = escher.ask("Show me all idle VMs in Azure West US").await?;
//! println!("{}", serde_json::to_string_pretty(&answer).unwrap_or_default());
//! # Ok(())
//! # }
//! ```

pub mod api;
mod config;
mod doors;
mod escher;
#[expect(clippy::disallowed_methods, reason = "the home of the data directory's files, and of those that a person names")]
mod home;
#[expect(clippy::disallowed_methods, reason = "the key's file")]
mod keys;
mod ops;
mod policy;
mod progress;
mod speaker;
mod wire;

pub use config::{Config, Connection, ConnectionKind, terminal_columns};
pub use doors::Door;
#[cfg(feature = "mcp")]
pub use doors::{Commands, serve_mcp};
pub use escher::Escher;
pub use escher_core as core;
pub use escher_core::{Error, ErrorKind, Result};
pub use escher_exec::{CancellationToken, DryRunOutcome, DryRunStep, RunEvent};
pub use home::{OutputFile, Owner, open_input, plain_input};
pub use ops::answer::shortened;
pub use ops::ask::{Explanation, explain_reading, interpret};
pub use ops::changes::{ChangeList, ChangesRequest, Since};
pub use ops::chat::{ChatTurn, Conversation, ConversationEntry, Replied};
pub use ops::connect::{ConnectReport, ReplacedConnection};
pub use ops::demo::{Demo, DemoOptions};
pub use ops::doctor::{Check, DoctorReport, Health};
pub use ops::import::{BadLine, Counted, Format as ImportFormat, ImportOptions, ImportReport};
pub use ops::init::InitReport;
pub use ops::plan::{DryRunReport, RunOptions, RunReport};
pub use ops::policy::{Judged, PolicyCheckRequest, PolicyChecked};
pub use ops::reply::{Answer, AskResponse, Group, Reply};
pub use ops::search::{Hit, SearchRequest, SearchResults};
pub use ops::shown::Listed;
pub use ops::sync::{ScopeGap, SlowApi, SyncOptions, SyncReport};
pub use ops::trust::{Fault, StoredPlan};
pub use policy::PolicyReport;
pub use progress::{Progress, Step as ProgressStep};
pub use speaker::Speaker;
pub use wire::Overrides;

/// The version of this program. An owner of a data directory answers only clients of its own version.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
