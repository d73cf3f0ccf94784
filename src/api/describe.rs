//! `describe`: looks up resources by id.

use escher_core::{ResourceId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;
use crate::ops::search::Hit;

/// The resources to describe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeRequest {
    /// Their ids.
    pub ids: Vec<ResourceId>,
}

/// What the estate knows about them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// The resources in the estate, in the order of the request.
    pub resources: Vec<Hit>,
    /// Ids that are not in the estate.
    pub unknown: Vec<ResourceId>,
}

/// Show what is known about resources.
pub struct Describe;

impl Operation for Describe {
    const NAME: &'static str = "describe";
    const SUMMARY: &'static str = "Show what the estate knows about resources, by id";
    const EFFECT: Effect = Effect::Reads;
    type Request = DescribeRequest;
    type Response = Described;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: DescribeRequest, _: Cx<NoEvent>) -> Result<Described> {
        let resources = escher.known(&request.ids).await?;
        let known = |id: &ResourceId| resources.iter().any(|hit| hit.id == id.as_str());
        let unknown = request.ids.into_iter().filter(|id| !known(id)).collect();
        Ok(Described { resources, unknown })
    }
}
