//! Bad input and faults: a clear message with a hint each time, nothing lost.

use escher::{Config, Escher};
use serde_json::Value;

use crate::support::Desk;

#[test]
fn a_selector_error_points_at_its_place() {
    let desk = Desk::demo();
    let ran = desk.run(&["search", "web", "--where", "env=prod AND AND app=main"]);
    assert_eq!(ran.code, 2);
    let lines: Vec<&str> = ran.err.lines().collect();
    let at = lines.iter().position(|line| line.contains("env=prod AND AND app=main")).expect("the line is shown");
    let column = lines[at].find("AND AND").unwrap() + 4;
    assert_eq!(lines[at + 1].find('^'), Some(column), "{}", ran.err);
    assert!(ran.err.contains("expected"), "{}", ran.err);
}

#[test]
fn a_tag_key_that_nobody_has_is_answered_with_the_nearest() {
    let found = Desk::demo().json(&["search", "--json", "", "--where", "clod = aws"]);
    assert_eq!(found["total"], 0);
    assert!(found["warnings"][0].as_str().unwrap().contains("`cloud`"), "{found}");
}

#[test]
fn broken_lines_are_named_and_the_rest_is_loaded() {
    let desk = Desk::empty();
    let good = r#"{"id":"i-1","cloud":"aws","type":"ec2:instance","name":"web-1"}"#;
    let text = format!(
        "{good}\nnot json\n{{\"id\":\"i-2\",\"cloud\":\"aws\",\"name\":\"x\"}}\n\n{{\"id\":\"i-3\",\"cloud\":\"ibm\",\"type\":\"t\",\"name\":\"y\"}}\n"
    );
    let file = desk.file("estate.jsonl", &text);
    let ran = desk.run(&["import", "--json", file.to_str().unwrap()]);
    let imported: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &imported["read"]), (1, &1.into()));
    let bad: Vec<u64> = imported["bad"].as_array().unwrap().iter().map(|bad| bad["line"].as_u64().unwrap()).collect();
    assert_eq!(bad, [2, 3, 5]);
    assert!(ran.err.contains("line 3"), "{}", ran.err);
    assert_eq!(desk.export().len(), 1);
}

#[test]
fn a_directory_that_is_owned_says_by_whom() {
    let desk = Desk::demo();
    let owner = Escher::open(Config::new(desk.data())).unwrap();
    let ran = desk.run(&["search", "web"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains(&std::process::id().to_string()) && ran.err.contains("hint"), "{}", ran.err);
    drop(owner);
    desk.ok(&["search", "web"]);
}

#[test]
fn a_directory_of_another_version_is_left_alone() {
    let desk = Desk::demo();
    let version = desk.data().join("version");
    std::fs::write(&version, "99\n").unwrap();
    let ran = desk.run(&["search", "web"]);
    assert_eq!(ran.code, 4, "{}", ran.err);
    assert!(ran.err.contains("99") && ran.err.contains("hint"), "{}", ran.err);
    std::fs::write(&version, "1\n").unwrap();
    desk.ok(&["search", "web"]);
}

#[test]
fn nothing_connected_is_said_with_what_to_do() {
    let desk = Desk::empty();
    let ran = desk.run(&["sync"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("escher demo"), "{}", ran.err);
    let asked = desk.json(&["ask", "--json", "list all vms"]);
    assert!(asked["answer"]["warnings"][0].as_str().unwrap().contains("empty"), "{asked}");
}

#[test]
fn a_region_that_is_nowhere_is_refused_with_the_nearest_that_is() {
    let desk = Desk::demo();
    for (region, near) in [("us-wset-2", "us-west-2"), ("westus9", "westus"), ("Oregon", "us-west-2")] {
        let ran = desk.run(&["sync", "--region", region]);
        assert_eq!(ran.code, 2, "{region}: {}", ran.err);
        assert!(ran.err.contains(region) && ran.err.contains(&format!("did you mean {near}")), "{}", ran.err);
    }
    // What resembles none is no slip: the regions in use are named.
    let ran = desk.run(&["sync", "--region", "narnia"]);
    assert!(
        ran.code == 2 && !ran.err.contains("did you mean") && ran.err.contains("in use are ") && ran.err.contains("us-east-1"),
        "{}",
        ran.err
    );
    let synced = desk.json(&["sync", "--json", "--region", "WestUS"]);
    assert!(synced["seen"].as_u64().unwrap() > 0, "a code is one in any case: {synced}");
}

#[test]
fn a_refused_look_is_a_gap_and_removes_nothing() {
    let desk = Desk::demo();
    let before = desk.export().len();
    for _ in 0..3 {
        let synced = desk.json(&["sync", "--json", "--sim-faults", "deny:compute"]);
        assert!(!synced["gaps"].as_array().unwrap().is_empty(), "{synced}");
        assert_eq!(synced["gaps"][0]["kind"], "denied");
        assert_eq!((&synced["removed"], &synced["missing"]), (&0.into(), &0.into()));
    }
    assert_eq!(desk.export().len(), before);
}

#[test]
fn an_index_that_is_broken_is_built_again() {
    let desk = Desk::demo();
    let found = || desk.json(&["search", "--json", "web", "--limit", "3"])["hits"].clone();
    let before = found();
    let index = desk.data().join("index");
    std::fs::remove_dir_all(&index).unwrap();
    std::fs::create_dir(&index).unwrap();
    std::fs::write(index.join("revision"), "not a number").unwrap();
    assert_eq!(found(), before);
    // What it knows of itself is there, and the points are not.
    std::fs::remove_dir_all(index.join("estate")).unwrap();
    assert_eq!(found(), before);
    std::fs::remove_dir_all(index.join("estate/segments")).unwrap();
    assert_eq!(found(), before);
}

#[test]
fn usage_errors_are_exit_code_two() {
    let desk = Desk::empty();
    for args in [
        &["frobnicate"][..],
        &["plan", "show", "pl_none"],
        &["runs", "show", "run_none"],
        &["import", "no-such-file"],
        &["import", "/"],
        &["demo", "--sim", "x"],
    ] {
        assert_eq!(desk.run(args).code, 2, "{args:?}");
    }
}

#[test]
fn an_expired_login_is_told_once_an_account() {
    let desk = Desk::demo();
    let told = desk.ok(&["sync", "--sim-faults", "expire:aws"]);
    let lines = told.lines().count();
    assert!((4..=20).contains(&lines) && told.contains("hint: sign in again"), "{lines} lines: {told}");
    let gaps = desk.json(&["sync", "--sim-faults", "expire:aws", "--json"])["gaps"].as_array().unwrap().len();
    assert!(told.contains(&format!("{gaps} places could not be scanned")), "each is counted: {told}");
    assert!(told.contains(&format!("not signed in, {gaps} places: ")), "{told}");
    for account in ["111122223333", "222233334444", "333344445555", "444455556666"] {
        assert_eq!(told.matches(account).count(), 1, "each account once: {told}");
    }
}

#[test]
fn one_refusal_is_told_once_with_its_places() {
    let desk = Desk::demo();
    let told = desk.ok(&["sync", "--sim-faults", "deny:compute"]);
    assert!(told.lines().count() <= 10 && told.contains("access denied, 44 places: reading compute.googleapis.com/"), "{told}");
    assert!(told.contains("gcp project-x: ") && told.contains("--json lists every place"), "{told}");
    assert_eq!(told.matches("hint: ").count(), 1, "{told}");
    assert_eq!(desk.json(&["sync", "--json", "--sim-faults", "deny:compute"])["gaps"].as_array().unwrap().len(), 44);
}
