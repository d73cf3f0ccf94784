//! `escher changes`: what appeared, changed, or was removed; and what one source learned, no other erases.

use std::collections::BTreeSet;

use escher::core::{Measure, Measured, Measurement, ResourceId, State};
use escher::{Escher, SyncOptions};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::support::{Desk, block_on, sorted};

const LINES: &str = r#"{"id":"arn:aws:ec2:us-east-1:111122223333:instance/i-0a1","cloud":"aws","type":"ec2:instance","name":"imported-1","state":"running","tags":{"env":"dev"}}
{"id":"arn:aws:ec2:us-east-1:111122223333:instance/i-0a2","cloud":"aws","type":"ec2:instance","name":"imported-2","tags":{"env":"prod"}}
"#;

fn changes(desk: &Desk, args: &[&str]) -> Vec<Value> {
    desk.json(&[&["changes", "--json"], args].concat())["changes"].as_array().unwrap().clone()
}

fn names(changes: &[Value]) -> Vec<String> {
    sorted(changes, "name")
}

/// A running machine of the simulated estate.
fn running(desk: &Desk, n: usize) -> (ResourceId, String) {
    let vms: Vec<Value> =
        desk.export().into_iter().filter(|r| r["cloud"] == "gcp" && r["kind"] == "vm" && r["state"] == "running").collect();
    (ResourceId::verbatim(vms[n]["id"].as_str().unwrap()), vms[n]["name"].as_str().unwrap().to_owned())
}

#[test]
fn an_import_a_sync_and_a_run_are_told_with_what_they_did_and_by_which_run() {
    let desk = Desk::demo();
    let loaded = desk.export().len();
    let appeared = changes(&desk, &[]);
    assert_eq!(appeared.len(), loaded);
    assert!(appeared.iter().all(|it| it["change"] == "appeared" && it["fields"] == json!([]) && it["run"].is_null()));
    let before = Timestamp::now().to_string();

    let file = desk.file("lines.jsonl", LINES);
    desk.ok(&["import", file.to_str().unwrap()]);
    let ((gone, gone_name), (altered, altered_name), (_, stopped_name)) = (running(&desk, 0), running(&desk, 1), running(&desk, 2));
    let sim = Escher::open(desk.config()).unwrap().simulation().unwrap().unwrap();
    sim.remove(&gone).unwrap();
    sim.mutate(&altered, |it| {
        it.tags.get_or_insert_default().insert("owner".into(), "grace".into());
        it.state = Some(State::Suspended);
    })
    .unwrap();
    drop(sim);
    desk.ok(&["sync"]);
    let ran = desk.run(&["ask", "--yes", "--json", &format!("stop vm {stopped_name}")]);
    let asked: Value = serde_json::from_str(&ran.out).unwrap_or_else(|e| panic!("{e}: {} {}", ran.out, ran.err));
    let run = asked["run"]["run"].as_str().unwrap();

    assert_eq!(changes(&desk, &["--now", "2020-01-01T00:00:00Z"]), [] as [Value; 0], "seen from then, nothing has happened yet");
    let list = changes(&desk, &["--since", &before]);
    // The disk of the machine that is gone is attached to nothing any more.
    let expected = ["imported-1", "imported-2", &gone_name, &altered_name, &stopped_name, &format!("{gone_name}-disk")];
    assert_eq!(BTreeSet::from_iter(names(&list)), expected.iter().map(|name| (*name).to_owned()).collect(), "{list:?}");
    let of = |name: &str| list.iter().find(|it| it["name"] == name).unwrap_or_else(|| panic!("{name}: {list:?}"));
    for name in ["imported-1", "imported-2"] {
        assert_eq!((&of(name)["change"], &of(name)["run"]), (&"appeared".into(), &Value::Null));
    }
    assert_eq!((&of(&gone_name)["change"], &of(&gone_name)["id"]), (&"removed".into(), &gone.as_str().into()));
    let fields = of(&altered_name)["fields"].as_array().unwrap();
    assert_eq!(sorted(fields, "field"), ["state", "tag.owner"], "{fields:?}");
    assert_eq!(fields[0], json!({"field": "state", "from": "running", "to": "suspended"}));
    assert_eq!((&of(&altered_name)["run"], &of(&stopped_name)["run"]), (&Value::Null, &run.into()));
    assert_eq!(of(&stopped_name)["fields"][0], json!({"field": "state", "from": "running", "to": "stopped"}));
    let times: Vec<&str> = list.iter().map(|it| it["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted_by_key(|at| std::cmp::Reverse(at.parse::<Timestamp>().unwrap())), "newest first: {times:?}");

    // A selector is asked about what is there, and about what is gone as it was.
    assert_eq!(names(&changes(&desk, &["--since", &before, "--where", "name ~ imported AND env = prod"])), ["imported-2"]);
    assert_eq!(names(&changes(&desk, &["--since", &before, "--where", &format!("name = {gone_name}")])), [gone_name.as_str()]);
    assert!(changes(&desk, &["--since", "0d"]).is_empty());

    let shown = desk.ok(&["changes", "--since", &before]);
    for word in ["imported-1", "state: running → stopped", run, "removed"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(desk.ok(&["changes", "--since", "0d"]).starts_with("Nothing appeared"));
}

#[test]
fn a_time_or_selector_that_cannot_be_read_is_bad_input() {
    let desk = Desk::empty();
    for args in [&["changes", "--since", "5"][..], &["changes", "--since", "soon"], &["changes", "--where", "state ="]] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 2, "{args:?}: {}", ran.err);
    }
}

#[test]
fn a_sync_after_a_cost_and_a_metrics_job_keeps_both() {
    let desk = Desk::demo();
    let (id, name) = running(&desk, 0);
    let at = Timestamp::now();
    let measure = |value| Measure { value, at, window: Some(SignedDuration::from_hours(24)) };
    let of = |measured| vec![Measurement { id: id.clone(), measured }];
    block_on(async {
        let escher = Escher::open(desk.config()).unwrap();
        let metrics = Measured { metrics: [("cpu_avg".to_owned(), measure(99.5))].into(), cost_month: None };
        assert_eq!(escher.measured(of(metrics)).await.unwrap(), 1);
        let cost = Measured { cost_month: Some(measure(12345.0)), ..Measured::default() };
        assert_eq!(escher.measured(of(cost)).await.unwrap(), 1);
        let synced = escher.sync(SyncOptions::default()).await.unwrap();
        assert_eq!((synced.added, synced.changed, synced.refreshed), (0, 0, 0));
    });
    let export = desk.export();
    let it = export.iter().find(|it| it["id"] == id.as_str()).unwrap();
    assert_eq!((&it["metrics"]["cpu_avg"], &it["cost_month"]), (&json!(99.5), &json!(12345.0)));
    let found = desk.json(&["search", "", "--where", "cost > $12000 AND cpu > 99", "--json"]);
    assert_eq!(sorted(found["hits"].as_array().unwrap(), "name"), [name]);
}
