//! `status`: shows the status of the data directory.

use std::path::PathBuf;

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

/// Status of the data directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The estate's revision; 0 if nothing was ever loaded.
    pub revision: u64,
    /// A note to show with simulated resources; null if no connected cloud is simulated.
    pub simulated: Option<String>,
    /// Whether any connected cloud is real.
    pub real: bool,
    /// Important warnings to show first, such as a system clock that went back.
    pub warnings: Vec<String>,
}

/// Show the status of the data directory.
pub struct Status;

impl Operation for Status {
    const NAME: &'static str = "status";
    const SUMMARY: &'static str = "Show the data directory, the estate's revision, and important warnings";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = StatusReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<StatusReport> {
        Ok(StatusReport {
            data_dir: escher.config().data_dir.clone(),
            revision: escher.revision().await?,
            simulated: escher.simulated_note(),
            real: escher.has_real_clouds(),
            warnings: escher.clock_remark().await.into_iter().collect(),
        })
    }
}
