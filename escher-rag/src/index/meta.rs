//! What the index knows of itself between runs: a small file beside the shard, written after every flush.

use std::io::Write as _;
use std::path::Path;

use escher_core::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

use super::seal::private;

/// Raised whenever points look different than before; an index of another layout is rebuilt.
const LAYOUT: u32 = 6;

const FILE: &str = "index.json";

/// Bytes that it may have.
const LARGEST: u64 = 64 * 1024;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Meta {
    layout: u32,
    /// The embedding model, if any.
    model: Option<String>,
    dimensions: Option<usize>,
    /// The store's revision up to which everything is flushed.
    pub(super) revision: u64,
    /// How many points there were then: with fewer, some were lost.
    pub(super) points: usize,
}

impl Meta {
    pub(super) fn new(model: Option<(&str, usize)>) -> Self {
        let (model, dimensions) = model.map(|(id, dimensions)| (id.to_owned(), dimensions)).unzip();
        Self { layout: LAYOUT, model, dimensions, revision: 0, points: 0 }
    }

    /// The same at another revision, with so many points.
    pub(super) fn at(&self, revision: u64, points: usize) -> Self {
        Self { revision, points, ..self.clone() }
    }

    /// Whether points made for the other fit.
    pub(super) fn fits(&self, other: &Self) -> bool {
        (self.layout, &self.model, self.dimensions) == (other.layout, &other.model, other.dimensions)
    }

    /// `None` if there is none that can be read; the index is then rebuilt.
    pub(super) fn read(dir: &Path) -> Option<Self> {
        let path = dir.join(FILE);
        let found = std::fs::symlink_metadata(&path).ok().filter(|found| found.is_file() && found.len() < LARGEST);
        found.and_then(|_| serde_json::from_slice(&std::fs::read(&path).ok()?).ok())
    }

    /// Whether what has its name is one of ours, or nothing.
    pub(super) fn may_be_replaced(dir: &Path) -> bool {
        match std::fs::symlink_metadata(dir.join(FILE)) {
            Ok(found) => found.is_file() && Self::read(dir).is_some(),
            Err(e) => e.kind() == std::io::ErrorKind::NotFound,
        }
    }

    pub(super) fn write(&self, dir: &Path) -> Result<()> {
        let save = || -> std::io::Result<()> {
            let fresh = dir.join(format!("{FILE}.new"));
            let mut file = private(std::fs::File::options().write(true).create(true).truncate(true)).open(&fresh)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            std::fs::rename(&fresh, dir.join(FILE))
        };
        save().map_err(|e| {
            Error::new(ErrorKind::Storage, "its revision cannot be written")
                .operation("write index")
                .with("folder", dir.display().to_string())
                .hint("check the data directory's permissions and free space")
                .caused_by(e)
        })
    }

    pub(super) fn remove(dir: &Path) {
        // Where it cannot be removed, writing it will say so.
        let _ = std::fs::remove_file(dir.join(FILE));
    }
}
