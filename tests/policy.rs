//! `policy.toml`: what it forbids nobody gets past, at no door; what is broken in it refuses every change and nothing else.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::Stdio;

use escher::core::PlanDoc;
use escher::{CancellationToken, ErrorKind, Escher, api};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::owner::Daemon;
use crate::support::{Desk, Ran, block_on};

const STOP: &str = "Stop production database in GCP project-x";
const DELETE: &str = "delete database orders-pg-prod";
const TAG: &str = "tag dev vms in aws with x=1";

/// Writes the policy of a desk.
fn rules(desk: &Desk, text: &str) {
    std::fs::write(desk.data().join("policy.toml"), text).unwrap();
}

fn no_rules(desk: &Desk) {
    std::fs::remove_file(desk.data().join("policy.toml")).unwrap();
}

/// What an order leads to: the exit code and the plan.
fn order(desk: &Desk, words: &str) -> (i32, Value) {
    let ran = desk.run(&["ask", "--json", words]);
    let asked: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {}{}", ran.out, ran.err));
    assert!(asked["plan"].is_object(), "{asked}");
    (ran.code, asked["plan"].clone())
}

/// An order that policy lets a person approve; the plan's id.
fn planned(desk: &Desk, words: &str) -> String {
    let (code, plan) = order(desk, words);
    assert_eq!((code, &plan["decision"]), (3, &json!("approve")), "{plan}");
    plan["id"].as_str().unwrap().to_owned()
}

