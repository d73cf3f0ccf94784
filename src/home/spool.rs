//! What one process read, in a file for the owner of the data directory to open.

use std::io::Read;
use std::path::{Path, PathBuf};

use escher_core::Result;

use super::files::create_private;
use crate::config::storage;

const HAND_OVER: &str = "hand over";

/// The file; it goes with the value.
pub(crate) struct Spool(PathBuf);

impl Spool {
    /// Reads to the end of the input.
    ///
    /// # Errors
    /// `Storage` if there is no room for it.
    pub(crate) fn of(root: &Path, mut input: Box<dyn Read + Send>) -> Result<Self> {
        let name = format!("handed-over-{}", ulid::Ulid::new().to_string().to_lowercase());
        let spool = Self(std::fs::canonicalize(root).unwrap_or_else(|_| root.to_owned()).join(name));
        let mut file = create_private(&spool.0).map_err(|e| storage(HAND_OVER, &spool.0, e))?;
        std::io::copy(&mut input, &mut file).map_err(|e| storage(HAND_OVER, &spool.0, e))?;
        Ok(spool)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}
