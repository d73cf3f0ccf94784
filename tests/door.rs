//! The last door: what a person sees and a program reads, whatever stands in the estate, in the arguments, or in the way.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::local_aws::{CREDENTIALS, Moto};
use crate::support::{Desk, Ran, lines, python, ran};

const ESCHER: &str = env!("CARGO_BIN_EXE_escher");

/// One of each way to steer a terminal, to forge a row or to look like something else.
const STEERS: &str = "\n\r\t\u{7}\u{1b}[2K\u{7f}\u{85}\u{9b}\u{a0}\u{ad}\u{61c}\u{115f}\u{1160}\u{200b}\u{200f}\u{2028}\u{2029}\u{202e}\u{2066}\u{2800}\u{3000}\u{3164}\u{fe00}\u{feff}\u{ffa0}\u{e0001}\u{e0041}\u{e0100}";

fn steers(text: &str) -> Vec<char> {
    text.chars().filter(|c| STEERS.contains(*c) && !"\n[2K".contains(*c)).collect()
}

/// A row that is not there, if a cell may break its line.
fn nasty(word: &str) -> String {
    format!("{word}{STEERS}\n forged-row  aws  vm  acme  us-east-1  running")
}

fn vm(id: &str, name: &str, more: Value) -> Value {
    let mut vm = json!({
        "id": format!("arn:aws:ec2:us-east-1:111122223333:instance/{id}"), "cloud": "aws", "account": "111122223333", "type": "ec2:instance",
        "kind": "vm", "region": "us-east-1", "name": name, "state": "running", "tags": {}
    });
    vm.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    vm
}

/// A desk with these resources and nothing else, or with these beside the demo.
fn with(desk: Desk, resources: &[Value]) -> Desk {
    let text: Vec<String> = resources.iter().map(Value::to_string).collect();
    let file = desk.file("more.jsonl", &text.join("\n"));
    desk.ok(&["import", "--quiet", file.to_str().unwrap()]);
    desk
}

fn of(resources: &[Value]) -> Desk {
    with(Desk::empty(), resources)
}

fn plan_of(ran: &Ran) -> Value {
    assert_eq!(ran.code, 3, "{}{}", ran.out, ran.err);
    serde_json::from_str::<Value>(&ran.out).unwrap()["plan"].take()
}

// What is terminated.

#[test]
fn what_is_terminated_does_not_count_unless_it_is_asked_for() {
    let desk = of(&[
        vm("i-0a", "web", json!({"cost_month": 10.0})),
        vm("i-0b", "web", json!({"state": "terminated", "cost_month": 90.0})),
        vm("i-0c", "relic", json!({"state": "terminated"})),
        vm("i-0d", "i-0d", json!({"state": "terminated"})),
    ]);
    let ask = |words: &str| desk.json(&["ask", "--json", words])["answer"].clone();
    let count = ask("how many VMs do we have");
    assert_eq!((&count["total"], &count["terminated"]), (&1.into(), &3.into()), "{count}");
    assert!(count["text"].as_str().unwrap().contains("3 terminated resources are left out"), "{count}");
    let listed = ask("list all vms");
    assert_eq!((listed["hits"].as_array().unwrap().len(), &listed["hits"][0]["id"]), (1, &vm("i-0a", "", json!({}))["id"]));
    let grouped = ask("how many VMs do we have per cloud");
    assert_eq!((&grouped["groups"][0]["count"], &grouped["groups"][0]["cost_month"]), (&1.into(), &10.0.into()), "{grouped}");
    for (words, expected) in [("show all terminated vms", 3), ("describe vm i-0d", 1), ("show all vms that are not terminated", 1)] {
        let answer = ask(words);
        assert_eq!((&answer["total"], answer.get("terminated")), (&expected.into(), None), "{words}: {answer}");
    }
    // Somebody who asks what became of it is told.
    assert!(ask("describe vm relic")["text"].as_str().unwrap().contains("terminated"));
    // The selector language is exact: it admits what matches.
    assert_eq!(desk.json(&["search", "--json", "--where", "kind = vm"])["total"], 4);
    assert_eq!(lines(&desk.ok(&["export", "--where", "kind = vm"])).len(), 4);
}

