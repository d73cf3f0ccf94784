//! Where there is no local socket yet: nobody answers, and nobody is found. The owner of a data directory is named instead.

use std::path::Path;

use escher_core::{Error, Result};
use escher_exec::CancellationToken;
use serde_json::Value;

use crate::api::Declared;
use crate::config::Config;
use crate::escher::Escher;

/// There is none.
pub(super) enum Client {}

/// Why there is no answer.
pub(super) enum Unanswered {
    /// Asked again, another may answer.
    Again,
    /// The operation failed.
    Failed(Error),
}

impl Client {
    pub(super) async fn connect(_: &Config) -> Result<Option<Self>> {
        Ok(None)
    }

    pub(super) fn pid(&self) -> u32 {
        match *self {}
    }

    pub(super) async fn call(
        &self,
        _: &Declared,
        _: &Value,
        _: impl FnMut(Value),
        _: &CancellationToken,
    ) -> std::result::Result<Value, Unanswered> {
        match *self {}
    }
}

/// There is none.
pub(super) enum Serving {}

impl Serving {
    pub(super) fn begin(_: Escher) -> Result<Self> {
        Err(Error::new(escher_core::ErrorKind::Unsupported, "there is no local socket on this system")
            .operation("listen for other programs"))
    }

    pub(super) fn path(&self) -> &Path {
        match *self {}
    }

    pub(super) fn hurry(&self) {
        match *self {}
    }

    pub(super) async fn end(self) {
        match self {}
    }
}
