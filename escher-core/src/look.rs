//! A scan of one cloud in progress: which observations belong together, and when to compare them with what is known.

use std::collections::{BTreeMap, HashMap, HashSet};

use jiff::{SignedDuration, Timestamp};

use crate::{CloudId, Depth, Diff, Entry, Estate, Observation, Resource, ResourceId, Scope};

/// What a scan saw before its current scope.
#[derive(Default)]
pub(crate) struct Earlier {
    /// Resources that it saw in depth.
    pub(crate) deep: HashSet<ResourceId>,
    /// What it saw of others, in breadth.
    pub(crate) broad: BTreeMap<ResourceId, Resource>,
}

impl Earlier {
    /// Whether a resource was seen, so that no listing of the same scan counts it as missing.
    pub(crate) fn has(&self, id: &ResourceId) -> bool {
        self.deep.contains(id) || self.broad.contains_key(id)
    }
}

/// The estate of one account of one cloud, split by native type so that each scope is compared with its own part.
type Account = HashMap<String, Estate>;

/// A scan of one cloud. It takes the observations of a discovery stream as they arrive, and returns a diff whenever a scope
/// ends. It must get what is known about an account before the account's first scope ends.
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

/// What remains at the end of a scan.
pub struct Ended {
    /// Resources seen in no completed scope: worth keeping, but proof of nothing. Also resources seen again after they were
    /// seen in depth, which must be compared with what is stored by now.
    pub waiting: Vec<Observation>,
    /// What other accounts share with ours. If the owner is connected as well, its own listing knows more.
    pub shared: Vec<Resource>,
    /// The scopes in which shared resources would have been seen.
    pub covered: Vec<Observation>,
    at: Timestamp,
    lag: SignedDuration,
    earlier: Earlier,
}

impl Look {
    /// A scan at this time, of a cloud whose listings may lag by `lag`.
    pub fn new(at: Timestamp, lag: SignedDuration) -> Self {
        let (known, earlier) = (BTreeMap::new(), Earlier::default());
        Self { at, lag, known, waiting: Vec::new(), again: Vec::new(), earlier, shared: Vec::new(), covered: Vec::new() }
    }

    /// The account whose estate must be known before this observation is taken, if it is not known yet.
    pub fn needs<'s>(&self, observation: &'s Observation) -> Option<(CloudId, &'s str)> {
        let scope = scope_of(observation)?;
        let is_known = self.known.contains_key(&(scope.cloud, scope.account.clone()));
        (!is_known).then_some((scope.cloud, scope.account.as_str()))
    }

    /// Provides what is known about an account.
    pub fn know(&mut self, cloud: CloudId, account: &str, estate: Estate) {
        let mut parts: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in estate.into_entries() {
            parts.entry(entry.resource.native.clone()).or_default().push(entry);
        }
        let parts = parts.into_iter().map(|(native, entries)| (native, Estate::new(entries))).collect();
        self.known.insert((cloud, account.to_owned()), parts);
    }

    /// Takes an observation. At the end of a scope, compares what was seen with what was known.
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

    /// Ends the scan.
    pub fn end(self) -> Ended {
        let Self { at, lag, mut waiting, again, earlier, shared, covered, .. } = self;
        waiting.extend(again);
        Ended { waiting, shared, covered, at, lag, earlier }
    }
}

impl Ended {
    /// The ids of the waiting observations.
    pub fn ids(&self) -> Vec<ResourceId> {
        let seen = self.waiting.iter().filter_map(|observation| match observation {
            Observation::Seen { resource, .. } => Some(resource.id.clone()),
            Observation::Measured(measurement) => Some(measurement.id.clone()),
            _ => None,
        });
        seen.collect()
    }

    /// Compares the waiting observations with what is known about them.
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