#[test]
fn what_is_terminated_is_no_target_and_the_plan_says_so() {
    let dead = json!({"state": "terminated"});
    let desk = with(
        Desk::demo(),
        &[
            vm("i-0live", "webserver", json!({})),
            vm("i-0dead", "webserver", dead.clone()),
            vm("i-0gone", "ghost", dead.clone()),
            vm("i-0b", "other", json!({"tags": {"batch": "7"}})),
            vm("i-0c", "other", json!({"state": "terminated", "tags": {"batch": "7"}})),
        ],
    );
    for (words, live, dead) in [("tag vm webserver with x=1", "i-0live", "i-0dead"), ("stop vms tagged batch=7", "i-0b", "i-0c")] {
        let plan = plan_of(&desk.run(&["ask", "--json", words]));
        let targets: Vec<&str> = plan["steps"].as_array().unwrap().iter().map(|step| step["target"]["id"].as_str().unwrap()).collect();
        assert!(targets.len() == 1 && targets[0].ends_with(live), "{words}: {targets:?}");
        let warnings = plan["warnings"].to_string();
        assert!(warnings.contains("1 left out, terminated") && warnings.contains(dead), "{words}: {warnings}");
    }
    let ran = desk.run(&["ask", "tag vm ghost with x=1"]);
    assert_eq!(ran.code, 2, "{}", ran.out);
    assert!(ran.out.contains("1 left out, terminated: ghost (i-0gone)") && !ran.out.contains("no resource matches"), "{}", ran.out);
}

// Unknown costs.

#[test]
fn what_costs_an_unknown_amount_is_not_free() {
    let desk = of(&[
        vm("i-0a", "a", json!({"cost_month": 10.5})),
        vm("i-0b", "b", json!({})),
        vm("i-0c", "c", json!({"cost_month": 0.0})),
        vm("i-0d", "d", json!({"region": "us-west-2"})),
        vm("i-0e", "e", json!({"region": "eu-west-1", "cost_month": 0.001})),
    ]);
    let groups = desk.json(&["ask", "--json", "how many vms per region"])["answer"]["groups"].clone();
    let of_region = |region: &str| groups.as_array().unwrap().iter().find(|group| group["key"]["region"] == region).unwrap().clone();
    let costs = |region: &str| (of_region(region)["cost_month"].clone(), of_region(region)["cost_unknown"].clone());
    assert_eq!(costs("us-east-1"), (10.5.into(), 1.into()));
    assert_eq!(costs("us-west-2"), (Value::Null, 1.into()));
    assert_eq!(costs("eu-west-1"), (0.001.into(), Value::Null));
    let shown = desk.ok(&["ask", "how many vms per region"]);
    let row =
        |region: &str| shown.lines().find(|line| line.contains(region)).unwrap().split_whitespace().skip(1).collect::<Vec<_>>().join(" ");
    assert_eq!((&*row("us-east-1"), &*row("us-west-2"), &*row("eu-west-1")), ("3 10.50 1", "1 – 1", "1 <0.01 0"), "{shown}");
    for (words, first) in [("most expensive vms", "a"), ("cheapest vms", "c")] {
        let answer = desk.json(&["ask", "--json", words])["answer"].clone();
        let names: Vec<&str> = answer["hits"].as_array().unwrap().iter().map(|hit| hit["name"].as_str().unwrap()).collect();
        assert!(names[0] == first && names[3..].iter().all(|name| ["b", "d"].contains(name)), "{words}: {names:?}");
        assert!(answer["text"].as_str().unwrap().contains("cost of 2 of them is unknown"), "{words}: {answer}");
        assert!(answer["hits"][3].get("cost_month").is_none());
    }
    let shown = desk.ok(&["ask", "list all vms"]);
    assert!(shown.contains('–') && shown.matches("0.00").count() == 1, "only the one that is known to be free: {shown}");
}

// Resources of one name.

