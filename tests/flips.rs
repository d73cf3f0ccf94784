//! A byte of the data directory flips. Every command then ends in an error that says so, or as it would have: the index
//! is rebuilt, or what flipped was of no importance. Never in a panic, a signal, a hang, gigabytes, or a change done twice.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::support::{Desk, python};

/// Flips tried without `ESCHER_TEST_FLIPS`.
const FLIPS: usize = 24;
/// Seconds that a command may take.
const PATIENCE: u32 = 10;
/// Kilobytes that it may take.
const MEMORY: u64 = 1024 * 1024;

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i64,
    pub(crate) out: String,
    pub(crate) err: String,
    pub(crate) hung: bool,
    pub(crate) kilobytes: u64,
}

/// Runs commands one after the other, each within a time.
pub(crate) fn run_all(desk: &Desk, commands: &[Vec<String>]) -> Vec<Ended> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts/limited.py");
    let mut python = Command::new(python());
    desk.environment(python.arg(script).arg(PATIENCE.to_string()));
    let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is needed");
    let argv: Vec<Vec<&str>> = commands
        .iter()
        .map(|args| std::iter::once(env!("CARGO_BIN_EXE_escher")).chain(args.iter().map(String::as_str)).collect())
        .collect();
    child.stdin.take().unwrap().write_all(json!(argv).to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let results: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let read = |result: Value| Ended {
        code: result["code"].as_i64().unwrap(),
        out: text(&result["out"]),
        err: text(&result["err"]),
        hung: result["hung"].as_bool().unwrap(),
        kilobytes: result["kilobytes"].as_u64().unwrap(),
    };
    results.into_iter().map(read).collect()
}

/// What an output says apart from times, durations and ids that are new each time.
fn gist(command: &str, out: &str) -> Value {
    let documents: Vec<Value> = out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    match command {
        "search" => json!([documents[0]["hits"], documents[0]["total"]]),
        "ask" => json!([documents[0]["answer"]["hits"], documents[0]["answer"]["total"], documents[0]["frame"]["selector"]]),
        "export" => json!(out),
        _ => json!(documents.last().map(|last| json!([last["done"], last["failed"], last["skipped"]]))),
    }
}

/// The changes that were made in the simulated clouds: how often each step was carried out.
fn acts(desk: &Desk) -> Option<BTreeMap<String, i64>> {
    let sim = rusqlite::Connection::open(desk.data().join("sim.db")).ok()?;
    let mut select = sim.prepare("SELECT target || action, count(*) FROM acts GROUP BY 1").ok()?;
    let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).ok()?;
    rows.collect::<rusqlite::Result<_>>().ok()
}

/// Every file below a folder, with its size; in order, so that a seed means the same each time.
fn files(folder: &Path) -> Vec<(PathBuf, u64)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let (path, found) = (entry.path(), entry.metadata().unwrap());
        if found.is_dir() { all.extend(files(&path)) } else { all.push((path, found.len())) }
    }
    all.sort();
    all
}

/// Where something is to flip in a file: half of the time where something is written.
fn place(dice: &mut ChaCha8Rng, path: &Path, size: u64) -> u64 {
    let anywhere = dice.random_range(0..size);
    if dice.random_range(0..2) == 0 {
        return anywhere;
    }
    let mut head = Vec::new();
    fs::File::open(path).unwrap().take(1 << 21).read_to_end(&mut head).unwrap();
    let written: Vec<usize> = head.iter().enumerate().filter(|(_, byte)| **byte != 0).map(|(at, _)| at).collect();
    if written.is_empty() { anywhere } else { written[dice.random_range(0..written.len())] as u64 }
}

