//! Filling an empty index.
//!
//! Point by point an index is flushed over and over, the engine walks its lists of words for each point, and each point
//! goes into every payload index twice. So the points of a large estate are gathered aside: in shards without payload
//! indexes, whose segments are put away as soon as walking them takes long. In the end each shard merges its segments
//! and indexes them once, all shards side by side, and the first takes in the others' and becomes the index.
//!
//! Nothing of it counts before: whoever is killed meanwhile leaves an empty index, and a folder that the next one removes.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use escher_core::Result;
use qdrant_edge::{EdgeShard, PointId, PointOperations, PointStruct, UpdateOperation};
use rayon::prelude::*;

use super::engine::{POINT, caught, failed, indexes, load, prune_log, segments, upserted};
use super::room::{least, room};
use super::vocabulary::Vocabulary;
use super::warm::read_now;

/// Changes in a first batch from which on it pays.
pub(super) const LEAST: usize = 1_000;
/// Points of a segment that is put away: walking its lists takes about as long as making another.
const SHORT: usize = 2_048;
/// Shards that are filled side by side. Each becomes a segment, which costs words nothing: their lists are as long
/// together. Two graphs of meaning would cost nearly twice as much as one, so there is one shard where there are any.
const SHARDS: usize = 2;

const FOLDER: &str = "filling";
const OPERATION: &str = "write index";

/// An index that is being filled.
pub(super) struct Bulk {
    folder: PathBuf,
    parts: Vec<Part>,
    /// Points that are to go in the end.
    removed: HashSet<PointId>,
    points: usize,
    /// The store's revision up to which everything is here.
    pub(super) revision: u64,
    /// The words of what is here.
    pub(super) vocabulary: Vocabulary,
}

impl Bulk {
    pub(super) fn begin(index: &Path, dimensions: Option<usize>) -> Result<Self> {
        discard(index)?;
        let folder = index.join(FOLDER);
        let count = if dimensions.is_some() { 1 } else { SHARDS };
        let parts = (0..count).map(|number| Part::begin(&folder.join(number.to_string()), dimensions)).collect::<Result<_>>()?;
        Ok(Self { folder, parts, removed: HashSet::new(), points: 0, revision: 0, vocabulary: Vocabulary::default() })
    }

    /// How many points were written, some of them more than once.
    pub(super) const fn points(&self) -> usize {
        self.points
    }

    /// Writes points, an operation for each list of them. The later of two points with the same id counts.
    pub(super) fn upsert(&mut self, operations: Vec<Vec<PointStruct>>) -> Result<()> {
        let count: usize = operations.iter().map(Vec::len).sum();
        room(&self.folder, OPERATION, POINT.saturating_mul(count as u64))?;
        self.points += count;
        let mut shares = vec![vec![Vec::new(); operations.len()]; self.parts.len()];
        for (number, points) in operations.into_iter().enumerate() {
            for point in points {
                self.removed.remove(&point.0.id);
                let share = share_of(&point.0.id, shares.len());
                shares[share][number].push(point);
            }
        }
        // A part waits for the disk now and then, and the others go on.
        self.parts.par_iter_mut().zip(shares).try_for_each(|(part, share)| share.into_iter().try_for_each(|points| part.upsert(points)))
    }

    pub(super) fn remove(&mut self, ids: impl IntoIterator<Item = PointId>) {
        self.removed.extend(ids);
    }

    /// Merges and indexes everything. The folder of the shard that is to become the index, and its words.
    pub(super) fn finish(mut self) -> Result<(PathBuf, Vocabulary)> {
        room(&self.folder, OPERATION, POINT.saturating_mul(self.points as u64))?;
        let mut shares = vec![Vec::new(); self.parts.len()];
        for id in self.removed.drain() {
            let share = share_of(&id, shares.len());
            shares[share].push(id);
        }
        self.parts.par_iter_mut().zip(shares).try_for_each(|(part, removed)| part.finish(removed))?;
        let (first, others) = self.parts.split_at(1);
        let Some(first) = first.first() else { return Err(failed(OPERATION, "nothing was filled")) };
        for other in others {
            move_all(&segments(&other.path), &segments(&first.path))?;
        }
        // Beside the folder, which goes with this.
        let path = self.folder.with_extension("full");
        std::fs::rename(&first.path, &path).map_err(|e| failed(OPERATION, "its folder cannot be moved").caused_by(e))?;
        Ok((path, std::mem::take(&mut self.vocabulary)))
    }
}

