//! What is to be written of a diff, worked out before the one thread that writes takes it up.

use escher_core::{CloudId, Diff, Entry, Error, ResourceId, Result};
use rayon::prelude::*;

use super::facts::Told;
use super::nanos;

/// Entries that are prepared by one thread at least.
const TOGETHER: usize = 64;

/// A diff, ready to be written: whatever can be worked out side by side is, since one thread writes.
pub(super) struct Prepared {
    pub(super) rows: Vec<Written>,
    pub(super) missed: Vec<(ResourceId, u32)>,
    pub(super) removed: Vec<ResourceId>,
    pub(super) unchanged: Vec<ResourceId>,
    pub(super) at: i64,
}

/// An entry as its rows.
pub(super) struct Written {
    pub(super) id: ResourceId,
    pub(super) cloud: CloudId,
    pub(super) account: Option<String>,
    pub(super) hash: String,
    pub(super) json: String,
    pub(super) first_seen: i64,
    pub(super) last_seen: i64,
    pub(super) missed: u32,
    pub(super) missed_since: Option<i64>,
    pub(super) told: Told,
}

impl Prepared {
    pub(super) fn of(diff: &Diff) -> Result<Self> {
        let entries: Vec<&Entry> = diff.added.iter().chain(&diff.changed).chain(&diff.refreshed).collect();
        let rows = entries.into_par_iter().with_min_len(TOGETHER).map(Written::of).collect::<Result<_>>();
        Ok(Self {
            rows: rows.map_err(|e| e.operation("write estate"))?,
            missed: diff.missed.clone(),
            removed: diff.removed.clone(),
            unchanged: diff.unchanged.clone(),
            at: nanos(diff.at).map_err(|e| e.operation("write estate"))?,
        })
    }
}

impl Written {
    fn of(entry: &Entry) -> Result<Self> {
        let resource = &entry.resource;
        let json = serde_json::to_string(resource)
            .map_err(|e| Error::invalid("a resource cannot be written as JSON").with("id", resource.id.as_str()).caused_by(e))?;
        Ok(Self {
            id: resource.id.clone(),
            cloud: resource.cloud,
            account: resource.account.clone(),
            hash: entry.hash.clone(),
            json,
            first_seen: nanos(entry.first_seen)?,
            last_seen: nanos(entry.last_seen)?,
            missed: entry.missed,
            missed_since: entry.missed_since.map(nanos).transpose()?,
            told: Told::of(resource),
        })
    }
}
