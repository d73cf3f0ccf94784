//! `connect`: who and where we are on a cloud, before anything else happens.

use escher_core::{Identity, Result};
use serde::Serialize;

#[cfg(feature = "aws")]
use crate::config::{Connection, ConnectionKind};
#[cfg(feature = "aws")]
use crate::escher::Escher;

/// A connection that answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Connected {
    /// Its name.
    pub name: String,
    /// Who we are there.
    pub identities: Vec<Identity>,
    /// Whether it was saved, or only looked at.
    pub saved: bool,
}

#[cfg(feature = "aws")]
impl Escher {
    /// Asks AWS who we are, with the credentials that the configuration leads to. Nothing is saved.
    ///
    /// # Errors
    /// `Unauthenticated` without usable credentials; `Unavailable` or `Timeout` where AWS does not answer.
    pub async fn probe_aws(&self, config: &escher_providers::aws::AwsConfig) -> Result<Vec<Identity>> {
        use escher_core::Cloud as _;
        let cloud = escher_providers::aws::AwsCloud::connect(config.clone()).await?;
        cloud.identities(&self.read_cx()).await
    }

    /// Saves a connection to AWS under the identities that [`Escher::probe_aws`] found.
    ///
    /// # Errors
    /// `Storage`.
    pub fn connect_aws(&self, mut config: escher_providers::aws::AwsConfig, identities: Vec<Identity>) -> Result<Connected> {
        let account = identities.first().map(|identity| identity.account.clone());
        let name = format!("aws-{}", account.as_deref().unwrap_or("unknown"));
        // From now on credentials for another account are refused.
        config.account = account;
        self.put_connection(Connection { name: name.clone(), identities: identities.clone(), kind: ConnectionKind::Aws(config) })?;
        Ok(Connected { name, identities, saved: true })
    }
}
