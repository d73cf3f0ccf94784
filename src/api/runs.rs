//! `runs`: lists runs.

use escher_core::{Result, RunRecord};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

/// A list of runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunList {
    /// The runs, newest first.
    pub runs: Vec<RunRecord>,
}

/// List runs.
pub struct Runs;

impl Operation for Runs {
    const NAME: &'static str = "runs";
    const SUMMARY: &'static str = "List runs, newest first";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = RunList;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<RunList> {
        Ok(RunList { runs: escher.runs().await? })
    }
}