impl Drop for Bulk {
    fn drop(&mut self) {
        self.parts.clear();
        if let Err(e) = std::fs::remove_dir_all(&self.folder) {
            tracing::debug!(error = %e, "what an index was filled from could not be removed");
        }
    }
}

/// Removes what was left of a filling that did not come to its end.
pub(super) fn discard(index: &Path) -> Result<()> {
    for folder in [index.join(FOLDER), index.join(FOLDER).with_extension("full")] {
        match std::fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(failed(OPERATION, "what is left of an earlier one cannot be removed")
                    .with("folder", folder.display().to_string())
                    .caused_by(e));
            }
            _ => {}
        }
    }
    Ok(())
}

/// A point always goes to the same shard, so that the engine sees which of two is the later.
fn share_of(id: &PointId, count: usize) -> usize {
    match id {
        PointId::Uuid(id) => usize::from(id.as_bytes()[15]) % count,
        PointId::NumId(number) => (*number % count as u64) as usize,
    }
}

fn move_all(from: &Path, to: &Path) -> Result<()> {
    let moved = || -> std::io::Result<()> {
        std::fs::create_dir_all(to)?;
        std::fs::read_dir(from)?.try_for_each(|entry| {
            let entry = entry?;
            std::fs::rename(entry.path(), to.join(entry.file_name()))
        })
    };
    moved().map_err(|e| failed(OPERATION, "a segment cannot be moved").with("folder", from.display().to_string()).caused_by(e))
}

/// One of the shards that are filled. Each of them does as many operations as the others, so that none of their points
/// comes from the future when one takes in the others' segments.
struct Part {
    path: PathBuf,
    dimensions: Option<usize>,
    shard: Option<EdgeShard>,
    /// Points in the segment that is being written.
    points: usize,
}

impl Part {
    fn begin(path: &Path, dimensions: Option<usize>) -> Result<Self> {
        let mut part = Self { path: path.to_owned(), dimensions, shard: None, points: 0 };
        part.load()?;
        Ok(part)
    }

    fn put_away(&self) -> PathBuf {
        self.path.join("full")
    }

    fn load(&mut self) -> Result<()> {
        prune_log(&self.path);
        self.shard = Some(load(&self.path, self.dimensions, OPERATION)?);
        Ok(())
    }

    /// Flushes and lets go of the files.
    fn close(&mut self) -> Result<()> {
        let shard = self.shard.take();
        caught(OPERATION, || {
            drop(shard);
            Ok(())
        })
        .map_err(|(e, _)| e)
    }

    fn update(&mut self, operation: UpdateOperation) -> Result<()> {
        least(&self.path, OPERATION)?;
        let Some(shard) = &self.shard else { return Err(failed(OPERATION, "the engine has crashed before")) };
        caught(OPERATION, || shard.update(operation)).map_err(|(e, _)| e)
    }

    fn upsert(&mut self, points: Vec<PointStruct>) -> Result<()> {
        self.points += points.len();
        self.update(upserted(points))?;
        if self.points < SHORT {
            return Ok(());
        }
        self.points = 0;
        self.close()?;
        move_all(&segments(&self.path), &self.put_away())?;
        // Its number goes on, so that later points are of a later version.
        self.load()
    }

    fn finish(&mut self, removed: Vec<PointId>) -> Result<()> {
        self.close()?;
        if self.put_away().is_dir() {
            move_all(&self.put_away(), &segments(&self.path))?;
        }
        // The engine took them out of memory, and would fetch them from the disk a page at a time.
        read_now(&segments(&self.path));
        self.load()?;
        self.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids: removed }))?;
        if let Some(shard) = &self.shard {
            caught("optimize index", || shard.optimize()).map_err(|(e, _)| e)?;
        }
        indexes().try_for_each(|(_, create)| self.update(create))?;
        self.close()
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // It is thrown away, so that what cannot be flushed is no loss.
        let _ = self.close();
    }
}
