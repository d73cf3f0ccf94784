//! `connect`: shows who and where we are on a cloud, before anything else happens.

use escher_core::{Identity, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[cfg(feature = "aws")]
use crate::config::{Connection, ConnectionKind};
#[cfg(feature = "aws")]
use crate::escher::Escher;

/// A cloud that answered, and its connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectReport {
    /// The connection's name.
    pub name: String,
    /// Who we are there.
    pub identities: Vec<Identity>,
    /// The endpoint, if it is not the one that the cloud's own tools use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Whether the connection was saved, or only shown.
    pub saved: bool,
    /// What differs from the connection of the same name that it replaces; empty if there was none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced: Vec<ReplacedConnection>,
}

/// A setting that changes when a connection is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReplacedConnection {
    /// The setting's name.
    pub setting: String,
    /// The previous value.
    pub before: String,
    /// The new value.
    pub after: String,
}

#[cfg(feature = "aws")]
impl Escher {
    /// Asks AWS who we are, using the credentials that the configuration selects. Nothing is saved.
    ///
    /// # Errors
    /// `Unauthenticated` if there are no usable credentials; `Unavailable` or `Timeout` if AWS does not answer.
    pub async fn probe_aws(&self, config: &escher_providers::aws::AwsConfig) -> Result<Vec<Identity>> {
        use escher_core::Cloud as _;
        let cloud = escher_providers::aws::AwsCloud::connect(config.clone()).await?;
        cloud.identities(&self.read_cx()).await.map_err(|error| error.operation("connect to AWS"))
    }

    /// What would differ from the connection of the same name if this one were saved; empty if there is none.
    pub fn replaced_by_aws(&self, config: &escher_providers::aws::AwsConfig, identities: &[Identity]) -> Vec<ReplacedConnection> {
        let name = aws_name(identities);
        let known = self.connections().into_iter().find(|known| known.name == name);
        let Some(Connection { identities: known_as, kind: ConnectionKind::Aws(known), .. }) = known else { return Vec::new() };
        let or = |value: &Option<String>, otherwise: &str| value.clone().unwrap_or_else(|| otherwise.to_owned());
        let regions = |regions: &[String]| if regions.is_empty() { "all that are enabled".to_owned() } else { regions.join(", ") };
        let who = |identities: &[Identity]| identities.iter().map(|it| it.principal.clone()).collect::<Vec<_>>().join(", ");
        let settings = [
            ("principal", who(&known_as), who(identities)),
            ("profile", or(&known.profile, "the default"), or(&config.profile, "the default")),
            ("regions", regions(&known.regions), regions(&config.regions)),
            ("endpoint", or(&known.endpoint, "AWS"), or(&config.endpoint, "AWS")),
        ];
        let differs = settings.into_iter().filter(|(_, before, after)| before != after);
        differs.map(|(setting, before, after)| ReplacedConnection { setting: setting.to_owned(), before, after }).collect()
    }

    /// What [`Escher::connect_aws`] would do, without saving anything.
    pub fn would_connect_aws(&self, config: &escher_providers::aws::AwsConfig, identities: Vec<Identity>) -> ConnectReport {
        let replaced = self.replaced_by_aws(config, &identities);
        ConnectReport { name: aws_name(&identities), identities, endpoint: config.endpoint.clone(), saved: false, replaced }
    }

    /// Saves a connection to AWS under the identities that [`Escher::probe_aws`] found. It replaces one for the same
    /// account.
    ///
    /// # Errors
    /// `Storage`.
    pub fn connect_aws(&self, mut config: escher_providers::aws::AwsConfig, identities: Vec<Identity>) -> Result<ConnectReport> {
        let looked = self.would_connect_aws(&config, identities.clone());
        // From now on credentials for another account are refused.
        config.account = identities.first().map(|identity| identity.account.clone());
        self.put_connection(Connection { name: looked.name.clone(), identities, kind: ConnectionKind::Aws(config) })?;
        Ok(ConnectReport { saved: true, ..looked })
    }
}

#[cfg(feature = "aws")]
fn aws_name(identities: &[Identity]) -> String {
    format!("aws-{}", identities.first().map_or("unknown", |identity| &identity.account))
}
