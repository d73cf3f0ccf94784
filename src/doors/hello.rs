//! The first words between a program and the owner.

use escher_core::{Error, ErrorKind, Result};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Config;
use crate::escher::Escher;
use crate::speaker::Speaker;

/// Bytes of a user's name.
const LONGEST_USER: usize = 256;

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
    /// Who uses it, as approvals record them; the owner's user if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    user: Option<String>,
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
            user: Some(config.user.clone()),
            speaker: config.speaker,
        }
    }

    pub(super) fn read(params: Value) -> Result<Self> {
        let bad = |why: String| Error::invalid(format!("the hello does not fit: {why}")).operation(Self::METHOD);
        let hello: Self = serde_json::from_value(params).map_err(|e| bad(e.to_string()))?;
        let is_name = |user: &String| !user.is_empty() && user.len() <= LONGEST_USER && !user.contains(char::is_control);
        if hello.user.as_ref().is_some_and(|user| !is_name(user)) {
            return Err(bad(format!("`user` is a name of at most {LONGEST_USER} bytes")));
        }
        Ok(hello)
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
        Ok(escher.seen_by(self.user, self.now, faults).spoken_by(self.speaker))
    }
}

impl Welcome {
    pub(super) fn of(escher: &Escher) -> Self {
        let owner = escher.owner();
        Self { version: crate::VERSION.to_owned(), pid: owner.pid, since: owner.since }
    }
}
