//! The estate: what was observed, what that changes, and what it must not change.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::look::Earlier;
use crate::{CloudId, Error, ErrorKind, FieldChange, Measured, Measurement, Next, Resource, ResourceId, RunId};

/// The part of the world that one listing covers. It never extends beyond one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// The cloud.
    pub cloud: CloudId,
    /// The account, subscription or project.
    pub account: String,
    /// The listed type, in the cloud's own terms.
    #[serde(rename = "type")]
    pub native: String,
    /// The region; `None` if the listing covers all regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Scope {
    /// Whether a complete listing of this scope must contain a resource: one of its account, or one that another account
    /// shares with it.
    pub fn contains(&self, resource: &Resource) -> bool {
        self.cloud == resource.cloud
            && [resource.account.as_deref(), resource.shared_with()].contains(&Some(self.account.as_str()))
            && self.native == resource.native
            && self.region.as_ref().is_none_or(|region| resource.region.as_ref() == Some(region))
    }
}

impl std::fmt::Display for Scope {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {}", self.cloud, self.account, self.native)?;
        self.region.as_ref().map_or(Ok(()), |region| write!(f, " in {region}"))
    }
}

/// A scan that failed, was denied or was interrupted: nothing is known about its scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// What could not be scanned.
    pub scope: Scope,
    /// Why.
    pub kind: ErrorKind,
    /// The cloud's message, redacted.
    pub reason: String,
    /// What the person can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The operation that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

impl Gap {
    /// The gap that an error causes in a scope.
    pub fn of(scope: Scope, error: &Error) -> Self {
        Self {
            scope,
            kind: error.kind(),
            reason: error.to_string(),
            hint: error.hint_text().map(str::to_owned),
            next: error.next_step().cloned(),
        }
    }
}

/// How much an observation reports about a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// A little about many resources, as an index over all types gives: fields that it does not report stay as known.
    Breadth,
    /// Everything about a resource: fields that it does not report no longer hold. Measured values, which a cloud's listing
    /// seldom has, stay as known if it reports none.
    Depth,
    /// Depth, including measured values: the exchange format, which omits nothing that its source knows.
    Whole,
}

/// One item of a discovery stream, or of a job's results.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// A resource exists.
    Seen {
        /// The resource.
        resource: Box<Resource>,
        /// How much this reports about it. Within one scan, depth wins over breadth, in whatever order they come.
        depth: Depth,
    },
    /// Something was measured about a known resource. That is not a scan: the resource neither appears nor is missing.
    Measured(Box<Measurement>),
    /// A scope could not be scanned, wholly or in part.
    Gap(Gap),
    /// A scope was listed completely; only now can a resource in it count as missing.
    Covered {
        /// What was listed.
        scope: Scope,
        /// Whether the listing is strongly consistent, so that one absence is proof.
        authoritative: bool,
    },
}

impl Observation {
    /// A resource, observed in depth.
    pub fn seen(resource: Resource) -> Self {
        Self::Seen { resource: Box::new(resource), depth: Depth::Depth }
    }

    /// A resource, observed in breadth.
    pub fn glimpsed(resource: Resource) -> Self {
        Self::Seen { resource: Box::new(resource), depth: Depth::Breadth }
    }
}

/// The result of reading one resource, such as after a run that changed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The resource that was read.
    pub id: ResourceId,
    /// The resource as it is; `None` if it was not found.
    pub found: Option<Resource>,
    /// Whether not finding it is proof that it is gone: we deleted it, or its cloud never lags.
    pub is_proof: bool,
}

/// A resource and how we know about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The resource as last seen, with measurements laid over it.
    pub resource: Resource,
    /// What jobs measured about it.
    #[serde(default, skip_serializing_if = "Measured::is_empty")]
    pub measured: Measured,
    /// [`Resource::observed_hash`] of it.
    pub hash: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// How many consecutive complete listings did not contain it.
    pub missed: u32,
    /// When the first of these listings was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_since: Option<Timestamp>,
}

impl Entry {
    /// A resource that was first seen at this time.
    pub fn new(resource: Resource, at: Timestamp) -> Self {
        let hash = resource.observed_hash();
        Self { resource, measured: Measured::default(), hash, first_seen: at, last_seen: at, missed: 0, missed_since: None }
    }

    /// The number of absences, including one more at `at`. Listings of a cloud that lags count as one if they are closer
    /// together than `lag`.
    pub fn absences(&self, at: Timestamp, lag: SignedDuration) -> u32 {
        let counts = self.missed == 0 || lag.is_zero() || self.missed_since.is_some_and(|since| at.duration_since(since) >= lag);
        self.missed + u32::from(counts)
    }
}

/// A part of the estate in memory, by id.
#[derive(Clone, Debug, Default)]
pub struct Estate {
    entries: BTreeMap<ResourceId, Entry>,
}

