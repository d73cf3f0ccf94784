//! What a person reads: narrow terminals, nothing to do, nothing found, nothing there yet.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Desk, Ran, ran};

/// Runs a command as on a terminal of this width.
fn wide(desk: &Desk, columns: usize, args: &[&str]) -> String {
    let ran = ran(desk.command(args).env("COLUMNS", columns.to_string()).output().unwrap());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.err);
    ran.out
}

fn width(line: &str) -> usize {
    line.chars().count()
}

#[test]
fn narrow_terminals_shorten_before_they_leave_out_and_say_what_they_left_out() {
    let desk = Desk::demo();
    let ask = &["ask", "show me all VMs in azure"][..];
    let (whole, medium, narrow) = (wide(&desk, 200, ask), wide(&desk, 100, ask), wide(&desk, 60, ask));
    let head = |shown: &str| shown.lines().find(|line| line.contains("NAME")).unwrap().to_owned();
    // What is alike in every row is said once; the rest is shortened, and nothing is left out.
    assert!(head(&whole).contains(" CLOUD  KIND ") && medium.contains("(in every row: cloud azure, kind vm)"), "{medium}");
    for column in ["NAME", "ACCOUNT", "REGION", "STATE", "ENV", "SIZE", "$/MONTH"] {
        assert!(head(&medium).contains(column), "{column}: {medium}");
    }
    assert!(medium.contains('…') && !medium.contains("no room"), "{medium}");
    assert!(narrow.contains("(in every row: cloud azure, kind vm)"), "{narrow}");
    assert!(narrow.contains("(no room for size, $/month, account: a wider terminal shows more, and --json shows all)"), "{narrow}");
    for name in desk.export().iter().filter(|it| it["kind"] == "vm" && it["cloud"] == "azure").map(|it| it["name"].as_str().unwrap()) {
        assert!(narrow.contains(name), "a name is whole, {name}: {narrow}");
    }
    for (columns, shown) in [(100, &medium), (60, &narrow)] {
        let rows = shown.lines().filter(|line| line.starts_with(' '));
        assert!(rows.clone().count() > 40 && rows.clone().all(|line| width(line) <= columns), "{columns}: {shown}");
    }
    // What is copied into the next command stays whole, and long text goes on below it.
    let planned = desk.json_of(&["ask", "--json", "stop all running dev vms in gcp"], 3);
    let plan = planned["plan"]["id"].as_str().unwrap();
    desk.ok(&["plan", "run", "--yes", plan]);
    for columns in [60, 80] {
        let runs = wide(&desk, columns, &["runs"]);
        let id = desk.json(&["runs", "--json"])[0]["id"].as_str().unwrap().to_owned();
        assert!(runs.contains(&id) && wide(&desk, columns, &["plan", "list"]).contains(plan), "{runs}");
        assert!(runs.lines().all(|line| line.starts_with('(') || width(line) <= columns), "{runs}");
    }
}

#[test]
fn a_column_that_tells_nothing_is_not_shown() {
    let desk = Desk::demo();
    let buckets = desk.ok(&["ask", "show me all buckets"]);
    assert!(buckets.contains("ENV") && !buckets.contains("STATE") && !buckets.contains("SIZE"), "{buckets}");
    assert!(desk.ok(&["ask", "show me all VMs in azure"]).contains("STATE"));
}

#[test]
fn changes_of_resources_of_one_name_are_told_apart() {
    let desk = Desk::empty();
    let line = |id: &str| json!({"id": format!("arn:aws:ec2:us-east-1:1:instance/{id}"), "cloud": "aws", "kind": "vm", "name": "twin"});
    let file = desk.file("twins", &format!("{}\n{}\n", line("i-0a"), line("i-0b")));
    desk.ok(&["import", file.to_str().unwrap()]);
    let shown = desk.ok(&["changes"]);
    assert!(shown.contains("i-0a") && shown.contains("i-0b") && !shown.contains("WHAT") && !shown.contains('–'), "{shown}");
    let (desk, narrow) = (Desk::demo(), 80);
    let shown = wide(&desk, narrow, &["changes"]);
    assert!(shown.contains("(in every row: ") && shown.lines().all(|line| line.starts_with('(') || width(line) <= narrow), "{shown}");
}

