//! Rows of the store that were written by somebody else.

use serde_json::{Value, json};

use super::*;
use crate::support::VERSION_3;

/// What a forger would like to be read.
const LIE: &str = "perfectly harmless";

/// Makes a store say that it is of the version in which rows may have no checksum.
fn claim_older(db: &rusqlite::Connection) {
    db.execute_batch(VERSION_3).unwrap();
}

#[test]
fn decision_reasons_warnings_and_impact_are_never_read_back() {
    for field in ["decision", "reasons", "warnings", "impact", "all"] {
        let desk = Desk::demo();
        let shown = plan(&desk, STOP_DB);
        let id = id(&shown);
        edit_row(&desk, id, |record| {
            let doc = &mut record["doc"];
            if matches!(field, "decision" | "all") {
                doc["decision"] = json!("allow");
            }
            if matches!(field, "reasons" | "all") {
                doc["reasons"] = json!([LIE]);
            }
            if matches!(field, "warnings" | "all") {
                doc["warnings"] = json!([LIE]);
            }
            if matches!(field, "impact" | "all") {
                doc["steps"][0]["impact"] = json!(LIE);
            }
        });
        for args in [&["plan", "show", id][..], &["plan", "show", id, "--json"], &["plan", "list", "--json"]] {
            let ran = desk.run(args);
            assert!(!ran.out.contains(LIE) && !ran.err.contains(LIE), "{field} {args:?}: {}{}", ran.out, ran.err);
        }
        let now: Value = desk.json(&["plan", "show", id, "--json"]);
        assert_eq!((&now["decision"], &now["reasons"]), (&shown["decision"], &shown["reasons"]), "{field}");
        let ran = desk.run(&["plan", "run", id, "--json"]);
        assert_eq!(ran.code, 3, "{field}: it needs an approval: {} {}", ran.out, ran.err);
        assert!(!ran.out.contains(LIE) && runs_on(&desk, &shown), "{field}: {}", ran.out);
        // What policy lets be approved still can be; nothing of the forgery is left then.
        desk.ok(&["plan", "approve", id]);
        assert!(!row(&desk, id).to_string().contains(LIE), "{field}");
    }
}

#[test]
fn what_is_as_it_was_stored_is_shown_whole() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    assert!(!shown["warnings"].as_array().unwrap().is_empty() && shown["steps"][0]["impact"] != "");
    assert_eq!(desk.json(&["plan", "show", id(&shown), "--json"]), shown);
    desk.ok(&["plan", "approve", id(&shown)]);
    assert_eq!(desk.json(&["plan", "show", id(&shown), "--json"]), shown);
}

#[test]
fn a_plan_under_another_plans_id_does_not_run() {
    let desk = Desk::demo();
    let vms: Vec<Value> = desk.export().into_iter().filter(|r| r["kind"] == "vm" && r["state"] == "running").collect();
    let [first, second] = [0, 1].map(|n| plan(&desk, &format!("stop vm {}", vms[n]["name"].as_str().unwrap())));
    desk.ok(&["plan", "approve", id(&second)]);
    let approved = row(&desk, id(&second));
    // The whole record; the record with its id changed; the approval alone.
    let renamed = {
        let mut record = approved.clone();
        record["doc"]["id"] = first["id"].clone();
        record["approval"]["plan"] = first["id"].clone();
        record
    };
    let lent = {
        let mut record = row(&desk, id(&first));
        record["approval"] = approved["approval"].clone();
        record["status"] = json!("approved");
        record
    };
    let pending = row(&desk, id(&first));
    for record in [approved, renamed, lent] {
        put_row(&desk, id(&first), &record);
        for args in [&["plan", "run", id(&first), "--json"][..], &["plan", "run", id(&first), "--yes"]] {
            let ran = desk.run(args);
            assert_eq!(ran.code, 4, "{} {}", ran.out, ran.err);
        }
        assert_eq!(desk.run(&["plan", "show", id(&first)]).code, 4);
        put_row(&desk, id(&first), &pending);
    }
    assert!(runs_on(&desk, &first) && runs_on(&desk, &second));
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
}

