//! What is to be written of a diff, worked out before the one thread that writes takes it up.

use std::borrow::Cow;

use escher_core::{CloudId, Diff, Entry, Error, Measured, ResourceId, Result, RunId};
use rayon::prelude::*;

use super::facts::Told;
use super::nanos;

/// Entries that are prepared by one thread at least.
const TOGETHER: usize = 64;

/// A diff, ready to be written: whatever can be worked out side by side is, since one thread writes.
pub(super) struct Prepared {
    pub(super) rows: Vec<Written>,
    pub(super) changed: Vec<Noted>,
    pub(super) run: Option<RunId>,
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
    pub(super) measured: Measured,
    pub(super) first_seen: i64,
    pub(super) last_seen: i64,
    pub(super) missed: u32,
    pub(super) missed_since: Option<i64>,
    pub(super) told: Told,
}

/// A change for the record.
pub(super) struct Noted {
    pub(super) id: ResourceId,
    pub(super) name: String,
    pub(super) fields: String,
    pub(super) first_seen: i64,
}

impl Prepared {
    pub(super) fn of(diff: &Diff) -> Result<Self> {
        let entries: Vec<&Entry> = diff.added.iter().chain(&diff.changed).chain(&diff.refreshed).collect();
        let rows = entries.into_par_iter().with_min_len(TOGETHER).map(Written::of).collect::<Result<_>>();
        Ok(Self {
            rows: rows.map_err(|e| e.operation("write estate"))?,
            changed: diff.changed.iter().filter_map(|entry| Noted::of(entry, diff)).collect::<Result<_>>()?,
            run: diff.run.clone(),
            missed: diff.missed.clone(),
            removed: diff.removed.clone(),
            unchanged: diff.unchanged.clone(),
            at: nanos(diff.at).map_err(|e| e.operation("write estate"))?,
        })
    }
}

impl Noted {
    /// What is to be noted of an entry that changed; nothing where no field says in what.
    fn of(entry: &Entry, diff: &Diff) -> Option<Result<Self>> {
        let resource = &entry.resource;
        let fields = diff.differences.get(&resource.id).filter(|fields| !fields.is_empty())?;
        let json = |fields| serde_json::to_string(fields).map_err(|e| Error::internal("a change has no JSON form").caused_by(e));
        Some(json(fields).and_then(|fields| {
            Ok(Self { id: resource.id.clone(), name: resource.name.clone(), fields, first_seen: nanos(entry.first_seen)? })
        }))
    }
}

impl Written {
    fn of(entry: &Entry) -> Result<Self> {
        let resource = &entry.resource;
        let mut told = Cow::Borrowed(resource);
        if !entry.measured.is_empty() {
            entry.measured.take_from(told.to_mut());
        }
        let json = serde_json::to_string(&told)
            .map_err(|e| Error::invalid("a resource cannot be written as JSON").with("id", resource.id.as_str()).caused_by(e))?;
        Ok(Self {
            id: resource.id.clone(),
            cloud: resource.cloud,
            account: resource.account.clone(),
            hash: entry.hash.clone(),
            json,
            measured: entry.measured.clone(),
            first_seen: nanos(entry.first_seen)?,
            last_seen: nanos(entry.last_seen)?,
            missed: entry.missed,
            missed_since: entry.missed_since.map(nanos).transpose()?,
            told: Told::of(resource),
        })
    }
}
