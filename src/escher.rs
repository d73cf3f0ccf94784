//! The handle: one data directory, as one caller sees it.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};

use escher_core::{
    Brain, Clock, Cloud, CloudId, DocumentStore, Error, ErrorKind, EstateStore, Identity, Index, Journal, Next, PlanDoc, PlanStore, Policy,
    ResourceId, Result,
};
use escher_exec::{Clouds, Turns};
use escher_providers::sim::{Faults, SimCloud, SimOptions, SimSpec, SimStore};
use escher_rag::LocateOptions;
use escher_server::OfflineBrain;
use jiff::Timestamp;

use crate::config::{Config, Connection, ConnectionKind};
use crate::home::{Home, Owner, Since, size};
use crate::keys::KeyRing;
use crate::policy::PolicyFile;
use crate::progress::{Progress, Step};
use crate::speaker::Speaker;
use crate::wire::{Files, Overrides, Parts, locate};

/// Escher over one data directory, which it owns as long as it lives. Clones share it.
#[derive(Clone)]
pub struct Escher {
    config: Config,
    parts: Arc<Parts>,
}

impl Escher {
    /// Opens a data directory, making it where it is missing. No cloud is called and no model is loaded yet.
    ///
    /// # Errors
    /// `Busy` if another process owns it, `Stale` where another version wrote it, `Storage`.
    pub fn open(config: Config) -> Result<Self> {
        Self::open_with(config, Overrides::default())
    }

    /// Opens a data directory with some parts of another kind.
    ///
    /// # Errors
    /// As [`Escher::open`].
    pub fn open_with(config: Config, overrides: Overrides) -> Result<Self> {
        let parts = Arc::new(Parts::open(&config, overrides)?);
        Ok(Self { config, parts })
    }

    /// The same data directory for one caller of many: who approves there, the time that it reads by, and the faults of
    /// simulated clouds. Neither of the latter reaches approvals, expiry, the journal or a real cloud.
    #[must_use]
    pub fn seen_by(&self, user: Option<String>, now: Option<Timestamp>, faults: Option<Faults>) -> Self {
        let mut config = self.config.clone();
        config.user = user.unwrap_or(config.user);
        config.clock = now.map_or(config.clock, Clock::fixed);
        config.sim_faults = faults.unwrap_or(config.sim_faults);
        Self { config, parts: self.parts.clone() }
    }

    /// The same data directory, as this speaker sees it.
    #[must_use]
    pub fn spoken_by(&self, speaker: Speaker) -> Self {
        let config = Config { speaker, ..self.config.clone() };
        Self { config, parts: self.parts.clone() }
    }

    /// How it was opened.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The time to read by, as this handle sees it.
    pub fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    /// Who owns the data directory: this process, and since when.
    pub fn owner(&self) -> &Owner {
        self.parts.home.owner()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.parts.home
    }

    pub(crate) fn keys(&self) -> &KeyRing {
        &self.parts.keys
    }

    /// What decides what may run.
    pub(crate) fn policy(&self) -> &Arc<dyn Policy> {
        &self.parts.policy
    }

    /// The rules of this data directory.
    pub(crate) fn policy_file(&self) -> &PolicyFile {
        &self.parts.policy_file
    }

    pub(crate) fn estate(&self) -> &Arc<dyn EstateStore> {
        &self.parts.estate
    }

    pub(crate) fn documents(&self) -> &dyn DocumentStore {
        &*self.parts.documents
    }

    pub(crate) fn records(&self) -> &dyn PlanStore {
        &*self.parts.plans
    }

    pub(crate) fn journal(&self) -> Journal {
        Journal::new(self.parts.journal.clone())
    }

    pub(crate) fn files(&self) -> &Files {
        &self.parts.files
    }

    /// One scan, or batch of an import, at a time writes the estate: what it holds against what was known must not change meanwhile.
    pub(crate) async fn one_writes(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.parts.writing.lock().await
    }

