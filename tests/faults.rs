//! What goes wrong while Escher is at work: killed, interrupted, no room on the disk. Nothing is lost, and it goes on.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use escher::core::ResourceId;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;

use crate::support::{Desk, lines, python, ran};

const NOW: &str = "2026-11-01T08:00:00Z";
const WORLD: &str = "5:600";

/// A desk whose clouds are there and of which little was looked at.
fn barely_begun() -> Desk {
    let desk = Desk::empty();
    desk.ok(&["sync", "--json", "--kind", "queue", "--sim", WORLD, "--now", NOW]);
    desk
}

fn export(desk: &Desk) -> Vec<Value> {
    lines(&desk.ok(&["export", "--now", NOW]))
}

/// Sends a signal, as a person at the keyboard or the system would.
fn signal(name: &str, process: u32) {
    assert!(Command::new("kill").args([name, &process.to_string()]).status().unwrap().success());
}

#[test]
fn killed_in_mid_sync_nothing_is_lost_and_the_next_one_completes() {
    let whole = barely_begun();
    whole.ok(&["sync", "--json", "--now", NOW]);
    let wanted = export(&whole);
    let begun = barely_begun();
    let (desk, mut known) = (&begun, export(&begun).len());
    let mut dice = ChaCha8Rng::seed_from_u64(11);
    let mut killed = 0;
    for _ in 0..8 {
        let mut sync = desk.command(&["sync", "--quiet", "--now", NOW, "--sim-faults", "slow:30ms"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(dice.random_range(100..1_500)));
        let alive = sync.try_wait().unwrap().is_none();
        killed += usize::from(alive);
        if alive {
            signal("-KILL", sync.id());
        }
        sync.wait().unwrap();
        // Whatever was complete is there, in the store and, after a look at it, in the index.
        let now = export(desk);
        assert!(now.len() >= known, "{known} resources were known, then {}", now.len());
        known = now.len();
        let found = desk.json(&["search", "--json", "prod", "--limit", "1", "--now", NOW]);
        assert_eq!(found["total"].as_u64(), Some(known as u64));
    }
    assert!(killed >= 2, "too fast to be killed: it proves nothing");
    desk.ok(&["sync", "--json", "--now", NOW]);
    assert_eq!(export(desk), wanted);
}

/// What a person, a shutdown and a terminal that is closed send.
const STOPS: [&str; 3] = ["-INT", "-TERM", "-HUP"];

#[test]
fn an_interrupted_sync_says_so_and_keeps_what_was_complete() {
    for name in STOPS {
        let desk = barely_begun();
        let before = export(&desk).len();
        let mut command = desk.command(&["sync", "--now", NOW, "--sim-faults", "slow:2s"]);
        let sync = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1_000));
        signal(name, sync.id());
        let ran = ran(sync.wait_with_output().unwrap());
        assert_eq!(ran.code, 1, "{name}: {}", ran.err);
        assert!(ran.err.contains("interrupted") && ran.err.contains("hint"), "{name}: {}", ran.err);
        assert!(export(&desk).len() >= before);
        desk.ok(&["sync", "--json", "--now", NOW]);
    }
}

