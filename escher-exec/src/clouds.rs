//! The connected clouds, found by cloud and account.

use std::collections::BTreeSet;
use std::sync::Arc;

use escher_core::{Capabilities, Cloud, CloudId, Error, ErrorKind, Identity, Next, ReadCx, Result, Target};
use futures::future::join_all;

/// One connection and who we are on it.
#[derive(Clone)]
pub struct Connection {
    /// The cloud.
    pub cloud: Arc<dyn Cloud>,
    /// An entry an account.
    pub identities: Vec<Identity>,
}

/// The connected clouds. What is not connected cannot be acted on: no account is ever guessed.
#[derive(Clone, Default)]
pub struct Clouds {
    connections: Vec<Connection>,
}

impl Clouds {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks every cloud who we are there. A cloud that does not say is left out and its error handed back, so that
    /// one expired login does not stop work on the others.
    pub async fn connect(clouds: impl IntoIterator<Item = Arc<dyn Cloud>>, cx: &ReadCx) -> (Self, Vec<Error>) {
        let asked = join_all(clouds.into_iter().map(|cloud| async move {
            let identities = cloud.identities(cx).await;
            (cloud, identities)
        }));
        let (mut connected, mut errors) = (Self::new(), Vec::new());
        for (cloud, identities) in asked.await {
            match identities {
                Ok(identities) => connected.connections.push(Connection { cloud, identities }),
                Err(error) => errors.push(error.with("cloud", cloud.id().as_str())),
            }
        }
        (connected, errors)
    }

    /// These and one more.
    #[must_use]
    pub fn with(mut self, cloud: Arc<dyn Cloud>, identities: Vec<Identity>) -> Self {
        self.connections.push(Connection { cloud, identities });
        self
    }

    /// The connections, in the order in which they were made.
    pub fn connections(&self) -> &[Connection] {
        &self.connections
    }

    /// The connection to an account and who we are there.
    pub fn find(&self, cloud: CloudId, account: &str) -> Option<(&Arc<dyn Cloud>, &Identity)> {
        self.connections.iter().filter(|connection| connection.cloud.id() == cloud).find_map(|connection| {
            let identity = connection.identities.iter().find(|identity| identity.account == account)?;
            Some((&connection.cloud, identity))
        })
    }

    /// What all of them together can look at and do.
    pub fn capabilities(&self) -> Capabilities {
        self.connections.iter().map(|connection| connection.cloud.capabilities()).fold(Capabilities::default(), Capabilities::merge)
    }

    /// The cloud of a target.
    pub(crate) fn of(&self, target: &Target) -> Result<&Arc<dyn Cloud>> {
        self.find(target.cloud, &target.account).map(|(cloud, _)| cloud).ok_or_else(|| {
            Error::new(ErrorKind::Unauthenticated, "this account is not connected")
                .with("cloud", target.cloud.as_str())
                .with("account", target.account.clone())
                .hint("sign in to that account and connect it")
                .next(Next::Connect { cloud: Some(target.cloud) })
        })
    }

    /// Who a plan over these accounts runs as: `principal @ cloud account`, sorted, joined by `; `.
    pub(crate) fn principal<'a>(&self, accounts: impl IntoIterator<Item = (CloudId, &'a str)>) -> String {
        let names: BTreeSet<String> = accounts
            .into_iter()
            .filter_map(|(cloud, account)| self.find(cloud, account))
            .map(|(_, identity)| {
                let name = identity.account_name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
                format!("{} @ {} {}{name}", identity.principal, identity.cloud, identity.account)
            })
            .collect();
        names.into_iter().collect::<Vec<_>>().join("; ")
    }
}
