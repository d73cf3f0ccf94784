//! What one program asks for, sends or leaves undone takes nothing from the others that the owner answers.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use escher::api::import::{ImportRequest, Source};
use escher::api::{Import, Status};
use escher::{CancellationToken, Door};
use serde_json::{Value, json};

use crate::owner::{Daemon, Wire};
use crate::support::{Desk, Ran, block_on, ran};

fn resource(name: &str) -> String {
    json!({"id": name, "cloud": "aws", "kind": "vm", "type": "ec2:instance", "name": name}).to_string() + "\n"
}

fn pipe(desk: &Desk) -> std::path::PathBuf {
    let path = desk.data().parent().unwrap().join("pipe");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    path
}

/// What a call is answered with, after what it reports on the way.
fn answer(wire: &mut Wire, id: u64) -> Value {
    std::iter::repeat_with(|| wire.hear()).find(|message| message["id"] == id || message.is_null()).unwrap()
}

/// Imports through the socket.
fn import(wire: &mut Wire, source: Value) -> Value {
    wire.say(&json!({"jsonrpc": "2.0", "id": 1, "method": "import", "params": {"source": source}}).to_string());
    answer(wire, 1)
}

/// Waits for something that comes soon.
fn soon(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Files that wait to be handed over.
fn spools(desk: &Desk) -> Vec<String> {
    let names = std::fs::read_dir(desk.data()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("handed-over-")).collect()
}

#[test]
fn programs_that_ask_for_nothing_lock_nobody_out() {
    let desk = Desk::demo();
    let daemon = Daemon::with(&desk, &["--sim-faults", "slow:300ms"]);
    block_on(async {
        let ours = Door::open(desk.config()).await.unwrap();
        let stop = CancellationToken::new();
        ours.call::<Status>(Default::default(), |event| match event {}, &stop).await.unwrap();
        let mut at_work = Wire::greeted(&desk);
        at_work.say(r#"{"jsonrpc":"2.0","id":7,"method":"sync"}"#);
        let mut silent = Wire::raw(&desk);
        let greeted: Vec<Wire> = (0..300).map(|_| Wire::greeted(&desk)).collect();
        assert!(desk.json(&["search", "--json", "prod"])["total"].as_u64() > Some(0));
        // Who was idle for the longest is told so, and nothing that it had asked for was lost.
        let told = silent.hear();
        assert_eq!((&told["id"], &told["error"]["code"]), (&Value::Null, &json!(-32_001)), "{told}");
        assert_eq!(silent.hear(), Value::Null, "it closes");
        // Whoever is at work stays.
        at_work.say(r#"{"jsonrpc":"2.0","method":"cancel","params":{"call":7}}"#);
        let answer = answer(&mut at_work, 7);
        assert_eq!(answer["error"]["data"]["kind"], "cancelled", "{answer}");
        // A program of ours that was idle notices, and comes in again, also to change something.
        let request = ImportRequest { source: Source::Text(resource("again")), format: None, map: Vec::new() };
        assert_eq!(ours.call::<Import>(request, |_| {}, &stop).await.unwrap().added, 1);
        drop(greeted);
    });
    assert_eq!(daemon.end(), 0);
}

#[test]
fn a_program_that_reads_nothing_has_no_more_answers_waiting_than_calls() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    let mut wire = Wire::greeted(&desk);
    for id in 0..60 {
        // The first ones fill what the system holds between the two.
        let (method, params) = if id < 3 { ("search", json!({"limit": 600})) } else { ("connections", json!({})) };
        wire.say(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string());
        std::thread::sleep(Duration::from_millis(if id < 3 { 500 } else { 20 }));
    }
    let answers: Vec<Value> = (0..60).map(|_| wire.hear()).collect();
    let busy = answers.iter().filter(|answer| answer["error"]["data"]["kind"] == "busy").count();
    let done = answers.iter().filter(|answer| answer["result"].is_object()).count();
    assert!((32..=35).contains(&done) && done + busy == 60, "{done} done, {busy} refused");
    // It may go on as soon as it reads.
    assert!(wire.call("connections", json!({}))["result"].is_object());
    assert_eq!(daemon.end(), 0);
}

#[test]
fn through_the_socket_only_plain_files_are_imported() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    let (pipe, file) = (pipe(&desk), desk.file("more.jsonl", &resource("more")));
    let mut wire = Wire::greeted(&desk);
    for (path, says) in
        [(pipe.as_path(), "not a plain file"), (Path::new("/dev/zero"), "not a plain file"), (Path::new("more.jsonl"), "not absolute")]
    {
        let answer = import(&mut wire, json!({"file": path}));
        assert_eq!(answer["error"]["data"]["kind"], "invalid", "{answer}");
        assert!(answer["error"]["data"]["message"].as_str().unwrap().contains(says), "{answer}");
    }
    assert_eq!(import(&mut wire, json!({"file": file}))["result"]["added"], 1);
    // More of them than the owner has threads hold up nobody.
    let mut many: Vec<Wire> = (0..20).map(|_| Wire::greeted(&desk)).collect();
    let call = |id: u64| json!({"jsonrpc": "2.0", "id": id, "method": "import", "params": {"source": {"file": pipe}}}).to_string();
    many.iter_mut().for_each(|wire| (0..30).for_each(|id| wire.say(&call(id))));
    let answer = wire.call("ask", json!({"text": "how many VMs do we have"}));
    assert!(answer["result"]["answer"].is_object(), "{answer}");
    assert_eq!(daemon.end(), 0);
}

#[test]
fn an_owner_that_waits_for_its_own_input_holds_up_nobody() {
    let desk = Desk::demo();
    let pipe = pipe(&desk);
    let command = || desk.command(&["import", "--json", pipe.to_str().unwrap()]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let child = command().unwrap();
    let mut input = File::options().write(true).open(&pipe).unwrap();
    input.write_all(resource("slow").as_bytes()).unwrap();
    let socket = desk.data().join("owner.sock");
    soon("nobody owns it", || socket.exists());
    let mut wire = Wire::greeted(&desk);
    assert_eq!(import(&mut wire, json!({"text": resource("quick")}))["result"]["added"], 1);
    wire.say(r#"{"jsonrpc":"2.0","id":2,"method":"sync"}"#);
    let synced = answer(&mut wire, 2);
    assert!(synced["result"]["seen"].as_u64() > Some(0), "{synced}");
    drop((input, wire));
    let done = ran(child.wait_with_output().unwrap());
    assert_eq!((done.code, serde_json::from_str::<Value>(&done.out).unwrap()["added"].clone()), (0, json!(1)), "{}", done.err);
}

#[test]
fn what_cannot_be_imported_is_not_handed_over() {
    let desk = Desk::demo();
    // Like a device that never ends, but a copy of it would not fill the disk.
    let refused = || {
        let mut child = desk.command(&["import", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // Whoever refuses it does not read all of it.
        let _ = input.write_all(&[0; 1 << 20]);
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() && begun.elapsed() < Duration::from_secs(60) {
            std::thread::sleep(Duration::from_millis(20));
        }
        child.kill().unwrap();
        ran(child.wait_with_output().unwrap())
    };
    let alone = refused();
    let daemon = Daemon::of(&desk);
    let owned = refused();
    assert_eq!((owned.code, &owned.err), (2, &alone.err));
    assert!(owned.err.contains("binary file"), "{}", owned.err);
    assert!(spools(&desk).is_empty());
    assert_eq!(daemon.end(), 0);
}

#[test]
fn a_hand_over_that_is_stopped_leaves_nothing_behind() {
    let desk = Desk::demo();
    let begun = || {
        let mut child = desk.command(&["import", "-"]).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        // More than is looked at before anything is copied.
        input.write_all(resource("secret").repeat(2_000).as_bytes()).unwrap();
        soon("nothing is handed over", || !spools(&desk).is_empty());
        (child, input)
    };
    let signal =
        |child: &Child, name: &str| assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
    let daemon = Daemon::of(&desk);
    for name in ["-INT", "-TERM"] {
        let (child, _input) = begun();
        signal(&child, name);
        let Ran { code, err, .. } = ran(child.wait_with_output().unwrap());
        assert!(code != 0 && err.contains("interrupted"), "{name}: {code} {err}");
        assert!(spools(&desk).is_empty(), "{name}");
    }
    // Nobody can clean up after itself that is killed: the owner does, at the latest when the next program leaves it.
    let (mut child, _input) = begun();
    signal(&child, "-KILL");
    child.wait().unwrap();
    desk.ok(&["plan", "list"]);
    soon("the owner leaves it there", || spools(&desk).is_empty());
    let (mut child, _input) = begun();
    drop(daemon);
    signal(&child, "-KILL");
    child.wait().unwrap();
    assert_eq!(spools(&desk).len(), 1);
    desk.ok(&["plan", "list"]);
    assert!(spools(&desk).is_empty(), "the next owner leaves it there");
}
