//! `demo`: three simulated clouds.

use escher_core::Result;
use escher_providers::sim::SimSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sync::reported;
use super::{Cx, Effect, Operation};
use crate::escher::Escher;
use crate::ops::demo::DemoOptions;
use crate::progress::Step;

pub use crate::ops::demo::Demo as DemoReport;

/// What to simulate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DemoRequest {
    /// Seed and size of the simulation; defaults to the demo's own.
    pub sim: Option<SimSpec>,
}

/// Load three simulated clouds.
pub struct Demo;

impl Operation for Demo {
    const NAME: &'static str = "demo";
    const SUMMARY: &'static str = "Load three simulated clouds to try things on; no account needed";
    const EFFECT: Effect = Effect::Changes;
    type Request = DemoRequest;
    type Response = DemoReport;
    type Event = Step;

    async fn call(escher: &Escher, request: DemoRequest, cx: Cx<Step>) -> Result<DemoReport> {
        escher.demo(DemoOptions { spec: request.sim, progress: reported(&cx) }).await
    }
}