#[test]
fn counts_of_an_import_add_up_whatever_is_repeated() {
    let desk = Desk::empty();
    let vm =
        |n: usize, state: &str| json!({"id": format!("i-{n}"), "cloud": "aws", "kind": "vm", "name": "web", "state": state}).to_string();
    let import = |lines: &[String]| -> Value {
        let file = desk.file("resources", &lines.join("\n"));
        let ran = desk.run(&["import", "--json", file.to_str().unwrap()]);
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        let count = |key: &str| told[key].as_u64().unwrap();
        assert_eq!(count("read"), count("added") + count("changed") + count("unchanged") + count("repeated"), "{told}");
        assert_eq!(count("records"), count("read") + count("bad_count"), "{told}");
        assert_eq!(count("records"), lines.len() as u64, "{told}");
        told
    };
    let counts = |told: &Value| ["added", "changed", "unchanged", "repeated", "bad_count"].map(|key| told[key].as_u64().unwrap());
    let all: Vec<String> = (0..3).map(|n| vm(n, "running")).collect();
    let again = [all.clone(), vec![vm(0, "running"), "broken".to_owned(), vm(1, "running"), vm(1, "running")]].concat();
    assert_eq!(counts(&import(&again)), [3, 0, 0, 3, 1]);
    assert_eq!(counts(&import(&again)), [0, 0, 3, 3, 1]);
    // The last one counts, in one batch and over several.
    assert_eq!(counts(&import(&[all.clone(), vec![vm(2, "stopped")]].concat())), [0, 1, 2, 1, 0]);
    assert_eq!(counts(&import(&[vec![vm(2, "running")], all.clone(), vec![vm(2, "stopped")]].concat())), [0, 0, 3, 2, 0]);
    let many: Vec<String> = (0..2_500).map(|n| vm(n, "running")).collect();
    assert_eq!(counts(&import(&[many.clone(), many.clone()].concat())), [2_497, 1, 2, 2_500, 0]);
    assert_eq!(counts(&import(&[many.clone(), vec![vm(7, "stopped"), vm(8, "running")]].concat())), [0, 1, 2_499, 2, 0]);
    let file = desk.file("resources", &again.join("\n"));
    let told = desk.run(&["import", file.to_str().unwrap()]).out;
    assert!(told.contains("Read 6 resources from JSON Lines: 0 new, 0 changed, 3 unchanged, 3 repeated"), "{told}");
    assert!(told.contains("1 line could not be read, of 7 records in all."), "{told}");
}

#[test]
fn looking_at_a_data_directory_that_is_not_there_does_not_create_it() {
    let desk = Desk::empty();
    let told = desk.ok(&["doctor"]);
    assert!(told.contains("none yet") && told.contains("escher demo\n") && told.contains("escher connect aws\n"), "{told}");
    assert_eq!(desk.json(&["doctor", "--json"])["checks"][0]["next"]["operation"], "start");
    assert!(!desk.data().exists() && !desk.keys().exists());
    std::fs::create_dir(desk.data()).unwrap();
    assert!(desk.ok(&["doctor"]).contains("none yet"));
    assert_eq!(std::fs::read_dir(desk.data()).unwrap().count(), 0, "an empty folder stays empty");
}

#[test]
fn doctor_says_each_thing_once() {
    let desk = Desk::empty();
    desk.ok(&["plan", "list"]);
    let told = desk.ok(&["doctor"]);
    assert_eq!(told.matches("escher demo").count(), 1, "{told}");
    assert!(told.contains("journal         empty: nothing was run here yet") && !told.contains("sha256:0000"), "{told}");
    let told = Desk::demo().ok(&["doctor"]);
    assert_eq!(told.matches("simulated-operator").count(), 3, "once a cloud: {told}");
}

#[test]
fn what_nothing_resembles_finds_nothing() {
    for desk in [Desk::demo(), Desk::with_model()] {
        desk.ok(&["demo", "--quiet"]);
        for words in ["xyzzy qwertzuiop", "my cat is hungry"] {
            let found = desk.json(&["search", "--json", words]);
            assert_eq!((&found["matched"], &found["total"]), (&0.into(), &600.into()), "{found}");
            assert_eq!(found["hits"].as_array().unwrap().len(), 10, "words rank, and never hide what is admitted");
            let told = desk.ok(&["search", words]);
            assert!(told.contains(&format!("Nothing matches “{words}” well.")) && !told.contains("SCORE"), "{told}");
            assert!(told.contains("Searched 600 resources in "), "{told}");
            let told = desk.ok(&["search", words, "--where", "kind = vm", "--limit", "3"]);
            assert!(
                told.contains("this is what --where selects") && told.lines().filter(|line| line.contains(" vm ")).count() == 3,
                "{told}"
            );
        }
        let told = desk.ok(&["search", "checkout"]);
        assert!(told.contains("10 best of 600 resources in "), "{told}");
        assert!(desk.json(&["search", "--json", "invoicing"])["matched"].as_u64().unwrap() > 0, "a stem is enough");
        assert!(desk.ok(&["search", "--where", "name = nobody"]).starts_with("No resource matches --where.\n  next: "));
    }
    assert!(Desk::empty().ok(&["search", "web"]).starts_with("The estate is empty.\n  next: "));
}