#[test]
fn a_rejected_plan_stays_rejected_whatever_the_row_says() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let id = id(&shown);
    let pending = row(&desk, id);
    desk.ok(&["plan", "approve", id]);
    let approved = row(&desk, id);
    desk.ok(&["plan", "reject", id]);
    let rejected = row(&desk, id);
    let with = |status: &str, approval: &Value, seal: &Value| {
        let mut record = rejected.clone();
        (record["status"], record["approval"], record["seal"]) = (json!(status), approval.clone(), seal.clone());
        record
    };
    let tries = [
        // Set back by hand, with and without the approval of before, with and without a seal.
        with("pending", &Value::Null, &rejected["seal"]),
        with("pending", &Value::Null, &Value::Null),
        with("approved", &approved["approval"], &rejected["seal"]),
        with("approved", &approved["approval"], &Value::Null),
        // The rows of before, true in every letter when they were written.
        pending,
        approved,
    ];
    for record in &tries {
        put_row(&desk, id, record);
        for args in [&["plan", "run", id][..], &["plan", "run", id, "--yes"], &["plan", "approve", id], &["plan", "run", id, "--dry-run"]] {
            refused(&desk, args, 4, "rejected");
        }
    }
    assert!(runs_on(&desk, &shown));
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
}

#[test]
fn a_plan_that_was_run_is_not_run_again_whatever_the_row_says() {
    let desk = Desk::demo();
    let shown = plan(&desk, "Restart production database in GCP project-x");
    let id = id(&shown);
    desk.ok(&["plan", "approve", id]);
    let approved = row(&desk, id);
    desk.ok(&["plan", "run", id]);
    let started = row(&desk, id);
    let mut unlinked = started.clone();
    unlinked["run"] = Value::Null;
    unlinked["status"] = json!("approved");
    for record in [&approved, &unlinked, &started] {
        put_row(&desk, id, record);
        refused(&desk, &["plan", "run", id], 4, "was already run as run_");
        refused(&desk, &["plan", "run", id, "--yes"], 4, "was already run as run_");
    }
    assert_eq!(desk.json(&["runs", "--json"]).as_array().unwrap().len(), 1);
}

#[test]
fn a_status_that_was_written_by_hand_is_refused() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let id = id(&shown);
    let honest = row(&desk, id);
    let forged = json!({"plan": id, "digest": shown["digest"], "by": "root", "at": shown["created"]});
    for status in ["approved", "started", "rejected"] {
        edit_row(&desk, id, |record| {
            record["status"] = json!(status);
            record["approval"] = forged.clone();
        });
        let ran = desk.run(&["plan", "run", id, "--json"]);
        assert_eq!(ran.code, 4, "{status}: {} {}", ran.out, ran.err);
        put_row(&desk, id, &honest);
    }
    assert!(runs_on(&desk, &shown));
    refused(&desk, &["plan", "run", id], 3, "awaits approval");
}

/// Every path to a value that is no container.
fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| leaves(value, &format!("{path}/{key}"), into)),
        Value::Array(items) => items.iter().enumerate().for_each(|(at, value)| leaves(value, &format!("{path}/{at}"), into)),
        _ => into.push(path.to_owned()),
    }
}

