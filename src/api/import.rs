//! `import`: load resources out of a file.

use std::io::{Cursor, Read};
use std::path::PathBuf;

use escher_core::{Error, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sync::reported;
use super::{Cx, Effect, Operation};
use crate::escher::Escher;
use crate::home::open_plain;
use crate::ops::import::{Format, ImportOptions};
use crate::progress::Step;

pub use crate::ops::import::ImportReport;

/// What to load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Where it is.
    pub source: Source,
    /// What it holds, if that is not recognized.
    #[serde(default)]
    pub format: Option<Format>,
    /// Which column of a table holds what: pairs of a name and a column.
    #[serde(default)]
    pub map: Vec<(String, String)>,
}

/// Where the resources are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// In a plain file of this machine, by its absolute path.
    File(PathBuf),
    /// Here.
    Text(String),
    /// In what the caller sends along; only in the same process.
    Input,
}

/// Load resources out of a file.
pub struct Import;

impl Operation for Import {
    const NAME: &'static str = "import";
    const SUMMARY: &'static str = "Load resources from JSON, CSV, a Terraform state, or what the clouds' tools list";
    const EFFECT: Effect = Effect::Changes;
    type Request = ImportRequest;
    type Response = ImportReport;
    type Event = Step;

    async fn call(escher: &Escher, request: ImportRequest, mut cx: Cx<Step>) -> Result<ImportReport> {
        let _turn = escher.turn_to_import().await;
        let input = opened(request.source, cx.input.take()).await?;
        escher.import(input, ImportOptions { format: request.format, map: request.map }, &reported(&cx)).await
    }
}

async fn opened(source: Source, input: Option<Box<dyn Read + Send>>) -> Result<Box<dyn Read + Send>> {
    match source {
        Source::Text(text) => Ok(Box::new(Cursor::new(text))),
        Source::Input => input.ok_or_else(|| Error::invalid("the caller sends nothing along").hint("name a file, or put the text here")),
        Source::File(path) => tokio::task::spawn_blocking(move || open_plain(&path).map(|file| Box::new(file) as Box<dyn Read + Send>))
            .await
            .map_err(|e| Error::internal(e.to_string()).operation("open file"))?,
    }
}