/// What a scan changes. The store and the index apply it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Resources not known before.
    pub added: Vec<Entry>,
    /// Known resources whose configuration changed.
    pub changed: Vec<Entry>,
    /// Known resources of which only metrics or cost changed, or whose earlier absence was wrong.
    pub refreshed: Vec<Entry>,
    /// Known resources that did not change.
    pub unchanged: Vec<ResourceId>,
    /// Resources absent from a complete listing, but not often enough to be gone: id and absences so far.
    pub missed: Vec<(ResourceId, u32)>,
    /// Resources that are gone.
    pub removed: Vec<ResourceId>,
    /// What could not be scanned.
    pub gaps: Vec<Gap>,
    /// The time of the scan.
    pub at: Timestamp,
    /// The fields in which the resources of [`Diff::changed`] differ.
    pub differences: BTreeMap<ResourceId, Vec<FieldChange>>,
    /// The Escher run that caused the changes, if one is known.
    pub run: Option<RunId>,
}

impl Diff {
    /// The same diff without these resources.
    #[must_use]
    pub fn without(mut self, ids: &HashSet<ResourceId>) -> Self {
        if !ids.is_empty() {
            for entries in [&mut self.added, &mut self.changed, &mut self.refreshed] {
                entries.retain(|entry| !ids.contains(&entry.resource.id));
            }
            self.unchanged.retain(|id| !ids.contains(id));
            self.missed.retain(|(id, _)| !ids.contains(id));
            self.removed.retain(|id| !ids.contains(id));
            self.differences.retain(|id, _| !ids.contains(id));
        }
        self
    }

    /// Whether only `last_seen` times would change.
    pub fn is_quiet(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.refreshed.is_empty() && self.missed.is_empty() && self.removed.is_empty()
    }
}

/// Consecutive complete listings without a resource before it counts as gone, unless the listing is authoritative.
pub const ABSENCES: u32 = 2;

/// The minimum time between these listings if a cloud lags: its listings come from replicas, which are behind by seconds and
/// sometimes minutes.
pub const ABSENCE_LAG: SignedDuration = SignedDuration::from_mins(2);

impl Estate {
    /// The estate that holds these entries.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.resource.id.clone(), entry)).collect() }
    }

    /// Entries, ordered by id.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entries themselves, in the same order.
    pub fn into_entries(self) -> impl Iterator<Item = Entry> {
        self.entries.into_values()
    }

    /// The entry for an id.
    pub fn get(&self, id: &ResourceId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The estate after a diff is applied.
    #[must_use]
    pub fn with(mut self, diff: &Diff) -> Self {
        for entry in diff.added.iter().chain(&diff.changed).chain(&diff.refreshed) {
            self.entries.insert(entry.resource.id.clone(), entry.clone());
        }
        for id in &diff.unchanged {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.last_seen = diff.at;
            }
        }
        for (id, missed) in &diff.missed {
            if let Some(entry) = self.entries.get_mut(id) {
                entry.missed = *missed;
                entry.missed_since.get_or_insert(diff.at);
            }
        }
        for id in &diff.removed {
            self.entries.remove(id);
        }
        self
    }

    /// What these observations change. A resource can be missing only from a covered scope without a gap. If a resource was
    /// seen twice, the deeper observation counts; if both are equally deep, the last.
    pub fn advance(&self, seen: impl IntoIterator<Item = Observation>, now: Timestamp) -> Diff {
        self.advance_lagging(seen, now, SignedDuration::ZERO)
    }

    /// The same, for a cloud whose listings may lag by `lag`.
    pub fn advance_lagging(&self, seen: impl IntoIterator<Item = Observation>, now: Timestamp, lag: SignedDuration) -> Diff {
        self.hold(seen, now, lag, &Earlier::default())
    }

    /// What single reads after a run show. Resources that are not in the estate are ignored; a resource that was not found
    /// counts as one absence, unless that is proof.
    pub fn refresh(&self, readings: impl IntoIterator<Item = Reading>, at: Timestamp, run: Option<RunId>) -> Diff {
        let (mut seen, mut absent) = (Vec::new(), Vec::new());
        for Reading { id, found, is_proof } in readings {
            let Some(entry) = self.entries.get(&id) else { continue };
            match found {
                Some(resource) => seen.push(Observation::seen(resource)),
                None => absent.push((entry, is_proof)),
            }
        }
        let mut diff = Diff { run, ..self.advance(seen, at) };
        for (entry, is_proof) in absent {
            diff.miss(entry, is_proof, at, ABSENCE_LAG);
        }
        diff
    }

    /// Compares observations with the estate, and with what the same scan saw before.
    pub(crate) fn hold(&self, seen: impl IntoIterator<Item = Observation>, now: Timestamp, lag: SignedDuration, earlier: &Earlier) -> Diff {
        let mut diff = Diff { at: now, ..Diff::default() };
        let mut views: BTreeMap<ResourceId, Views> = BTreeMap::new();
        let mut covered = Vec::new();
        for observation in seen {
            match observation {
                Observation::Seen { resource, depth } => {
                    let views = views.entry(resource.id.clone()).or_default();
                    match depth {
                        Depth::Breadth => views.broad = Some(resource),
                        Depth::Depth | Depth::Whole => (views.deep, views.whole) = (Some(resource), depth == Depth::Whole),
                    }
                }
                Observation::Measured(measurement) => {
                    let views = views.entry(measurement.id).or_default();
                    views.measured = std::mem::take(&mut views.measured).merged(&measurement.measured);
                }
                Observation::Gap(gap) => diff.gaps.push(gap),
                Observation::Covered { scope, authoritative } => covered.push((scope, authoritative)),
            }
        }
        covered.retain(|(scope, _)| !diff.gaps.iter().any(|gap| gap.scope == *scope));

        let present: HashSet<ResourceId> = views.iter().filter(|(_, views)| views.is_look()).map(|(id, _)| id.clone()).collect();
        for (id, views) in views {
            let known = self.entries.get(&id);
            let is_look = views.is_look();
            let Some((resource, measured)) = views.together(known, earlier, &id) else { continue };
            let hash = resource.observed_hash();
            let Some(known) = known else {
                diff.added.push(Entry { resource, measured, hash, first_seen: now, last_seen: now, missed: 0, missed_since: None });
                continue;
            };
            let same_hash = known.hash == hash;
            let is_same = same_hash && known.resource == resource && known.measured == measured;
            match (is_look, is_same) {
                (false, true) => continue,
                (true, true) if known.missed == 0 => {
                    diff.unchanged.push(id);
                    continue;
                }
                _ => {}
            }
            let mut entry = Entry { resource, measured, hash, ..known.clone() };
            if is_look {
                (entry.last_seen, entry.missed, entry.missed_since) = (now, 0, None);
            }
            if same_hash {
                diff.refreshed.push(entry);
            } else {
                diff.differences.insert(id, known.resource.differences(&entry.resource));
                diff.changed.push(entry);
            }
        }
        for (id, entry) in &self.entries {
            if present.contains(id) || earlier.has(id) {
                continue;
            }
            let Some((_, authoritative)) = covered.iter().find(|(scope, _)| scope.contains(&entry.resource)) else { continue };
            diff.miss(entry, *authoritative, now, lag);
        }
        diff
    }
}

