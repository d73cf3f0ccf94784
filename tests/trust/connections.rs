//! Real clouds: no change at a time set by hand, and none through a connection other than the approved one.

use serde_json::json;

use super::*;
use crate::local_aws::{CREDENTIALS, Moto};

const ACCOUNT: &str = "123456789012";
const ORDER: &str = "stop vm web-1";

/// What stands in `connections.toml` for one connection.
fn connection(name: &str, endpoint: &str, more: &str) -> String {
    format!(
        "[[connections]]\nname = \"{name}\"\nkind = \"aws\"\nendpoint = \"{endpoint}\"\naccount = \"{ACCOUNT}\"\n{more}\n\
         [[connections.identities]]\ncloud = \"aws\"\naccount = \"{ACCOUNT}\"\nprincipal = \"arn:aws:iam::{ACCOUNT}:user/ada\"\nsimulated = false\n"
    )
}

fn connect(desk: &Desk, text: &str) {
    std::fs::write(desk.data().join("connections.toml"), text).unwrap();
}

/// A desk with one machine on AWS, behind an endpoint that nobody answers at.
fn real() -> Desk {
    let desk = Desk::empty();
    let vm = json!({"id": format!("arn:aws:ec2:us-east-1:{ACCOUNT}:instance/i-0a1"), "cloud": "aws", "account": ACCOUNT,
        "region": "us-east-1", "kind": "vm", "type": "ec2:instance", "name": "web-1", "state": "running",
        "created": "2026-01-31T08:00:00Z", "tags": {"env": "dev"}});
    let file = desk.file("estate.jsonl", &vm.to_string());
    desk.ok(&["import", file.to_str().unwrap()]);
    connect(&desk, &connection("aws-main", "http://127.0.0.1:9", ""));
    desk
}

fn asked(desk: &Desk, args: &[&str]) -> Value {
    let ran = desk.aws(&[&["ask", "--json"], args].concat());
    assert_eq!(ran.code, 3, "{} {}", ran.out, ran.err);
    serde_json::from_str::<Value>(&ran.out).unwrap()["plan"].clone()
}

/// What is refused is so before anything is asked of the cloud.
fn aws_refused(desk: &Desk, args: &[&str], code: i32, words: &str) {
    let ran = desk.aws(args);
    assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
}

#[test]
fn at_a_time_set_by_hand_no_real_cloud_is_changed() {
    let desk = real();
    let pending = asked(&desk, &[ORDER]);
    let approved = asked(&desk, &[ORDER]);
    desk.ok(&["plan", "approve", id(&approved)]);
    for now in ["2020-01-01", "2026-11-20T00:00:00Z", "2100-01-01"] {
        for args in [
            &["ask", ORDER][..],
            &["ask", "--yes", ORDER],
            &["plan", "run", id(&pending)],
            &["plan", "run", id(&pending), "--yes"],
            &["plan", "run", id(&pending), "--dry-run"],
            &["plan", "run", id(&approved)],
            &["plan", "approve", id(&pending)],
        ] {
            aws_refused(&desk, &[args, &["--now", now]].concat(), 2, "set by hand");
        }
    }
    // An age by which nothing was chosen today would choose it then.
    assert_eq!(desk.aws(&["ask", "--json", "stop dev vms older than 1000 days"]).code, 2);
    aws_refused(&desk, &["ask", "--yes", "stop dev vms older than 1000 days", "--now", "2100-01-01"], 2, "set by hand");
    // Nothing was planned either, and reading goes on.
    assert_eq!(desk.json(&["plan", "list", "--json"]).as_array().unwrap().len(), 2);
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
    assert_eq!(desk.json(&["search", "--json", "web-1", "--now", "2020-01-01"])["total"], 1);
    desk.ok(&["plan", "show", id(&pending), "--now", "2020-01-01"]);
    desk.ok(&["plan", "reject", id(&pending), "--now", "2020-01-01"]);
}

#[test]
fn a_connection_that_leads_elsewhere_than_approved_is_refused() {
    let desk = real();
    let shown = asked(&desk, &[ORDER]);
    desk.ok(&["plan", "approve", id(&shown)]);
    let (honest, other) = ("http://127.0.0.1:9", "http://127.0.0.1:10");
    let without_endpoint = connection("aws-main", honest, "").replace(&format!("endpoint = \"{honest}\"\n"), "");
    let swaps = [
        (
            connection("aws-main", other, ""),
            "endpoint of the connection `aws-main` changed from `http://127.0.0.1:9` to `http://127.0.0.1:10`",
        ),
        (without_endpoint, "to the default"),
        (connection("aws-main", honest, "profile = \"root\""), "profile of the connection `aws-main` changed"),
        (connection("aws-other", honest, ""), "`aws-main` is gone"),
        // A second one that is asked first.
        (connection("aws-first", other, "") + &connection("aws-main", honest, ""), "`aws-first` now covers"),
        (connection("aws-main", honest, "") + &connection("aws-last", other, ""), "`aws-last` now covers"),
        (String::new(), "`aws-main` is gone"),
    ];
    for (text, words) in &swaps {
        connect(&desk, text);
        aws_refused(&desk, &["plan", "run", id(&shown)], 4, words);
        aws_refused(&desk, &["plan", "run", id(&shown), "--yes"], 4, words);
    }
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
    // As it was approved it is tried: nobody answers there.
    connect(&desk, &connection("aws-main", honest, ""));
    let ran = desk.aws(&["plan", "run", id(&shown)]);
    assert!(ran.code == 1 && !ran.err.contains("since the plan was approved"), "{}", ran.err);
    // Approved again it is for the connection as it is then.
    connect(&desk, &connection("aws-main", other, ""));
    desk.ok(&["plan", "approve", id(&shown)]);
    let ran = desk.aws(&["plan", "run", id(&shown)]);
    assert!(ran.code == 1 && !ran.err.contains("since the plan was approved"), "{}", ran.err);
}

