//! The process that owns a data directory answers others: the same as they would print alone, whatever is thrown at it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Desk, Ran, lines, ran};

const WORLD: &str = "5:600";
const NOW: &str = "2026-11-01T08:00:00Z";

/// `escher daemon` over a desk, ended with the value.
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn of(desk: &Desk) -> Self {
        Self::with(desk, &[])
    }

    pub(crate) fn with(desk: &Desk, flags: &[&str]) -> Self {
        let mut command = desk.command(&["daemon", "--json"]);
        command.args(flags);
        Self::start(command)
    }

    /// The command, once it listens.
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let listening: Value = serde_json::from_str(&first).unwrap_or_else(|e| panic!("{e}: {first}"));
        assert_eq!((&listening["event"], &listening["pid"]), (&json!("listening"), &json!(child.id())));
        Self(child)
    }

    pub(crate) fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.0.id().to_string()]).status().unwrap().success());
    }

    /// Asks it to end, and returns how it did.
    pub(crate) fn end(mut self) -> i32 {
        self.signal("-TERM");
        self.0.wait().unwrap().code().unwrap_or(-1)
    }

    fn kill(mut self) {
        self.signal("-KILL");
        self.0.wait().unwrap();
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn socket(desk: &Desk) -> PathBuf {
    desk.data().join("owner.sock")
}

/// A program that speaks to the owner itself.
pub(crate) struct Wire {
    to: UnixStream,
    from: BufReader<UnixStream>,
}

impl Wire {
    pub(crate) fn raw(desk: &Desk) -> Self {
        let to = UnixStream::connect(socket(desk)).unwrap();
        to.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self { from: BufReader::new(to.try_clone().unwrap()), to }
    }

    pub(crate) fn greeted(desk: &Desk) -> Self {
        let mut wire = Self::raw(desk);
        let welcome = wire.ask(&json!({"jsonrpc": "2.0", "id": "h", "method": "hello", "params": {"version": escher::VERSION}}));
        assert_eq!(welcome["result"]["version"], escher::VERSION, "{welcome}");
        assert!(welcome["result"]["pid"].is_u64() && welcome["result"]["since"].is_string(), "{welcome}");
        wire
    }

    pub(crate) fn say(&mut self, line: &str) {
        self.to.write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    /// The next message; null when the owner has closed.
    pub(crate) fn hear(&mut self) -> Value {
        let mut line = String::new();
        match self.from.read_line(&mut line) {
            Ok(0) | Err(_) => Value::Null,
            Ok(_) => serde_json::from_str(&line).unwrap(),
        }
    }

    fn ask(&mut self, message: &Value) -> Value {
        self.say(&message.to_string());
        self.hear()
    }

    pub(crate) fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(&json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}))
    }
}

/// What differs from one time to the next: ids, times, how long it took, what is signed.
struct Plain(Vec<String>);

impl Plain {
    fn text(&mut self, text: &str, desk: &Desk) -> String {
        let text = text.replace(desk.data().parent().unwrap().to_str().unwrap(), "DESK");
        let inside = |c: char| c.is_ascii_alphanumeric() || "_:-.+".contains(c);
        let mut plain = String::new();
        for part in text.split_inclusive(|c: char| !inside(c)) {
            let word = part.trim_end_matches(|c: char| !inside(c));
            plain.push_str(&self.word(word));
            plain.push_str(&part[word.len()..]);
        }
        plain
    }

