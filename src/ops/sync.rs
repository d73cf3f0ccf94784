//! `sync`: look at the connected clouds and bring the estate and its index up to date.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use escher_core::{
    ABSENCE_LAG, Cloud, CloudId, Diff, Entry, Error, Estate, Gap, ReadCx, Resource, Result, Scope, Sighting, Store as _, Throttled, Want,
    regions,
};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;
use crate::progress::{Progress, Step};

/// What to look at; everything that is connected where empty.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Names of connections.
    pub connections: Vec<String>,
    /// What to look for.
    pub want: Want,
    /// Who is told how far it is.
    pub progress: Progress,
}

/// What a look found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Synced {
    /// Resources seen.
    pub seen: usize,
    /// New ones.
    pub added: usize,
    /// Those whose settings, state or tags differ.
    pub changed: usize,
    /// Those of which only metrics or cost differ.
    pub refreshed: usize,
    /// Those just as they were.
    pub unchanged: usize,
    /// Those that are missing; a second complete look decides, some minutes later where the cloud lags.
    pub missing: usize,
    /// Those that are gone.
    pub removed: usize,
    /// Scopes listed to their end.
    pub covered: usize,
    /// Where nobody could look. Nothing was removed there.
    pub gaps: Vec<ScopeGap>,
    /// APIs that asked us to slow down, and were asked again more slowly; where that was in vain there is a gap.
    pub throttled: Vec<SlowApi>,
    /// Resources embedded or written to the index.
    pub indexed: u64,
    /// Whether any of the clouds is simulated.
    pub simulated: bool,
}

/// A place where nobody could look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeGap {
    /// The connection.
    pub connection: String,
    /// What could not be looked at, and why.
    #[serde(flatten)]
    pub gap: Gap,
}

/// An API that asked us to slow down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowApi {
    /// The connection.
    pub connection: String,
    /// Which API, how often, and how long was waited.
    #[serde(flatten)]
    pub throttled: Throttled,
}

impl Synced {
    fn count(&mut self, connection: &str, diff: Diff) {
        self.added += diff.added.len();
        self.changed += diff.changed.len();
        self.refreshed += diff.refreshed.len();
        self.unchanged += diff.unchanged.len();
        self.missing += diff.missed.len();
        self.removed += diff.removed.len();
        self.gaps.extend(diff.gaps.into_iter().map(|gap| ScopeGap { connection: connection.to_owned(), gap }));
    }
}

impl Escher {
    /// Looks at the connected clouds. What is complete is kept even where the rest breaks off: dropping the
    /// future loses only scopes that were not listed to their end.
    ///
    /// # Errors
    /// `Invalid` where nothing is connected, or a name or region is not known; `Storage`. What a cloud refuses is a gap,
    /// not an error.
    pub async fn sync(&self, options: SyncOptions) -> Result<Synced> {
        let _one = self.one_writes().await;
        let mut synced = Synced::default();
        let connected = self.connected(&options.connections).await?;
        let regions = self.known_regions(&connected, &options.want.regions).await?;
        let options = SyncOptions { want: Want { regions, ..options.want }, ..options };
        for (name, cloud) in connected {
            synced.simulated |= cloud.simulated();
            let before = cloud.throttled();
            self.sync_one(&name, &*cloud, &options, &mut synced).await?;
            let slow = Throttled::since(&before, cloud.throttled());
            synced.throttled.extend(slow.into_iter().map(|throttled| SlowApi { connection: name.clone(), throttled }));
        }
        synced.indexed = self.follow(&options.progress).await?;
        options.progress.tell(Step::Finished);
        Ok(synced)
    }

    /// The codes as their clouds write them. One that no connected cloud has would be looked for nowhere.
    async fn known_regions(&self, connected: &[(String, Arc<dyn Cloud>)], wanted: &[String]) -> Result<Vec<String>> {
        let mut codes = Vec::new();
        for code in wanted {
            let mut known = connected.iter().find_map(|(_, cloud)| regions::find(cloud.id(), code)).map(|region| region.code.to_owned());
            for (_, cloud) in connected {
                // Where that cannot be asked, the look itself will say why.
                if known.is_none() && cloud.has_region(&self.read_cx(), code).await.unwrap_or(true) {
                    known = Some(code.clone());
                }
            }
            codes.push(known.ok_or_else(|| {
                let clouds: Vec<CloudId> = connected.iter().map(|(_, cloud)| cloud.id()).collect();
                let error = Error::invalid(format!("no connected cloud has a region {code}"));
                regions::nearest(&clouds, code).into_iter().fold(error, |error, near| error.hint(format!("did you mean {near}?")))
            })?);
        }
        Ok(codes)
    }

