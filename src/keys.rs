//! The key of this installation, kept outside the data directory, and what must be remembered beside it.
//!
//! Each data directory has a folder of its own under [`crate::Config::key_dir`], named after where the directory is.
//! So whoever can write the data directory can neither sign nor make forgotten what was decided, and a copy of the
//! directory elsewhere has another key: what was approved in the one is not approved in the other.
//!
//! The operating system's keychain is not used: on a machine without a desktop session it is missing, locked, or
//! waits for a person who is not there, and a run that waits for a keychain is a run that does not resume.

use std::collections::HashMap;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use escher_core::{Error, ErrorKind, Head, PlanId, PlanStatus, PublicKey, Result, RunId, SecretKey, WallTime, digest};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::home::storage;

/// How much later a moment must be before it is written down, so that not every command writes.
const STEP: SignedDuration = SignedDuration::from_secs(60);

/// What was decided about a plan for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Settled {
    /// The plan.
    pub(crate) plan: PlanId,
    /// Rejected or started.
    pub(crate) status: PlanStatus,
    /// As which run.
    pub(crate) run: Option<RunId>,
    /// When.
    pub(crate) at: Timestamp,
}

/// The folder of one data directory's key.
pub(crate) struct KeyRing {
    folder: PathBuf,
    key: OnceLock<SecretKey>,
    held: OnceLock<File>,
    /// One at a time writes in the folder.
    writing: Mutex<()>,
}

impl KeyRing {
    /// The keys of a data directory that exists, in their folder under `base`. Nothing is made yet.
    pub(crate) fn of(data_dir: &Path, base: &Path) -> Result<Self> {
        let place = data_dir.canonicalize().map_err(|e| storage("open data directory", data_dir, e))?;
        // Two paths that differ in what is no text are two places.
        let place = place.to_str().map_or_else(|| digest::of(&place.as_os_str().as_encoded_bytes()), |text| digest::of(&text));
        let name: String = place.trim_start_matches("sha256:").chars().take(32).collect();
        Ok(Self { folder: base.join(name), key: OnceLock::new(), held: OnceLock::new(), writing: Mutex::default() })
    }

    fn one_writes(&self) -> MutexGuard<'_, ()> {
        self.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where they are.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// What verifies the signatures of this installation; `None` before the first was made.
    pub(crate) fn public(&self) -> Result<Option<PublicKey>> {
        Ok(self.load()?.map(|key| key.public()))
    }

    /// What makes them; made itself where there is none.
    pub(crate) fn secret(&self) -> Result<SecretKey> {
        let _one = self.one_writes();
        match self.load()? {
            Some(key) => Ok(key),
            None => self.make(),
        }
    }

