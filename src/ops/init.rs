//! `init`: sets up a data directory, and the model that lets search match by meaning.

use std::path::PathBuf;

use escher_core::{Error, Next, Result};
use escher_rag::Model;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;

/// What was set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InitReport {
    /// The data directory.
    pub data_dir: PathBuf,
    /// The folder of the model; null if it could not be fetched.
    pub model: Option<PathBuf>,
    /// Why there is no model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_missing: Option<String>,
    /// The next step.
    pub next: Next,
}

impl Escher {
    /// Sets up the data directory and fetches the model (90 MB, once per machine). Without a model, search is lexical.
    ///
    /// # Errors
    /// `Storage`. If the model cannot be fetched, the result says so.
    pub async fn init(&self) -> Result<InitReport> {
        let options = self.locate(true);
        let located = tokio::task::spawn_blocking(move || Model::locate(&options))
            .await
            .map_err(|e| Error::internal(e.to_string()).operation("fetch model"))?;
        let (model, model_missing) = match located {
            Ok(files) => (Some(files.folder().to_owned()), None),
            Err(e) => (None, Some(e.to_string())),
        };
        Ok(InitReport { data_dir: self.home().root().to_owned(), model, model_missing, next: Next::Start })
    }
}
