//! What is too long to describe a resource is not held in memory. It is told, and what is around it is read.

use std::path::Path;

use serde_json::{Value, json};

use crate::flips::{Ended, run_all};
use crate::support::Desk;

/// Bytes of what is too long, and kilobytes that an import of it may take.
const LONG: usize = 96 * 1024 * 1024;
const MEMORY: u64 = 200 * 1024;

fn resource(n: usize) -> String {
    json!({"id": format!("vol-{n}"), "cloud": "aws", "kind": "disk", "name": "data"}).to_string()
}

fn import(desk: &Desk, file: &Path) -> (Ended, Value) {
    let args = ["import", "--json", file.to_str().unwrap()].map(str::to_owned).to_vec();
    let ended = run_all(desk, &[args]).remove(0);
    let told = serde_json::from_str(&ended.out).unwrap_or_default();
    (ended, told)
}

/// Imports a file that holds one thing that is too long and two resources.
fn costs_itself_only(text: &str, line: usize) {
    let desk = Desk::empty();
    let (ended, told) = import(&desk, &desk.file("resources", text));
    let start: String = text.chars().take(80).collect();
    assert_eq!((ended.code, &told["read"], &told["bad_count"]), (1, &2.into(), &1.into()), "{start}: {told} {}", ended.err);
    assert_eq!(told["bad"][0]["line"], line, "{start}: {told}");
    let reason = told["bad"][0]["reason"].as_str().unwrap();
    assert!(["95 MB", "96 MB", "97 MB"].iter().any(|length| reason.contains(length)), "{start}: {reason}");
    assert!(reason.contains("16 MB") || reason.contains("64 MB"), "{start}: {reason}");
    assert!(!ended.hung && ended.kilobytes < MEMORY, "{start}: {} kB", ended.kilobytes);
    assert_eq!(desk.export().len(), 2, "{start}");
}

#[test]
fn a_line_without_end_costs_itself_only() {
    let (one, two, long) = (resource(1), resource(2), "x".repeat(LONG));
    costs_itself_only(&format!("{one}\n{{\"id\":\"{long}\"}}\n{two}\n"), 2);
    costs_itself_only(&format!("{{\"cloud\":\"aws\",\"id\":\"{long}\"}}\n{one}\n{two}\n"), 1);
}

#[test]
fn an_item_without_end_costs_itself_only() {
    let (one, two) = (resource(1), resource(2));
    let items = format!("{{\"a\":[1,\"{}\"]}},\n", "b".repeat(1_000)).repeat(LONG / 1_014);
    costs_itself_only(&format!("[\n{one},\n{{\"id\":\"{}\"}},\n{two}]", "x".repeat(LONG)), 3);
    costs_itself_only(&format!("{{\"data\":[{one},\n{{\"tags\":[{items}1]}},{two}]}}"), 2);
    costs_itself_only(&format!("{{\"note\":\n\"{}\",\"data\":[{one},{two}]}}", "x".repeat(LONG)), 1);
}

#[test]
fn a_row_without_end_costs_itself_only() {
    let long = "x".repeat(LONG);
    let row = |n: usize| format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{n}");
    costs_itself_only(&format!("arn,note\n{},a\n{},{long}\n{},b\n", row(1), row(2), row(3)), 3);
    costs_itself_only(&format!("arn,note\n{},a\n{},\"\n{long}\"\n{},b\n", row(1), row(2), row(3)), 3);
}

#[test]
fn a_quotation_mark_that_is_never_closed_is_told() {
    let row = |n: usize| format!("arn:aws:ec2:eu-west-1:111122223333:volume/vol-{n}");
    let desk = Desk::empty();
    let text = format!("arn,note\n{},a\n{},\"open\n{}", row(1), row(2), format!("{},b\n", row(3)).repeat(400_000));
    let (ended, told) = import(&desk, &desk.file("resources", &text));
    assert_eq!((ended.code, &told["read"], &told["bad"][0]["line"]), (1, &1.into(), &3.into()), "{told}");
    assert!(told["bad"][0]["reason"].as_str().unwrap().contains("never closed"), "{told}");
}

#[test]
fn messages_stay_short_whatever_they_are_about() {
    let desk = Desk::empty();
    let columns: Vec<String> = (0..5_000).map(|n| format!("column{n}")).chain(["y".repeat(10_000)]).collect();
    let wide = format!("{}\n1{}\n", columns.join(","), ",".repeat(columns.len() - 1));
    let ran = desk.run(&["import", desk.file("wide.csv", &wide).to_str().unwrap()]);
    assert!(ran.code == 2 && ran.err.contains("column7") && ran.err.contains("more") && ran.err.len() < 2_000, "{}", ran.err);
    let name = "z".repeat(50_000);
    let text = format!("{}\n{}\n", json!({"ResourceARN": name}), resource(1));
    let (ended, told) = import(&desk, &desk.file("long.jsonl", &text));
    assert_eq!((ended.code, &told["bad_count"]), (1, &1.into()));
    assert!(ended.out.len() < 3_000 && ended.err.len() < 3_000, "{} {}", ended.out.len(), ended.err.len());
}
