//! What became of the resources of a file, so that each is counted once however often the file holds it.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use escher_core::{Diff, ResourceId};

use super::tally::ImportReport;

/// What became of a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Added = 1,
    Changed = 2,
    Unchanged = 3,
}

/// The fates so far. A few bytes of each id are enough, and all ids of a large file would not fit into memory: the fate
/// takes the last two bits of a hash.
#[derive(Debug, Default)]
pub(super) struct Fates(HashSet<u64>);

impl Fates {
    fn mark(id: &ResourceId, fate: Fate) -> u64 {
        let mut hasher = DefaultHasher::new();
        id.hash(&mut hasher);
        hasher.finish() & !3 | fate as u64
    }

    fn of(&self, id: &ResourceId) -> Option<Fate> {
        [Fate::Added, Fate::Changed, Fate::Unchanged].into_iter().find(|fate| self.0.contains(&Self::mark(id, *fate)))
    }

    /// Counts what became of a batch of so many resources. Of one that an earlier batch held, only that it changed after
    /// all counts anew; the others of a name in one batch are in the diff once.
    pub(super) fn count(&mut self, length: usize, diff: &Diff, counts: &mut ImportReport) {
        let added = diff.added.iter().map(|entry| (&entry.resource.id, Fate::Added));
        let changed = diff.changed.iter().chain(&diff.refreshed).map(|entry| (&entry.resource.id, Fate::Changed));
        let unchanged = diff.unchanged.iter().map(|id| (id, Fate::Unchanged));
        let mut first = 0;
        for (id, fate) in added.chain(changed).chain(unchanged) {
            match (self.of(id), fate) {
                (None, _) => first += 1,
                (Some(Fate::Unchanged), Fate::Changed) => {
                    self.0.remove(&Self::mark(id, Fate::Unchanged));
                    counts.unchanged -= 1;
                }
                _ => continue,
            }
            self.0.insert(Self::mark(id, fate));
            match fate {
                Fate::Added => counts.added += 1,
                Fate::Changed => counts.changed += 1,
                Fate::Unchanged => counts.unchanged += 1,
            }
        }
        counts.read += length;
        counts.repeated += length.saturating_sub(first);
    }
}
