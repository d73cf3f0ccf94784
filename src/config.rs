//! What a user can set: where data lives, which clouds are connected.
//!
//! Nothing here is a secret: a connection names a profile or an endpoint, and the cloud's own SDK finds the
//! credentials.

use std::path::{Path, PathBuf};
use std::time::Duration;

use escher_core::{Clock, CloudId, Error, ErrorKind, Identity, Result};
use escher_providers::sim::{Faults, SimSpec};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a program opens Escher.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data directory; one process owns it at a time.
    pub data_dir: PathBuf,
    /// Where downloaded models are kept; shared by all data directories.
    pub cache_dir: PathBuf,
    /// A folder that holds the embedding model already.
    pub model_dir: Option<PathBuf>,
    /// The time; the system's unless set.
    pub clock: Clock,
    /// Who asks, for approvals and the journal.
    pub user: String,
    /// Faults for the simulated clouds.
    pub sim_faults: Faults,
    /// How long one request to a cloud may take, tries included.
    pub timeout: Duration,
    /// How many steps of a run go on at once.
    pub parallel: usize,
}

impl Config {
    /// A configuration with a data directory and defaults for the rest. Reads nothing from the environment.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            cache_dir: data_dir.join("cache"),
            data_dir,
            model_dir: None,
            clock: system_clock(),
            user: "local".to_owned(),
            sim_faults: Faults::default(),
            timeout: Duration::from_secs(30),
            parallel: 8,
        }
    }

    /// The configuration of the signed-in user: the platform's folders, `ESCHER_DATA_DIR`, `ESCHER_CACHE_DIR` and
    /// `ESCHER_MODEL_DIR` where they are set.
    ///
    /// # Errors
    /// `Invalid` where the platform names no home folder and no data directory is given.
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
        config.model_dir = var("ESCHER_MODEL_DIR");
        let name = ["USER", "LOGNAME", "USERNAME"].iter().find_map(|key| std::env::var(key).ok());
        config.user = name.filter(|name| !name.is_empty()).unwrap_or_else(|| "local".to_owned());
        Ok(config)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system for the time")]
fn system_clock() -> Clock {
    Clock::new(Timestamp::now)
}

/// A cloud that was connected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

/// The file of connections in the data directory.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Connections {
    #[serde(default)]
    pub(crate) connections: Vec<Connection>,
}

impl Connections {
    /// Reads the file; none is an empty list.
    pub(crate) fn load(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(e) => return Err(storage("read connections", path, e)),
        };
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
        let beside = path.with_extension("toml.new");
        std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, path)).map_err(|e| storage("write connections", path, e))
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

/// A file system error with its file.
pub(crate) fn storage(operation: &str, path: &Path, e: std::io::Error) -> Error {
    let hint = match e.kind() {
        std::io::ErrorKind::StorageFull => "free some space on that disk and try again; nothing was lost",
        std::io::ErrorKind::PermissionDenied => "check who owns that folder, or choose another data directory",
        _ => "check that disk and folder",
    };
    Error::new(ErrorKind::Storage, e.to_string()).operation(operation).with("file", path.display().to_string()).hint(hint).caused_by(e)
}