#[test]
fn resources_of_one_name_are_told_apart() {
    let azure = |group: &str| {
        json!({"id": format!("/subscriptions/s/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/app"), "cloud": "azure",
               "account": "s", "type": "microsoft.compute/virtualmachines", "kind": "vm", "region": "westus", "name": "app", "state": "running"})
    };
    let desk = with(
        Desk::demo(),
        &[
            vm("i-0a", "twin", json!({"zone": "us-east-1a"})),
            vm("i-0b", "twin", json!({"zone": "us-east-1b", "state": "stopped"})),
            vm("i-0c", "single", json!({"zone": "us-east-1c"})),
            azure("rg-a"),
            azure("rg-b"),
        ],
    );
    let both = |shown: &str| {
        let row =
            |id: &str| shown.lines().find(|line| line.contains("twin") && line.contains(id)).unwrap_or_else(|| panic!("no row: {shown}"));
        assert!(row("i-0a").contains("us-east-1a") && row("i-0a").contains("running"), "{shown}");
        assert!(row("i-0b").contains("us-east-1b") && row("i-0b").contains("stopped"), "{shown}");
    };
    both(&desk.ok(&["search", "twin", "--where", "name = twin"]));
    both(&desk.ok(&["ask", "describe vm twin"]));
    both(&desk.ok(&["ask", "list vms called twin"]));
    let asked = desk.run(&["ask", "tag vm twin with x=1"]);
    both(&asked.out);
    let shown = desk.ok(&["search", "app", "--where", "name = app AND cloud = azure AND account = s"]);
    assert!(shown.contains("rg-a/…/app") && shown.contains("rg-b/…/app"), "{shown}");
    // Who is alone with a name needs no id.
    let alone = desk.ok(&["search", "single", "--where", "name = single"]);
    assert!(!alone.contains("i-0c") && !alone.contains("ZONE"), "{alone}");
}

// Nothing forged.

#[test]
fn nothing_in_the_estate_steers_a_terminal_or_forges_a_row() {
    let mut evil = vm(
        "i-0evil",
        &nasty("evil"),
        json!({"account_name": nasty("acme"), "region": nasty("us"), "zone": nasty("z"), "state_raw": nasty("up"), "cost_month": 1.0,
               "attributes": {"size": nasty("m5"), nasty("key"): nasty("value")}, "tags": {nasty("team"): nasty("pay")}}),
    );
    let mut twin = evil.clone();
    evil["id"] = json!(format!("arn:aws:ec2:us-east-1:111122223333:instance/{}", nasty("i-0evil")));
    twin["links"] = json!([{"rel": "uses", "id": evil["id"]}]);
    let desk = with(Desk::demo(), &[evil.clone(), twin]);
    let mut seen = 0;
    for args in [
        &["search", "evil", "--where", "name ~ evil"][..],
        &["ask", "list vms where tag evil is not set"],
        &["ask", "list all vms in aws"],
        &["ask", "how many vms per region"],
        &["ask", "describe vms where size ~ m5"],
        &["ask", "stop vms in aws account 111122223333"],
        &["search", "evil", "--json"],
        &["export", "--where", "name ~ evil"],
        &["ask", "list all vms in aws", "--json"],
    ] {
        let ran = desk.run(args);
        for (stream, text) in [("stdout", &ran.out), ("stderr", &ran.err)] {
            assert_eq!(steers(text), Vec::<char>::new(), "{args:?} {stream}: {text}");
            let forged = text.lines().filter(|line| line.trim_start().starts_with("forged-row"));
            assert_eq!(forged.count(), 0, "{args:?} {stream}: {text}");
        }
        seen += usize::from(ran.out.contains("forged-row"));
    }
    assert!(seen >= 6, "only {seen} of the commands showed it at all: it proves nothing");
    // The same values come back to a program.
    let exported = lines(&desk.ok(&["export", "--where", "name ~ evil"]));
    assert!(exported.iter().any(|line| line["name"] == evil["name"] && line["tags"] == evil["tags"]), "{exported:?}");
}

#[test]
fn arguments_are_repeated_without_what_steers_a_terminal() {
    let desk = Desk::empty();
    let forged = format!("frob\nerror: all is well{STEERS}");
    for args in [
        &[forged.as_str()][..],
        &["search", "x", &format!("--{forged}")],
        &["search", "x", "--limit", &forged],
        &["demo", "--sim", &forged],
        &["sync", "--kind", &forged],
        &["plan", "show", &forged],
        &["search", "x", "--where", &forged],
        &["import", &forged],
    ] {
        let told = desk.run(args);
        assert_eq!((told.code, steers(&told.err), &*told.out), (2, Vec::new(), ""), "{args:?}: {}", told.err);
        assert_eq!(told.err.lines().filter(|line| line.starts_with("error:")).count(), 1, "{args:?}: {}", told.err);
        assert!(!told.err.lines().any(|line| line.starts_with("error: all is well")), "{args:?}: {}", told.err);
        let told = desk.run(&[&["--json"], args].concat());
        assert_eq!((told.code, steers(&told.err), &*told.out), (2, Vec::new(), ""), "{args:?}: {}", told.err);
        document(&told);
    }
}

