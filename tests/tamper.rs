//! Somebody was at the journal, or at the lock: what was found is said, and nothing is done twice.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{Desk, VERSION_3, copy, ran};

/// A run that its process began and did not finish: it was killed after the first targets were done.
struct Broken {
    desk: Desk,
    run: String,
    /// Another approved plan, over other targets.
    other: String,
}

fn plan(desk: &Desk, order: &str) -> String {
    let asked: Value = serde_json::from_str(&desk.run(&["ask", "--json", order]).out).unwrap();
    let plan = asked["plan"]["id"].as_str().unwrap_or_else(|| panic!("{asked}")).to_owned();
    assert!(asked["plan"]["steps"].as_array().unwrap().len() >= 3, "too few targets: {asked}");
    desk.ok(&["plan", "approve", &plan]);
    plan
}

/// Starts a slow run and waits until a first target is done.
fn begin(desk: &Desk, plan: &str) -> Child {
    begin_slowly(desk, plan, "slow:300ms")
}

fn begin_slowly(desk: &Desk, plan: &str, slow: &str) -> Child {
    let mut command = desk.command(&["plan", "run", plan, "--json", "--sim-faults", slow]);
    let mut run = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(run.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(r#""done""#) {
        line.clear();
        assert!(told.read_line(&mut line).unwrap() > 0, "it ended before anything was done");
    }
    // What follows is read by nobody; a closed pipe would end it.
    std::thread::spawn(move || std::io::copy(&mut told, &mut std::io::sink()));
    run
}

impl Broken {
    fn new() -> Self {
        let desk = Desk::demo();
        let other = plan(&desk, "stop all running dev vms in gcp");
        let restart = plan(&desk, "restart all running prod vms in azure");
        let mut run = begin(&desk, &restart);
        run.kill().unwrap();
        run.wait().unwrap();
        let runs = desk.json(&["runs", "--json"]);
        assert!(runs[0]["finished"].is_null(), "{runs}");
        Self { run: runs[0]["id"].as_str().unwrap().to_owned(), other, desk }
    }
}

fn journal(desk: &Desk) -> Connection {
    Connection::open(desk.data().join("journal.db")).unwrap()
}

/// The folder of this desk's key.
fn key_folder(desk: &Desk) -> PathBuf {
    fs::read_dir(desk.keys()).unwrap().next().unwrap().unwrap().path()
}

/// How often each target was changed, as the simulated clouds themselves know it.
fn acts(desk: &Desk) -> BTreeMap<String, i64> {
    let sim = Connection::open(desk.data().join("sim.db")).unwrap();
    let mut select = sim.prepare("SELECT target, count(*) FROM acts GROUP BY target").unwrap();
    select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_journal_that_somebody_was_at_is_found_out_and_nothing_is_done() {
    let broken = Broken::new();
    let kept = broken.desk.keep();
    let before = acts(&broken.desk);
    let early = {
        // As the journal was before the run: a copy that somebody kept.
        let desk = Desk::demo();
        desk.ok(&["runs", "--json"]);
        fs::read(desk.data().join("journal.db")).unwrap()
    };
    let free = "DROP TRIGGER line_stays; DROP TRIGGER line_remains;";
    type Tamper<'t> = Box<dyn Fn(&Desk) + 't>;
    let sql = |text: &'static str| -> Tamper { Box::new(move |desk| journal(desk).execute_batch(&format!("{free} {text}")).unwrap()) };
    let tampers: Vec<(&str, &str, Tamper)> = vec![
        (
            "a line that claims more than was done",
            "was altered",
            sql(
                "INSERT INTO line (run, body, hash) SELECT run, replace(body, '\"intent\"', '\"done\"'), 'sha256:beef' FROM line WHERE seq = 1",
            ),
        ),
        (
            "a line altered",
            "was altered",
            sql(
                "UPDATE line SET body = replace(body, '\"started\"', '\"skipped\"') WHERE seq = (SELECT max(seq) FROM line WHERE body LIKE '%\"started\"%')",
            ),
        ),
        ("a line given to another run", "was altered", sql("UPDATE line SET run = 'run_0' WHERE seq = 2")),
        ("a line removed", "does not follow", sql("DELETE FROM line WHERE seq = 2")),
        (
            "the end cut off by one line that the store knows of",
            "there were at least",
            Box::new(|desk| {
                // Killed right after a line, the store may not know of it; what it knows of must be there.
                let store = Connection::open(desk.data().join("store.db")).unwrap();
                let known: i64 = store.query_row("SELECT seq FROM anchor", [], |row| row.get(0)).unwrap();
                journal(desk).execute_batch(&format!("{free} DELETE FROM line WHERE seq >= {known}")).unwrap();
            }),
        ),
        ("the end cut off", "there were at least", sql("DELETE FROM line WHERE seq > 2")),
        ("all lines removed", "empty", sql("DELETE FROM line")),
        ("deleted", "empty", Box::new(|desk| fs::remove_file(desk.data().join("journal.db")).unwrap())),
        ("emptied", "empty", Box::new(|desk| fs::write(desk.data().join("journal.db"), "").unwrap())),
        ("an older copy put back", "empty", Box::new(|desk| fs::write(desk.data().join("journal.db"), &early).unwrap())),
        (
            "a bit flipped in its index",
            "damaged",
            Box::new(|desk| {
                let root: i64 =
                    journal(desk).query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'line_run'", [], |row| row.get(0)).unwrap();
                flip(&desk.data().join("journal.db"), usize::try_from(root).unwrap() * 4096 - 10);
            }),
        ),
        (
            "a bit flipped in a line",
            "line",
            Box::new(|desk| {
                let bytes = fs::read(desk.data().join("journal.db")).unwrap();
                let at = bytes.windows(8).rposition(|window| window == b"\"phase\":").unwrap();
                flip(&desk.data().join("journal.db"), at + 10);
            }),
        ),
        ("a text in its place", "not a", Box::new(|desk| fs::write(desk.data().join("journal.db"), "x".repeat(9000)).unwrap())),
    ];
    for (what, told, tamper) in tampers {
        let case = &broken;
        case.desk.put_back(&kept);
        tamper(&case.desk);
        for args in
            [&["runs", "resume", &case.run, "--json"][..], &["runs", "resume"], &["runs", "undo", &case.run], &["plan", "run", &case.other]]
        {
            let ran = case.desk.run(args);
            assert!(matches!(ran.code, 1 | 4), "{what}, {args:?}: {} {}{}", ran.code, ran.out, ran.err);
            assert!(ran.err.contains(told) && ran.err.contains("hint"), "{what}, {args:?}: {}", ran.err);
        }
        assert_eq!(acts(&case.desk), before, "{what}: something was changed");
        let doctor = case.desk.run(&["doctor"]);
        assert_eq!(doctor.code, 1, "{what}: {}", doctor.out);
        assert!(format!("{}{}", doctor.out, doctor.err).contains(told), "{what}: {}", doctor.out);
    }
    broken.desk.put_back(&kept);
    // Left alone, it goes on where it broke off, and nothing that was done is done again.
    let resumed = broken.desk.run(&["runs", "resume", &broken.run, "--json"]);
    assert!(resumed.code <= 1 && !resumed.err.contains("\"kind\":"), "{}", resumed.err);
    assert!(acts(&broken.desk).values().all(|count| *count == 1), "{:?}", acts(&broken.desk));
    broken.desk.ok(&["plan", "run", &broken.other, "--json"]);
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 0x10;
    fs::write(path, bytes).unwrap();
}

#[test]
fn the_journal_and_the_store_are_held_against_each_other() {
    let desk = Desk::demo();
    let stop = plan(&desk, "stop all running dev vms in gcp");
    desk.ok(&["plan", "run", &stop, "--json"]);
    let run = desk.json(&["runs", "--json"])[0].clone();
    let id = run["id"].as_str().unwrap();
    let shown = desk.json(&["runs", "show", id, "--json"]);
    let count = shown["journal"].as_array().unwrap().len();
    // The head is shown, so that a person can keep it elsewhere.
    assert_eq!(run["head"]["seq"], count);
    let head = run["head"]["hash"].as_str().unwrap();
    assert!(desk.ok(&["runs", "show", id]).contains(head));
    assert!(desk.ok(&["doctor"]).contains(head));

    // A store that was put back from a backup, or begun anew, is behind the journal: nothing is lost.
    let store = Connection::open(desk.data().join("store.db")).unwrap();
    let (epoch, seq): (i64, i64) = store.query_row("SELECT epoch, seq FROM anchor", [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    assert_eq!((epoch, seq), (1, i64::try_from(count).unwrap()));
    store.execute("DELETE FROM anchor", []).unwrap();
    drop(store);
    desk.ok(&["doctor"]);
    // A journal that is older than the store is not.
    let store = Connection::open(desk.data().join("store.db")).unwrap();
    store.execute("INSERT INTO anchor VALUES (1, 9, 0, '')", []).unwrap();
    drop(store);
    let doctor = desk.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("older than the store"), "{}", doctor.out);
    // The version before kept neither heads nor an anchor; a run that changed something has lines all the same.
    let store = Connection::open(desk.data().join("store.db")).unwrap();
    store.execute_batch("DELETE FROM anchor; UPDATE runs SET record = json_remove(record, '$.head'), sum = NULL").unwrap();
    store.execute_batch(VERSION_3).unwrap();
    drop(store);
    desk.ok(&["doctor"]);
    fs::remove_file(desk.data().join("journal.db")).unwrap();
    // Nor did it remember anything beside the key.
    fs::remove_file(key_folder(&desk).join("journal")).unwrap();
    let undo = desk.run(&["runs", "undo", id]);
    assert!(undo.code == 1 && undo.err.contains("no line for it"), "{}", undo.err);
}

#[test]
fn a_store_in_which_a_letter_was_changed_is_noticed() {
    let untouched = Desk::demo();
    let stop = plan(&untouched, "stop all running dev vms in gcp");
    untouched.ok(&["plan", "run", &stop, "--json"]);
    for (what, sql) in [
        (
            "a resource",
            "UPDATE entries SET resource = replace(resource, 'westus', 'eastus')
             WHERE entry IN (SELECT entry FROM facts WHERE region = 'westus' LIMIT 1)",
        ),
        ("the hash of a resource", "UPDATE entries SET hash = replace(hash, 'a', 'b') WHERE entry = (SELECT min(entry) FROM entries)"),
        ("the id of a resource", "UPDATE entries SET id = id || 'x' WHERE entry = (SELECT min(entry) FROM entries)"),
        ("an account", "UPDATE entries SET account = '1' WHERE entry = (SELECT max(entry) FROM entries)"),
        ("an account that becomes unknown", "UPDATE entries SET account = NULL WHERE entry = (SELECT max(entry) FROM entries)"),
        ("a run", "UPDATE runs SET record = json_set(record, '$.finished', NULL)"),
        ("a run without a checksum", "UPDATE runs SET record = json_set(record, '$.finished', NULL), sum = NULL"),
        ("a resource without a checksum", "UPDATE entries SET sum = NULL WHERE entry = (SELECT max(entry) FROM entries)"),
        ("an account without a checksum", "UPDATE entries SET account = '1', narrow = NULL WHERE entry = (SELECT max(entry) FROM entries)"),
    ] {
        let desk = Desk::empty();
        copy(&untouched.data(), &desk.data());
        desk.ok(&["export"]);
        Connection::open(desk.data().join("store.db")).unwrap().execute_batch(sql).unwrap();
        for args in [&["export"][..], &["ask", "list all vms"], &["doctor"]] {
            let ran = desk.run(args);
            assert_eq!(ran.code, 1, "{what}, {args:?}: {}{}", ran.out, ran.err);
            assert!(ran.err.contains("not as it was written") && ran.err.contains("hint"), "{what}, {args:?}: {}", ran.err);
        }
    }
}

#[test]
fn what_the_store_derives_is_not_believed_once_somebody_touched_it() {
    let desk = Desk::demo();
    let asked = |desk: &Desk| {
        let of = |words: &str| desk.json(&["ask", "--json", words])["answer"]["hits"].clone();
        [of("list all prod vms"), of("list the disks attached to dev vms"), of("list all vms without an owner tag")]
    };
    let before = asked(&desk);
    for sql in [
        "UPDATE facts SET env = 'dev' WHERE env = 'prod'",
        "UPDATE facts SET kind = 'disk' WHERE kind = 'vm'",
        "DELETE FROM facts WHERE entry % 2 = 0",
        "DELETE FROM links",
        "UPDATE tags SET value = value || 'x'",
    ] {
        Connection::open(desk.data().join("store.db")).unwrap().execute_batch(sql).unwrap();
        assert_eq!(asked(&desk), before, "{sql}");
    }
}

#[test]
fn whoever_removes_the_lock_does_not_get_in_while_a_run_goes_on() {
    let desk = Desk::demo();
    let restart = plan(&desk, "restart all running prod vms in azure");
    // It takes longer than others wait for an owner that does not answer.
    let run = begin_slowly(&desk, &restart, "slow:2s");
    fs::remove_file(desk.data().join("lock")).unwrap();
    // They are answered by the process that runs it, which carries it out once and not beside itself.
    let refused = desk.run(&["runs", "resume"]);
    assert_eq!(refused.code, 1, "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("is being carried out right now"), "{}", refused.err);
    // Where nobody answers, nobody gets in.
    fs::remove_file(desk.data().join("owner.sock")).unwrap();
    let others = [&["runs", "resume"][..], &["search", "web"]]
        .map(|args| (args, desk.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()));
    for (args, other) in others {
        let refused = ran(other.wait_with_output().unwrap());
        assert_eq!(refused.code, 1, "{args:?}: {}{}", refused.out, refused.err);
        assert!(refused.err.contains("working in this data directory"), "{args:?}: {}", refused.err);
    }
    let ended = ran(run.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "the run itself goes on: {}", ended.err);
    assert!(acts(&desk).values().all(|count| *count == 1), "{:?}", acts(&desk));
    desk.ok(&["search", "web"]);
}

#[test]
fn who_gets_in_all_the_same_takes_over_and_the_first_stops() {
    let desk = Desk::demo();
    let restart = plan(&desk, "restart all running prod vms in azure");
    let first = begin(&desk, &restart);
    // Neither the lock nor the folder is what the first has locked; the databases are.
    let aside = desk.data().with_file_name("aside");
    fs::rename(desk.data(), &aside).unwrap();
    fs::create_dir(desk.data()).unwrap();
    for entry in fs::read_dir(&aside).unwrap() {
        let entry = entry.unwrap();
        if entry.file_name() != "lock" && entry.file_name() != "owner.sock" {
            fs::rename(entry.path(), desk.data().join(entry.file_name())).unwrap();
        }
    }
    // The lock beside the key holds all the same; it is gone as well.
    let refused = desk.run(&["runs", "resume"]);
    assert!(refused.code == 1 && refused.err.contains("another process"), "{}", refused.err);
    fs::remove_file(key_folder(&desk).join("running")).unwrap();
    let second = desk.run(&["runs", "resume", "--json"]);
    let ended = ran(first.wait_with_output().unwrap());
    assert!(matches!(ended.code, 1 | 4), "{}", ended.err);
    assert!(ended.err.contains("taken over"), "{}", ended.err);
    // What the first was just doing is not known to the second, and is not done again.
    assert!(second.code <= 1 && !second.err.contains("error:"), "{}{}", second.out, second.err);
    assert!(acts(&desk).values().all(|count| *count == 1), "{:?}", acts(&desk));
    let run = desk.json(&["runs", "--json"])[0].clone();
    assert!(run["finished"].is_string(), "{run}");
    let shown = desk.json(&["runs", "show", run["id"].as_str().unwrap(), "--json"]);
    let finals = shown["journal"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| matches!(line["phase"].as_str(), Some("done" | "failed" | "skipped" | "unknown")));
    let mut steps: Vec<&str> = finals.map(|line| line["step"].as_str().unwrap()).collect();
    let count = steps.len();
    steps.sort_unstable();
    steps.dedup();
    assert_eq!(steps.len(), count, "each step has one outcome: {shown}");
    desk.ok(&["doctor"]);
}

#[test]
fn a_run_that_ended_is_not_repeated_from_an_older_state() {
    let broken = Broken::new();
    let desk = &broken.desk;
    let files = ["store.db", "store.db-wal", "store.db-shm", "journal.db", "journal.db-wal", "journal.db-shm", "lock"];
    let older: Vec<_> = files.iter().map(|name| fs::read(desk.data().join(name)).ok()).collect();
    let resumed = desk.run(&["runs", "resume", &broken.run, "--json"]);
    assert!(resumed.code <= 1 && resumed.out.contains(r#""finished""#), "{}", resumed.err);
    let done = acts(desk);
    let key = key_folder(desk).join("key");
    let before = fs::read(&key).unwrap();

    // As a backup that somebody restores: the whole of it, then the journal alone.
    for restored in [&files[..], &files[3..6]] {
        for (name, bytes) in files.iter().zip(&older).filter(|(name, _)| restored.contains(name)) {
            match bytes {
                Some(bytes) => fs::write(desk.data().join(name), bytes).unwrap(),
                None => drop(fs::remove_file(desk.data().join(name))),
            }
        }
        for args in [&["runs", "resume", &broken.run][..], &["runs", "resume"], &["plan", "run", &broken.other]] {
            let ran = desk.run(args);
            assert!(ran.code == 1 && ran.err.contains("journal"), "{args:?}: {}{}", ran.out, ran.err);
        }
        assert_eq!(acts(desk), done, "something was changed");
    }
    // By hand: no journal, no trace of it in the store, and a run that seems never to have ended.
    for name in &files[3..6] {
        let _ = fs::remove_file(desk.data().join(name));
    }
    let store = Connection::open(desk.data().join("store.db")).unwrap();
    store.execute("DELETE FROM anchor", []).unwrap();
    let text: String = store.query_row("SELECT record FROM runs WHERE id = ?1", [&broken.run], |row| row.get(0)).unwrap();
    let mut record: Value = serde_json::from_str(&text).unwrap();
    (record["finished"], record["head"], record["done"]) = (Value::Null, Value::Null, 0.into());
    store.execute("UPDATE runs SET record = ?2, sum = NULL WHERE id = ?1", [&broken.run, &record.to_string()]).unwrap();
    // Of the version before, rows may have no checksum.
    store.execute_batch(VERSION_3).unwrap();
    drop(store);
    let ran = desk.run(&["runs", "resume", &broken.run]);
    assert!(ran.code == 1 && ran.err.contains("journal"), "{}{}", ran.out, ran.err);
    assert_eq!(acts(desk), done, "something was changed");

    // What remembers this is not overwritten by asking for it.
    for name in ["key", "settled", "journal"] {
        let ran = desk.run(&["export", "-o", key.with_file_name(name).to_str().unwrap()]);
        assert!(ran.code == 2 && ran.err.contains("beside a key"), "{name}: {}{}", ran.out, ran.err);
    }
    assert_eq!(fs::read(&key).unwrap(), before);
}

#[test]
fn a_copy_of_a_folder_in_which_a_run_goes_on_is_not_run_beside_it() {
    let desk = Desk::demo();
    let restart = plan(&desk, "restart all running prod vms in azure");
    let first = begin(&desk, &restart);
    let aside = desk.data().with_file_name("aside");
    fs::rename(desk.data(), &aside).unwrap();
    copy(&aside, &desk.data());
    for args in [&["runs", "resume"][..], &["plan", "run", &restart]] {
        let ran = desk.run(args);
        assert!(matches!(ran.code, 1 | 4), "{args:?}: {}{}", ran.out, ran.err);
    }
    assert!(first.wait_with_output().unwrap().status.code().is_some());
    let sim = |folder: &Path| -> i64 {
        Connection::open(folder.join("sim.db")).unwrap().query_row("SELECT count(*) FROM acts", [], |row| row.get(0)).unwrap()
    };
    let copied = sim(&desk.data());
    assert!(sim(&aside) > copied, "the copy did not go on by itself");
}
