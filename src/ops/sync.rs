//! `sync`: scans the connected clouds and brings the estate and its index up to date.

use std::collections::BTreeMap;
use std::sync::Arc;

use escher_core::{
    ABSENCE_LAG, Cloud, CloudId, Diff, DiscoveryFilter, Error, Estate, Gap, Look, Measurement, Observation, ReadCx, Resource, ResourceId,
    Result, Selector, Throttled, regions,
};
use futures::StreamExt as _;
use jiff::SignedDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::escher::Escher;
use crate::progress::{Progress, Step};

/// Regions that are named where one is not known.
const REGIONS: usize = 12;

/// What to scan; if empty, everything that is connected.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// The connections to scan, by name.
    pub connections: Vec<String>,
    /// Which kinds and regions to scan.
    pub want: DiscoveryFilter,
    /// Receives progress.
    pub progress: Progress,
}

/// What the scan found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SyncReport {
    /// How many resources the scan saw.
    pub seen: usize,
    /// New resources.
    pub added: usize,
    /// Resources whose settings, state or tags changed.
    pub changed: usize,
    /// Resources of which only metrics or cost changed.
    pub refreshed: usize,
    /// Resources that did not change.
    pub unchanged: usize,
    /// Missing resources. A second complete scan decides whether they are gone, some minutes later if the cloud lags.
    pub missing: usize,
    /// Resources that are gone.
    pub removed: usize,
    /// Scopes that were listed completely.
    pub covered: usize,
    /// What could not be scanned. Nothing was removed there.
    pub gaps: Vec<ScopeGap>,
    /// APIs that asked us to slow down and were retried more slowly; if that failed, there is a gap.
    pub throttled: Vec<SlowApi>,
    /// Resources that were embedded or written to the index.
    pub indexed: u64,
    /// Whether any of the clouds is simulated.
    pub simulated: bool,
}

/// A scope that could not be scanned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScopeGap {
    /// The connection.
    pub connection: String,
    /// What could not be scanned, and why.
    #[serde(flatten)]
    pub gap: Gap,
}

/// An API that asked us to slow down.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SlowApi {
    /// The connection.
    pub connection: String,
    /// Which API, how often, and how long we waited.
    #[serde(flatten)]
    pub throttled: Throttled,
}

