//! `search`: the best resources for words, under a selector.

use escher_core::{CloudId, Env, Error, Filter, Index as _, Kind, Query, Resource, Result, Selector, State, Store as _};
use serde::Serialize;
use std::collections::BTreeMap;
use std::time::Instant;

use crate::escher::Escher;
use crate::progress::Progress;

/// What to search for.
#[derive(Clone, Debug)]
pub struct SearchRequest {
    /// The words.
    pub words: String,
    /// A selector; empty admits everything.
    pub filter: String,
    /// How many hits at most.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Found {
    /// How long it took, without starting up.
    pub took_ms: f64,
    /// How many resources the selector admits.
    pub total: u64,
    /// The best, best first.
    pub hits: Vec<Hit>,
    /// The words as they were read, where spelling was mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mended: Option<String>,
    /// Whether meaning took part; without a model search is lexical.
    pub semantic: bool,
    /// What else the person should know.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A resource, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Hit {
    /// 0 to 1; 1 where nothing was ranked.
    pub score: f32,
    /// Canonical id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The cloud.
    pub cloud: CloudId,
    /// The kind.
    pub kind: Kind,
    /// The native type.
    #[serde(rename = "type")]
    pub native: String,
    /// Account, subscription or project.
    pub account: Option<String>,
    /// Its display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The state.
    pub state: Option<State>,
    /// The environment.
    pub env: Option<Env>,
    /// The SKU.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size: Option<String>,
    /// US dollars a month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_month: Option<f64>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

impl Hit {
    /// The list form of a resource.
    pub fn new(resource: &Resource, score: f32) -> Self {
        Self {
            score,
            id: resource.id.to_string(),
            name: resource.name.clone(),
            cloud: resource.cloud,
            kind: resource.kind,
            native: resource.native.clone(),
            account: resource.account.clone(),
            account_name: resource.account_name.clone(),
            region: resource.region.clone(),
            state: resource.state,
            env: resource.env(),
            size: resource.text_attr(escher_core::resource::attr::SIZE).map(str::to_owned),
            cost_month: resource.cost_month,
            tags: resource.tags.clone().unwrap_or_default(),
        }
    }
}

impl Escher {
    /// Searches. Words rank, the selector admits.
    ///
    /// # Errors
    /// `Invalid` for a selector that cannot be read, with the place; `Storage`.
    pub async fn search(&self, request: &SearchRequest) -> Result<Found> {
        let selector = Selector::parse(&request.filter)?;
        self.follow(&Progress::default()).await?;
        let index = self.index().await?;
        let begun = Instant::now();
        let now = self.now();
        let filter = if index.answers(&selector) {
            Filter::Selector(selector.clone())
        } else {
            Filter::Ids(self.store().admitted(&selector, now).await?)
        };
        let query = Query { words: request.words.clone(), filter, limit: request.limit, now };
        let hits = index.search(&query).await?;
        let mut found = Vec::with_capacity(hits.hits.len());
        for (id, score) in &hits.hits {
            let entry = self.store().entry(id).await?.ok_or_else(|| {
                Error::internal("the index knows a resource that the store does not").with("id", id.to_string()).hint("run: escher doctor")
            })?;
            found.push(Hit::new(&entry.resource, *score));
        }
        let took_ms = (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        let mut warnings = self.unknown_keys(&selector).await?;
        warnings.extend(self.simulated_note());
        Ok(Found { took_ms, total: hits.total, hits: found, mended: hits.mended, semantic: hits.semantic, warnings })
    }

    /// A warning for each tag key, attribute and relation in a selector that no resource has.
    pub(crate) async fn unknown_keys(&self, selector: &Selector) -> Result<Vec<String>> {
        let known = self.store().known_words().await?;
        Ok(selector.unknown_words(&known).iter().map(ToString::to_string).collect())
    }
}
