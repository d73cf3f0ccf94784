//! The model's files: which they are, how they are checked, how they are put in place.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use escher_core::{Error, ErrorKind, Next, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// One file of the model as it was published.
pub(super) struct FileSpec {
    pub(super) name: &'static str,
    pub(super) bytes: u64,
    pub(super) sha256: &'static str,
}

/// The model as it was published.
pub(super) struct ModelSpec {
    pub(super) name: &'static str,
    pub(super) weights: FileSpec,
    pub(super) tokenizer: FileSpec,
    pub(super) config: FileSpec,
}

/// The one model that there is so far.
pub(super) const MODEL: ModelSpec = ModelSpec {
    name: "all-MiniLM-L6-v2",
    weights: FileSpec {
        name: "model.safetensors",
        bytes: 90_868_376,
        sha256: "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    },
    tokenizer: FileSpec {
        name: "tokenizer.json",
        bytes: 466_247,
        sha256: "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    },
    config: FileSpec { name: "config.json", bytes: 612, sha256: "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41" },
};

impl ModelSpec {
    /// The small ones first: a source that has them wrong is found out before the long download.
    pub(super) fn files(&self) -> [&FileSpec; 3] {
        [&self.config, &self.tokenizer, &self.weights]
    }

    /// Name and weights, for [`escher_core::Embed::id`].
    pub(super) fn id(&self) -> String {
        format!("{}@{}", self.name, &self.weights.sha256[..12])
    }
}

/// Where the model was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// In the configured folder.
    Folder,
    /// In the cache folder.
    Cache,
    /// On the model hub; now in the cache folder.
    Hub,
    /// In the Python package that carries it; now in the cache folder.
    Package,
}

/// The checked files of the model.
#[derive(Clone, Debug)]
pub struct ModelFiles {
    folder: PathBuf,
    source: ModelSource,
}

impl ModelFiles {
    pub(super) fn new(folder: PathBuf, source: ModelSource) -> Self {
        Self { folder, source }
    }

    /// Where they were found, or come from.
    pub fn source(&self) -> ModelSource {
        self.source
    }

    /// The folder they are in.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn weights(&self) -> PathBuf {
        self.folder.join(MODEL.weights.name)
    }

    pub(super) fn tokenizer(&self) -> PathBuf {
        self.folder.join(MODEL.tokenizer.name)
    }

    pub(super) fn config(&self) -> PathBuf {
        self.folder.join(MODEL.config.name)
    }
}

impl FileSpec {
    /// Copies what `from` gives into `folder` under this file's name, whole and checked or not at all.
    pub(super) fn install(&self, from: &mut dyn Read, folder: &Path) -> Result<()> {
        let failed = |e: std::io::Error| {
            Error::new(ErrorKind::Storage, "the model cannot be stored")
                .with("file", folder.join(self.name).display().to_string())
                .caused_by(e)
        };
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        // One byte more than expected is enough to know; an endless source must not fill the disk.
        let mut from = from.take(self.bytes + 1);
        let found = hash(&mut from, |chunk| file.write_all(chunk).map_err(failed)).map_err(|e| e.with("file", self.name))?;
        self.compare(&found, self.name)?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(folder.join(self.name)).map_err(|e| failed(e.error))?;
        Ok(())
    }

    fn compare(&self, found: &str, file: &str) -> Result<()> {
        if found == self.sha256 {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Invalid, "a file of the embedding model is not the one that was published")
            .with("file", file)
            .with("expected", self.sha256)
            .with("found", found)
            .hint("delete the file and fetch the model again")
            .next(Next::Init))
    }
}

/// Feeds everything to `each`, and gives its SHA-256 in hexadecimal.
fn hash(from: &mut dyn Read, mut each: impl FnMut(&[u8]) -> Result<()>) -> Result<String> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0u8; 1 << 20];
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(e) => return Err(Error::new(ErrorKind::Unavailable, "the model cannot be read to its end").caused_by(e)),
        };
        hasher.update(&buffer[..count]);
        each(&buffer[..count])?;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether the whole model is in a folder; `Some` with the missing file's name where it is not.
pub(super) fn missing(folder: &Path) -> Result<Option<&'static str>> {
    for spec in MODEL.files() {
        let path = folder.join(spec.name);
        let there = path.try_exists().map_err(|e| {
            Error::new(ErrorKind::Storage, "cannot look for the embedding model").with("file", path.display().to_string()).caused_by(e)
        })?;
        if !there {
            return Ok(Some(spec.name));
        }
    }
    Ok(None)
}

/// Checks a folder that has all files. A file is hashed when it is first seen, and again whenever its size or time of
/// change differ from those of the last good check, which `checks` remembers.
pub(super) fn verify(folder: &Path, checks: &Path) -> Result<()> {
    let mut known = Checks::read(checks);
    let mut news = false;
    for spec in MODEL.files() {
        let path = folder.join(spec.name);
        let failed = |e: std::io::Error| {
            Error::new(ErrorKind::Storage, "a file of the embedding model cannot be read")
                .with("file", path.display().to_string())
                .caused_by(e)
        };
        let mut file = File::open(&path).map_err(failed)?;
        let meta = file.metadata().map_err(failed)?;
        let changed = meta.modified().ok().and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_nanos().to_string());
        let check = Check { file: path.display().to_string(), bytes: meta.len(), changed, sha256: spec.sha256.to_owned() };
        if known.0.contains(&check) && check.changed.is_some() {
            continue;
        }
        spec.compare(&hash(&mut file, |_| Ok(()))?, &check.file)?;
        known.0.retain(|other| other.file != check.file);
        known.0.push(check);
        news = true;
    }
    if news {
        known.write(checks);
    }
    Ok(())
}

/// A good check of one file.
#[derive(PartialEq, Serialize, Deserialize)]
struct Check {
    file: String,
    bytes: u64,
    changed: Option<String>,
    sha256: String,
}

/// Remembered checks. They only save time: what cannot be read or written is done over next time.
#[derive(Default, Serialize, Deserialize)]
struct Checks(Vec<Check>);

impl Checks {
    fn read(path: &Path) -> Self {
        std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
    }

    fn write(&self, path: &Path) {
        let put = || -> std::io::Result<()> {
            let folder = path.parent().unwrap_or(Path::new("."));
            std::fs::create_dir_all(folder)?;
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.persist(path)?;
            Ok(())
        };
        if let Err(e) = put() {
            tracing::debug!(error = %e, "the check of the embedding model could not be remembered");
        }
    }
}