impl SyncReport {
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
    /// Scans the connected clouds. Complete scopes are kept even if the rest is interrupted: dropping the future loses only
    /// scopes that were not listed completely.
    ///
    /// # Errors
    /// `Invalid` if nothing is connected, or a name or region is unknown; `Storage`. A refusal by a cloud is a gap, not an
    /// error.
    pub async fn sync(&self, options: SyncOptions) -> Result<SyncReport> {
        let _one = self.one_writes().await;
        self.read_since().await.clear();
        let mut synced = SyncReport::default();
        let connected = self.connected(&options.connections).await?;
        let regions = self.known_regions(&connected, &options.want.regions).await?;
        let options = SyncOptions { want: DiscoveryFilter { regions, ..options.want }, ..options };
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

    /// The codes as their clouds write them. A code that no connected cloud has would never be scanned.
    async fn known_regions(&self, connected: &[(String, Arc<dyn Cloud>)], wanted: &[String]) -> Result<Vec<String>> {
        let mut codes = Vec::new();
        for code in wanted {
            let mut known = connected.iter().find_map(|(_, cloud)| regions::find(cloud.id(), code)).map(|region| region.code.to_owned());
            for (_, cloud) in connected {
                // If that cannot be checked, the scan itself reports why.
                if known.is_none() && cloud.has_region(&self.read_cx(), code).await.unwrap_or(true) {
                    known = Some(code.clone());
                }
            }
            match known {
                Some(known) => codes.push(known),
                None => return Err(self.no_region(connected, code).await?),
            }
        }
        Ok(codes)
    }

    /// The error for a region that no connected cloud has, with the one that was probably meant, or else some that there are.
    async fn no_region(&self, connected: &[(String, Arc<dyn Cloud>)], code: &str) -> Result<Error> {
        let clouds: Vec<CloudId> = connected.iter().map(|(_, cloud)| cloud.id()).collect();
        let error = Error::invalid(format!("no connected cloud has a region {code}"));
        if let Some(near) = regions::nearest(&clouds, code) {
            return Ok(error.hint(format!("did you mean {near}?")));
        }
        let mut used: BTreeMap<String, usize> = BTreeMap::new();
        for entry in self.estate().select(&Selector::All, self.now()).await?.matched {
            let region = entry.resource.region.filter(|region| clouds.contains(&entry.resource.cloud) && region != "global");
            region.into_iter().for_each(|region| *used.entry(region).or_default() += 1);
        }
        let mut used: Vec<(String, usize)> = used.into_iter().collect();
        used.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let (whence, names): (_, Vec<&str>) = match used.len() {
            0 => ("for example", regions::all().iter().filter(|it| clouds.contains(&it.cloud)).map(|it| it.code).collect()),
            _ => ("in use are", used.iter().map(|(region, _)| region.as_str()).collect()),
        };
        let more = if names.len() > REGIONS { format!(" and {} more", names.len() - REGIONS) } else { String::new() };
        let names = names.into_iter().take(REGIONS).collect::<Vec<_>>().join(", ");
        Ok(error.hint(format!("write a region's code as its cloud does; {whence} {names}{more}")))
    }

    async fn sync_one(&self, name: &str, cloud: &dyn Cloud, options: &SyncOptions, synced: &mut SyncReport) -> Result<()> {
        // When something real was seen is a fact; when something simulated was seen goes by its world's time.
        let at = if cloud.simulated() { self.now() } else { self.wall_now().timestamp() };
        let lag = if cloud.lags() { ABSENCE_LAG } else { SignedDuration::ZERO };
        let mut look = Look::new(at, lag);
        let mut observations = cloud.discover(self.read_cx(), options.want.clone());
        while let Some(observation) = observations.next().await {
            match &observation {
                Observation::Seen { .. } => {
                    synced.seen += 1;
                    if synced.seen.is_multiple_of(100) {
                        options.progress.tell(Step::Seen { connection: name.to_owned(), count: synced.seen });
                    }
                }
                Observation::Covered { .. } => synced.covered += 1,
                Observation::Gap(_) | Observation::Measured(_) => {}
            }
            if let Some((cloud, account)) = look.needs(&observation) {
                look.know(cloud, account, self.estate().estate(Some((cloud, account))).await?);
            }
            if let Some(diff) = look.take(observation) {
                synced.count(name, self.apply_listed(diff).await?);
            }
        }
        options.progress.tell(Step::Seen { connection: name.to_owned(), count: synced.seen });
        let mut ended = look.end();
        let shared = (std::mem::take(&mut ended.shared), std::mem::take(&mut ended.covered));
        if !ended.waiting.is_empty() {
            let known = self.estate().known(&ended.ids()).await?;
            synced.count(name, self.apply_listed(ended.hold(&known)).await?);
        }
        if !cloud.simulated() {
            synced.count(name, self.sync_shared(shared).await?);
        }
        Ok(())
    }

    /// Compares what other accounts share with ours with what was known about it. If the owner is connected as well, its own
    /// listing knows more, so ours changes nothing.
    async fn sync_shared(&self, (mut seen, covered): (Vec<Resource>, Vec<Observation>)) -> Result<Diff> {
        let ours = self.identities();
        seen.retain(|it| !ours.iter().any(|me| me.cloud == it.cloud && it.account.as_deref() == Some(me.account.as_str())));
        let estate = self.estate().estate(None).await?;
        let known = estate.into_entries().filter(|entry| entry.resource.shared_with().is_some());
        let seen = seen.into_iter().map(Observation::seen).chain(covered);
        self.apply_listed(Estate::new(known).advance_lagging(seen, self.wall_now().timestamp(), ABSENCE_LAG)).await
    }

    /// Stores what a listing showed, except for resources that a run has read since the listing began.
    async fn apply_listed(&self, diff: Diff) -> Result<Diff> {
        let read_since = self.read_since().await;
        let diff = diff.without(&read_since);
        self.estate().apply(&diff).await?;
        Ok(diff)
    }

    /// Compares observations with a part of the estate and stores the differences.
    pub(crate) async fn advance(&self, estate: &Estate, seen: Vec<Observation>) -> Result<Diff> {
        let diff = estate.advance(seen, self.now());
        self.estate().apply(&diff).await?;
        Ok(diff)
    }

    /// Applies what a job measured: metrics and cost of known resources; the index follows. Resources that are not in the
    /// estate are left out.
    ///
    /// # Errors
    /// `Storage`.
    pub async fn measured(&self, measurements: Vec<Measurement>) -> Result<usize> {
        let ids: Vec<ResourceId> = measurements.iter().map(|measurement| measurement.id.clone()).collect();
        let known = self.estate().known(&ids).await?;
        let seen = measurements.into_iter().map(|measurement| Observation::Measured(Box::new(measurement))).collect();
        let diff = self.advance(&known, seen).await?;
        self.follow(&Progress::default()).await?;
        Ok(diff.refreshed.len())
    }

    pub(crate) fn read_cx(&self) -> ReadCx {
        ReadCx::new(self.config().clock.clone(), self.config().timeout)
    }
}
