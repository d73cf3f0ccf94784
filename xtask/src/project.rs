//! Where things are: the checkout, the target folder, and what is kept beside them.

use std::path::PathBuf;

use escher_core::{Error, ErrorKind, Result};
use serde::Deserialize;

use crate::process;

/// The folders of this checkout.
#[derive(Debug)]
pub(crate) struct Project {
    /// The workspace's root.
    pub(crate) root: PathBuf,
    /// Cargo's target folder.
    pub(crate) target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Project {
    /// Asks cargo, which knows its configuration and environment.
    pub(crate) fn locate() -> Result<Self> {
        let text = process::capture(process::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))?;
        let metadata: Metadata =
            serde_json::from_str(&text).map_err(|e| Error::internal("cargo's metadata has another shape").caused_by(e))?;
        Ok(Self { root: metadata.workspace_root, target: metadata.target_directory })
    }

    /// What xtask itself keeps: the Python environment, stamps, results. Under the target folder, so git never sees it.
    pub(crate) fn state(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// The person's cache folder of Escher, found as the `escher` command finds it.
    pub(crate) fn user_cache(&self) -> Result<PathBuf> {
        if let Some(folder) = std::env::var_os("ESCHER_CACHE_DIR").filter(|folder| !folder.is_empty()) {
            return Ok(folder.into());
        }
        directories::ProjectDirs::from("", "", "escher")
            .map(|dirs| dirs.cache_dir().to_owned())
            .ok_or_else(|| Error::new(ErrorKind::NotFound, "this user has no home folder").hint("set HOME"))
    }

    /// A cargo command that runs at the root.
    pub(crate) fn cargo(&self) -> std::process::Command {
        let mut cargo = process::cargo();
        cargo.current_dir(&self.root);
        cargo
    }

    /// A program that cargo built: `bin("release", "escher")`, `bin("debug/examples", "fetch_model")`.
    pub(crate) fn built(&self, folder: &str, name: &str) -> PathBuf {
        self.target.join(folder).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }
}
