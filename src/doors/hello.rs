//! The first words between a program and the owner.

use escher_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;
use crate::escher::Escher;
use crate::speaker::Speaker;

/// What a program says first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hello {
    /// Its version; the owner answers only its own.
    version: String,
    /// The time it reads by, if that was set by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Timestamp>,
    /// Faults of the simulated clouds that it asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sim_faults: Option<String>,
    /// Who speaks.
    #[serde(default)]
    speaker: Speaker,
}

/// What the owner answers.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Welcome {
    pub(super) version: String,
    pub(super) pid: u32,
    pub(super) since: Timestamp,
}

impl Hello {
    pub(super) const METHOD: &str = "hello";

    /// What a program says that was started with this configuration.
    pub(super) fn of(config: &Config) -> Self {
        Self {
            version: crate::VERSION.to_owned(),
            now: config.clock.is_shifted().then(|| config.clock.now()),
            sim_faults: (!config.sim_faults.is_empty()).then(|| config.sim_faults.to_string()),
            speaker: config.speaker,
        }
    }

    pub(super) fn read(params: Value) -> Result<Self> {
        serde_json::from_value(params).map_err(|e| Error::invalid(format!("the hello does not fit: {e}")).operation(Self::METHOD))
    }

    /// The data directory as this program asks to see it.
    ///
    /// # Errors
    /// `Busy` for a program of another version; `Invalid` for faults that are none.
    pub(super) fn admitted(self, escher: &Escher) -> Result<Escher> {
        if self.version != crate::VERSION {
            let (owner, caller) = (crate::VERSION, self.version);
            let error = Error::new(
                ErrorKind::Busy,
                format!("process {} of version {owner} owns the data directory, and the caller is of version {caller}", std::process::id()),
            );
            return Err(error.operation(Self::METHOD).hint("end that process, or use its version"));
        }
        let faults = self.sim_faults.map(|text| text.parse()).transpose()?;
        Ok(escher.seen_by(self.now, faults).spoken_by(self.speaker))
    }
}

impl Welcome {
    pub(super) fn of(escher: &Escher) -> Self {
        let owner = escher.owner();
        Self { version: crate::VERSION.to_owned(), pid: owner.pid, since: owner.since }
    }
}
