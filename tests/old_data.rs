//! A data directory that the version before made: it opens, and what was begun there is finished here.
//!
//! How it was made stands in `tests/fixtures/schema_1/README.md`.

use std::path::Path;

use escher::core::{ResourceId, WallClock, digest};
use escher::{Escher, RunOptions};
use serde_json::Value;

use crate::support::{Desk, block_on, copy, lines};

/// The run that stopped the database, the one that was undone, and the undo that was killed.
const STOP: &str = "run_01jhmfx34dk0re56ysa532sfy6";
const TAG: &str = "run_01jhmgfd7gthm7z2wwyyd8z0y3";
const INTERRUPTED: &str = "run_01jhmgrjmge3fty5kzp52x3myg";

/// The plan that awaits approval.
const PENDING: &str = "pl_01jhmhaw37mf6fc3fnpv757qgm";

/// The database and a vm that both of the runs above are about.
const DATABASE: &str = "//cloudsql.googleapis.com/projects/project-x/instances/orders-pg-prod";
const TAGGED: &str = "arn:aws:ec2:ap-southeast-2:444455556666:instance/i-29188c4d09a3858a5";

/// Lines of its journal, which is unbroken up to this hash.
const LINES: usize = 40;
const HEAD: &str = "sha256:0bb13f1d3a98880f12b7c4b38a58d5c800c14a3a5ffc3d7077720230a238ed2a";

/// A copy of it, and of the key under the name that the copy's place gives it.
fn old() -> Desk {
    let desk = Desk::empty();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/schema_1");
    copy(&from.join("data"), &desk.data());
    let place = digest::of(&desk.data().canonicalize().unwrap().to_str().unwrap());
    let keys = desk.keys().join(&place["sha256:".len()..][..32]);
    std::fs::create_dir_all(desk.keys()).unwrap();
    copy(&from.join("keys"), &keys);
    // A checkout gives the rights that the mask leaves; a key that others can read signs nothing.
    #[cfg(unix)]
    for file in std::fs::read_dir(keys).unwrap() {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(file.unwrap().path(), std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    desk
}

fn state(desk: &Desk, id: &str) -> Value {
    desk.truth(&ResourceId::verbatim(id)).unwrap()["state"].clone()
}

#[test]
fn it_opens_and_keeps_its_estate_plans_runs_and_journal() {
    let desk = old();
    assert_eq!(desk.export().len(), 40);
    let plans = desk.json(&["plan", "list", "--json"]);
    let mut statuses: Vec<&str> = plans.as_array().unwrap().iter().map(|plan| plan["status"].as_str().unwrap()).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, ["pending", "rejected", "started", "started", "started", "started"]);
    assert!(plans.as_array().unwrap().iter().all(|plan| plan["distrust"].is_null() && plan["doc"]["schema"] == 1), "{plans}");
    let runs = desk.json(&["runs", "--json"]);
    assert_eq!(runs.as_array().unwrap().len(), 4);
    assert_eq!((&runs[0]["id"], &runs[0]["undoes"], &runs[0]["finished"]), (&INTERRUPTED.into(), &TAG.into(), &Value::Null));
    let doctor = desk.run(&["doctor"]).out;
    assert!(doctor.contains(&format!("all {LINES} lines are there, unaltered; the last one has the hash {HEAD}")), "{doctor}");
    assert!(doctor.contains("6 stored, all unaltered") && doctor.contains("5 plans that were rejected or run stay so"), "{doctor}");
    // What was observed stands where it stands now, also in lines that had it elsewhere.
    let shown = desk.json(&["runs", "show", STOP, "--json"]);
    let observed = shown["journal"].as_array().unwrap().iter().find(|line| line["phase"] == "observed").unwrap();
    assert!(observed["observed"].as_str().unwrap().starts_with("sha256:") && observed["reason"].is_null(), "{observed}");
}

#[test]
fn an_old_plan_is_shown_and_says_that_it_has_expired() {
    let desk = old();
    let shown = desk.ok(&["plan", "show", PENDING]);
    assert!(shown.contains("orders-pg-prod") && shown.contains("pending"), "{shown}");
    for args in [&["plan", "approve", PENDING][..], &["plan", "run", PENDING, "--yes"]] {
        let ran = desk.run(args);
        assert!(ran.code == 4 && ran.err.contains("expired at 2025-01-15T09:30"), "{args:?}: {}", ran.err);
    }
    assert_eq!(state(&desk, DATABASE), "stopped");
}

#[test]
fn an_old_plan_runs_while_its_hour_lasts() {
    let desk = old();
    let then = WallClock::new(|| "2025-01-15T08:50:00Z".parse().unwrap());
    block_on(async {
        let escher = Escher::open(desk.config().with_wall(then)).unwrap();
        escher.approve(PENDING).await.unwrap();
        assert_eq!(escher.run_plan(PENDING, RunOptions::default()).await.unwrap().done, 1);
    });
    assert_eq!(state(&desk, DATABASE), "running");
}

#[test]
fn an_old_run_is_undone() {
    let desk = old();
    assert_eq!(state(&desk, DATABASE), "stopped");
    assert_eq!(desk.run(&["runs", "undo", STOP, "--json"]).code, 3, "an undo needs an approval");
    let undone = lines(&desk.ok(&["runs", "undo", STOP, "--yes", "--json"])).pop().unwrap();
    assert_eq!((&undone["event"], &undone["done"], &undone["failed"]), (&"finished".into(), &1.into(), &0.into()));
    assert_eq!(state(&desk, DATABASE), "running");
    let run = desk.json(&["runs", "--json"])[0].clone();
    assert_eq!((&run["undoes"], run["finished"].is_string()), (&STOP.into(), true));
    let plan = desk.json(&["plan", "show", run["plan"].as_str().unwrap(), "--json"]);
    assert_eq!(plan["origin"], serde_json::json!({"type": "undo", "run": STOP}));
}

#[test]
fn an_old_run_that_was_cut_short_goes_on() {
    let desk = old();
    let tags = |desk: &Desk| desk.truth(&ResourceId::verbatim(TAGGED)).unwrap()["tags"].clone();
    assert_eq!(tags(&desk)["env"], "qa", "its last step was not begun");
    let resumed = lines(&desk.ok(&["runs", "resume", INTERRUPTED, "--json"])).pop().unwrap();
    assert_eq!((&resumed["event"], &resumed["done"], &resumed["skipped"]), (&"finished".into(), &4.into(), &0.into()), "{resumed}");
    assert_eq!((&tags(&desk)["env"], &tags(&desk)["owner"]), (&Value::Null, &"storefront@acme.example".into()));
}
