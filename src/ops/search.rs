//! `search`: finds the best matches for words, under a selector.

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
    /// The words, at most 8000 bytes; if empty, lists what the selector matches.
    pub words: String,
    /// A selector; if empty, everything matches.
    #[serde(rename = "where")]
    pub filter: String,
    /// Maximum number of hits.
    pub limit: usize,
}

impl SearchRequest {
    /// The default maximum number of hits.
    pub const LIMIT: usize = 10;
    /// The maximum length of the words in bytes: each word is compared with every resource.
    pub const MOST_BYTES: usize = 8_000;
}

impl Default for SearchRequest {
    fn default() -> Self {
        Self { words: String::new(), filter: String::new(), limit: Self::LIMIT }
    }
}

/// The results of a search.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SearchResults {
    /// How long the search took in milliseconds, excluding startup.
    pub took_ms: f64,
    /// How many resources match the selector.
    pub total: u64,
    /// The best hits, best first.
    pub hits: Vec<Hit>,
    /// How many of the hits, from the first on, match the words well. What follows is what the selector admits, in the order
    /// of their scores; without words, every hit counts.
    #[serde(default)]
    pub matched: u64,
    /// Words whose spelling was corrected, as typed and as read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrected: Vec<Correction>,
    /// Whether the search matched by meaning; without a model, it is lexical.
    pub semantic: bool,
    /// Warnings for the person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// A resource, as lists show it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hit {
    /// The score, 0 to 1; 1 if nothing was ranked.
    #[serde(serialize_with = "as_written")]
    pub score: f32,
    /// The canonical id.
    pub id: String,
    /// The resource's name.
    pub name: String,
    /// The cloud.
    pub cloud: CloudId,
    /// The kind.
    pub kind: Kind,
    /// The cloud's own type.
    #[serde(rename = "type")]
    pub native: String,
    /// The account, subscription or project.
    pub account: Option<String>,
    /// The account's display name.
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
    /// US dollars per month.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_month: Option<f64>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
}

/// The same digits in every interface: a score that is converted to a double on the way would get more.
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
    /// Searches. Words rank; the selector filters.
    ///
    /// # Errors
    /// `Invalid` for a selector that cannot be parsed, with the position, and for too many words; `Storage`.
    pub async fn search(&self, request: &SearchRequest) -> Result<SearchResults> {
        if request.words.len() > SearchRequest::MOST_BYTES {
            let (length, most) = (request.words.len(), SearchRequest::MOST_BYTES);
            return Err(Error::invalid(format!("the search text is {length} bytes long, and the limit is {most}"))
                .operation("search")
                .hint("use a few words that distinguish the resources, and a selector for the rest"));
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
                Error::internal("the index has a resource that the store does not").with("id", id.to_string()).next(Next::Doctor)
            })?;
            found.push(Hit::new(&entry.resource, *score));
        }
        let took_ms = (begun.elapsed().as_secs_f64() * 10_000.0).round() / 10.0;
        let mut warnings = self.unknown_keys(&selector).await?;
        warnings.extend(self.simulated_among(found.iter().map(|hit| (hit.cloud, hit.account.as_deref()))));
        let matched = hits.matched as u64;
        Ok(SearchResults { took_ms, total: hits.total, hits: found, matched, corrected: hits.corrected, semantic: hits.semantic, warnings })
    }

    /// What the estate knows about these resources; those that it does not contain are left out.
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
