//! What the tests share: a data directory of its own for each, and the binary to run over it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

use escher::core::ResourceId;
use escher::{Config, Escher};
use serde_json::Value;
use tempfile::TempDir;

/// Makes a store one of the version before, in which rows may have no checksum.
pub(crate) const VERSION_3: &str =
    "DROP TABLE history; DROP TABLE measured; ALTER TABLE seen DROP COLUMN missed_since; PRAGMA user_version = 3";

/// A data directory and the ways to work on it.
pub(crate) struct Desk {
    dir: TempDir,
    model: bool,
}

/// How a command ended.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Desk {
    /// An empty one, where search is lexical.
    pub(crate) fn empty() -> Self {
        Self { dir: TempDir::new().unwrap(), model: false }
    }

    /// An empty one, where search understands meaning.
    pub(crate) fn with_model() -> Self {
        Self { model: true, ..Self::empty() }
    }

    /// One with the default demo loaded; made once, copied for each test.
    pub(crate) fn demo() -> Self {
        static LOADED: OnceLock<Desk> = OnceLock::new();
        let loaded = LOADED.get_or_init(|| {
            let desk = Self::empty();
            desk.ok(&["demo", "--json"]);
            desk
        });
        let desk = Self::empty();
        copy(&loaded.data(), &desk.data());
        desk
    }

    /// The data directory.
    pub(crate) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    /// Where the keys of this desk are.
    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.path().join("keys")
    }

    /// A copy of the data directory and its keys, to be put back later.
    pub(crate) fn keep(&self) -> Self {
        let kept = Self::empty();
        copy(&self.data(), &kept.data());
        copy(&self.keys(), &kept.keys());
        kept
    }

    /// Puts back what was kept, at the same place: a key belongs to the place of its data directory.
    pub(crate) fn put_back(&self, kept: &Self) {
        for (from, to) in [(kept.data(), self.data()), (kept.keys(), self.keys())] {
            std::fs::remove_dir_all(&to).unwrap();
            copy(&from, &to);
        }
    }

    /// The configuration by which the binary opens this desk.
    pub(crate) fn config(&self) -> Config {
        Config { key_dir: Some(self.keys()), ..Config::new(self.data()) }
    }

    /// A file beside the data directory.
    pub(crate) fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.dir.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The binary, ready to run.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_escher"));
        self.environment(command.args(args));
        command
    }

    /// A program that finds this desk's folders, and nothing of the person's own.
    pub(crate) fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command.env("ESCHER_DATA_DIR", self.data()).env("ESCHER_CACHE_DIR", self.dir.path().join("cache"));
        command.env("ESCHER_KEY_DIR", self.keys()).stdin(Stdio::null());
        command.env_remove("ESCHER_MODEL_DIR").env_remove("AWS_PROFILE").env_remove("COLUMNS");
        if self.model {
            command.env("ESCHER_MODEL_DIR", model());
        }
        command
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        ran(self.command(args).output().unwrap())
    }

    /// Runs a command that has to succeed.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let ran = self.run(args);
        assert_eq!(ran.code, 0, "escher {args:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }

    /// Runs a command that has to succeed, and reads its document.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let out = self.ok(args);
        serde_json::from_str(&out).unwrap_or_else(|e| panic!("escher {args:?}: {e}\n{out}"))
    }

    /// Runs a command that has to end with this code, and reads its document.
    pub(crate) fn json_of(&self, args: &[&str], code: i32) -> Value {
        let ran = self.run(args);
        assert_eq!(ran.code, code, "escher {args:?}\n{}\n{}", ran.out, ran.err);
        serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("escher {args:?}: {e}\n{}", ran.out))
    }

    /// The exported estate.
    pub(crate) fn export(&self) -> Vec<Value> {
        lines(&self.ok(&["export"]))
    }

    /// What the simulated cloud itself says of a resource, the estate aside.
    pub(crate) fn truth(&self, id: &ResourceId) -> Option<Value> {
        let escher = Escher::open(Config::new(self.data())).unwrap();
        let resource = escher.simulation().unwrap().expect("simulated").get(id).unwrap()?;
        Some(serde_json::to_value(resource).unwrap())
    }
}

pub(crate) fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// JSON Lines.
pub(crate) fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The texts of a key over an array, sorted.
pub(crate) fn sorted<'a>(values: impl IntoIterator<Item = &'a Value>, key: &str) -> Vec<String> {
    let mut texts: Vec<String> = values.into_iter().map(|value| value[key].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

/// The Python that `cargo xtask setup` made ready, or the system's.
pub(crate) fn python() -> String {
    std::env::var("ESCHER_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned())
}

/// A script of ours over a file; what it prints.
pub(crate) fn script(name: &str, args: &[&str]) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts").join(name);
    let output = Command::new(python()).arg(path).args(args).output().expect("python3 is needed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The folder with the model's files.
fn model() -> PathBuf {
    std::env::var_os("ESCHER_TEST_MODEL").map(PathBuf::from).expect("no model: run the tests with `cargo xtask test`")
}

pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else if entry.file_type().unwrap().is_file() {
            // A socket that a killed owner left behind cannot be copied, and is not missed.
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs a future to its end.
pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Runtime::new().unwrap().block_on(work)
}