    /// When the key was made; `None` before that.
    pub(crate) fn made(&self) -> Result<Option<Timestamp>> {
        let path = self.path();
        match path.symlink_metadata().and_then(|found| found.modified()) {
            Ok(made) => Ok(Timestamp::try_from(made).ok()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(key_storage("read key", &path, e)),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.join("key")
    }

    fn load(&self) -> Result<Option<SecretKey>> {
        if let Some(key) = self.key.get() {
            return Ok(Some(key.clone()));
        }
        let path = self.path();
        let Some(file) = open_private(&path)? else { return Ok(None) };
        let mut text = String::new();
        // A key is 64 digits; whatever is longer is none and is not read to its end.
        let read = file.take(1_024).read_to_string(&mut text);
        let seed = read.ok().and_then(|_| seed_of(text.trim()));
        let seed = seed.ok_or_else(|| {
            Error::new(ErrorKind::Storage, "the key of this installation is damaged")
                .operation("read key")
                .with("file", path.display().to_string())
                .hint("restore the file from a backup, or move it away: then every plan must be approved again")
        })?;
        Ok(Some(self.key.get_or_init(|| SecretKey::from_seed(&seed)).clone()))
    }

    fn make(&self) -> Result<SecretKey> {
        self.make_folder()?;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|e| Error::internal(e.to_string()).operation("make key"))?;
        let text: String = seed.iter().map(|byte| format!("{byte:02x}")).chain(["\n".to_owned()]).collect();
        replace(&self.path(), &text).map_err(|e| key_storage("make key", &self.path(), e))?;
        Ok(self.key.get_or_init(|| SecretKey::from_seed(&seed)).clone())
    }

    fn make_folder(&self) -> Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.folder).map_err(|e| key_storage("make key", &self.folder, e))
    }

    /// What was decided for good, by plan. The first decision counts.
    pub(crate) fn settled(&self) -> Result<HashMap<PlanId, Settled>> {
        let (settled, unreadable) = self.decisions()?;
        if !unreadable.is_empty() {
            tracing::warn!("{} lines of {} cannot be read; `doctor` says which", unreadable.len(), self.settled_file().display());
        }
        Ok(settled)
    }

    /// Where that is remembered.
    pub(crate) fn settled_file(&self) -> PathBuf {
        self.folder.join("settled")
    }

    /// What was decided for good, and the numbers of the lines that cannot be read. One that was cut off by a crash was
    /// never relied upon: what it says is also in the store.
    pub(crate) fn decisions(&self) -> Result<(HashMap<PlanId, Settled>, Vec<usize>)> {
        let path = self.settled_file();
        let (mut settled, mut unreadable) = (HashMap::new(), Vec::new());
        let Some(mut file) = open_private(&path)? else { return Ok((settled, unreadable)) };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| storage("read decisions", &path, e))?;
        for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')).filter(|(_, line)| !line.is_empty()) {
            match serde_json::from_slice::<Settled>(line) {
                Ok(decision) => drop(settled.entry(decision.plan.clone()).or_insert(decision)),
                Err(_) => unreadable.push(number),
            }
        }
        Ok((settled, unreadable))
    }

    /// Remembers a decision that is final.
    pub(crate) fn settle(&self, plan: &PlanId, status: PlanStatus, run: Option<&RunId>, at: WallTime) -> Result<()> {
        let _one = self.one_writes();
        let decision = Settled { plan: plan.clone(), status, run: run.cloned(), at: at.timestamp() };
        let line = serde_json::to_string(&decision).map_err(|e| Error::internal(e.to_string()).operation("remember decision"))?;
        self.make_folder()?;
        let path = self.settled_file();
        // On a line of its own even after one that was cut off.
        let write = private().append(true).create(true).open(&path).and_then(|mut file| {
            file.write_all(format!("\n{line}\n").as_bytes())?;
            file.sync_all()
        });
        write.map_err(|e| key_storage("remember decision", &path, e))
    }

    /// How far the journal had come when something was last begun or ended here; `None` before that.
    pub(crate) fn journal_head(&self) -> Result<Option<Head>> {
        let path = self.folder.join("journal");
        let Some(file) = open_private(&path)? else { return Ok(None) };
        let mut text = String::new();
        let read = file.take(1_024).read_to_string(&mut text);
        let head = read.ok().and_then(|_| serde_json::from_str(&text).ok());
        head.map(Some).ok_or_else(|| {
            Error::new(ErrorKind::Storage, "what is remembered of the journal is damaged")
                .operation("read key")
                .with("file", path.display().to_string())
                .hint("make sure that the journal is whole, then remove the file")
        })
    }

    /// Remembers how far the journal has come, so that an older one in its place is noticed.
    pub(crate) fn note_journal(&self, head: &Head) -> Result<()> {
        let _one = self.one_writes();
        let text = serde_json::to_string(head).map_err(|e| Error::internal(e.to_string()).operation("remember journal"))?;
        self.make_folder()?;
        let path = self.folder.join("journal");
        replace(&path, &format!("{text}\n")).map_err(|e| key_storage("remember journal", &path, e))
    }

    /// Keeps other processes from carrying out anything at this place, whatever became of the data directory's own lock.
    ///
    /// # Errors
    /// `Busy` if another process does; `Storage`.
    pub(crate) fn hold(&self) -> Result<()> {
        let _one = self.one_writes();
        if self.held.get().is_some() {
            return Ok(());
        }
        self.make_folder()?;
        let path = self.folder.join("running");
        let file = private().write(true).create(true).truncate(false).open(&path).map_err(|e| key_storage("hold key", &path, e))?;
        match crate::home::try_lock(&file) {
            Ok(()) => {
                self.held.get_or_init(|| file);
                Ok(())
            }
            Err(TryLockError::WouldBlock) => Err(Error::new(ErrorKind::Busy, "another process carries out a run at this place")
                .operation("hold key")
                .with("file", path.display().to_string())
                .hint("wait until it ends")),
            Err(TryLockError::Error(e)) => Err(key_storage("hold key", &path, e)),
        }
    }

    /// The latest moment at which this installation was at work here, as far as it was written down.
    pub(crate) fn last_seen(&self) -> Option<Timestamp> {
        let mut text = String::new();
        open_private(&self.folder.join("clock")).ok()??.take(64).read_to_string(&mut text).ok()?;
        text.trim().parse().ok()
    }

    /// Writes down that it is at work now, where there is a key to keep it beside and it is later than what stands there.
    pub(crate) fn note(&self, now: WallTime) {
        let _one = self.one_writes();
        let later = self.last_seen().is_none_or(|last| now.timestamp().duration_since(last) > STEP);
        if later && self.folder.is_dir() {
            let path = self.folder.join("clock");
            if let Err(e) = replace(&path, &format!("{now}\n")) {
                tracing::debug!("{} cannot be written: {e}", path.display());
            }
        }
    }
}

