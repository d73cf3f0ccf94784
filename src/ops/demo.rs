//! `demo`: three simulated clouds to talk to, with no account anywhere.

use std::collections::BTreeMap;

use escher_core::{Cloud as _, CloudId, Next, Result, Selector};
use escher_providers::sim::SimSpec;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{Connection, ConnectionKind};
use crate::escher::Escher;
use crate::ops::sync::{SyncOptions, SyncReport};
use crate::progress::Progress;

/// A suggestion from its words.
type Suggest = fn(String) -> Next;
const ASK: Suggest = |text| Next::Ask { text };
const SEARCH: Suggest = |words| Next::Search { words, filter: String::new() };

/// What to try, and what has to be there for it to work.
const SUGGESTIONS: &[(Suggest, &str, &str)] = &[
    (ASK, "Show me all idle VMs in Azure West US", "cloud = azure AND kind = vm AND region = westus AND idle"),
    (SEARCH, "prodution postgress databse", "kind = database AND engine = postgres AND env = prod"),
    (
        ASK,
        "Stop production database in GCP project-x",
        "cloud = gcp AND account = project-x AND kind = database AND env = prod AND state = running",
    ),
];

/// What to simulate.
#[derive(Clone, Debug, Default)]
pub struct DemoOptions {
    /// Seed and size; [`SimSpec::DEMO`] where not given.
    pub spec: Option<SimSpec>,
    /// Who is told how far it is.
    pub progress: Progress,
}

/// What the demo loaded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Demo {
    /// Always true: nothing of this is real.
    pub simulated: bool,
    /// Seed and size.
    pub sim: String,
    /// Resources in the estate, by cloud.
    pub resources: BTreeMap<CloudId, usize>,
    /// How many in all.
    pub total: usize,
    /// Accounts, subscriptions and projects.
    pub accounts: Vec<String>,
    /// Whether search understands meaning; without a model it is lexical.
    pub semantic: bool,
    /// What the look found.
    pub synced: SyncReport,
    /// What to try; each finds something in this estate.
    #[serde(rename = "try")]
    pub suggestions: Vec<Next>,
}

impl Escher {
    /// Connects the three simulated clouds and syncs them.
    ///
    /// # Errors
    /// `Storage`; `Invalid` if the data directory simulates another estate already.
    pub async fn demo(&self, options: DemoOptions) -> Result<Demo> {
        let spec = self.connect_sim(options.spec).await?;
        let connections = CloudId::ALL.iter().map(|&cloud| sim_name(cloud)).collect();
        let synced = self.sync(SyncOptions { connections, progress: options.progress, ..SyncOptions::default() }).await?;
        let entries = self.estate().select(&Selector::All, self.now()).await?.matched;
        let mut resources = BTreeMap::new();
        let mut accounts = BTreeMap::new();
        for resource in entries.iter().map(|entry| &entry.resource) {
            *resources.entry(resource.cloud).or_default() += 1;
            if let Some(account) = &resource.account {
                accounts.insert((resource.cloud, account.clone()), resource.account_name.clone());
            }
        }
        let accounts =
            accounts.into_iter().map(|((cloud, id), name)| format!("{cloud} {}", name.map_or(id.clone(), |name| format!("{name} ({id})"))));
        Ok(Demo {
            simulated: true,
            sim: spec.to_string(),
            total: entries.len(),
            resources,
            accounts: accounts.collect(),
            semantic: self.semantic(),
            synced,
            suggestions: self.suggestions().await?,
        })
    }

    /// What to try, of what would find something in this estate; the demo's own has it all.
    async fn suggestions(&self) -> Result<Vec<Next>> {
        let mut suggestions = Vec::new();
        for (suggest, words, finds) in SUGGESTIONS {
            if !self.estate().select(&Selector::parse(finds)?, self.now()).await?.matched.is_empty() {
                suggestions.push(suggest((*words).to_owned()));
            }
        }
        Ok(suggestions)
    }

    /// Connects the simulated clouds; returns what they simulate.
    ///
    /// # Errors
    /// `Storage`; `Invalid` if another estate is simulated in this data directory already.
    pub async fn connect_sim(&self, spec: Option<SimSpec>) -> Result<SimSpec> {
        let spec = spec.or_else(|| self.simulated_spec()).unwrap_or(SimSpec::DEMO);
        self.open_sim(spec)?;
        for &cloud in CloudId::ALL {
            let identities = self.sim_cloud(cloud, spec)?.identities(&self.read_cx()).await?;
            self.put_connection(Connection { name: sim_name(cloud), identities, kind: ConnectionKind::Sim { cloud, spec } })?;
        }
        Ok(spec)
    }
}

fn sim_name(cloud: CloudId) -> String {
    format!("sim-{cloud}")
}
