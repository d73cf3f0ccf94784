//! `import`: loads resources from a file.

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

/// What to import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportRequest {
    /// Where the resources are.
    pub source: Source,
    /// The format, if it is not recognized automatically.
    #[serde(default)]
    pub format: Option<Format>,
    /// Which column of a table holds which field: pairs of a field name and a column.
    #[serde(default)]
    pub map: Vec<(String, String)>,
}

/// Where the resources are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// In a plain file on this machine, by its absolute path.
    File(PathBuf),
    /// In this text.
    Text(String),
    /// In the input that the caller attaches; only within the same process.
    Input,
}

/// Load resources from a file.
pub struct Import;

impl Operation for Import {
    const NAME: &'static str = "import";
    const SUMMARY: &'static str = "Load resources from JSON, CSV, a Terraform state, or the listings of the clouds' own tools";
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
