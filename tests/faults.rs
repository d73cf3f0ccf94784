//! What goes wrong while Escher is at work: killed, interrupted, no room on the disk. Nothing is lost, and it goes on.

use std::process::{Command, Stdio};
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

#[test]
fn an_interrupted_sync_says_so_and_keeps_what_was_complete() {
    let desk = barely_begun();
    let before = export(&desk).len();
    let mut command = desk.command(&["sync", "--now", NOW, "--sim-faults", "slow:2s"]);
    let sync = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(1_000));
    signal("-INT", sync.id());
    let ran = ran(sync.wait_with_output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("interrupted") && ran.err.contains("hint"), "{}", ran.err);
    assert!(export(&desk).len() >= before);
    desk.ok(&["sync", "--json", "--now", NOW]);
}

#[test]
fn an_interrupted_run_ends_in_order_and_is_carried_on() {
    let desk = Desk::demo();
    let asked: Value = serde_json::from_str(&desk.run(&["ask", "--json", "stop all running prod vms in azure"]).out).unwrap();
    let plan = asked["plan"]["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    let targets: Vec<String> =
        asked["plan"]["steps"].as_array().unwrap().iter().map(|step| step["target"]["id"].as_str().unwrap().to_owned()).collect();
    assert!(targets.len() >= 4, "too few to be interrupted among them");
    desk.ok(&["plan", "approve", &plan]);
    let mut command = desk.command(&["plan", "run", &plan, "--json", "--sim-faults", "slow:400ms"]);
    let run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(900));
    signal("-INT", run.id());
    let ended = ran(run.wait_with_output().unwrap());
    assert!(!ended.err.contains("panicked"), "{}", ended.err);
    assert_ne!(ended.code, 0, "it was interrupted, which is no success: {}", ended.out);
    desk.run(&["runs", "resume", "--json"]);
    let runs = desk.json(&["runs", "--json"]);
    let counted: u64 = ["done", "failed", "skipped"].iter().filter_map(|key| runs[0][key].as_u64()).sum();
    assert_eq!(counted, targets.len() as u64, "each target has an outcome: {runs}");
    // What the journal calls done is so in the clouds' own truth.
    let shown = desk.json(&["runs", "show", runs[0]["id"].as_str().unwrap(), "--json"]);
    for line in shown["journal"].as_array().unwrap().iter().filter(|line| line["phase"] == "done") {
        let truth = desk.truth(&ResourceId::verbatim(line["target"].as_str().unwrap())).unwrap();
        assert_eq!(truth["state"], "stopped", "{line}");
    }
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