#[test]
fn where_there_is_nothing_to_do_it_says_what_can_be_done() {
    let desk = Desk::empty();
    for (args, told) in [
        (&["runs"][..], "escher plan list"),
        (&["runs", "resume"], "escher runs list"),
        (&["plan", "list"], "escher ask 'stop idle dev VMs'"),
        (&["chat", "list"], "escher chat\n"),
        (&["changes"], "escher changes --since 30d"),
        (&["changes", "--since", "90d", "--where", "kind = vm"], "Nothing of what --where selects appeared"),
        (&["connect", "list"], "escher demo\n"),
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 0, "{args:?}");
        assert!(format!("{}{}", ran.out, ran.err).contains(told), "{args:?}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn a_cloud_that_cannot_be_connected_is_refused_with_what_can() {
    let desk = Desk::empty();
    for (cloud, called) in [("azure", "Azure"), ("gcp", "Google Cloud"), ("google", "Google Cloud")] {
        let ran = desk.run(&["connect", cloud]);
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(&format!("this version cannot connect {called} yet")) && ran.err.contains("escher demo"), "{}", ran.err);
        let ran = desk.run(&["connect", cloud, "--profile", "x", "--json"]);
        let error: Value = serde_json::from_str(&ran.err).unwrap();
        assert_eq!((ran.code, &error["kind"], &error["next"]["operation"]), (2, &"unsupported".into(), &"start".into()));
    }
    for (args, told) in [
        (&["connect", "oracle"][..], "available commands: aws, list"),
        (&["plan", "frob"], "available commands: list, show, approve, reject, run"),
    ] {
        let ran = desk.run(args);
        assert!(ran.code == 2 && ran.err.contains(told), "{}", ran.err);
    }
    assert!(!desk.data().exists(), "nothing was opened for it");
}

/// `escher chat` over these lines.
fn piped(desk: &Desk, args: &[&str], lines: &str) -> Ran {
    let mut command = desk.command(args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    ran(child.wait_with_output().unwrap())
}

#[test]
fn a_piped_chat_shows_what_was_asked() {
    let desk = Desk::demo();
    let lines = "show me all VMs in azure\n\nonly the stopped ones\nuse the key AKIAIOSFODNN7EXAMPLE\n";
    let told = piped(&desk, &["chat"], lines).out;
    let asked: Vec<&str> = told.lines().filter(|line| line.starts_with("> ")).collect();
    assert_eq!(asked, ["> show me all VMs in azure", "> only the stopped ones", "> (a line that holds a secret)"], "{told}");
    assert!(told.starts_with("> "), "before its answer: {told}");
    let told = piped(&desk, &["chat", "--json"], "show me all VMs in azure\n").out;
    assert!(told.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{told}");
}

#[test]
fn each_end_has_the_exit_code_of_the_readme() {
    let desk = Desk::demo();
    let planned = desk.json_of(&["ask", "--json", "stop all running dev vms in gcp"], 3);
    let plan = planned["plan"]["id"].as_str().unwrap().to_owned();
    let other = desk.json_of(&["ask", "--json", "stop all running test vms in azure"], 3)["plan"]["id"].as_str().unwrap().to_owned();
    let broken = desk.file("broken", "{\"id\":\"i-1\",\"cloud\":\"aws\",\"kind\":\"vm\",\"name\":\"a\"}\nbroken\n");
    let broken = broken.to_str().unwrap();
    for (code, args) in [
        // Nothing to do, nothing found, and gaps that are counted, are no failures.
        (0, &["runs", "resume"][..]),
        (0, &["search", "xyzzy qwertzuiop"]),
        (0, &["search", "web", "--where", "name = nobody"]),
        (0, &["ask", "list vms called nobody"]),
        (0, &["changes", "--since", "0d"]),
        (0, &["sync", "--sim-faults", "deny:compute"]),
        (1, &["import", broken]),
        // What is not there, what cannot be read, what is not possible yet, and an order without a target.
        (2, &["plan", "show", "pl_none"]),
        (2, &["plan", "run", "pl_none"]),
        (2, &["runs", "show", "run_none"]),
        (2, &["runs", "undo", "run_none"]),
        (2, &["chat", "show", "cv_none"]),
        (2, &["sync", "narnia"]),
        (2, &["sync", "--region", "narnia"]),
        (2, &["connect", "azure"]),
        (2, &["connect", "oracle"]),
        (2, &["search", "web", "--where", "state ="]),
        (2, &["import", "no-such-file"]),
        (2, &["ask", "start dev-orders-api-01"]),
        (2, &["ask", "stop everything"]),
        (3, &["plan", "run", &plan]),
        (0, &["plan", "approve", &plan]),
        (0, &["plan", "run", &plan]),
        (4, &["plan", "run", &plan]),
        (4, &["plan", "approve", &plan]),
        (0, &["plan", "reject", &other]),
        (4, &["plan", "run", &other]),
        (4, &["plan", "approve", &other]),
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, code, "{args:?}: {}{}", ran.out, ran.err);
        assert!(!matches!(code, 2 | 4) || !ran.err.is_empty() || !ran.out.is_empty(), "{args:?} says why");
    }
}
