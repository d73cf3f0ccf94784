//! The data directory: whose it is, who owns it, which version wrote it, where its files are.

mod claim;
mod files;
mod input;
mod layout;
mod lock;
mod output;
mod seal;
mod spool;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use escher_core::Result;
use jiff::Timestamp;

use layout::{DATABASES, FILES, OPEN};
use seal::Seal;

pub(crate) use claim::MARKER;
pub(crate) use files::{SMALL, read_small, size, storage, write_private};
pub(crate) use input::open_plain;
pub use input::{open_input, plain_input};
pub(crate) use lock::try_lock;
pub use output::OutputFile;
pub use seal::Owner;
pub(crate) use seal::Since;
pub(crate) use spool::Spool;

/// An owned data directory. The lock goes with the value, and with the process however it ends.
pub(crate) struct Home {
    root: PathBuf,
    lock: File,
    owner: Owner,
    /// How the databases stood against the seal when it was opened, by name.
    since: BTreeMap<&'static str, Since>,
    /// Databases that were looked through since, and found whole.
    whole: Mutex<BTreeSet<PathBuf>>,
    /// What could not be kept from other users.
    exposed: Vec<String>,
    /// The folder itself is locked too, so that nobody gets in by removing the lock file.
    _folder: Option<File>,
}

impl Home {
    /// Takes the directory, making it where it is missing.
    ///
    /// # Errors
    /// `Busy` names the process that owns it; `Stale` if another version wrote it; `Invalid` for a folder or a file in
    /// it that Escher did not make, which is left untouched; `Storage`.
    pub(crate) fn open(root: &Path, now: Timestamp) -> Result<Self> {
        make(root)?;
        let root = std::fs::canonicalize(root).map_err(|e| files::storage(OPEN, root, e))?;
        if !root.is_dir() {
            return Err(files::foreign(OPEN, &root, "it is no folder"));
        }
        claim::claim(&root)?;
        let folder = lock::folder(&root)?;
        let owner = Owner { pid: std::process::id(), since: now };
        let (lock, sealed) = lock::file(&root)?;
        layout::check(&root)?;
        let since = DATABASES.map(|name| (name, seal::since(sealed.as_ref(), &root.join(name)))).into();
        let mut home = Self { root, lock, owner, since, whole: Mutex::default(), exposed: Vec::new(), _folder: folder };
        home.seal_with(None)?;
        home.keep_private()?;
        spool::remove_abandoned(&home.root);
        Ok(home)
    }

    /// Removes what programs that are gone wanted to hand over.
    pub(crate) fn remove_abandoned(&self) {
        spool::remove_abandoned(&self.root);
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
    /// Who owns it: this process, since it was opened.
    pub(crate) fn owner(&self) -> &Owner {
        &self.owner
    }
    pub(crate) fn store(&self) -> PathBuf {
        self.root.join("store.db")
    }
    pub(crate) fn journal(&self) -> PathBuf {
        self.root.join("journal.db")
    }
    pub(crate) fn sim(&self) -> PathBuf {
        self.root.join("sim.db")
    }
    pub(crate) fn index(&self) -> PathBuf {
        self.root.join("index")
    }
    pub(crate) fn connections(&self) -> PathBuf {
        self.root.join("connections.toml")
    }

    /// Files and folders that other users may read, because their rights could not be changed.
    pub(crate) fn exposed(&self) -> &[String] {
        &self.exposed
    }

    /// How a database stands against what was there when the directory was last closed.
    pub(crate) fn since_closed(&self, path: &Path) -> Since {
        if self.whole.lock().unwrap_or_else(PoisonError::into_inner).contains(path) {
            return Since::Untouched;
        }
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        self.since.get(name).copied().unwrap_or(Since::Touched)
    }

    /// Notes that a database was looked through and found whole.
    pub(crate) fn found_whole(&self, path: &Path) {
        self.whole.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// An empty file that only this user may read, so that whatever SQLite puts beside it is as private.
    pub(crate) fn prepare(&self, path: &Path) -> Result<()> {
        match files::create_private(path) {
            Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(files::storage(OPEN, path, e)),
            _ => Ok(()),
        }
    }

    /// Takes other users' rights away where the folder was open to them.
    fn keep_private(&mut self) -> Result<()> {
        let mut paths = vec![self.root.clone(), self.root.join(claim::MARKER), self.index()];
        paths.extend(FILES.iter().map(|name| self.root.join(name)));
        for path in paths {
            let Some(found) = files::look(OPEN, &path)? else { continue };
            match files::tighten(&path, &found) {
                Ok(false) => {}
                Ok(true) => tracing::info!(path = %path.display(), "other users could read it; no longer"),
                Err(e) => {
                    tracing::warn!(path = %path.display(), error = %e, "other users may read it, and its rights cannot be changed");
                    self.exposed.push(path.display().to_string());
                }
            }
        }
        for path in [self.store(), self.journal()] {
            self.prepare(&path)?;
        }
        Ok(())
    }

    fn seal_with(&mut self, seal: Option<Seal>) -> Result<()> {
        seal::write(&mut self.lock, &self.owner, seal.as_ref())
            .map_err(|e| files::storage("lock data directory", &self.root.join("lock"), e))
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // What nobody has looked through since it was touched bears no seal: it is still to be looked through.
        let paths = DATABASES.map(|name| self.root.join(name)).into_iter().filter(|path| self.since_closed(path) == Since::Untouched);
        // Where it cannot be written the directory counts as not closed.
        if let Some(seal) = Seal::of(paths)
            && let Err(e) = self.seal_with(Some(seal))
        {
            tracing::debug!(error = %e, "the data directory could not be sealed");
        }
    }
}

/// Whether there is no data directory yet: no folder, or an empty one.
pub(crate) fn is_missing(root: &Path) -> Result<bool> {
    let Some(found) = files::look(OPEN, root)? else { return Ok(true) };
    Ok(found.is_dir() && std::fs::read_dir(root).map_err(|e| storage(OPEN, root, e))?.next().is_none())
}

/// Makes the folder, for this user alone.
fn make(root: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    let made = match builder.create(root) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let parent = root.parent().map_or(Ok(()), std::fs::create_dir_all);
            parent.and_then(|()| builder.create(root))
        }
        made => made,
    };
    match made {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => Err(files::storage(OPEN, root, e)),
        _ => Ok(()),
    }
}