#[test]
fn an_interrupted_import_keeps_what_was_complete() {
    let desk = Desk::empty();
    let line = |n: usize| format!(r#"{{"id":"i-{n}","cloud":"aws","type":"ec2:instance","name":"web-{n}"}}"#);
    let text: Vec<String> = (0..40_000).map(line).collect();
    let file = desk.file("many.jsonl", &text.join("\n"));
    let import = desk.command(&["import", file.to_str().unwrap()]).stderr(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    // Once it owns the data directory it is at work.
    while !desk.data().join("store.db").exists() {
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_millis(300));
    signal("-TERM", import.id());
    let ended = ran(import.wait_with_output().unwrap());
    assert_eq!(ended.code, 1, "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("interrupted"), "{}", ended.err);
    assert!(export(&desk).len() < text.len(), "it was over before it was stopped: it proves nothing");
    assert_eq!(desk.json(&["doctor", "--json"])["checks"].as_array().unwrap().iter().filter(|check| check["health"] == "fail").count(), 0);
}

/// A run of a plan with many targets, its first event read.
struct Running {
    desk: Desk,
    plan: Value,
    child: Child,
    out: BufReader<ChildStdout>,
}

impl Running {
    fn begin(before: &str) -> Self {
        let desk = Desk::demo();
        let asked: Value = serde_json::from_str(&desk.run(&["ask", "--json", "stop all running prod vms in azure"]).out).unwrap();
        let id = asked["plan"]["id"].as_str().unwrap_or_else(|| panic!("{asked}"));
        desk.ok(&["plan", "approve", id]);
        let mut command = Command::new("sh");
        command.args(["-c", &format!(r#"{before} exec "$0" "$@""#), env!("CARGO_BIN_EXE_escher")]);
        desk.environment(command.args(["plan", "run", id, "--json", "--sim-faults", "slow:400ms"]));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        assert!(first.contains("intent"), "{first}");
        Self { plan: asked["plan"].clone(), desk, child, out }
    }

    /// What it says on standard error, and its exit code; `None` if a signal ended it.
    fn end(mut self) -> (Desk, Value, String, Option<i32>) {
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        let ended = self.child.wait_with_output().unwrap();
        (self.desk, self.plan, String::from_utf8(ended.stderr).unwrap(), ended.status.code())
    }
}

#[test]
fn an_interrupted_run_ends_in_order_and_is_carried_on() {
    for name in STOPS {
        let run = Running::begin("");
        signal(name, run.child.id());
        let (desk, plan, err, code) = run.end();
        let targets = plan["steps"].as_array().unwrap().len();
        assert!(targets > 8, "too few to be interrupted among them");
        assert!(!err.contains("panicked") && err.contains("Stopping"), "{name}: {err}");
        assert_eq!(code, Some(1), "{name}: it was interrupted, which is no success: {err}");
        // What was under way has its outcome, what was not begun has no line at all.
        let runs = desk.json(&["runs", "--json"]);
        let id = runs[0]["id"].as_str().unwrap();
        let journal = desk.json(&["runs", "show", id, "--json"])["journal"].clone();
        let of = |phase: &str| journal.as_array().unwrap().iter().filter(|line| line["phase"] == phase).count();
        assert!(of("intent") < targets, "{name}: it was over before it was stopped: it proves nothing");
        assert_eq!(of("intent"), of("done"), "{name}: {journal}");
        // The way on works as it was printed.
        let resume = err.lines().find_map(|line| line.split_once("To resume: ")).unwrap_or_else(|| panic!("{name}: {err}")).1;
        assert!(desk.environment(Command::new("sh").args(["-c", resume])).output().unwrap().status.success());
        let runs = desk.json(&["runs", "--json"]);
        let counted: u64 = ["done", "failed", "skipped"].iter().filter_map(|key| runs[0][key].as_u64()).sum();
        assert_eq!(counted, targets as u64, "each target has an outcome: {runs}");
        // What the journal calls done is so in the clouds' own truth.
        let shown = desk.json(&["runs", "show", id, "--json"]);
        for line in shown["journal"].as_array().unwrap().iter().filter(|line| line["phase"] == "done") {
            let truth = desk.truth(&ResourceId::verbatim(line["target"].as_str().unwrap())).unwrap();
            assert_eq!(truth["state"], "stopped", "{line}");
        }
    }
}

#[test]
fn a_second_signal_leaves_at_once_and_loses_nothing() {
    let mut run = Running::begin("");
    signal("-TERM", run.child.id());
    let mut err = BufReader::new(run.child.stderr.take().unwrap());
    let mut told = String::new();
    err.read_line(&mut told).unwrap();
    assert!(told.contains("Stopping"), "{told}");
    signal("-INT", run.child.id());
    err.read_to_string(&mut told).unwrap();
    let (desk, plan, _, code) = run.end();
    assert!(code == Some(1) && told.contains("runs resume"), "{code:?} {told}");
    let open = desk.json(&["runs", "--json"]);
    assert!(open[0]["finished"].is_null(), "{open}");
    desk.ok(&["runs", "resume"]);
    assert_eq!(desk.json(&["runs", "--json"])[0]["done"], plan["steps"].as_array().unwrap().len());
}

#[test]
fn whoever_waits_for_the_other_end_of_a_pipe_can_be_interrupted() {
    let desk = barely_begun();
    let pipe = desk.data().with_file_name("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let pipe = pipe.to_str().unwrap();
    let (export, import) = (["export", "-o", pipe], ["import", pipe]);
    for (name, args) in STOPS.iter().flat_map(|name| [(*name, &export[..]), (*name, &import[..])]) {
        let mut child = desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1_500));
        assert!(child.try_wait().unwrap().is_none(), "{args:?}: it did not wait");
        signal(name, child.id());
        // One that does not end is ended, and has no exit code then.
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(50));
            if child.try_wait().unwrap().is_some() {
                break;
            }
        }
        let _ = child.kill();
        let ran = ran(child.wait_with_output().unwrap());
        assert!(ran.code == 1 && ran.err.contains("interrupted"), "{name} {args:?}: {} {}", ran.code, ran.err);
    }
    // With another end they go on.
    let import = desk.command(&["import", "--json", pipe]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::fs::write(pipe, r#"{"id":"i-1","cloud":"aws","kind":"vm","name":"web-1"}"#).unwrap();
    let ran = ran(import.wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn a_signal_that_was_to_be_ignored_is_ignored() {
    let run = Running::begin("trap '' HUP;");
    signal("-HUP", run.child.id());
    let (desk, plan, err, code) = run.end();
    assert_eq!(code, Some(0), "{err}");
    assert_eq!(desk.json(&["runs", "--json"])[0]["done"], plan["steps"].as_array().unwrap().len());
}

/// A child that cannot let any file grow beyond a number of bytes: as near to a full disk as a test comes without being root.
const NO_ROOM: &str = "import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.argv[2], sys.argv[2:])";

#[test]
fn without_room_on_the_disk_it_says_so_and_nothing_is_lost() {
    let desk = barely_begun();
    let before = export(&desk);
    let store = std::fs::metadata(desk.data().join("store.db")).unwrap().len();
    for room in [0, 40_000, store + 60_000] {
        let mut command = Command::new(python());
        command.args(["-c", NO_ROOM, &room.to_string(), env!("CARGO_BIN_EXE_escher"), "sync", "--now", NOW]);
        let ended = ran(desk.environment(&mut command).output().unwrap());
        assert_eq!(ended.code, 1, "{room} bytes: {}{}", ended.out, ended.err);
        assert!(ended.err.contains("error:") && ended.err.contains("hint:"), "{room} bytes: {}", ended.err);
        assert!(!ended.err.contains("panicked"), "{room} bytes: {}", ended.err);
        let after = export(&desk);
        assert!(before.iter().all(|resource| after.contains(resource)), "{room} bytes: something is gone");
    }
    desk.ok(&["sync", "--json", "--now", NOW]);
    let whole = barely_begun();
    whole.ok(&["sync", "--json", "--now", NOW]);
    assert_eq!(export(&desk), export(&whole));
}
