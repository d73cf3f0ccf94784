//! `status`: what stands behind a door.

use std::path::PathBuf;

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

/// What stands behind a door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StatusReport {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The estate's revision; 0 if it was never filled.
    pub revision: u64,
    /// Whether any connected cloud is simulated, with the remark that goes with whatever shows its resources.
    pub simulated: Option<String>,
    /// Whether any connected cloud is real.
    pub real: bool,
    /// What the person should know before anything else, such as a system clock that went back.
    pub warnings: Vec<String>,
}

/// Show what stands behind this door.
pub struct Status;

impl Operation for Status {
    const NAME: &'static str = "status";
    const SUMMARY: &'static str = "Show the data directory, the estate's revision, and what to know before anything else";
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