    /// Resources that runs have read since the last scan began; whoever applies what a scan or a run saw holds it meanwhile.
    pub(crate) async fn read_since(&self) -> tokio::sync::MutexGuard<'_, HashSet<ResourceId>> {
        self.parts.read_since.lock().await
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.parts.turns
    }

    /// A few imports at a time have a file open and a thread that reads it: the store needs both too.
    pub(crate) async fn turn_to_import(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.parts.importing.acquire().await.ok()
    }

    /// One turn at a time is written: it is added to those that were there.
    pub(crate) async fn one_talks(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.parts.talking.lock().await
    }

    /// Claims a run for whoever carries it out, for as long as the claim lives: nobody else does meanwhile.
    pub(crate) fn claim_run(&self, run: &str) -> Result<RunClaim> {
        let mut carried_out = self.parts.carried_out.lock().unwrap_or_else(PoisonError::into_inner);
        if carried_out.insert(run.to_owned()) {
            return Ok(RunClaim { run: run.to_owned(), parts: self.parts.clone() });
        }
        Err(Error::new(ErrorKind::Busy, format!("{run} is being carried out right now"))
            .operation("carry out a run")
            .hint("wait until it ends"))
    }

    pub(crate) fn brain(&self) -> &Arc<dyn Brain> {
        &self.parts.brain
    }

    /// The brain that explains how it reads.
    pub(crate) fn grammar(&self) -> &OfflineBrain {
        &self.parts.grammar
    }

    /// The connections of this data directory.
    pub fn connections(&self) -> Vec<Connection> {
        self.parts.connections.lock().unwrap_or_else(PoisonError::into_inner).connections.clone()
    }

    pub(crate) fn put_connection(&self, connection: Connection) -> Result<()> {
        let mut connections = self.parts.connections.lock().unwrap_or_else(PoisonError::into_inner);
        connections.put(connection);
        connections.save(&self.parts.home.connections())
    }

    /// Who we are on every connected account, as found when it was connected.
    pub fn identities(&self) -> Vec<Identity> {
        self.connections().into_iter().flat_map(|connection| connection.identities).collect()
    }

    /// The connected clouds by name, all of them where none is named.
    pub(crate) async fn connected(&self, names: &[String]) -> Result<Vec<(String, Arc<dyn Cloud>)>> {
        let connections = self.connections();
        if connections.is_empty() {
            return Err(Error::invalid("no cloud is connected")
                .hint("load the simulated clouds, or connect a cloud of your own")
                .next(Next::Start));
        }
        if let Some(unknown) = names.iter().find(|name| !connections.iter().any(|known| known.name == **name)) {
            let known: Vec<&str> = connections.iter().map(|known| known.name.as_str()).collect();
            return Err(Error::invalid(format!("there is no connection `{unknown}`")).hint(format!("connected are: {}", known.join(", "))));
        }
        let mut open = Vec::new();
        for connection in connections.iter().filter(|known| names.is_empty() || names.contains(&known.name)) {
            open.push((connection.name.clone(), self.cloud(connection).await?));
        }
        Ok(open)
    }

    async fn cloud(&self, connection: &Connection) -> Result<Arc<dyn Cloud>> {
        let mut clouds = self.parts.clouds.lock().await;
        let key = format!("{connection:?} {:?}", self.config.sim_faults);
        if let Some(cloud) = clouds.get(&key) {
            return Ok(cloud.clone());
        }
        let cloud: Arc<dyn Cloud> = match &connection.kind {
            ConnectionKind::Sim { cloud, spec } => self.sim_cloud(*cloud, *spec)?,
            #[cfg(feature = "aws")]
            ConnectionKind::Aws(config) => Arc::new(escher_providers::aws::AwsCloud::connect(config.clone()).await?),
        };
        clouds.insert(key, cloud.clone());
        Ok(cloud)
    }

    /// Every connected cloud by the accounts it speaks for.
    pub(crate) async fn clouds(&self) -> Result<Clouds> {
        let mut clouds = Clouds::new();
        for connection in self.connections() {
            let cloud = self.cloud(&connection).await?;
            clouds = clouds.with(cloud, connection.identities);
        }
        Ok(clouds)
    }

    /// The connected clouds of a plan, asked anew who we are there: a run acts as nobody else than its plan says.
    pub(crate) async fn clouds_now(&self, plan: &PlanDoc) -> Result<Clouds> {
        let mut clouds = Clouds::new();
        let involved = |identity: &Identity| {
            plan.steps.iter().any(|step| step.target.cloud == identity.cloud && step.target.account == identity.account)
        };
        for connection in self.connections().into_iter().filter(|connection| connection.identities.iter().any(involved)) {
            let cloud = self.cloud(&connection).await?;
            let identities = cloud.identities(&self.read_cx()).await?;
            clouds = clouds.with(cloud, identities);
        }
        Ok(clouds)
    }

    /// The simulated truth of this data directory.
    pub(crate) fn open_sim(&self, spec: SimSpec) -> Result<Arc<SimStore>> {
        let sim = match self.parts.sim.get() {
            Some(sim) => sim.clone(),
            None => {
                let path = self.parts.home.sim();
                // One that was not begun when it was made is begun now.
                let sim = if size(&path) > 0 {
                    SimStore::open(&path)?
                } else {
                    self.parts.home.prepare(&path)?;
                    SimStore::create(&path, spec, self.now())?
                };
                if self.parts.home.since_closed(&path) != Since::Untouched {
                    sim.check()?;
                    self.parts.home.found_whole(&path);
                }
                let sim = Arc::new(sim);
                self.parts.sim.get_or_init(|| sim).clone()
            }
        };
        if sim.spec() == spec {
            return Ok(sim);
        }
        Err(Error::invalid(format!("this data directory simulates {} already", sim.spec())).hint("choose another data directory"))
    }

    /// The simulated clouds' own truth, for those who want to look behind the estate.
    ///
    /// # Errors
    /// `Storage`. `None` if nothing is simulated.
    pub fn simulation(&self) -> Result<Option<Arc<SimStore>>> {
        self.simulated_spec().map(|spec| self.open_sim(spec)).transpose()
    }

    /// A remark where clouds are simulated: whatever shows their resources says so.
    pub fn simulated_note(&self) -> Option<String> {
        self.simulated_spec().map(|_| "some or all of these resources are simulated".to_owned())
    }

    /// The same remark, if a resource in one of these accounts is simulated.
    pub(crate) fn simulated_among<'a>(&self, accounts: impl IntoIterator<Item = (CloudId, Option<&'a str>)>) -> Option<String> {
        let connections = self.connections();
        let simulated = connections.iter().filter(|known| matches!(known.kind, ConnectionKind::Sim { .. }));
        let simulated: HashSet<(CloudId, &str)> =
            simulated.flat_map(|known| &known.identities).map(|identity| (identity.cloud, identity.account.as_str())).collect();
        let any = accounts.into_iter().any(|(cloud, account)| account.is_some_and(|account| simulated.contains(&(cloud, account))));
        if any { self.simulated_note() } else { None }
    }

    pub(crate) fn simulated_spec(&self) -> Option<SimSpec> {
        self.connections().iter().find_map(|connection| match connection.kind {
            ConnectionKind::Sim { spec, .. } => Some(spec),
            #[cfg(feature = "aws")]
            ConnectionKind::Aws(_) => None,
        })
    }

    pub(crate) fn sim_cloud(&self, cloud: CloudId, spec: SimSpec) -> Result<Arc<SimCloud>> {
        let options = SimOptions { faults: self.config.sim_faults.clone(), ..SimOptions::default() };
        Ok(Arc::new(SimCloud::open(self.open_sim(spec)?, cloud, options)))
    }

    /// Where the model is looked for.
    pub(crate) fn locate(&self, download: bool) -> LocateOptions {
        locate(&self.config, download)
    }

    /// Whether search understands meaning on this machine.
    pub fn semantic(&self) -> bool {
        self.parts.embedder.get().is_some()
    }

    pub(crate) async fn index(&self) -> Result<&dyn Index> {
        self.parts.index().await
    }

    /// Brings the index up to the store's revision; returns how many resources it took in.
    pub(crate) async fn follow(&self, progress: &Progress) -> Result<u64> {
        let index = self.index().await?;
        escher_rag::follow(&**self.estate(), index, |done, of| progress.tell(Step::Indexed { done, of })).await
    }

    /// The estate's revision.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn revision(&self) -> Result<u64> {
        self.parts.estate.revision().await
    }
}

/// A run that is carried out.
pub(crate) struct RunClaim {
    run: String,
    parts: Arc<Parts>,
}

impl Drop for RunClaim {
    fn drop(&mut self) {
        self.parts.carried_out.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.run);
    }
}
