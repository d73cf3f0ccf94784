//! Killed at any point, a run is carried on without repeating or losing anything.

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use escher::core::{JournalEntry, JournalStore, Result, RunId};
use escher::{Config, Escher, Overrides, RunOptions};
use rand::{RngExt as _, SeedableRng as _};
use serde_json::Value;

use crate::local_aws::{CREDENTIALS, Moto, Proxy};
use crate::support::Desk;

const FLEET: usize = 30;
/// Fleets that die side by side.
const RANGES: usize = 4;
const REGION: &str = "eu-west-1";

/// A journal that ends the process the hard way right before or after its n-th line.
struct Guillotine {
    store: Arc<dyn JournalStore>,
    lines: AtomicUsize,
    at: usize,
    before: bool,
}

#[async_trait]
impl JournalStore for Guillotine {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let line = self.lines.fetch_add(1, Ordering::SeqCst) + 1;
        if line == self.at && self.before {
            die();
        }
        let number = self.store.append(entry).await?;
        if line == self.at {
            die();
        }
        Ok(number)
    }

    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        self.store.read(run).await
    }
}

fn die() -> ! {
    let _ = Command::new("kill").args(["-9", &std::process::id().to_string()]).status();
    unreachable!("killed")
}

/// Not a test of its own: the process that the tests below kill.
#[test]
#[ignore = "run by the tests below in a process of its own"]
fn victim() {
    let var = |name: &str| std::env::var(name).unwrap();
    let (plan, at, before) = (var("VICTIM_PLAN"), var("VICTIM_AT").parse().unwrap(), var("VICTIM_BEFORE") == "1");
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let guillotine = move |store| Arc::new(Guillotine { store, lines: AtomicUsize::new(0), at, before }) as Arc<dyn JournalStore>;
        let config = Config { parallel: FLEET, key_dir: Some(var("VICTIM_KEYS").into()), ..Config::new(var("VICTIM_DATA")) };
        let escher = Escher::open_with(config, Overrides::default().journal(guillotine)).unwrap();
        escher.run_plan(&plan, RunOptions::default()).await.unwrap();
    });
}

fn start_victim(desk: &Desk, plan: &str, at: usize, before: bool) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::victim", "--ignored", "--nocapture"])
        .envs(CREDENTIALS)
        .envs([("VICTIM_PLAN", plan), ("VICTIM_AT", &at.to_string()), ("VICTIM_BEFORE", if before { "1" } else { "0" })])
        .env("VICTIM_DATA", desk.data())
        .env("VICTIM_KEYS", desk.keys())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// A fleet behind a proxy, connected and synced.
struct Range {
    moto: Moto,
    proxy: Proxy,
    desk: Desk,
}

impl Range {
    fn new() -> Self {
        let moto = Moto::start();
        moto.boto3(&["fleet", &FLEET.to_string(), REGION]);
        let proxy = Proxy::start(moto.port, Duration::from_millis(50));
        let desk = Desk::empty();
        desk.aws_ok(&["connect", "aws", "--endpoint", &proxy.endpoint(), "--region", REGION, "--json"]);
        Self { moto, proxy, desk }
    }

    /// An approved plan to stop the fleet, all of which runs.
    fn plan(&self) -> String {
        self.moto.boto3(&["start", REGION]);
        self.desk.aws_ok(&["sync", "--kind", "vm", "--quiet"]);
        let asked: Value = serde_json::from_str(&self.desk.aws(&["ask", "--json", "stop all vms tagged fleet=kill"]).out).unwrap();
        let plan = asked["plan"]["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
        assert_eq!(asked["plan"]["steps"].as_array().unwrap().len(), FLEET);
        self.desk.ok(&["plan", "approve", &plan]);
        self.proxy.take();
        plan
    }

    /// Resumes what was cut short and holds everything against the promise.
    fn resume_and_check(&self, what: &str) {
        let resumed = self.desk.aws(&["runs", "resume", "--json"]);
        assert_eq!(resumed.code, 0, "{what}: {}\n{}", resumed.out, resumed.err);
        let runs: Vec<Value> = serde_json::from_str(&self.desk.ok(&["runs", "--json"])).unwrap();
        assert_eq!((&runs[0]["done"], &runs[0]["failed"], &runs[0]["skipped"]), (&FLEET.into(), &0.into(), &0.into()), "{what}");
        let run = runs[0]["id"].as_str().unwrap();
        let shown: Value = serde_json::from_str(&self.desk.ok(&["runs", "show", run, "--json"])).unwrap();
        let finals = shown["journal"].as_array().unwrap().iter().filter(|line| line["phase"] == "done").count();
        assert_eq!(finals, FLEET, "{what}: the journal has one outcome for each");
        let seen = self.proxy.take();
        assert_eq!(seen.stops.len(), FLEET, "{what}: every target was stopped");
        assert!(seen.repeated.is_empty(), "{what}: called again after it was seen stopped: {:?}", seen.repeated);
        let states: Value = serde_json::from_str(&self.moto.boto3(&["states", REGION])).unwrap();
        assert!(states.as_object().unwrap().values().all(|instance| instance["state"] == "stopped"), "{what}");
    }
}

#[test]
fn killed_at_every_journal_boundary() {
    // Most of it is waiting for one process or another, so several fleets are at it side by side.
    let next = AtomicUsize::new(1);
    let work = || {
        let range = Range::new();
        // Four lines a target: intent, started, observed, done. Dying after one line is dying before the next, but for
        // what happens in between; both sides are tried in turn.
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            if at > 4 * FLEET {
                return;
            }
            let before = usize::is_multiple_of(at, 2);
            let plan = range.plan();
            let died = start_victim(&range.desk, &plan, at, before).wait().unwrap();
            assert!(!died.success(), "line {at}: it was to be killed");
            range.resume_and_check(&format!("{} line {at}", if before { "before" } else { "after" }));
        }
    };
    std::thread::scope(|threads| {
        for _ in 0..RANGES {
            threads.spawn(work);
        }
    });
}

#[test]
fn killed_at_random_moments() {
    let range = Range::new();
    let mut dice = rand_chacha::ChaCha8Rng::seed_from_u64(20);
    for n in 0..20 {
        let plan = range.plan();
        let mut victim = start_victim(&range.desk, &plan, usize::MAX, false);
        let moment = Duration::from_millis(dice.random_range(50..2_500));
        std::thread::sleep(moment);
        let _ = victim.kill();
        victim.wait().unwrap();
        let begun: Vec<Value> = serde_json::from_str(&range.desk.ok(&["runs", "--json"])).unwrap();
        if begun.iter().all(|run| run["plan"] != plan.as_str()) {
            // It died before the run was begun: the plan is still there to be run.
            range.desk.aws_ok(&["plan", "run", &plan, "--json"]);
        }
        range.resume_and_check(&format!("kill {n} after {moment:?}"));
    }
}