    fn word(&mut self, word: &str) -> String {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        if word.starts_with("pl_") || word.starts_with("run_") {
            let known = self.0.iter().position(|known| known == word).unwrap_or_else(|| {
                self.0.push(word.to_owned());
                self.0.len() - 1
            });
            return format!("ID{known}");
        }
        if word.starts_with("sha256:") {
            return "DIGEST".to_owned();
        }
        if word.len() >= 20 && digits >= 14 && word.contains('T') && word.ends_with('Z') {
            return "TIME".to_owned();
        }
        // The folder of the keys is named after where the data directory is.
        if word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return "PLACE".to_owned();
        }
        word.to_owned()
    }

    /// A document or words.
    fn line(&mut self, line: &str, desk: &Desk) -> String {
        match serde_json::from_str::<Value>(line) {
            Ok(mut document) if document.is_object() || document.is_array() => {
                level(&mut document);
                self.text(&document.to_string(), desk)
            }
            _ => {
                let line = self.text(line, desk);
                // `3 of 600 in 44.2 ms`, and the width of a table that ids are in.
                match line.split_once(" in ").filter(|(_, rest)| rest.contains(" ms")) {
                    Some((before, _)) => before.to_owned(),
                    None => line.split_whitespace().collect::<Vec<_>>().join(" "),
                }
            }
        }
    }

    fn all(&mut self, text: &str, desk: &Desk) -> Vec<String> {
        text.lines().map(|line| self.line(line, desk)).collect()
    }
}

fn level(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(level),
        Value::Object(fields) => {
            for (key, value) in fields {
                match key.as_str() {
                    "took_ms" | "signature" | "key" | "standing" | "remarks" => *value = json!("LEVEL"),
                    _ => level(value),
                }
            }
        }
        _ => {}
    }
}

/// Everything that one can do, in an order in which each has something to do. PLAN and RUN stand for the newest ids.
const FLOW: &[&[&str]] = &[
    &["connect", "list", "--json"],
    &["connect", "list"],
    &["search", "--json", "prodution postgress", "--limit", "5"],
    &["search", "checkout", "--where", "env = prod AND kind IN (vm, database)"],
    &["search", "--json", "--where", "kind ="],
    &["ask", "--json", "How many VMs do we have per cloud?"],
    &["ask", "Show me all idle VMs in Azure West US"],
    &["ask", "--json", "most expensive vms"],
    &["ask", "--json", "how do I delete a VM?"],
    &["ask", "--json", "stop everything"],
    &["ask", "--json", "--explain", "Delete disks attached to dev VMs"],
    &["interpret", "--json", "stop idle VMs"],
    &["export", "--where", "cloud = gcp"],
    &["sync", "--json", "--kind", "vm"],
    &["sync", "--sim-faults", "deny:compute"],
    &["ask", "Stop production database in GCP project-x"],
    &["plan", "list", "--json"],
    &["plan", "show", "PLAN"],
    &["plan", "show", "--json", "PLAN"],
    &["plan", "run", "PLAN", "--dry-run"],
    &["plan", "run", "PLAN", "--dry-run", "--json"],
    &["plan", "run", "PLAN", "--json"],
    &["plan", "approve", "PLAN", "--json"],
    &["plan", "run", "PLAN", "--json"],
    &["plan", "run", "PLAN"],
    &["runs", "--json"],
    &["runs", "show", "RUN"],
    &["runs", "show", "RUN", "--json"],
    &["runs", "undo", "RUN", "--yes"],
    &["runs", "resume", "RUN"],
    &["runs", "undo", "run_none"],
    &["plan", "show", "pl_none", "--json"],
    &["ask", "--yes", "--json", "Stop idle VMs in Azure West US"],
    &["plan", "list"],
    &["runs"],
    &["plan", "reject", "PLAN"],
    &["import", "FILE", "--json"],
    &["import", "nothing.jsonl"],
    &["import", "FILE"],
    &["export", "--where", "name = imported"],
    &["doctor", "--json"],
];

/// How a command ended and what it printed, without what differs from time to time.
#[derive(Debug, PartialEq)]
struct Told {
    args: Vec<&'static str>,
    code: i32,
    out: Vec<String>,
    err: Vec<String>,
}

