//! The estate: what was seen, what that changes, and what it may not change.

use std::collections::{BTreeMap, HashSet};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{CloudId, Error, ErrorKind, Next, Resource, ResourceId};

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

/// One item of a discovery stream.
#[derive(Clone, Debug, PartialEq)]
pub enum Sighting {
    /// A resource is there.
    Seen(Box<Resource>),
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

/// A resource and how we know of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The resource as last seen.
    pub resource: Resource,
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
}

impl Diff {
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

    /// What these sightings change. Only a covered scope without a gap can miss anything; of a resource
    /// seen twice the last sighting counts.
    pub fn advance(&self, seen: impl IntoIterator<Item = Sighting>, now: Timestamp) -> Diff {
        self.advance_lagging(seen, now, SignedDuration::ZERO)
    }

    /// The same for a cloud whose listings may be `lag` behind.
    pub fn advance_lagging(&self, seen: impl IntoIterator<Item = Sighting>, now: Timestamp, lag: SignedDuration) -> Diff {
        let mut diff = Diff { at: now, ..Diff::default() };
        let mut resources = BTreeMap::new();
        let mut covered = Vec::new();
        for sighting in seen {
            match sighting {
                Sighting::Seen(resource) => {
                    resources.insert(resource.id.clone(), *resource);
                }
                Sighting::Gap(gap) => diff.gaps.push(gap),
                Sighting::Covered { scope, authoritative } => covered.push((scope, authoritative)),
            }
        }
        covered.retain(|(scope, _)| !diff.gaps.iter().any(|gap| gap.scope == *scope));

        let present: HashSet<ResourceId> = resources.keys().cloned().collect();
        for (id, resource) in resources {
            let hash = resource.observed_hash();
            let Some(known) = self.entries.get(&id) else {
                diff.added.push(Entry { resource, hash, first_seen: now, last_seen: now, missed: 0, missed_since: None });
                continue;
            };
            let same_hash = known.hash == hash;
            if same_hash && known.missed == 0 && known.resource == resource {
                diff.unchanged.push(id);
                continue;
            }
            let entry = Entry { resource, hash, first_seen: known.first_seen, last_seen: now, missed: 0, missed_since: None };
            if same_hash { diff.refreshed.push(entry) } else { diff.changed.push(entry) }
        }
        for (id, entry) in &self.entries {
            if present.contains(id) {
                continue;
            }
            let Some((_, authoritative)) = covered.iter().find(|(scope, _)| scope.contains(&entry.resource)) else { continue };
            let missed = entry.absences(now, lag);
            if *authoritative || missed >= ABSENCES {
                diff.removed.push(id.clone());
            } else {
                diff.missed.push((id.clone(), missed));
            }
        }
        diff
    }
}
