//! `sync`: scans the connected clouds.

use escher_core::{DiscoveryFilter, Kind, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, Event, Operation};
use crate::escher::Escher;
use crate::ops::sync::SyncOptions;
use crate::progress::{Progress, Step};

pub use crate::ops::sync::SyncReport;

/// What to scan. An empty list means no restriction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SyncRequest {
    /// The connections to scan, by name.
    pub connections: Vec<String>,
    /// The regions to scan.
    pub regions: Vec<String>,
    /// The kinds of resources to scan.
    pub kinds: Vec<Kind>,
}

impl Event for Step {}

/// Bring the estate up to date.
pub struct Sync;

impl Operation for Sync {
    const NAME: &'static str = "sync";
    const SUMMARY: &'static str = "Scan the connected clouds and bring the estate up to date";
    const EFFECT: Effect = Effect::Reads;
    type Request = SyncRequest;
    type Response = SyncReport;
    type Event = Step;

    async fn call(escher: &Escher, request: SyncRequest, cx: Cx<Step>) -> Result<SyncReport> {
        let SyncRequest { connections, regions, kinds } = request;
        escher.sync(SyncOptions { connections, want: DiscoveryFilter { regions, kinds }, progress: reported(&cx) }).await
    }
}

/// Progress as events. If there is no room, an event is dropped, since the next one supersedes it.
pub(super) fn reported(cx: &Cx<Step>) -> Progress {
    let events = cx.events.clone();
    Progress::new(move |step| events.offer(step))
}
