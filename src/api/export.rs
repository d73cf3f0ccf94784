//! `export`: prints the estate in the exchange format.

use escher_core::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Cx, Effect, Event, Operation};
use crate::escher::Escher;

/// What to export.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ExportRequest {
    /// A selector; empty exports everything.
    #[serde(rename = "where")]
    pub filter: String,
}

/// One resource in the exchange format, with derived values added.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Exported(pub Map<String, Value>);

impl Event for Exported {}

/// The result of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportReport {
    /// How many resources were exported.
    pub exported: usize,
}

/// Export the estate.
pub struct Export;

impl Operation for Export {
    const NAME: &'static str = "export";
    const SUMMARY: &'static str = "Stream the resources that match a selector, in the exchange format";
    const EFFECT: Effect = Effect::Reads;
    type Request = ExportRequest;
    type Response = ExportReport;
    type Event = Exported;

    async fn call(escher: &Escher, request: ExportRequest, cx: Cx<Exported>) -> Result<ExportReport> {
        let mut exported = 0;
        for resource in escher.export(&request.filter).await? {
            let Value::Object(resource) = resource else { continue };
            if !cx.events.send(Exported(resource)).await {
                break;
            }
            exported += 1;
        }
        Ok(ExportReport { exported })
    }
}
