//! `connect`: connects a cloud account, after showing who we are there.

use escher_core::{CloudId, Error, ErrorKind, Identity, Next, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Cx, Effect, NoEvent, Operation};
use crate::escher::Escher;

pub use crate::ops::connect::ConnectReport;

/// What to connect. Never put a secret here: the cloud's own SDK finds the credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectRequest {
    /// Which cloud.
    pub cloud: CloudId,
    /// A profile from the cloud's own configuration.
    #[serde(default)]
    pub profile: Option<String>,
    /// Regions to scan; if empty, all enabled regions.
    #[serde(default)]
    pub regions: Vec<String>,
    /// An endpoint to use for all of the cloud's services instead of the default ones.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Whether to save the connection. If false, only show who we are there and what would be replaced.
    #[serde(default)]
    pub save: bool,
    /// The identities, as shown before, that must still hold for the connection to be saved.
    #[serde(default)]
    pub expect: Option<Vec<Identity>>,
}

/// Connect a cloud account.
pub struct Connect;

impl Operation for Connect {
    const NAME: &'static str = "connect";
    const SUMMARY: &'static str = "Show who and where we are on a cloud, and save the connection if requested";
    const EFFECT: Effect = Effect::Changes;
    type Request = ConnectRequest;
    type Response = ConnectReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, request: ConnectRequest, _: Cx<NoEvent>) -> Result<ConnectReport> {
        match request.cloud {
            #[cfg(feature = "aws")]
            CloudId::Aws => aws(escher, request).await,
            cloud => Err(not_yet(cloud)),
        }
    }
}

/// The error for a cloud that this version cannot connect.
pub fn not_yet(cloud: CloudId) -> Error {
    let called = match cloud {
        CloudId::Aws => "AWS",
        CloudId::Azure => "Azure",
        CloudId::Gcp => "Google Cloud",
    };
    let can = if cfg!(feature = "aws") { "it connects AWS, and" } else { "it" };
    Error::new(ErrorKind::Unsupported, format!("this version cannot connect {called} yet"))
        .operation(Connect::NAME)
        .hint(format!("{can} simulates all three clouds in the demo; what another tool exported of {called} can be imported"))
        .next(Next::Start)
}

#[cfg(feature = "aws")]
async fn aws(escher: &Escher, request: ConnectRequest) -> Result<ConnectReport> {
    let ConnectRequest { profile, regions, endpoint, save, expect, .. } = request;
    let config = escher_providers::aws::AwsConfig { profile, regions, endpoint, ..Default::default() }.pinned().await?;
    let found = escher.probe_aws(&config).await?;
    if !save {
        return Ok(escher.would_connect_aws(&config, found));
    }
    if expect.is_some_and(|expected| expected != found) {
        return Err(Error::new(ErrorKind::Stale, "the credentials are somebody else's than those that were shown")
            .operation(Connect::NAME)
            .hint("look again who you are there"));
    }
    escher.connect_aws(config, found)
}