#[test]
fn a_simulated_connection_that_simulates_something_else_is_refused() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    desk.ok(&["plan", "approve", id(&shown)]);
    let path = desk.data().join("connections.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("sim-gcp", "sim-other")).unwrap();
    refused(&desk, &["plan", "run", id(&shown)], 4, "since the plan was approved");
    std::fs::write(&path, text).unwrap();
    desk.ok(&["plan", "run", id(&shown)]);
}

#[test]
fn on_a_local_aws_a_run_goes_by_the_systems_clock_alone() {
    let moto = Moto::start();
    moto.boto3(&["fleet", "2", "us-east-1"]);
    let states = || moto.boto3(&["states", "us-east-1"]);
    let desk = Desk::empty();
    desk.aws_ok(&["connect", "aws", "--endpoint", &moto.endpoint(), "--region", "us-east-1", "--json"]);
    // What is seen of a real cloud is seen now, whatever time was set.
    let synced = desk.aws(&["sync", "--now", "2020-01-01"]);
    assert!(synced.code == 0 && synced.err.contains("--now"), "{}", synced.err);
    let db = store(&desk);
    let seen: i64 = db.query_row("SELECT min(first_seen) FROM seen", [], |row| row.get(0)).unwrap();
    assert!(i128::from(seen) > (Timestamp::now() - SignedDuration::from_hours(1)).as_nanosecond());
    drop(db);

    let order = "stop all vms tagged fleet=kill";
    let before = states();
    let old = at_with_aws(&desk, order);
    // Expired, and no time set by hand says otherwise.
    aws_refused(&desk, &["plan", "run", &old], 4, "expired");
    let week_ago = (Timestamp::now() - SignedDuration::from_hours(24 * 7)).to_string();
    for args in [&["plan", "run", &old][..], &["plan", "run", &old, "--yes"], &["plan", "approve", &old], &["ask", "--yes", order]] {
        for now in [week_ago.as_str(), "2028-01-01"] {
            aws_refused(&desk, &[args, &["--now", now]].concat(), 2, "set by hand");
        }
    }
    assert_eq!(states(), before);

    let done: Value = serde_json::from_str(&desk.aws_ok(&["ask", "--yes", "--json", order])).unwrap();
    assert_eq!(done["run"]["done"], 2);
    let run = done["run"]["run"].as_str().unwrap();
    let after = states();
    for args in [&["runs", "undo", run][..], &["runs", "undo", run, "--yes"], &["runs", "resume", run]] {
        aws_refused(&desk, &[args, &["--now", &week_ago]].concat(), 2, "set by hand");
    }
    assert_eq!(states(), after);
    let shown = desk.json(&["runs", "show", run, "--json", "--now", "2028-01-01"]);
    for line in shown["journal"].as_array().unwrap() {
        let at: Timestamp = line["at"].as_str().unwrap().parse().unwrap();
        assert!(Timestamp::now().duration_since(at) < SignedDuration::from_mins(10), "{line}");
    }
    desk.aws_ok(&["runs", "undo", run, "--yes"]);
}

/// A plan that was made and approved two hours ago, in a process that has the credentials; its id.
fn at_with_aws(desk: &Desk, order: &str) -> String {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "trust::connections::planner", "--ignored", "--nocapture"])
        .envs(CREDENTIALS)
        .envs([("PLANNER_DATA", desk.data()), ("PLANNER_KEYS", desk.keys()), ("PLANNER_ORDER", order.into())])
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().find(|word| word.starts_with("pl_")).unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Not a test of its own: plans and approves by a system clock of two hours ago.
#[test]
#[ignore = "run by the test above in a process of its own"]
fn planner() {
    let var = |name: &str| std::env::var(name).unwrap();
    let config = escher::Config { key_dir: Some(var("PLANNER_KEYS").into()), ..escher::Config::new(var("PLANNER_DATA")) };
    block_on(async {
        let escher = Escher::open(config.with_wall(TWO_HOURS_AGO)).unwrap();
        let escher::Reply::Plan(plan) = escher.ask(&var("PLANNER_ORDER")).await.unwrap().reply else { panic!("no plan") };
        escher.approve(&plan.id).await.unwrap();
        println!("\n{}\n", plan.id);
    });
}