/// Runs the flow.
fn flow(desk: &Desk) -> Vec<Told> {
    let file = desk
        .file("more.jsonl", "{\"id\":\"x-1\",\"cloud\":\"aws\",\"kind\":\"vm\",\"type\":\"ec2:instance\",\"name\":\"imported\"}\nbad\n");
    let (mut plan, mut run, mut plain, mut told) = (String::new(), String::new(), Plain(Vec::new()), Vec::new());
    for args in FLOW {
        let typed: Vec<&str> = args
            .iter()
            .map(|arg| match *arg {
                "PLAN" => plan.as_str(),
                "RUN" => run.as_str(),
                "FILE" => file.to_str().unwrap(),
                arg => arg,
            })
            .collect();
        let Ran { code, out, err } = desk.run(&typed);
        for word in out.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            if word.len() > 20 && word.starts_with("pl_") && args[0] == "ask" {
                plan = word.to_owned();
            }
            if word.len() > 20 && word.starts_with("run_") && args.starts_with(&["plan", "run"]) {
                run = word.to_owned();
            }
        }
        told.push(Told { args: args.to_vec(), code, out: plain.all(&out, desk), err: plain.all(&err, desk) });
    }
    told
}

#[test]
fn through_the_owner_every_command_prints_what_it_prints_alone() {
    let (alone, owned) = (Desk::demo(), Desk::demo());
    let daemon = Daemon::of(&owned);
    let (mut expected, mut seen) = (flow(&alone).into_iter(), flow(&owned).into_iter());
    for (expected, seen) in expected.by_ref().zip(seen.by_ref()) {
        assert_eq!(seen, expected, "{:?}", expected.args);
        assert!(!expected.out.is_empty() || !expected.err.is_empty(), "{:?}", expected.args);
    }
    assert_eq!((daemon.end(), socket(&owned).exists()), (0, false));
    // What was done through it is there without it, and it closed the directory in order.
    assert_eq!(alone.json(&["runs", "--json"]).as_array().unwrap().len(), owned.json(&["runs", "--json"]).as_array().unwrap().len());
}

#[test]
fn each_caller_has_its_own_time_and_faults_and_standard_input() {
    let desk = Desk::empty();
    let daemon = Daemon::of(&desk);
    desk.ok(&["demo", "--sim", WORLD, "--now", NOW, "--json"]);
    let denied = desk.json(&["sync", "--json", "--sim-faults", "deny:compute"]);
    assert!(!denied["gaps"].as_array().unwrap().is_empty());
    assert!(desk.json(&["sync", "--json"])["gaps"].as_array().unwrap().is_empty());
    let old = desk.json(&["search", "--json", "--where", "age < 10000d", "--now", "2001-01-01"]);
    assert!(old["total"].as_u64() > Some(0), "{old}");
    let line = r#"{"id":"x-1","cloud":"aws","kind":"vm","type":"ec2:instance","name":"piped"}"#;
    let mut import = desk.command(&["import", "-", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(line.as_bytes()).unwrap();
    let done = ran(import.wait_with_output().unwrap());
    assert_eq!((done.code, serde_json::from_str::<Value>(&done.out).unwrap()["added"].clone()), (0, json!(1)), "{}", done.err);
    assert_eq!(lines(&desk.ok(&["export", "--where", "name = piped"])).len(), 1);
    let left: Vec<_> = std::fs::read_dir(desk.data()).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with("handed-over")), "{left:?}");
    assert_eq!(daemon.end(), 0);
}

#[test]
fn a_second_owner_is_refused_and_told_who_the_first_is() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    assert_eq!(std::fs::metadata(socket(&desk)).unwrap().permissions().mode() & 0o777, 0o600);
    let second = desk.run(&["daemon"]);
    assert_eq!(second.code, 1);
    assert!(second.err.contains(&format!("process {} owns this data directory", daemon.0.id())), "{}", second.err);
    // One that is stopped cannot answer; whoever waits is told what it waits for.
    daemon.signal("-STOP");
    let begun = Instant::now();
    let refused = desk.run(&["search", "prod"]);
    daemon.signal("-CONT");
    assert!(refused.code == 1 && refused.err.contains("does not answer"), "{}", refused.err);
    assert!(begun.elapsed() < Duration::from_secs(60));
    assert_eq!(daemon.end(), 0);
}

