//! The estate: what was seen, what that changes, and what it may not change.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::look::Earlier;
use crate::{CloudId, Error, ErrorKind, FieldChange, Measured, Measurement, Next, Resource, ResourceId, RunId};

/// The part of the world that one listing speaks for. It never reaches beyond one account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// The cloud.
    pub cloud: CloudId,
    /// The account, subscription or project.
    pub account: String,
    /// The native type listed.
    #[serde(rename = "type")]
    pub native: String,
    /// The region; `None` for a listing over all regions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

impl Scope {
    /// Whether a resource would have to appear in a complete listing of this scope: one of its account, or one that
    /// another account shares with it.
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

/// A look that failed, was denied or broke off: nothing can be said about its scope.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// What could not be looked at.
    pub scope: Scope,
    /// Why.
    pub kind: ErrorKind,
    /// The cloud's words, redacted.
    pub reason: String,
    /// What the person can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The operation that helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Next>,
}

impl Gap {
    /// The gap that an error leaves in a scope.
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

/// How much a look tells of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Depth {
    /// A little of many, as an index over all types does: what it does not report stays as it is known.
    Breadth,
    /// All that there is to know of it: what it does not report is no longer so. Values that are measured, and that a
    /// cloud's listing seldom has, stay as they are known if it reports none.
    Depth,
    /// Depth, measured values included: the exchange form, which leaves out nothing that its source knows.
    Whole,
}

/// One item of a discovery stream, or of a job's results.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    /// A resource is there.
    Seen {
        /// The resource.
        resource: Box<Resource>,
        /// How much of it this tells. Within one look depth wins over breadth, in whatever order they come.
        depth: Depth,
    },
    /// Something was measured of a resource that is known. That is no look at it: it neither appears nor is missed.
    Measured(Box<Measurement>),
    /// A scope could not be looked at, wholly or in part.
    Gap(Gap),
    /// A scope was listed to its end; only now may what was not in it be missed.
    Covered {
        /// What was listed.
        scope: Scope,
        /// Whether the listing is strongly consistent, so that one absence is proof.
        authoritative: bool,
    },
}

impl Observation {
    /// A resource of which all is told.
    pub fn seen(resource: Resource) -> Self {
        Self::Seen { resource: Box::new(resource), depth: Depth::Depth }
    }

    /// A resource of which a little is told.
    pub fn glimpsed(resource: Resource) -> Self {
        Self::Seen { resource: Box::new(resource), depth: Depth::Breadth }
    }
}

/// What reading one resource showed, such as after a run that changed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// The resource that was read.
    pub id: ResourceId,
    /// The resource as it is; `None` if it was not found.
    pub found: Option<Resource>,
    /// Whether not finding it is proof that it is gone: we deleted it, or its cloud never lags.
    pub is_proof: bool,
}

/// A resource and how we know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The resource as last seen, with what was measured laid over it.
    pub resource: Resource,
    /// What jobs measured of it.
    #[serde(default, skip_serializing_if = "Measured::is_empty")]
    pub measured: Measured,
    /// [`Resource::observed_hash`] of it.
    pub hash: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
    /// When it was last seen.
    pub last_seen: Timestamp,
    /// How many complete listings in a row did not have it.
    pub missed: u32,
    /// When the first of these was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_since: Option<Timestamp>,
}

impl Entry {
    /// A resource that was first seen at this moment.
    pub fn new(resource: Resource, at: Timestamp) -> Self {
        let hash = resource.observed_hash();
        Self { resource, measured: Measured::default(), hash, first_seen: at, last_seen: at, missed: 0, missed_since: None }
    }

    /// How many absences there are with one more at `at`. Listings of a cloud that lags count as one if they lie closer
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

/// What a look changes. Applying it is the store's and the index's business.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    /// Not known before.
    pub added: Vec<Entry>,
    /// Known, and its slow content differs.
    pub changed: Vec<Entry>,
    /// Known, and only metrics or cost differ, or an earlier absence was wrong.
    pub refreshed: Vec<Entry>,
    /// Known and just the same.
    pub unchanged: Vec<ResourceId>,
    /// Absent from a complete listing, not yet often enough to be gone: id and absences so far.
    pub missed: Vec<(ResourceId, u32)>,
    /// Gone.
    pub removed: Vec<ResourceId>,
    /// Where nobody could look.
    pub gaps: Vec<Gap>,
    /// When the look was.
    pub at: Timestamp,
    /// In which fields those of [`Diff::changed`] differ.
    pub differences: BTreeMap<ResourceId, Vec<FieldChange>>,
    /// The run of ours that caused what differs, if it is known that one did.
    pub run: Option<RunId>,
}

impl Diff {
    /// The same without what it says of these.
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

    /// Whether nothing but `last_seen` times would change.
    pub fn is_quiet(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.refreshed.is_empty() && self.missed.is_empty() && self.removed.is_empty()
    }
}

/// Complete listings in a row without a resource before it counts as gone, unless the listing is authoritative.
pub const ABSENCES: u32 = 2;

/// How far apart these are where a cloud lags: its listings answer from replicas, which are behind for seconds and at times
/// for minutes.
pub const ABSENCE_LAG: SignedDuration = SignedDuration::from_mins(2);

impl Estate {
    /// The estate that holds these entries.
    pub fn new(entries: impl IntoIterator<Item = Entry>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.resource.id.clone(), entry)).collect() }
    }

    /// Entries in the order of their ids.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entries themselves, in the same order.
    pub fn into_entries(self) -> impl Iterator<Item = Entry> {
        self.entries.into_values()
    }

    /// The entry of an id.
    pub fn get(&self, id: &ResourceId) -> Option<&Entry> {
        self.entries.get(id)
    }

    /// The estate after a diff of it.
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

    /// What these observations change. Only a covered scope without a gap can miss anything; of a resource
    /// seen twice the deeper observation counts, of two that are as deep the last.
    pub fn advance(&self, seen: impl IntoIterator<Item = Observation>, now: Timestamp) -> Diff {
        self.advance_lagging(seen, now, SignedDuration::ZERO)
    }

    /// The same for a cloud whose listings may be `lag` behind.
    pub fn advance_lagging(&self, seen: impl IntoIterator<Item = Observation>, now: Timestamp, lag: SignedDuration) -> Diff {
        self.hold(seen, now, lag, &Earlier::default())
    }

    /// What single reads after a run show. What is not in the estate is left alone; what was not found counts as one
    /// absence unless that is proof.
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

    /// Holds observations against the estate, and against what the same look saw before.
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

/// What one batch of observations tells of a resource.
#[derive(Default)]
struct Views {
    deep: Option<Box<Resource>>,
    /// Whether that tells what there is of measured values, too.
    whole: bool,
    broad: Option<Box<Resource>>,
    measured: Measured,
}

impl Views {
    /// Whether the resource itself was seen.
    fn is_look(&self) -> bool {
        self.deep.is_some() || self.broad.is_some()
    }

    /// All of it together with what is known: the resource, and what was measured of it. `None` for a measurement of
    /// what nobody knows.
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