// Errors.

/// The error that `--json` prints: one line on standard error, the last.
fn document(ran: &Ran) -> Value {
    let line = ran.err.lines().last().unwrap_or_else(|| panic!("nothing on standard error: {}", ran.out));
    let document: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {}", ran.err));
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["kind", "message", "operation", "context", "hint", "next", "origin"], "{document}");
    assert!(!document["message"].as_str().unwrap().is_empty());
    document
}

#[test]
fn an_error_is_one_document_on_standard_error() {
    let desk = Desk::demo();
    for (args, code, kind) in [
        (&["plan", "show", "pl_none", "--json"][..], 2, "not-found"),
        (&["--json", "plan", "run", "pl_none"], 2, "not-found"),
        (&["search", "--json", "x", "--where", "env = = 1"], 2, "invalid"),
        (&["frobnicate", "--json"], 2, "invalid"),
        (&["plan", "--json"], 2, "invalid"),
        (&["search", "--json", "x", "--limit", "many"], 2, "invalid"),
        (&["sync", "--json", "--region", "nowhere-1"], 2, "invalid"),
    ] {
        let ran = desk.run(args);
        assert_eq!((ran.code, &*ran.out, ran.err.lines().count()), (code, "", 1), "{args:?}: {}", ran.err);
        let document = document(&ran);
        assert_eq!((&document["kind"], &document["origin"]), (&kind.into(), &"user".into()), "{document}");
    }
    std::fs::write(desk.data().join("version"), "99\n").unwrap();
    let stale = desk.run(&["search", "--json", "x"]);
    assert_eq!((stale.code, &document(&stale)["kind"]), (4, &"stale".into()));
}

#[test]
fn what_is_next_is_printed_as_commands_that_work() {
    let desk = Desk::empty();
    let folder = desk.data().parent().unwrap().join("it's here");
    let folder = folder.to_str().unwrap();
    let run = |args: &[&str]| ran(desk.command(&[&["--data-dir", folder], args].concat()).output().unwrap());
    let next = |told: &str| -> Vec<String> {
        let line =
            |line: &str| ["next:", "or:"].iter().find_map(|label| line.trim_start().strip_prefix(label)).map(|rest| rest.trim().to_owned());
        told.lines().filter_map(line).collect()
    };
    let works = |line: &String| {
        let ran = ran(desk.environment(Command::new("sh").args(["-c", line])).output().unwrap());
        assert_eq!(ran.code, 0, "{line}: {}{}", ran.out, ran.err);
    };
    for args in [&["ask", "list all vms"][..], &["ask", "stop vm web-1"], &["ask", "how many vms"]] {
        let ran = run(args);
        let commands = next(&format!("{}{}", ran.out, ran.err));
        assert!(
            commands[0].ends_with(" demo") && commands[0].starts_with(ESCHER) && commands[1].ends_with(" connect aws"),
            "{args:?}: {commands:?}"
        );
    }
    works(&next(&run(&["ask", "list all vms"]).out)[0]);
    let asked = run(&["ask", "stop production database in GCP project-x"]);
    assert_eq!(asked.code, 3, "{}", asked.err);
    for label in ["To approve:  ", "To run:      "] {
        works(&asked.err.lines().find_map(|line| line.strip_prefix(label)).unwrap().to_owned());
    }
}

// Standard output that does not take it.

/// A program started by a shell line, with `escher` as `$0`.
fn shell(desk: &Desk, line: &str, args: &[&str]) -> Ran {
    let mut command = Command::new("bash");
    command.args(["-c", line, ESCHER]).args(args);
    ran(desk.environment(&mut command).output().unwrap())
}