#[test]
fn no_letter_of_an_approved_plan_can_be_changed_to_an_effect() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let plan_id = id(&shown);
    desk.ok(&["plan", "approve", plan_id]);
    let honest = row(&desk, plan_id);
    let mut paths = Vec::new();
    leaves(&honest, "", &mut paths);
    assert!(paths.len() > 40);
    for path in paths {
        let mut record = honest.clone();
        let leaf = record.pointer_mut(&path).unwrap();
        *leaf = match &leaf {
            Value::Null => json!("run_1"),
            Value::Bool(value) => json!(!value),
            Value::Number(number) => json!(number.as_u64().unwrap() + 1),
            Value::String(text) if path == "/status" => json!(if text == "approved" { "pending" } else { "approved" }),
            // A time or a word stays one, and says something else.
            Value::String(text) if text.parse::<Timestamp>().is_ok() => json!("2030-01-01T00:00:00Z"),
            Value::String(text) => json!(text.replacen(|c: char| c.is_ascii_alphanumeric(), "z", 1)),
            _ => unreachable!(),
        };
        put_row(&desk, plan_id, &record);
        let found = block_on(async { Escher::open(desk.config()).unwrap().plan(plan_id).await });
        // Unreadable, or refused, or nothing but what is never read back has changed.
        let Ok(found) = found else { continue };
        if found.altered().is_some() || found.unapproved().is_some() {
            continue;
        }
        let harmless = ["/doc/decision", "/doc/reasons", "/doc/warnings", "/seal/key", "/seal/remarks"];
        assert!(harmless.iter().any(|field| path.starts_with(field)) || path.ends_with("/impact"), "{path}");
        assert_eq!(json!(found.doc.reasons), shown["reasons"], "{path}");
    }
}

#[test]
fn an_approval_that_was_never_used_is_not_resumed_into_a_run() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let id = id(&shown);
    desk.ok(&["plan", "approve", id]);
    let sealed = row(&desk, id)["seal"].clone();
    let run = json!({
        "id": "run_01m8e9rb68b0djxkdsmyh1mbve", "plan": id, "goal": shown["goal"], "principal": shown["principal"],
        "started": shown["created"], "finished": null, "done": 0, "failed": 0, "skipped": 0,
    });
    let db = store(&desk);
    let insert = "INSERT INTO runs (id, started, record, sum) VALUES (?1, 0, ?2, NULL)";
    db.execute(insert, [run["id"].as_str().unwrap(), &run.to_string()]).unwrap();
    claim_older(&db);
    drop(db);
    // With its seal removed, left as it is, and set back to approved without one.
    for (status, seal) in [("started", Value::Null), ("started", sealed), ("approved", Value::Null)] {
        edit_row(&desk, id, |record| {
            (record["status"], record["run"], record["seal"]) = (json!(status), run["id"].clone(), seal.clone());
        });
        for args in
            [&["runs", "resume", run["id"].as_str().unwrap()][..], &["runs", "resume"], &["plan", "run", id], &["plan", "approve", id]]
        {
            let ran = desk.run(args);
            assert_eq!(ran.code, 4, "{status}, {args:?}: {}{}", ran.out, ran.err);
        }
        assert!(runs_on(&desk, &shown), "{status}: it was carried out");
    }
}

#[test]
fn a_target_that_was_written_into_the_estate_is_left_out() {
    let desk = Desk::demo();
    let prod = desk.export().into_iter().find(|r| r["kind"] == "vm" && r["state"] == "running" && r["env"] == "prod").unwrap();
    let (id, name) = (prod["id"].as_str().unwrap(), prod["name"].as_str().unwrap());
    // The machine is made to look like another one: its name is what the order names.
    let db = store(&desk);
    let text: String = db.query_row("SELECT resource FROM entries WHERE id = ?1", [id], |row| row.get(0)).unwrap();
    let mut resource: Value = serde_json::from_str(&text).unwrap();
    resource["name"] = json!("bait-1");
    // As careful a forger as there is: the checksum is gone, and the file claims to be of a version without any.
    db.execute("UPDATE entries SET resource = ?2, sum = NULL WHERE id = ?1", [id, &resource.to_string()]).unwrap();
    claim_older(&db);
    drop(db);
    let ran = desk.run(&["ask", "--yes", "--json", "stop vm bait-1"]);
    assert_eq!(ran.code, 2, "{name}: {} {}", ran.out, ran.err);
    assert!(ran.out.contains("does not match its hash"), "{}", ran.out);
    // A sync writes down what is there, and then it can be stopped under its own name.
    desk.ok(&["sync", "--quiet"]);
    assert_eq!(desk.run(&["ask", "--json", &format!("stop vm {name}")]).code, 3);
}
