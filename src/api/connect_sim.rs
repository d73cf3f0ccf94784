//! `connect_sim`: connects simulated clouds without scanning them.

use escher_core::Result;
use escher_providers::sim::SimSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::demo::DemoRequest;
use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

/// The clouds that are now simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Simulated {
    /// Seed and size of the simulation.
    pub sim: SimSpec,
}

/// Connect three simulated clouds.
pub struct ConnectSim;

impl Operation for ConnectSim {
    const NAME: &'static str = "connect_sim";
    const SUMMARY: &'static str = "Connect three simulated clouds; a sync then scans them";
    const EFFECT: Effect = Effect::Changes;
    type Request = DemoRequest;
    type Response = Simulated;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: DemoRequest, _: Cx<NoEvent>) -> Result<Simulated> {
        Ok(Simulated { sim: escher.connect_sim(request.sim).await? })
    }
}
