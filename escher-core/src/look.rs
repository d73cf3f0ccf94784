//! A look at one cloud under way: which observations belong together, and when they can be held against what is known.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::{CloudId, Depth, Diff, Entry, Estate, Observation, Resource, ResourceId, Scope};

/// What a look saw before its present scope.
#[derive(Default)]
pub(crate) struct Earlier {
    /// Those it saw in depth.
    pub(crate) deep: HashSet<ResourceId>,
    /// What it saw of others.
    pub(crate) broad: BTreeMap<ResourceId, Resource>,
}

impl Earlier {
    /// Whether a resource was seen, so that no listing of the same look misses it.
    pub(crate) fn has(&self, id: &ResourceId) -> bool {
        self.deep.contains(id) || self.broad.contains_key(id)
    }
}

/// The part of the estate that one account of one cloud holds, split by native type so that each scope meets its own.
type Account = HashMap<String, Estate>;

/// A look at one cloud. It takes the observations of a discovery stream as they come, and gives a diff whenever a scope is at
/// its end; what is known of an account is handed to it before its first scope ends.
pub struct Look {
    at: Timestamp,
    lag: SignedDuration,
    known: BTreeMap<(CloudId, String), Account>,
    waiting: Vec<Observation>,
    again: Vec<Observation>,
    earlier: Earlier,
    shared: Vec<Resource>,
    covered: Vec<Observation>,
}

/// What remains at the end of a look.
pub struct Ended {
    /// Seen, but of no scope that ended: worth keeping, and proof of nothing. And what was seen once more after it was
    /// seen in depth: that has to meet what is stored by now.
    pub waiting: Vec<Observation>,
    /// What other accounts share with ours. Where the owner is connected as well, its own listing knows more.
    pub shared: Vec<Resource>,
    /// The scopes in which that would have been seen.
    pub covered: Vec<Observation>,
    at: Timestamp,
    lag: SignedDuration,
    earlier: Earlier,
}

impl Look {
    /// A look at this moment, at a cloud whose listings may be `lag` behind.
    pub fn new(at: Timestamp, lag: SignedDuration) -> Self {
        let (known, earlier) = (BTreeMap::new(), Earlier::default());
        Self { at, lag, known, waiting: Vec::new(), again: Vec::new(), earlier, shared: Vec::new(), covered: Vec::new() }
    }

    /// The account of which the estate has to be known before this observation is taken, if it is not yet.
    pub fn needs<'s>(&self, observation: &'s Observation) -> Option<(CloudId, &'s str)> {
        let scope = scope_of(observation)?;
        let is_known = self.known.contains_key(&(scope.cloud, scope.account.clone()));
        (!is_known).then_some((scope.cloud, scope.account.as_str()))
    }

    /// What is known of an account.
    pub fn know(&mut self, cloud: CloudId, account: &str, estate: Estate) {
        let mut parts: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in estate.into_entries() {
            parts.entry(entry.resource.native.clone()).or_default().push(entry);
        }
        let parts = parts.into_iter().map(|(native, entries)| (native, Estate::new(entries))).collect();
        self.known.insert((cloud, account.to_owned()), parts);
    }

    /// Takes an observation. At the end of a scope, what was seen of it is held against what was known of it.
    pub fn take(&mut self, observation: Observation) -> Option<Diff> {
        let scope = match scope_of(&observation) {
            Some(scope) => scope.clone(),
            None => {
                match observation {
                    Observation::Seen { resource, .. } if resource.shared_with().is_some() => self.shared.push(*resource),
                    other => self.waiting.push(other),
                }
                return None;
            }
        };
        if matches!(observation, Observation::Covered { .. }) {
            self.covered.push(observation.clone());
        }
        let is_of = |observation: &Observation| matches!(observation, Observation::Seen { resource, .. } if scope.contains(resource));
        let (part, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.waiting).into_iter().partition(is_of);
        self.waiting = rest;
        let is_again = |observation: &Observation| matches!(observation, Observation::Seen { resource, .. } if self.earlier.deep.contains(&resource.id));
        let (again, mut part): (Vec<_>, Vec<_>) = part.into_iter().partition(is_again);
        self.again.extend(again);
        part.push(observation);
        let account = self.known.entry((scope.cloud, scope.account)).or_default();
        let estate = account.entry(scope.native).or_default();
        let seen = remember(&part);
        let diff = estate.hold(part, self.at, self.lag, &self.earlier);
        // What depth tells later has to meet what breadth told.
        if !seen.broad.is_empty() {
            *estate = std::mem::take(estate).with(&diff);
        }
        self.earlier.deep.extend(seen.deep);
        self.earlier.broad.extend(seen.broad);
        Some(diff)
    }

    /// The end of the stream.
    pub fn end(self) -> Ended {
        let Self { at, lag, mut waiting, again, earlier, shared, covered, .. } = self;
        waiting.extend(again);
        Ended { waiting, shared, covered, at, lag, earlier }
    }
}

impl Ended {
    /// The ids of what is waiting.
    pub fn ids(&self) -> Vec<ResourceId> {
        let seen = self.waiting.iter().filter_map(|observation| match observation {
            Observation::Seen { resource, .. } => Some(resource.id.clone()),
            Observation::Measured(measurement) => Some(measurement.id.clone()),
            _ => None,
        });
        seen.collect()
    }

    /// Holds what is waiting against what is known of it.
    pub fn hold(self, known: &Estate) -> Diff {
        known.hold(self.waiting, self.at, self.lag, &self.earlier)
    }
}

fn scope_of(observation: &Observation) -> Option<&Scope> {
    match observation {
        Observation::Seen { .. } | Observation::Measured(_) => None,
        Observation::Gap(gap) => Some(&gap.scope),
        Observation::Covered { scope, .. } => Some(scope),
    }
}

fn remember(part: &[Observation]) -> Earlier {
    let mut seen = Earlier::default();
    for observation in part {
        match observation {
            Observation::Seen { resource, depth: Depth::Breadth } => drop(seen.broad.insert(resource.id.clone(), (**resource).clone())),
            Observation::Seen { resource, .. } => drop(seen.deep.insert(resource.id.clone())),
            _ => {}
        }
    }
    seen
}