impl Diff {
    /// Counts an absence.
    fn miss(&mut self, entry: &Entry, is_proof: bool, at: Timestamp, lag: SignedDuration) {
        let missed = entry.absences(at, lag);
        if is_proof || missed >= ABSENCES {
            self.removed.push(entry.resource.id.clone());
        } else {
            self.missed.push((entry.resource.id.clone(), missed));
        }
    }
}

/// What one batch of observations reports about a resource.
#[derive(Default)]
struct Views {
    deep: Option<Box<Resource>>,
    /// Whether that includes all measured values.
    whole: bool,
    broad: Option<Box<Resource>>,
    measured: Measured,
}

impl Views {
    /// Whether the resource itself was seen.
    fn is_look(&self) -> bool {
        self.deep.is_some() || self.broad.is_some()
    }

    /// All observations combined with what is known: the resource and its measurements. `None` for a measurement of an
    /// unknown resource.
    fn together(mut self, known: Option<&Entry>, earlier: &Earlier, id: &ResourceId) -> Option<(Resource, Measured)> {
        let before = known.map(|known| &known.resource);
        let broad = self.broad.as_deref().or_else(|| earlier.broad.get(id));
        // What is measured has rules of its own, below.
        let told = self.deep.as_mut().map(|deep| (std::mem::take(&mut deep.metrics), deep.cost_month.take()));
        let mut resource = match (self.deep, self.broad.as_deref(), before) {
            (Some(deep), ..) => match broad {
                Some(broad) => deep.over(broad),
                None => *deep,
            },
            // Depth came earlier in this look: breadth adds only what that did not report.
            (None, Some(broad), Some(known)) if earlier.deep.contains(id) => known.clone().over(broad),
            (None, Some(broad), Some(known)) => broad.clone().over(known),
            (None, Some(broad), None) => broad.clone(),
            (None, None, known) => known?.clone(),
        };
        // A look that reports no measured values at all erases none; breadth only adds to them.
        let (metrics, cost) = told.unwrap_or_default();
        let before = before.filter(|_| !self.whole);
        resource.metrics = match before {
            Some(before) if metrics.is_empty() => before.metrics.clone(),
            _ => metrics,
        };
        resource.cost_month = cost.or(before.and_then(|before| before.cost_month));
        if let Some(broad) = broad {
            for (name, value) in &broad.metrics {
                resource.metrics.entry(name.clone()).or_insert(*value);
            }
            resource.cost_month = resource.cost_month.or(broad.cost_month);
        }
        let measured = known.map(|known| known.measured.clone()).unwrap_or_default().merged(&self.measured);
        measured.lay_over(&mut resource);
        Some((resource, measured))
    }
}
