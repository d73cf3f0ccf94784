//! What a user can set: where data lives, which clouds are connected.
//!
//! Nothing here is a secret: a connection names a profile or an endpoint, and the cloud's own SDK finds the
//! credentials.

use std::path::{Path, PathBuf};
use std::time::Duration;

use escher_core::{Clock, CloudId, Error, Identity, Result, WallClock};
use escher_providers::sim::{Faults, SimSpec};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::home::{SMALL, read_small, write_private};
use crate::speaker::Speaker;

/// How a program opens Escher.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data directory; one process owns it at a time.
    pub data_dir: PathBuf,
    /// Where downloaded models are kept; shared by all data directories.
    pub cache_dir: PathBuf,
    /// Where the owner of a data directory listens if the directory's own path is too long for a socket.
    pub runtime_dir: PathBuf,
    /// A folder that holds the embedding model already.
    pub model_dir: Option<PathBuf>,
    /// Where keys for signing approvals are kept; in the user's own configuration folder unless set, where whoever
    /// can write the data directory does not get at them.
    pub key_dir: Option<PathBuf>,
    /// The time to read by; the system's unless set. A change on a real cloud is refused where it is set.
    pub clock: Clock,
    /// The system clock: approvals, expiry and the journal go by it, and by nothing else.
    pub wall: WallClock,
    /// Who asks, for approvals and the journal.
    pub user: String,
    /// Whether a person or an assistant speaks.
    pub speaker: Speaker,
    /// Faults for the simulated clouds.
    pub sim_faults: Faults,
    /// How long one request to a cloud may take, tries included.
    pub timeout: Duration,
    /// How many steps of a run go on at once.
    pub parallel: usize,
}

impl Config {
    /// A configuration with a data directory and defaults for the rest. Of the environment nothing is read but where the
    /// user's configuration folder is, and that only where a plan is made and no [`Config::key_dir`] is set.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            cache_dir: data_dir.join("cache"),
            runtime_dir: std::env::temp_dir(),
            data_dir,
            model_dir: None,
            key_dir: None,
            clock: SYSTEM.into(),
            wall: SYSTEM,
            user: "local".to_owned(),
            speaker: Speaker::Person,
            sim_faults: Faults::default(),
            timeout: Duration::from_secs(30),
            parallel: 8,
        }
    }

    /// The configuration of the signed-in user: the platform's folders, `ESCHER_DATA_DIR`, `ESCHER_CACHE_DIR`,
    /// `ESCHER_KEY_DIR` and `ESCHER_MODEL_DIR` if they are set.
    ///
    /// # Errors
    /// `Invalid` if the platform names no home folder and no data directory is given.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
    pub fn from_env(data_dir: Option<PathBuf>) -> Result<Self> {
        let dirs = directories::ProjectDirs::from("", "", "escher");
        let var = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let data = data_dir
            .or_else(|| var("ESCHER_DATA_DIR"))
            .or_else(|| dirs.as_ref().map(|dirs| dirs.data_local_dir().to_owned()))
            .ok_or_else(|| Error::invalid("no home folder is known").hint("choose a data directory"))?;
        let mut config = Self::new(data);
        if let Some(cache) = var("ESCHER_CACHE_DIR").or_else(|| dirs.as_ref().map(|dirs| dirs.cache_dir().to_owned())) {
            config.cache_dir = cache;
        }
        if let Some(runtime) = var("XDG_RUNTIME_DIR") {
            config.runtime_dir = runtime;
        }
        config.model_dir = var("ESCHER_MODEL_DIR");
        config.key_dir = var("ESCHER_KEY_DIR");
        let name = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|key| std::env::var(key).ok());
        config.user = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "local".to_owned());
        Ok(config)
    }

    /// The same by another system clock, for tests: a program has one already.
    #[must_use]
    pub fn with_wall(self, wall: WallClock) -> Self {
        Self { clock: wall.into(), wall, ..self }
    }

    /// Where keys are kept: where it is said, else in the user's configuration folder, else in the data directory.
    pub(crate) fn keys(&self) -> PathBuf {
        let user = || directories::ProjectDirs::from("", "", "escher").map(|dirs| dirs.preference_dir().to_owned());
        self.key_dir.clone().unwrap_or_else(|| user().unwrap_or_else(|| self.data_dir.clone()).join("keys"))
    }
}

/// How wide the person wants tables: `COLUMNS`, where it is set.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub fn terminal_columns() -> Option<usize> {
    std::env::var("COLUMNS").ok()?.trim().parse().ok().filter(|&columns| columns > 0)
}

/// The system clock.
const SYSTEM: WallClock = WallClock::new(system_time);

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
fn system_time() -> Timestamp {
    Timestamp::now()
}

/// A cloud that was connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Connection {
    /// Unique among the connections, for people.
    pub name: String,
    /// Who it was when it was connected; a run refuses to act as anybody else.
    pub identities: Vec<Identity>,
    /// How to reach it.
    #[serde(flatten)]
    pub kind: ConnectionKind,
}

/// How a connection is reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum ConnectionKind {
    /// A simulated cloud; its truth is in the data directory.
    Sim {
        /// Which of the three.
        cloud: CloudId,
        /// Seed and size.
        spec: SimSpec,
    },
    /// Amazon Web Services.
    #[cfg(feature = "aws")]
    Aws(escher_providers::aws::AwsConfig),
}

impl ConnectionKind {
    /// The endpoint that it goes through, if it is not the cloud's own.
    pub fn endpoint(&self) -> Option<&str> {
        match self {
            Self::Sim { .. } => None,
            #[cfg(feature = "aws")]
            Self::Aws(config) => config.endpoint.as_deref(),
        }
    }
}

/// The file of connections in the data directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Connections {
    #[serde(default)]
    pub(crate) connections: Vec<Connection>,
}

impl Connections {
    /// Reads the file; none is an empty list.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let Some(bytes) = read_small("read connections", path, SMALL)? else { return Ok(Self::default()) };
        let text = String::from_utf8(bytes).map_err(|_| {
            Error::invalid("the file is not UTF-8")
                .operation("read connections")
                .with("file", path.display().to_string())
                .hint("correct the file, or remove it and connect again")
        })?;
        let read: Self = toml::from_str(&text).map_err(|e| {
            // Its own words show the line, and what stands there may be a secret that somebody wrote into it.
            let line = e.span().map(|span| text.as_bytes().iter().take(span.start).filter(|&&byte| byte == b'\n').count() + 1);
            let at = line.map(|line| format!("line {line}: ")).unwrap_or_default();
            unfit(path, Error::invalid(format!("{at}{}", e.message())))
        })?;
        #[cfg(feature = "aws")]
        for connection in &read.connections {
            if let ConnectionKind::Aws(config) = &connection.kind {
                config.validate().map_err(|e| unfit(path, e.with("connection", &connection.name)))?;
            }
        }
        Ok(read)
    }

    /// Writes the file whole or not at all.
    pub(crate) fn save(&self, path: &Path) -> Result<()> {
        let text = toml::to_string_pretty(self).map_err(|e| Error::internal(e.to_string()).operation("write connections"))?;
        write_private("write connections", path, text.as_bytes())
    }

    /// Adds a connection, or replaces the one of the same name.
    pub(crate) fn put(&mut self, connection: Connection) {
        self.connections.retain(|known| known.name != connection.name);
        self.connections.push(connection);
    }
}

/// An error in the file of connections.
fn unfit(path: &Path, error: Error) -> Error {
    let error = error.operation("read connections").with("file", path.display().to_string());
    if error.hint_text().is_some() { error } else { error.hint("fix the file, or remove it and connect again") }
}
