//! `describe`: looks up resources by id.

use std::collections::HashSet;

use escher_core::{Error, ResourceId, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;
use crate::ops::search::Hit;

/// The resources to describe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DescribeRequest {
    /// Their ids, no more than 1000.
    #[schemars(length(max = Self::MOST))]
    pub ids: Vec<ResourceId>,
}

impl DescribeRequest {
    /// The maximum number of ids in one request.
    pub const MOST: usize = 1_000;
}

/// What the estate knows about them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Described {
    /// The resources in the estate, once each, in the order of the request.
    pub resources: Vec<Hit>,
    /// Ids that are not in the estate, once each.
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
        if request.ids.len() > DescribeRequest::MOST {
            return Err(Error::invalid(format!(
                "{} ids in one request, and no more than {} are looked up",
                request.ids.len(),
                DescribeRequest::MOST
            ))
            .operation(Self::NAME)
            .hint("ask in parts, or export what a selector admits"));
        }
        let mut named = HashSet::new();
        let ids: Vec<ResourceId> = request.ids.into_iter().filter(|id| named.insert(id.clone())).collect();
        let resources = escher.known(&ids).await?;
        let known: HashSet<&str> = resources.iter().map(|hit| hit.id.as_str()).collect();
        let unknown = ids.into_iter().filter(|id| !known.contains(id.as_str())).collect();
        Ok(Described { resources, unknown })
    }
}