fn plan(desk: &Desk, order: &str) -> String {
    let asked: Value = serde_json::from_str(&desk.run(&["ask", "--json", order]).out).unwrap();
    let plan = asked["plan"]["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    desk.ok(&["plan", "approve", &plan]);
    plan
}

#[test]
fn a_flipped_byte_is_an_error_a_rebuild_or_of_no_importance() {
    let flips = std::env::var("ESCHER_TEST_FLIPS").ok().and_then(|flips| flips.parse().ok()).unwrap_or(FLIPS);
    let seed = std::env::var("ESCHER_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(6);
    let whole = Desk::demo();
    // A run that is over, one that was cut short before it began a step, and a plan that is approved.
    let done = plan(&whole, "stop all running dev vms in gcp");
    whole.ok(&["plan", "run", &done, "--json"]);
    let cut = plan(&whole, "stop all running test vms in aws");
    let mut cut = whole.command(&["plan", "run", &cut, "--json", "--sim-faults", "slow:2s"]).stdout(Stdio::null()).spawn().unwrap();
    while runs_of(&whole) < 2 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    cut.kill().unwrap();
    cut.wait().unwrap();
    let approved = plan(&whole, "restart all running prod vms in azure");
    let runs = whole.json(&["runs", "--json"]);
    let open = runs.as_array().unwrap().iter().find(|run| run["finished"].is_null()).expect("a run was cut short");
    let commands: Vec<Vec<String>> = [
        &["doctor", "--json"][..],
        &["search", "--json", "web", "--limit", "5"],
        &["ask", "--json", "list all vms"],
        &["export"],
        &["plan", "run", &approved, "--json"],
        &["runs", "resume", open["id"].as_str().unwrap(), "--json"],
    ]
    .iter()
    .map(|args| args.iter().map(|arg| (*arg).to_owned()).collect())
    .collect();
    // Each time it is put back at the same place: the key is that of the place.
    let kept = whole.keep();
    let again = || whole.put_back(&kept);
    let expected = run_all(&whole, &commands);
    for (command, ended) in commands.iter().zip(&expected) {
        assert!(matches!(ended.code, 0 | 1) && !is_error(&ended.err), "{command:?}: {ended:?}");
    }
    let expected_acts = acts(&whole).unwrap();
    again();
    let all = files(&whole.data());
    let (of_index, of_home): (Vec<_>, Vec<_>) =
        all.into_iter().filter(|(_, size)| *size > 0).partition(|(path, _)| path.starts_with(whole.data().join("index")));

    let mut dice = ChaCha8Rng::seed_from_u64(seed);
    let mut table: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for number in 0..flips {
        let among = if dice.random_range(0..5) < 2 { &of_index } else { &of_home };
        let (path, size) = &among[dice.random_range(0..among.len())];
        again();
        let at = place(&mut dice, path, *size);
        let with: u8 = dice.random_range(1..=255);
        let name = path.strip_prefix(whole.data()).unwrap();
        let what = format!("flip {number}: {} at {at} of {size} with {with:#04x}", name.display());
        println!("{what}");
        flip(path, at, with);
        for ((command, ended), expected) in commands.iter().zip(run_all(&whole, &commands)).zip(&expected) {
            let what = format!("{what}, {command:?}: {} {:.3000}\n{:.3000}", ended.code, ended.out, ended.err);
            assert!(!ended.hung, "hung, {what}");
            assert!((0..=4).contains(&ended.code), "ended badly, {what}");
            assert!(!ended.err.contains("panicked"), "panicked, {what}");
            assert!(ended.kilobytes < MEMORY, "{} KB, {what}", ended.kilobytes);
            let verb = command[0].as_str();
            let outcome = if is_error(&ended.err) {
                assert!(ended.code != 0, "an error and a good end, {what}");
                "error"
            } else if verb == "doctor" {
                if ended.code == 0 { "same" } else { "error" }
            } else if gist(verb, &ended.out) == gist(verb, &expected.out) {
                "same"
            } else {
                // A simulated cloud that is another now has other targets: each is skipped and says why.
                assert!(matches!(verb, "plan" | "runs") && name.starts_with("sim.db"), "another answer, {what}");
                "skipped"
            };
            let part = if name.starts_with("index") { "index/…".to_owned() } else { name.display().to_string() };
            *table.entry((part, outcome)).or_default() += 1;
        }
        if let Some(acts) = acts(&whole) {
            for (step, count) in acts {
                let most = expected_acts.get(&step).copied().unwrap_or(1);
                assert!(count <= most, "{what}: {step} was done {count} times");
            }
        }
    }
    for ((part, outcome), count) in table {
        println!("{part:20} {outcome:8} {count}");
    }
}

/// Whether an error was reported, in words or as a document.
fn is_error(err: &str) -> bool {
    err.lines().any(|line| line.starts_with("error:") || line.starts_with("{\"kind\":"))
}

fn runs_of(desk: &Desk) -> i64 {
    let open = || rusqlite::Connection::open_with_flags(desk.data().join("store.db"), rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY);
    open().and_then(|store| store.query_row("SELECT count(*) FROM runs", [], |row| row.get(0))).unwrap_or(0)
}

fn flip(path: &Path, at: u64, with: u8) {
    let mut file = fs::File::options().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.seek(SeekFrom::Start(at)).unwrap();
    file.read_exact(&mut byte).unwrap();
    file.seek(SeekFrom::Start(at)).unwrap();
    file.write_all(&[byte[0] ^ with]).unwrap();
}