    async fn sync_one(&self, name: &str, cloud: &dyn Cloud, options: &SyncOptions, synced: &mut Synced) -> Result<()> {
        // When something real was seen is a fact; when something simulated was seen goes by its world's time.
        let at = if cloud.simulated() { self.now() } else { self.wall_now().timestamp() };
        let lag = if cloud.lags() { ABSENCE_LAG } else { SignedDuration::ZERO };
        let mut known = Known::default();
        let mut waiting: Vec<Sighting> = Vec::new();
        let mut shared = Shared::default();
        let mut sightings = cloud.discover(self.read_cx(), options.want.clone());
        while let Some(sighting) = sightings.next().await {
            let scope = match sighting {
                Sighting::Seen(resource) => {
                    synced.seen += 1;
                    if synced.seen.is_multiple_of(100) {
                        options.progress.tell(Step::Seen { connection: name.to_owned(), count: synced.seen });
                    }
                    match resource.shared_with() {
                        Some(_) => shared.seen.push(*resource),
                        None => waiting.push(Sighting::Seen(resource)),
                    }
                    continue;
                }
                Sighting::Covered { ref scope, .. } => {
                    synced.covered += 1;
                    shared.covered.push(sighting.clone());
                    scope.clone()
                }
                Sighting::Gap(ref gap) => gap.scope.clone(),
            };
            // The scope is at its end: what was seen of it can be held against what was known of it.
            let (mut part, rest): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|s| matches!(s, Sighting::Seen(r) if scope.contains(r)));
            waiting = rest;
            part.push(sighting);
            let estate = known.part(self, &scope).await?;
            synced.count(name, self.advance_at(estate, part, at, lag).await?);
        }
        options.progress.tell(Step::Seen { connection: name.to_owned(), count: synced.seen });
        if !waiting.is_empty() {
            // Seen, but of no scope that ended: worth keeping, and proof of nothing.
            let estate = self.store().estate(None).await?;
            synced.count(name, self.advance_at(&estate, waiting, at, lag).await?);
        }
        if !cloud.simulated() {
            synced.count(name, self.sync_shared(shared).await?);
        }
        Ok(())
    }

    /// Holds what other accounts share with ours against what was known of that. Where the owner is connected as well,
    /// its own listing knows more, so that ours changes nothing.
    async fn sync_shared(&self, Shared { mut seen, covered }: Shared) -> Result<Diff> {
        let ours = self.identities();
        seen.retain(|it| !ours.iter().any(|me| me.cloud == it.cloud && it.account.as_deref() == Some(me.account.as_str())));
        let estate = self.store().estate(None).await?;
        let known = estate.entries().filter(|entry| entry.resource.shared_with().is_some()).cloned();
        let seen = seen.into_iter().map(|it| Sighting::Seen(Box::new(it)));
        self.advance_at(&Estate::new(known), seen.chain(covered).collect(), self.wall_now().timestamp(), ABSENCE_LAG).await
    }

    /// Holds sightings against a part of the estate and writes down what differs.
    pub(crate) async fn advance(&self, estate: &Estate, seen: Vec<Sighting>) -> Result<Diff> {
        self.advance_at(estate, seen, self.now(), SignedDuration::ZERO).await
    }

    async fn advance_at(&self, estate: &Estate, seen: Vec<Sighting>, at: Timestamp, lag: SignedDuration) -> Result<Diff> {
        let diff = estate.advance_lagging(seen, at, lag);
        self.store().apply(&diff).await?;
        Ok(diff)
    }

    pub(crate) fn read_cx(&self) -> ReadCx {
        ReadCx::new(self.config().clock.clone(), self.config().timeout)
    }
}

/// What was seen of other accounts, and the scopes in which that would have been seen.
#[derive(Default)]
struct Shared {
    seen: Vec<Resource>,
    covered: Vec<Sighting>,
}

/// What the store knew when the look began, split by account and native type so that each scope meets its own.
#[derive(Default)]
struct Known(BTreeMap<(CloudId, String), HashMap<String, Estate>>);

impl Known {
    async fn part(&mut self, escher: &Escher, scope: &Scope) -> Result<&Estate> {
        let key = (scope.cloud, scope.account.clone());
        if !self.0.contains_key(&key) {
            let whole = escher.store().estate(Some((scope.cloud, &scope.account))).await?;
            let mut parts: HashMap<String, Vec<Entry>> = HashMap::new();
            for entry in whole.entries() {
                parts.entry(entry.resource.native.clone()).or_default().push(entry.clone());
            }
            let parts = parts.into_iter().map(|(native, entries)| (native, Estate::new(entries))).collect();
            self.0.insert(key.clone(), parts);
        }
        Ok(self.0.entry(key).or_default().entry(scope.native.clone()).or_default())
    }
}
