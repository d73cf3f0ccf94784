//! The index follows the store.

use escher_core::{EstateStore, Index, Result};

/// Changes that are taken in at once: few enough to bound memory, enough that a flush does not count.
const BATCH: usize = 2_000;

/// Brings the index up to the store's revision, from its own revision on or, where that is too long ago, from nothing.
/// Returns how many changes it took in. `progress` hears how many are done and how many there are in all.
///
/// # Errors
/// Whatever the store or the index say. What was taken in until then stays.
pub async fn follow(store: &dyn EstateStore, index: &dyn Index, progress: impl FnMut(u64, u64) + Send) -> Result<u64> {
    let done = catch_up(store, index, progress).await?;
    // Even where nothing was done: somebody else may have been at it and not be ready yet.
    index.settle().await?;
    Ok(done)
}

/// Brings the index up to the store's revision and leaves the end to [`follow`]: for as long as more is being written.
///
/// # Errors
/// As [`follow`].
pub async fn catch_up(store: &dyn EstateStore, index: &dyn Index, mut progress: impl FnMut(u64, u64) + Send) -> Result<u64> {
    let mut at = index.revision().await?;
    let mut target = store.revision().await?;
    let (mut start, mut done) = (at, 0);
    while at != target {
        let Some(changes) = store.changes(at, BATCH).await? else {
            tracing::info!(at, target, "the search index is too far behind or of another store and is rebuilt");
            index.clear().await?;
            (at, start) = (0, 0);
            continue;
        };
        done += (changes.upserts.len() + changes.removed.len()) as u64;
        at = changes.to;
        index.apply(changes).await?;
        target = store.revision().await?.max(at);
        // Revisions that were overtaken by later ones of the same resource are gaps; the end is right all the same.
        progress(at.saturating_sub(start), target.saturating_sub(start));
    }
    Ok(done)
}