#[test]
fn a_socket_that_a_killed_owner_left_is_replaced_and_nothing_else_is_touched() {
    let desk = Desk::demo();
    Daemon::of(&desk).kill();
    assert!(std::fs::symlink_metadata(socket(&desk)).unwrap().file_type().is_socket());
    // The next command owns the directory itself, and takes its socket away when it ends.
    desk.ok(&["search", "--json", "prod"]);
    assert!(!socket(&desk).exists());
    Daemon::of(&desk).kill();
    let daemon = Daemon::of(&desk);
    desk.ok(&["search", "--json", "prod"]);
    assert_eq!(daemon.end(), 0);
    // What is no socket is left alone: it works without one, but is no daemon.
    std::fs::write(socket(&desk), "mine").unwrap();
    desk.ok(&["search", "--json", "prod"]);
    let refused = desk.run(&["daemon"]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert_eq!(std::fs::read_to_string(socket(&desk)).unwrap(), "mine");
}

#[test]
fn a_path_that_is_too_long_for_a_socket_is_no_hindrance() {
    let desk = Desk::empty();
    let deep = desk.data().join("d".repeat(120));
    let deep = deep.to_str().unwrap();
    desk.ok(&["demo", "--json", "--data-dir", deep]);
    let daemon = Daemon::with(&desk, &["--data-dir", deep]);
    let pointer = std::fs::read_to_string(PathBuf::from(deep).join("owner.path")).unwrap();
    assert!(std::fs::symlink_metadata(&pointer).unwrap().file_type().is_socket(), "{pointer}");
    assert!(desk.json(&["search", "--json", "prod", "--data-dir", deep])["total"].as_u64() > Some(0));
    assert_eq!(daemon.end(), 0);
    assert!(!PathBuf::from(&pointer).exists() && !PathBuf::from(deep).join("owner.path").exists());
}

#[test]
fn what_is_no_call_is_answered_in_order_and_harms_nobody() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    let code = |answer: &Value| answer["error"]["code"].as_i64().unwrap_or_else(|| panic!("{answer}"));
    let mut wire = Wire::raw(&desk);
    let answer = wire.call("search", json!({"words": "prod"}));
    assert!(code(&answer) == -32_600 && answer.to_string().contains("hello"), "{answer}");
    let mut wire = Wire::raw(&desk);
    let answer = wire.call("hello", json!({"version": "0.0.0"}));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("0.0.0") && message.contains(escher::VERSION), "{message}");
    assert_eq!(answer["error"]["data"]["kind"], "busy");
    assert_eq!(wire.hear(), Value::Null, "it closes");
    let mut wire = Wire::greeted(&desk);
    for (line, expected) in [
        ("{", -32_700),
        ("nonsense", -32_700),
        (&"[".repeat(10_000), -32_700),
        ("[]", -32_600),
        ("7", -32_600),
        (r#"{"id":1,"method":"search"}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":{},"method":"search"}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"search","params":[1]}"#, -32_600),
        (r#"{"jsonrpc":"2.0","id":1,"method":"serach"}"#, -32_601),
        (r#"{"jsonrpc":"2.0","id":1,"method":"search","params":{"limit":"ten"}}"#, -32_602),
        (r#"{"jsonrpc":"2.0","id":1,"method":"search","params":{"where":"kind ="}}"#, -32_000),
    ] {
        wire.say(line);
        let answer = wire.hear();
        assert_eq!(code(&answer), expected, "{line:.80}: {answer}");
        let data = &answer["error"]["data"];
        let keys: Vec<&str> = data.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["kind", "message", "operation", "context", "hint", "next", "origin"], "{line:.80}");
    }
    wire.say(r#"{"jsonrpc":"2.0","method":"search","params":{}}"#);
    wire.say(r#"{"jsonrpc":"2.0","method":"cancel","params":{"call":99}}"#);
    wire.say("");
    assert!(wire.call("search", json!({"words": "prod"}))["result"]["total"].as_u64() > Some(0));
    // A line that is too long, and one that never ends.
    wire.to.write_all(&vec![b'a'; 3 << 20]).unwrap_or(());
    let answer = wire.hear();
    assert!(answer.is_null() || answer.to_string().contains("longer than"), "{answer}");
    let mut endless = Wire::greeted(&desk);
    let mut sent = 0;
    while sent < 64 << 20 && endless.to.write_all(&[b' '; 1 << 16]).is_ok() {
        sent += 1 << 16;
    }
    assert!(sent < 64 << 20, "it reads on for ever");
    assert!(desk.json(&["search", "--json", "prod"])["total"].as_u64() > Some(0), "it still answers");
    assert_eq!(daemon.end(), 0);
}

/// A plan over some VMs, and how slowly the cloud answers.
fn slow_plan(desk: &Desk) -> String {
    let ran = desk.run(&["ask", "--json", "Stop idle VMs in Azure West US"]);
    serde_json::from_str::<Value>(&ran.out).unwrap()["plan"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn who_leaves_cuts_no_change_and_stops_what_only_reads() {
    let desk = Desk::demo();
    let plan = slow_plan(&desk);
    let daemon = Daemon::with(&desk, &["--sim-faults", "slow:300ms"]);
    let mut wire = Wire::greeted(&desk);
    wire.say(&json!({"jsonrpc": "2.0", "id": 5, "method": "plan_approve_run", "params": {"plan": plan}}).to_string());
    let event = wire.hear();
    assert_eq!(
        (&event["method"], &event["params"]["call"], &event["params"]["event"]["phase"]),
        (&json!("event"), &json!(5), &json!("intent"))
    );
    drop(wire);
    let finished = || desk.json(&["runs", "--json"])[0]["finished"].is_string();
    let begun = Instant::now();
    while !finished() {
        assert!(begun.elapsed() < Duration::from_secs(60), "the run was cut");
    }
    let run = desk.json(&["runs", "--json"])[0].clone();
    assert!(run["done"].as_u64() >= Some(1) && run["failed"] == 0, "{run}");
    // A scan takes longer than this test; it is given up at once, or the daemon would not end.
    let mut wire = Wire::greeted(&desk);
    wire.say(r#"{"jsonrpc":"2.0","id":6,"method":"sync"}"#);
    std::thread::sleep(Duration::from_millis(300));
    wire.say(r#"{"jsonrpc":"2.0","method":"cancel","params":{"call":6}}"#);
    let answer = std::iter::repeat_with(|| wire.hear()).find(|message| message["id"] == 6).unwrap();
    assert_eq!(answer["error"]["data"]["kind"], "cancelled", "{answer}");
    wire.say(r#"{"jsonrpc":"2.0","id":7,"method":"sync"}"#);
    drop(wire);
    let begun = Instant::now();
    assert_eq!(daemon.end(), 0);
    assert!(begun.elapsed() < Duration::from_secs(20));
}

#[test]
fn an_owner_that_is_killed_in_the_middle_leaves_a_caller_who_knows_what_to_do() {
    let desk = Desk::demo();
    let plan = slow_plan(&desk);
    let daemon = Daemon::with(&desk, &["--sim-faults", "slow:500ms"]);
    let mut caller =
        desk.command(&["plan", "run", "--yes", "--json", &plan]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(caller.stdout.take().unwrap());
    let mut first = String::new();
    told.read_line(&mut first).unwrap();
    assert!(first.contains("intent"), "{first}");
    let owner = daemon.0.id();
    daemon.kill();
    let (mut rest, mut err) = (String::new(), String::new());
    told.read_to_string(&mut rest).unwrap();
    caller.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(caller.wait().unwrap().code(), Some(1));
    let error: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap_or_else(|e| panic!("{e}: {err}"));
    assert!(error["message"].as_str().unwrap().contains(&format!("process {owner}")), "{error}");
    assert_eq!((&error["kind"], &error["next"]["operation"]), (&json!("unavailable"), &json!("run_resume")), "{error}");
    assert!(error["context"]["last event"].as_str().unwrap().starts_with("s"), "{error}");
    // What it says is what helps.
    desk.ok(&["runs", "resume"]);
    let run = desk.json(&["runs", "--json"])[0].clone();
    assert!(run["finished"].is_string() && run["failed"] == 0, "{run}");
    // Something that only reads is done by the caller itself.
    let daemon = Daemon::with(&desk, &["--sim-faults", "slow:500ms"]);
    let sync = desk.command(&["sync", "--json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    daemon.kill();
    let done = ran(sync.wait_with_output().unwrap());
    assert_eq!(done.code, 0, "{}", done.err);
    assert_eq!(serde_json::from_str::<Value>(&done.out).unwrap()["seen"], 600, "{}", done.out);
}

#[test]
fn a_daemon_that_is_asked_to_end_ends_its_runs_in_order() {
    let desk = Desk::demo();
    let plan = slow_plan(&desk);
    let daemon = Daemon::with(&desk, &["--sim-faults", "slow:500ms"]);
    let mut wire = Wire::greeted(&desk);
    wire.say(&json!({"jsonrpc": "2.0", "id": 5, "method": "plan_approve_run", "params": {"plan": plan}}).to_string());
    assert_eq!(wire.hear()["method"], "event");
    assert_eq!(daemon.end(), 0);
    let answer = std::iter::repeat_with(|| wire.hear()).find(|message| message["id"] == 5 || message.is_null()).unwrap();
    let (done, open) = (answer["result"]["done"].as_u64().unwrap(), answer["result"]["open"].as_u64().unwrap());
    assert!(done + open > 0 && answer["result"]["failed"] == 0, "{answer}");
    let journal = desk.json(&["runs", "show", "--json", answer["result"]["run"].as_str().unwrap()]);
    let steps = |phase: &str| journal["journal"].as_array().unwrap().iter().filter(|line| line["phase"] == phase).count() as u64;
    assert_eq!((steps("started"), steps("done")), (done, done), "what was begun was finished and recorded: {journal}");
}

#[test]
fn a_hundred_programs_at_once_are_all_answered() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    let expected = desk.json(&["search", "--json", "prod", "--limit", "20"])["hits"].clone();
    std::thread::scope(|scope| {
        let answers: Vec<_> = (0..100)
            .map(|number| {
                let desk = &desk;
                scope.spawn(move || {
                    let mut wire = Wire::greeted(desk);
                    if number % 10 == 0 {
                        // Some leave in the middle.
                        wire.say(r#"{"jsonrpc":"2.0","id":1,"method":"export"}"#);
                        return None;
                    }
                    Some(wire.call("search", json!({"words": "prod", "limit": 20}))["result"]["hits"].clone())
                })
            })
            .collect();
        for hits in answers.into_iter().filter_map(|answer| answer.join().unwrap()) {
            assert_eq!(hits, expected);
        }
    });
    // More at once than one program may have.
    let mut wire = Wire::greeted(&desk);
    (0..200).for_each(|id| wire.say(&json!({"jsonrpc": "2.0", "id": id, "method": "doctor"}).to_string()));
    let answers: Vec<Value> = (0..200).map(|_| wire.hear()).collect();
    let done = answers.iter().filter(|answer| answer["result"].is_object()).count();
    let busy = answers.iter().filter(|answer| answer["error"]["data"]["kind"] == "busy").count();
    assert!(done >= 32 && done + busy == 200, "{done} done, {busy} refused");
    assert_eq!(daemon.end(), 0);
}

#[test]
fn two_commands_at_once_share_the_directory() {
    let desk = Desk::demo();
    let children: Vec<Child> = (0..12)
        .map(|_| desk.command(&["search", "--json", "prod"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for child in children {
        let done = ran(child.wait_with_output().unwrap());
        assert_eq!(done.code, 0, "{}", done.err);
        assert!(serde_json::from_str::<Value>(&done.out).unwrap()["total"].as_u64() > Some(0));
    }
    assert!(!socket(&desk).exists());
}