#[test]
fn output_that_cannot_be_written_is_a_failure() {
    let desk = Desk::demo();
    for args in [
        &["export"][..],
        &["search", "web"],
        &["search", "--json", "web"],
        &["ask", "list all vms"],
        &["interpret", "list all vms"],
        &["runs", "--json"],
        &["doctor"],
        &["--help"],
        &["ask", "--json", "stop production database in GCP project-x"],
    ] {
        let full = shell(&desk, r#""$0" "$@" > /dev/full"#, args);
        assert_eq!(full.code, 1, "{args:?}: {}", full.err);
        assert!(full.err.contains("No space left"), "{args:?}: {}", full.err);
        assert!(!full.err.contains("panicked"), "{args:?}: {}", full.err);
    }
    let full = shell(&desk, r#""$0" "$@" > /dev/full"#, &["search", "--json", "web"]);
    assert_eq!(document(&full)["kind"], "storage");
}

/// A child whose files cannot grow beyond a number of bytes: a full disk, as near as a test comes without being root.
const NO_ROOM: &str = "import os, resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
os.dup2(os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.argv[3], sys.argv[3:])";

#[test]
fn a_disk_that_fills_up_under_the_output_is_a_failure() {
    let desk = Desk::demo();
    let whole = desk.ok(&["export"]);
    let file = desk.file("out.jsonl", "");
    let other = desk.file("other.jsonl", "");
    for room in ["0", "100000"] {
        assert!(whole.len() > room.parse().unwrap());
        for args in [&["export"][..], &["export", "-o", other.to_str().unwrap()]] {
            let mut command = Command::new(python());
            command.args(["-c", NO_ROOM, room, file.to_str().unwrap(), ESCHER]).args(args);
            let ran = ran(desk.environment(&mut command).output().unwrap());
            // Without any room the data directory cannot be opened either; it is a failure all the same.
            assert_eq!(ran.code, 1, "{args:?} {room}: {}", ran.err);
            assert!(ran.err.starts_with("error:") && ran.err.contains("hint:"), "{args:?} {room}: {}", ran.err);
        }
    }
    let full = desk.run(&["export", "-o", "/dev/full"]);
    assert_eq!(full.code, 1, "{}", full.err);
    assert_eq!(desk.run(&["export", "-o", "/no/such/folder/file"]).code, 2);
    // Where there is room it is whole, and the same in both ways.
    desk.ok(&["export", "-o", other.to_str().unwrap()]);
    assert_eq!(std::fs::read_to_string(&other).unwrap(), whole);
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_keeps_nobody_waiting() {
    let desk = Desk::demo();
    for args in [&["export"][..], &["search", "--json", "web"], &["ask", "list all vms"]] {
        let gone = shell(&desk, r#""$0" "$@" | head -c 1 > /dev/null; exit ${PIPESTATUS[0]}"#, args);
        assert_eq!((gone.code, &*gone.err.replace("note: some or all of these resources are simulated\n", "")), (0, ""), "{args:?}");
    }
    // It does not read on: the input never ends.
    let endless = shell(&desk, r#"yes 'list all vms' | "$0" interpret --batch - | head -1; exit ${PIPESTATUS[1]}"#, &[]);
    assert_eq!((endless.code, endless.out.lines().count()), (0, 1), "{}", endless.err);
    // A run goes on to its end though nobody reads what it tells.
    let plan = plan_of(&desk.run(&["ask", "--json", "stop production database in GCP project-x"]))["id"].as_str().unwrap().to_owned();
    let gone = shell(&desk, r#""$0" "$@" | true; exit ${PIPESTATUS[0]}"#, &["plan", "run", &plan, "--yes", "--json"]);
    assert_eq!((gone.code, &*gone.err), (0, ""));
    assert_eq!(desk.json(&["runs", "--json"])[0]["done"], 1);
}

#[test]
fn a_line_is_answered_before_the_next_is_typed() {
    use std::io::{BufRead as _, BufReader, Write as _};
    let desk = Desk::empty();
    let mut child = desk.command(&["interpret", "--batch", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for words in ["list all vms", "stop vm web-1"] {
        writeln!(input, "{words}").unwrap();
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert!(serde_json::from_str::<Value>(&line).is_ok(), "{line}");
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

// Standard error and names that are no text.

#[test]
fn nothing_panics_for_want_of_a_standard_stream() {
    let desk = Desk::demo();
    let plan = plan_of(&desk.run(&["ask", "--json", "stop production database in GCP project-x"]))["id"].as_str().unwrap().to_owned();
    for (args, code) in [
        (&["plan", "show", "pl_none"][..], 2),
        (&["plan", "show", "pl_none", "--json"], 2),
        (&["frobnicate"], 2),
        (&["search", "web"], 0),
        (&["ask", "stop production database in GCP project-x"], 3),
        (&["plan", "run", &plan], 3),
        (&["sync", "--sim-faults", "deny:compute"], 0),
    ] {
        for away in ["2> /dev/full", "2>&-", "0<&- 2>&-", "0<&- 1>&- 2>&-"] {
            let ran = shell(&desk, &format!(r#"ESCHER_LOG=trace "$0" "$@" {away}"#), args);
            assert_eq!(ran.code, code, "{args:?} {away}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn arguments_that_are_no_text_are_bad_input_and_a_program_so_called_works() {
    let desk = Desk::demo();
    let raw = |bytes: &'static [u8]| OsStr::from_bytes(bytes);
    for args in [&[raw(b"search"), raw(b"\xff\n\xfe")][..], &[raw(b"\xff")], &[raw(b"search"), raw(b"x"), raw(b"--limit"), raw(b"\xc3")]] {
        let mut command = desk.command(&[]);
        let ran = ran(command.args(args).output().unwrap());
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.starts_with("error:"), "{}", ran.err);
    }
    // The folder is named by bytes that are no text, and so is the program; what is printed works all the same.
    let folder = desk.data().parent().unwrap().join(raw(b"d\xffta"));
    let program = desk.data().parent().unwrap().join(raw(b"esch\xe9r"));
    std::os::unix::fs::symlink(ESCHER, &program).unwrap();
    for called in [program.as_os_str(), raw(b"esch\xe9r"), raw(b"")] {
        let mut command = desk.command(&[]);
        command.arg0(called).arg("--data-dir").arg(&folder).args(["ask", "list all vms"]);
        let ran = ran(command.output().unwrap());
        assert_eq!(ran.code, 0, "{}", ran.err);
        let next = ran.out.lines().find_map(|line| line.trim().strip_prefix("next: ")).unwrap_or_else(|| panic!("{}", ran.out));
        assert!(next.contains(r"d\xffta"), "{next}");
        if called == program.as_os_str() {
            let told = shell(&desk, &next.replace(" demo", " connect list"), &[]);
            assert_eq!((told.code, &*told.err), (0, ""), "{next}");
        }
    }
}

// A question to a person.

fn terminal(desk: &Desk, early: &str, answer: &str, program: &[&str]) -> (String, i32) {
    let mut command = Command::new(python());
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/scripts/terminal.py")).args([early, answer]).args(program);
    let ran = ran(desk.environment(&mut command).stderr(Stdio::inherit()).output().unwrap());
    let (shown, code) = ran.out.trim_end().rsplit_once("exit ").unwrap();
    (shown.to_owned(), code.parse().unwrap())
}

#[test]
fn only_an_answer_to_the_question_approves() {
    let desk = Desk::demo();
    let order = [ESCHER, "ask", "stop production database in GCP project-x"];
    for (early, answer) in [("y\n", "\n"), ("yes\ny\ny\n", "n\n"), ("y", "\n"), ("", "\n"), ("", "x\n")] {
        let (shown, code) = terminal(&desk, early, answer, &order);
        assert!(shown.contains("Approve and run this plan (1 resource, risk high)? [y/N]"), "{shown}");
        assert_eq!(code, 3, "{early:?} {answer:?}: {shown}");
    }
    assert_eq!(desk.json(&["runs", "--json"]), json!([]), "nothing was approved");
    // Who does not see the plan is not asked about it.
    for away in ["> /dev/null", "2> /dev/null", "< /dev/null"] {
        let line = format!(r#"exec "$0" "$@" {away}"#);
        let (shown, code) = terminal(&desk, "y\n", "y\n", &[&["/bin/sh", "-c", &line], &order[..]].concat());
        assert!(code == 3 && !shown.contains("[y/N]"), "{away}: {shown}");
    }
    // Ctrl-C is an answer too.
    assert_ne!(terminal(&desk, "", "\u{3}", &order).1, 0);
    let (shown, code) = terminal(&desk, "", "y\n", &order);
    assert!(code == 0 && shown.contains("1 done, 0 failed"), "{shown}");
}

#[test]
fn an_account_is_connected_by_an_answer_alone() {
    let moto = Moto::start();
    let endpoint = moto.endpoint();
    let line = CREDENTIALS.iter().map(|(key, value)| format!("{key}={value} ")).collect::<String>() + r#"exec "$0" "$@""#;
    let connect = ["/bin/sh", "-c", &line, ESCHER, "connect", "aws", "--endpoint", &endpoint];
    let desk = Desk::empty();
    for (early, answer, expected) in [("y\n", "\n", 0), ("y\n", "\u{3}", 1), ("", "n\n", 0)] {
        let (shown, code) = terminal(&desk, early, answer, &connect);
        assert!(code == expected && shown.contains("You are:") && !shown.contains("Connected as"), "{answer:?}: {shown}");
        assert_eq!(desk.json(&["connect", "list", "--json"]), json!([]));
    }
    assert!(terminal(&desk, "", "y\n", &connect).0.contains("Connected as aws-123456789012"));
}

// Logs and panics.

#[test]
fn an_engine_that_panics_is_one_line() {
    let desk = Desk::demo();
    let search = || {
        let mut command = desk.command(&["search", "--json", "web", "--limit", "3"]);
        ran(command.env("RUST_BACKTRACE", "1").output().unwrap())
    };
    let hits = |ran: &Ran| serde_json::from_str::<Value>(&ran.out).unwrap()["hits"].clone();
    let before = search();
    // The engine takes its own files at their word.
    let mut cut = 0;
    for file in files(&desk.data().join("index")).iter().filter(|file| file.ends_with("has_values/status.dat")) {
        let bytes = std::fs::read(file).unwrap();
        std::fs::write(file, &bytes[..bytes.len() / 3]).unwrap();
        cut += 1;
    }
    assert!(cut > 0);
    let after = search();
    assert_eq!((after.code, hits(&after)), (0, hits(&before)), "{}", after.err);
    assert!(after.err.lines().count() <= 1 && !after.err.contains("panicked at"), "{}", after.err);
    assert!(after.err.is_empty() || after.err.starts_with("note: part of Escher crashed and was worked around: "), "{}", after.err);
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn an_index_that_cannot_be_written_is_told_in_words() {
    let desk = Desk::demo();
    std::fs::remove_dir_all(desk.data().join("index")).unwrap();
    for room in ["150000", "3000000"] {
        let mut command = Command::new(python());
        let out = desk.file("out.txt", "");
        command.args(["-c", NO_ROOM, room, out.to_str().unwrap(), ESCHER, "search", "web"]).env("RUST_BACKTRACE", "1");
        let ran = ran(desk.environment(&mut command).output().unwrap());
        assert_eq!(ran.code, 1, "{room}: {}", ran.err);
        let label = |line: &&str| ["error: ", "  hint: ", "  next: ", "  | "].iter().all(|label| !line.starts_with(label));
        assert_eq!(ran.err.lines().filter(label).collect::<Vec<_>>(), Vec::<&str>::new(), "{room}: {}", ran.err);
        assert_eq!(ran.err.matches("error:").count(), 1, "{room}: {}", ran.err);
    }
}

#[test]
fn logs_of_ours_are_on_standard_error_alone() {
    let desk = Desk::demo();
    let mut command = desk.command(&["ask", "--yes", "--json", "stop production database in GCP project-x"]);
    let ran = ran(command.env("ESCHER_LOG", "debug,qdrant_edge=trace,hyper=trace").output().unwrap());
    assert!(ran.err.contains("journal line"), "{}", ran.err);
    let foreign = |line: &&str| !line.contains(" escher") && [" TRACE ", " DEBUG ", " INFO "].iter().any(|level| line.contains(level));
    assert_eq!(ran.err.lines().filter(foreign).collect::<Vec<_>>(), Vec::<&str>::new());
    assert!(serde_json::from_str::<Value>(&ran.out).is_ok(), "{}", ran.out);
}