fn seed_of(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let mut seed = [0; 32];
    for (at, byte) in seed.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(seed)
}

/// Options for files that nobody else may read.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file of ours for reading; `None` if there is none. A link, or a file that others may read, is refused.
fn open_private(path: &Path) -> Result<Option<File>> {
    let refuse = |message: &str, hint: &str| {
        let error = Error::new(ErrorKind::Storage, message).operation("read key").with("file", path.display().to_string());
        Err(error.hint(hint))
    };
    let found = match path.symlink_metadata() {
        Ok(found) => found,
        Err(e) if matches!(e.kind(), std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(key_storage("read key", path, e)),
    };
    if !found.is_file() {
        return refuse("this is not a plain file", "move it away: then every plan must be approved again");
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&found.permissions()) & 0o077 != 0 {
        return refuse(
            "other users can read or write this file, so its signatures prove nothing",
            "set its mode to 600; if someone may have read the key, move it away: then every plan must be approved again",
        );
    }
    File::open(path).map(Some).map_err(|e| key_storage("read key", path, e))
}

/// Writes a file whole or not at all.
fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    match std::fs::remove_file(&beside) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut file = private().write(true).create_new(true).open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}

/// A file system error of the key's folder, with the setting that helps.
fn key_storage(operation: &str, path: &Path, e: std::io::Error) -> Error {
    storage(operation, path, e).hint("check that folder, or name another one for keys in ESCHER_KEY_DIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rings() -> (tempfile::TempDir, KeyRing, KeyRing) {
        let dir = tempfile::tempdir().unwrap();
        let ring = |name: &str| {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
            KeyRing::of(&dir.path().join(name), &dir.path().join("keys")).unwrap()
        };
        let (a, b) = (ring("a"), ring("b"));
        (dir, a, b)
    }

    #[test]
    fn every_directory_has_a_key_of_its_own_and_keeps_it() {
        let (dir, a, b) = rings();
        assert_eq!(a.public().unwrap(), None);
        let key = a.secret().unwrap().public();
        assert_ne!(b.secret().unwrap().public(), key);
        let again = KeyRing::of(&dir.path().join("b/../a"), &dir.path().join("keys")).unwrap();
        assert_eq!(again.public().unwrap(), Some(key));
    }

    #[cfg(unix)]
    #[test]
    fn a_key_that_others_may_read_or_that_is_a_link_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let (dir, a, _) = rings();
        a.secret().unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&a.path()), mode(a.folder())), (0o600, 0o700));
        let fresh = || KeyRing::of(&dir.path().join("a"), &dir.path().join("keys")).unwrap();
        for others in [0o640, 0o604, 0o620] {
            std::fs::set_permissions(a.path(), std::fs::Permissions::from_mode(others)).unwrap();
            assert!(fresh().public().unwrap_err().message().contains("other users"), "{others:o}");
        }
        std::fs::rename(a.path(), dir.path().join("elsewhere")).unwrap();
        std::os::unix::fs::symlink(dir.path().join("elsewhere"), a.path()).unwrap();
        assert!(fresh().public().unwrap_err().message().contains("plain file"));
    }

    #[test]
    fn a_damaged_key_is_told_and_not_replaced() {
        let (dir, a, _) = rings();
        a.secret().unwrap();
        for text in ["", "zz", &"0".repeat(63), &"é".repeat(32)] {
            std::fs::write(a.path(), text).unwrap();
            let fresh = KeyRing::of(&dir.path().join("a"), &dir.path().join("keys")).unwrap();
            assert!(fresh.secret().unwrap_err().message().contains("damaged"), "{text}");
            assert_eq!(std::fs::read_to_string(a.path()).unwrap(), text);
        }
    }

    #[test]
    fn what_was_decided_first_counts_and_a_torn_line_hides_nothing() {
        let (_dir, a, _) = rings();
        let plan = |n: u8| format!("pl_{n}").parse().unwrap();
        let run = |n: u8| format!("run_{n}").parse().unwrap();
        let now = escher_core::WallClock::new(|| Timestamp::UNIX_EPOCH).now();
        a.settle(&plan(1), PlanStatus::Rejected, None, now).unwrap();
        private().append(true).open(a.folder().join("settled")).unwrap().write_all(b"{\"plan\":\"pl_").unwrap();
        a.settle(&plan(2), PlanStatus::Started, Some(&run(2)), now).unwrap();
        a.settle(&plan(1), PlanStatus::Started, Some(&run(1)), now).unwrap();
        let settled = a.settled().unwrap();
        assert_eq!(settled[&plan(1)].status, PlanStatus::Rejected);
        assert_eq!(settled[&plan(2)].run, Some(run(2)));
    }
}