fn reasons(plan: &Value) -> String {
    plan["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap()).collect::<Vec<_>>().join("\n")
}

/// The error document that a command ended with, which policy must be the reason for.
fn refused(ran: &Ran) -> Value {
    assert_eq!(ran.code, 4, "{}\n{}", ran.out, ran.err);
    let error: Value = serde_json::from_str(ran.err.lines().last().unwrap()).unwrap();
    assert_eq!((&error["kind"], &error["next"]["operation"]), (&json!("forbidden"), &json!("policy_show")), "{error}");
    error
}

/// Every way to a change with a plan that policy forbids.
fn refuses_everywhere(desk: &Desk, plan: &str, why: &str) {
    for args in [&["plan", "approve", plan][..], &["plan", "run", plan], &["plan", "run", plan, "--yes"]] {
        let error = refused(&desk.run(&[args, &["--json"]].concat()));
        assert!(error["message"].as_str().unwrap().contains(why), "{args:?}: {error}");
    }
    let shown = desk.json(&["plan", "show", plan, "--json"]);
    assert!(shown["decision"] == "forbid" && reasons(&shown).contains(why), "{shown}");
    let checked = desk.run(&["policy", "check", plan]);
    assert!(checked.code == 4 && checked.out.contains(why), "{}{}", checked.out, checked.err);
}

fn state_of(desk: &Desk) -> Value {
    desk.json(&["search", "--json", "--where", "name = orders-pg-prod AND kind = database"])["hits"][0]["state"].clone()
}

#[test]
fn what_is_forbidden_is_refused_on_every_way_to_a_change() {
    let desk = Desk::demo();
    let before = planned(&desk, DELETE);
    rules(&desk, "# Nothing is deleted.\nforbid = [\"*.delete\"]\n");
    let why = "policy.toml line 2 forbids database.delete (`*.delete`)";
    // The plan from before the rule is judged by the rule, and so is a new one.
    refuses_everywhere(&desk, &before, why);
    let (code, plan) = order(&desk, DELETE);
    assert_eq!((code, reasons(&plan).as_str()), (4, why), "{plan}");
    refuses_everywhere(&desk, plan["id"].as_str().unwrap(), why);
    assert_eq!(desk.run(&["ask", "--yes", DELETE]).code, 4);
    assert_eq!(state_of(&desk), "running");
    desk.ok(&["plan", "reject", &before]);
    // What no rule is about goes its way.
    let stop = planned(&desk, STOP);
    desk.ok(&["plan", "run", &stop, "--yes"]);
    assert_eq!(state_of(&desk), "stopped");
}

#[test]
fn rules_may_be_there_before_anything_else() {
    let desk = Desk::empty();
    std::fs::create_dir_all(desk.data()).unwrap();
    rules(&desk, "forbid = ['*.delete']");
    desk.ok(&["demo"]);
    let (code, plan) = order(&desk, DELETE);
    assert_eq!((code, &plan["decision"]), (4, &json!("forbid")), "{plan}");
}

#[test]
fn a_broken_file_refuses_every_change_with_its_place_and_nothing_else() {
    let desk = Desk::demo();
    let (approved, pending, other) = (planned(&desk, STOP), planned(&desk, TAG), planned(&desk, DELETE));
    desk.ok(&["plan", "approve", &approved]);
    let done = desk.json(&["ask", "--json", "--yes", "tag database orders-pg-prod with x=1"])["run"]["run"].clone();
    for (text, place) in [
        ("max_risk = \"low\"\nforbid = [\"*.delete\", \"*.destroy\"]\n", "line 2, column 23: `*.destroy` is not an action"),
        ("forbid = [\"*.delete\"\n", "line 1, column 21"),
        ("forbidden = []", "line 1, column 1: `forbidden` is not a key of this file"),
        ("[[freeze]]\nreason = 'x'\ndays = ['mon']\ntz = 'Mars/Base'", "line 4, column 6: the time zone `Mars/Base` is unknown"),
        ("forbid = [{ action = '*.*', where = 'env == prod' }]", "line 1, column"),
    ] {
        rules(&desk, text);
        for plan in [&approved, &pending] {
            refuses_everywhere(&desk, plan, place);
        }
        let (code, plan) = order(&desk, STOP);
        assert!(code == 4 && reasons(&plan).contains(place), "{plan}");
        let undo = desk.run(&["runs", "undo", done.as_str().unwrap(), "--yes", "--json"]);
        assert!(undo.code == 4 && undo.err.contains(place), "{}{}", undo.out, undo.err);
        // It says where, and what to do.
        for command in ["show", "check"] {
            let shown = desk.run(&["policy", command]);
            assert!(shown.code == 4 && shown.err.contains(place) && shown.err.contains("hint: "), "{}", shown.err);
        }
        let doctor = desk.run(&["doctor"]);
        assert!(doctor.code == 1 && doctor.out.contains(place), "{}", doctor.out);
    }
    // Reading and rejecting go on.
    desk.ok(&["search", "postgres"]);
    desk.ok(&["ask", "how many vms"]);
    desk.ok(&["sync", "--kind", "database"]);
    desk.ok(&["plan", "list"]);
    // A trial shows what it found, and that the plan is forbidden all the same.
    let tried = desk.run(&["plan", "run", &pending, "--dry-run"]);
    assert!(
        tried.code == 4 && tried.out.contains("passed") && tried.err.contains("policy forbids this plan"),
        "{}{}",
        tried.out,
        tried.err
    );
    desk.ok(&["plan", "reject", &other]);
    // Once it is fixed, what was approved runs.
    rules(&desk, "max_risk = \"high\"\n");
    desk.ok(&["plan", "run", &approved]);
}

#[test]
fn a_file_that_cannot_be_read_refuses_every_change() {
    let desk = Desk::demo();
    let plan = planned(&desk, STOP);
    let path = desk.data().join("policy.toml");
    std::fs::create_dir(&path).unwrap();
    refuses_everywhere(&desk, &plan, "policy.toml cannot be read");
    std::fs::remove_dir(&path).unwrap();
    std::fs::write(&path, b"max_risk = \"high\"\n# caf\xe9").unwrap();
    refuses_everywhere(&desk, &plan, "line 2, column 6: this is not UTF-8");
    std::fs::write(&path, "# many\n".repeat(50_000)).unwrap();
    refuses_everywhere(&desk, &plan, "policy.toml cannot be read");
    #[cfg(unix)]
    {
        let elsewhere = desk.file("elsewhere.toml", "");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(elsewhere, &path).unwrap();
        refuses_everywhere(&desk, &plan, "it is a symbolic link");
    }
    desk.ok(&["search", "postgres"]);
    no_rules(&desk);
    desk.ok(&["plan", "run", &plan, "--yes"]);
}

#[test]
fn a_freeze_holds_by_the_system_clock_and_no_other() {
    let desk = Desk::demo();
    let day = |offset: i64| (jiff::Zoned::now() + jiff::Span::new().days(offset)).date();
    let window = |from: i64, to: i64, more: &str| {
        format!("[[freeze]]\nreason = \"year-end close\"\nfrom = {}\nto = {}\ntz = \"UTC\"\n{more}", day(from), day(to))
    };
    let plan = planned(&desk, STOP);
    desk.ok(&["plan", "approve", &plan]);
    rules(&desk, &window(-2, 2, ""));
    refuses_everywhere(&desk, &plan, "policy.toml line 1 freezes changes");
    let (code, frozen) = order(&desk, TAG);
    assert!(code == 4 && reasons(&frozen).ends_with(": year-end close"), "{frozen}");
    // No time that somebody types gets around it.
    let past = desk.run(&["plan", "run", &plan, "--json", "--now", "2020-01-01T00:00:00Z"]);
    assert!(refused(&past)["message"].to_string().contains("freezes changes"));
    let shown = desk.json(&["policy", "show", "--json"]);
    assert!(shown["rules"].as_array().unwrap().iter().any(|rule| rule["kind"] == "freeze" && rule["active"] == true), "{shown}");
    // Elsewhere, earlier and later, changes run.
    for (text, words) in [(window(-2, 2, "where = \"env = prod\"\n"), TAG), (window(-9, -3, ""), TAG), (window(3, 9, ""), TAG)] {
        rules(&desk, &text);
        planned(&desk, words);
    }
    assert_eq!(desk.json(&["policy", "show", "--json"])["rules"].as_array().unwrap().last().unwrap()["active"], false);
    desk.ok(&["plan", "run", &plan]);
}

#[test]
fn limits_count_what_a_plan_touches_and_risks() {
    let desk = Desk::demo();
    let targets = order(&desk, TAG).1["blast_radius"].as_u64().unwrap();
    assert!(targets > 10, "{targets}");
    rules(&desk, &format!("max_blast_radius = {targets}"));
    planned(&desk, TAG);
    rules(&desk, &format!("max_blast_radius = {}", targets - 1));
    let (code, plan) = order(&desk, TAG);
    assert!(code == 4 && reasons(&plan).contains(&format!("and this one touches {targets}")), "{plan}");
    rules(&desk, "max_risk = 'medium'");
    let (code, plan) = order(&desk, STOP);
    assert!(code == 4 && reasons(&plan).contains("policy.toml line 1 allows no risk above medium"), "{plan}");
    planned(&desk, TAG);
}

#[test]
fn where_counts_what_nobody_knows_as_matching() {
    let desk = Desk::demo();
    let forbid = |filter: &str| rules(&desk, &format!("[[forbid]]\naction = '*.*'\nwhere = '{filter}'\nreason = 'ask first'"));
    forbid("env = prod AND cloud = gcp AND account = \"Project X\" AND kind = database");
    let (code, plan) = order(&desk, STOP);
    assert!(code == 4 && reasons(&plan).contains("ask first") && !reasons(&plan).contains("to decide"), "{plan}");
    planned(&desk, TAG);
    forbid("env = dev");
    planned(&desk, STOP);
    // Nobody has said who owns it: that it is nobody else's is not known.
    forbid("tag.no-such-tag = somebody");
    let (code, plan) = order(&desk, STOP);
    assert!(code == 4 && reasons(&plan).ends_with("1 target lacks the data to decide and counts as matching: orders-pg-prod"), "{plan}");
    let judged = desk.run(&["policy", "check", "--json", STOP]);
    let judged: Value = serde_json::from_str(&judged.out).unwrap();
    assert_eq!(judged["judged"]["findings"][1]["undecided"], json!(["orders-pg-prod"]), "{judged}");
    // It is known to have none, and that can be said.
    forbid("tag.no-such-tag EXISTS AND tag.no-such-tag = somebody");
    planned(&desk, STOP);
}

#[test]
fn only_the_approvers_that_are_named_approve() {
    let desk = Desk::demo();
    rules(&desk, "[[approvers]]\nonly = ['ada']\nwhere = 'env = prod'\n");
    let (stop, tag) = (planned(&desk, STOP), planned(&desk, TAG));
    let run_as = |user: &str, args: &[&str]| crate::support::ran(desk.command(args).env("USER", user).output().unwrap());
    let eve = run_as("eve", &["plan", "approve", &stop, "--json"]);
    assert!(refused(&eve)["message"].to_string().contains("lets only ada approve database.stop"), "{}", eve.err);
    assert_eq!(run_as("eve", &["plan", "run", &stop, "--yes"]).code, 4);
    assert_eq!(run_as("eve", &["plan", "run", &tag, "--yes"]).code, 0);
    assert_eq!(run_as("ada", &["plan", "approve", &stop]).code, 0);
    assert_eq!(desk.run(&["policy", "check", "--approver", " ", STOP]).code, 2);
    // Without a name it is judged for whoever asks.
    let eve = run_as("eve", &["policy", "check", STOP]);
    assert!(eve.code == 4 && eve.out.contains("approver  eve") && eve.out.contains("and not eve"), "{}{}", eve.out, eve.err);
    let ada = run_as("ada", &["policy", "check", STOP]);
    assert!(ada.code == 0 && ada.out.contains("and ada may"), "{}{}", ada.out, ada.err);
    // Who runs it is another matter; but whoever approved must still be one of them.
    rules(&desk, "[[approvers]]\nonly = ['grace']\n");
    assert_eq!(run_as("ada", &["plan", "run", &stop]).code, 4);
    rules(&desk, "[[approvers]]\nonly = ['grace', 'ada']\n");
    assert_eq!(run_as("eve", &["plan", "run", &stop]).code, 0);
}

#[test]
fn who_approves_is_whoever_asks_and_not_who_owns_the_directory() {
    let desk = Desk::demo();
    rules(&desk, "[[approvers]]\nonly = ['alice']");
    let plan = planned(&desk, STOP);
    let run_as = |user: &str, args: &[&str]| crate::support::ran(desk.command(args).env("USER", user).output().unwrap());
    let mut owner = desk.command(&["daemon", "--json"]);
    owner.env("USER", "alice");
    let daemon = Daemon::start(owner);
    for args in [&["plan", "approve", &plan][..], &["plan", "run", "--yes", &plan]] {
        let refused = run_as("mallory", args);
        assert!(refused.code == 4 && refused.err.contains("alice"), "{args:?}: {}{}", refused.out, refused.err);
    }
    let approved: Value = serde_json::from_str(&run_as("alice", &["plan", "approve", "--json", &plan]).out).unwrap();
    assert_eq!(approved["approval"]["by"], "alice");
    assert_eq!(daemon.end(), 0);
    // And the other way round: nobody is kept out because the owner is called otherwise.
    rules(&desk, "[[approvers]]\nonly = ['bob']");
    let mut owner = desk.command(&["daemon", "--json"]);
    owner.env_remove("USER");
    let daemon = Daemon::start(owner);
    let other = planned(&desk, TAG);
    let approved: Value = serde_json::from_str(&run_as("bob", &["plan", "approve", "--json", &other]).out).unwrap();
    assert_eq!(approved["approval"]["by"], "bob");
    assert_eq!(daemon.end(), 0);
}

#[test]
fn a_rule_that_comes_after_the_approval_stops_the_run_and_its_resumption() {
    let desk = Desk::demo();
    let plan = planned(&desk, TAG);
    desk.ok(&["plan", "approve", &plan]);
    rules(&desk, "forbid = ['vm.tag']");
    refuses_everywhere(&desk, &plan, "line 1 forbids vm.tag");
    no_rules(&desk);
    // Also one that comes in the middle of it: what is under way ends, nothing else begins.
    let mut command = desk.command(&["plan", "run", &plan, "--json", "--sim-faults", "slow:300ms"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    rules(&desk, "forbid = ['vm.tag']");
    said.read_to_string(&mut line).unwrap();
    let mut err = String::new();
    child.stderr.take().unwrap().read_to_string(&mut err).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4), "{err}");
    let error: Value = serde_json::from_str(err.lines().last().unwrap()).unwrap();
    assert!(error["message"].as_str().unwrap().contains("line 1 forbids vm.tag"), "{error}");
    let run = error["next"]["params"]["run"].as_str().unwrap().to_owned();
    let done = |desk: &Desk| desk.json(&["search", "--json", "--where", "tag.x = 1"])["total"].as_u64().unwrap();
    let all = desk.json(&["plan", "show", &plan, "--json"])["blast_radius"].as_u64().unwrap();
    let some = done(&desk);
    assert!(0 < some && some < all, "{some} of {all}");
    refused(&desk.run(&["runs", "resume", &run, "--json"]));
    assert_eq!(done(&desk), some);
    no_rules(&desk);
    desk.ok(&["runs", "resume", &run]);
    assert_eq!(done(&desk), all);
}

#[cfg(unix)]
#[test]
fn a_daemon_notices_every_change_to_the_file() {
    let desk = Desk::demo();
    let daemon = Daemon::of(&desk);
    let plan = planned(&desk, DELETE);
    // The same length within the same moment: nothing but the bytes themselves tells one from the other.
    for _ in 0..5 {
        rules(&desk, "forbid = [\"*.delete\"]\n");
        refuses_everywhere(&desk, &plan, "line 1 forbids database.delete");
        rules(&desk, "forbid = [\"*.detach\"]\n");
        assert_eq!(desk.json(&["plan", "show", &plan, "--json"])["decision"], "approve");
    }
    rules(&desk, "forbid = [\"*.deleted\"]\n");
    refuses_everywhere(&desk, &plan, "line 1, column 11");
    desk.ok(&["search", "postgres"]);
    let shown = desk.run(&["policy", "show", "--json"]);
    let shown: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!((&shown["problems"][0]["line"], &shown["problems"][0]["column"]), (&json!(1), &json!(11)));
    no_rules(&desk);
    desk.ok(&["plan", "run", &plan, "--yes"]);
    assert_eq!(daemon.end(), 0);
}

#[test]
fn what_policy_would_say_is_told_and_nothing_is_kept() {
    let desk = Desk::demo();
    let none = desk.json(&["policy", "show", "--json"]);
    assert_eq!((&none["exists"], &none["problems"], none.get("digest")), (&json!(false), &json!([]), None));
    assert_eq!(none["file"], desk.data().join("policy.toml").to_str().unwrap());
    let words = desk.ok(&["policy"]);
    assert!(words.contains("no such file") && words.contains("a change needs approval"), "{words}");
    let would = desk.ok(&["policy", "check", STOP]);
    assert!(would.contains("decision  needs approval") && would.contains("database.stop changes 1 resource"), "{would}");
    rules(&desk, "forbid = [\"*.delete\", \"*.stop\"]\n[[approvers]]\nonly = ['ada']\n");
    let sound = desk.ok(&["policy", "check"]);
    assert!(sound.contains("sound"), "{sound}");
    let judged = desk.run(&["policy", "check", "--json", "--approver", "eve", STOP]);
    let checked: Value = serde_json::from_str(&judged.out).unwrap();
    let lines: Vec<&Value> = checked["judged"]["findings"].as_array().unwrap().iter().map(|finding| &finding["line"]).collect();
    assert_eq!((judged.code, lines), (4, vec![&Value::Null, &json!(1), &json!(2)]), "{checked}");
    assert!(checked["policy"]["digest"].as_str().unwrap().starts_with("sha256:"), "{checked}");
    assert_eq!(desk.json(&["plan", "list", "--json"]), json!([]));
    // What is no order has no plan to be judged.
    for (words, why) in [("show all vms", "don't order a change"), ("stop everything", ""), ("pl_01arz3ndektsv4rrffq69g5fav", "no plan")] {
        let ran = desk.run(&["policy", "check", words]);
        assert!(ran.code == 2 && ran.err.contains(why), "{words}: {}{}", ran.out, ran.err);
    }
}

#[test]
fn an_operation_judges_a_document_and_runs_nothing_that_is_forbidden() {
    let desk = Desk::demo();
    let (_, plan) = order(&desk, STOP);
    let id = plan["id"].clone();
    desk.ok(&["plan", "approve", id.as_str().unwrap()]);
    rules(&desk, "forbid = ['database.*']");
    let escher = Escher::open(desk.config()).unwrap();
    block_on(async {
        let call = async |name: &str, params: Value| api::call(&escher, name, params, mpsc::channel(100).0, CancellationToken::new()).await;
        let document: PlanDoc = serde_json::from_value(plan.clone()).unwrap();
        let judged = call("policy_check", json!({"document": document})).await.unwrap();
        assert_eq!(judged["judged"]["decision"], "forbid");
        let both = call("policy_check", json!({"plan": id, "text": STOP})).await.unwrap_err();
        assert_eq!(both.kind(), ErrorKind::Invalid);
        for name in ["plan_run", "plan_approve", "plan_approve_run"] {
            let error = call(name, json!({"plan": id})).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Forbidden, "{name}: {error}");
            assert!(error.message().contains("policy.toml line 1 forbids database.stop"), "{name}: {error}");
            assert_eq!(serde_json::to_value(error.next_step()).unwrap()["operation"], "policy_show", "{name}");
        }
        let listed = call("plans", json!({})).await.unwrap();
        assert_eq!((&listed["plans"][0]["doc"]["decision"], &listed["plans"][0]["status"]), (&json!("forbid"), &json!("approved")));
    });
}
