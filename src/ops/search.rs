//! `search`: the best resources for words, under a selector.

use escher_core::{CloudId, Correction, Env, Error, Filter, Kind, Next, Query, Resource, ResourceId, Result, Selector, State};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use std::time::Instant;

use crate::escher::Escher;
use crate::progress::Progress;

/// What to search for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SearchRequest {
    /// The words, 8000 bytes at most; empty lists what the selector admits.
    pub words: String,
    /// A selector; empty admits everything.
    #[serde(rename = "where")]
    pub filter: String,
    /// How many hits at most.
    pub limit: usize,
}

impl SearchRequest {
    /// How many hits there are at most unless it is said.
    pub const LIMIT: usize = 10;
    /// Bytes of words at most: each word is held against every resource.
    pub const MOST_BYTES: usize = 8_000;
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self { words: String::new(), filter: String::new(), limit: Self::LIMIT }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchResults {
    /// How long it took, without starting up.
    pub took_ms: f64,
    /// How many resources the selector admits.
    pub total: u64,
    /// The best, best first.
    pub hits: Vec<Hit>,
    /// The words whose spelling was corrected, as they were typed and as they were read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Correction>,
    /// Whether meaning took part; without a model search is lexical.
    pub semantic: bool,
    /// What else the person should know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A resource, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// 0 to 1; 1 where nothing was ranked.
    #[serde(serialize_with = "as_written")]
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
    /// The zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
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

/// The same digits on every door: a score that becomes a double on its way would get more of them.
#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn as_written<S: Serializer>(score: &f32, s: S) -> std::result::Result<S::Ok, S::Error> {
    s.serialize_f64(score.to_string().parse().unwrap_or_else(|_| f64::from(*score)))
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
            zone: resource.zone.clone(),
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
    /// `Invalid` for a selector that cannot be read, with the place, and for too many words; `Storage`.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchResults> {
        if request.words.len() > SearchRequest::MOST_BYTES {
            let (length, most) = (request.words.len(), SearchRequest::MOST_BYTES);
            return Err(Error::invalid(format!("the words are {length} bytes long, and no more than {most} are searched for"))
                .operation("search")
                .hint("a few words that set the resources apart are enough; a selector admits the rest"));
        }
        let selector = Selector::parse(&request.filter)?;
        self.follow(&Progress::default()).await?;
        let index = self.index().await?;
        let begun = Instant::now();
        let now = self.now();
        let filter = if index.answers(&selector) {
            Filter::Selector(selector.clone())
        } else {
            Filter::Ids(self.estate().admitted(&selector, now).await?)
        };
        let query = Query { words: request.words.clone(), filter, limit: request.limit, now };
        let hits = index.search(&query).await?;
        let mut found = Vec::with_capacity(hits.hits.len());
        for (id, score) in &hits.hits {
            let entry = self.estate().entry(id).await?.ok_or_else(|| {
                Error::internal("the index knows a resource that the store does not").with("id", id.to_string()).next(Next::Doctor)
            })?;
            found.push(Hit::new(&entry.resource, *score));
        }
        let took_ms = (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        let mut warnings = self.unknown_keys(&selector).await?;
        warnings.extend(self.simulated_note());
        Ok(SearchResults { took_ms, total: hits.total, hits: found, corrected: hits.corrected, semantic: hits.semantic, warnings })
    }

    /// What the estate knows of these resources; those that it does not hold are left out.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn known(&self, ids: impl IntoIterator<Item = &ResourceId>) -> Result<Vec<Hit>> {
        let mut known = Vec::new();
        for id in ids {
            known.extend(self.estate().entry(id).await?.map(|entry| Hit::new(&entry.resource, 1.0)));
        }
        Ok(known)
    }

    /// A warning for each tag key, attribute and relation in a selector that no resource has.
    pub(crate) async fn unknown_keys(&self, selector: &Selector) -> Result<Vec<String>> {
        let known = self.estate().known_words().await?;
        Ok(selector.unknown_words(&known).iter().map(ToString::to_string).collect())
    }
}
