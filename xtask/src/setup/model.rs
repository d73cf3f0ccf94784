//! The embedding model. The search code locates, fetches and checks it; its example `fetch_model` is the door.

use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};

use super::python;
use crate::process;
use crate::project::Project;

/// The files without which a model folder is of no use.
const FILES: [&str; 3] = ["config.json", "model.safetensors", "tokenizer.json"];

/// The model's folder, or `None` with a word on standard error where it cannot be had.
pub(crate) fn folder(project: &Project) -> Result<Option<PathBuf>> {
    let note = project.state().join("model-folder");
    if let Some(known) = std::fs::read_to_string(&note).ok().map(PathBuf::from).filter(|folder| is_complete(folder)) {
        return Ok(Some(known));
    }
    // Built with the whole workspace's features, so that the tests find the same dependencies already built.
    process::run(project.cargo().args(["build", "--locked", "--workspace", "--example", "fetch_model"]))?;
    let cache = project.user_cache()?;
    let mut fetch = process::command(project.built("debug/examples", "fetch_model"));
    match python::path_with_pip(project).and_then(|path| process::capture(fetch.arg(cache).env("PATH", path))) {
        Ok(said) => {
            let found = PathBuf::from(said.trim());
            if !is_complete(&found) {
                return Err(
                    Error::internal("the model was reported in a folder that does not hold it").with("folder", found.display().to_string())
                );
            }
            std::fs::create_dir_all(project.state()).and_then(|()| std::fs::write(&note, said.trim())).map_err(|e| {
                Error::new(ErrorKind::Storage, "the model's place could not be noted").with("file", note.display().to_string()).caused_by(e)
            })?;
            Ok(Some(found))
        }
        Err(error) => {
            eprintln!("The embedding model could not be had, so search is lexical only. {error}");
            Ok(None)
        }
    }
}

fn is_complete(folder: &Path) -> bool {
    FILES.iter().all(|name| folder.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_folder_needs_all_its_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in FILES {
            assert!(!is_complete(folder.path()));
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        assert!(is_complete(folder.path()));
    }
}
