//! Keys: another's, lost, replaced, from before there were any.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use escher::core::{JournalEntry, JournalStore, Result, RunId};
use escher::{Error, ErrorKind, Overrides, RunOptions};
use serde_json::json;

use super::*;
use crate::support::copy;

/// The one folder of keys of a desk.
fn folder(desk: &Desk) -> std::path::PathBuf {
    let mut folders = std::fs::read_dir(desk.keys()).unwrap();
    let folder = folders.next().unwrap().unwrap().path();
    assert!(folders.next().is_none());
    folder
}

#[test]
fn what_was_approved_elsewhere_is_not_approved_here() {
    let there = Desk::demo();
    let shown = plan(&there, STOP_DB);
    let id = id(&shown);
    there.ok(&["plan", "approve", id]);
    let record = row(&there, id);

    // The row alone, in a directory that has no key yet and in one that has.
    for other in [None, Some("stop vm nothing-like-it"), Some(STOP_DB)] {
        let here = Desk::demo();
        other.map(|order| here.run(&["ask", order]));
        put_row(&here, id, &record);
        refused(&here, &["plan", "run", id], 4, "another key");
        refused(&here, &["plan", "run", id, "--yes"], 4, "another key");
        assert!(runs_on(&here, &shown));
        assert!(here.ok(&["plan", "show", id]).contains("pending"), "its status is not believed either");
    }

    // The directory as a whole, at another place.
    let here = Desk::demo();
    copy(&there.data(), &here.data());
    copy(&there.keys(), &here.keys());
    refused(&here, &["plan", "run", id], 4, "another key");
    assert!(runs_on(&here, &shown));

    // Where it was approved it runs.
    there.ok(&["plan", "run", id]);
    assert!(!runs_on(&there, &shown));
}

#[test]
fn a_key_that_is_lost_or_replaced_means_approving_again() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let id = id(&shown);
    desk.ok(&["plan", "approve", id]);
    let kept = folder(&desk).join("key");
    let key = std::fs::read(&kept).unwrap();

    std::fs::remove_dir_all(desk.keys()).unwrap();
    refused(&desk, &["plan", "run", id], 4, "approve");
    // Another key in its place.
    plan(&desk, STOP_DB);
    refused(&desk, &["plan", "run", id], 4, "another key");
    let doctor = desk.run(&["doctor"]);
    assert!(doctor.out.contains("without a valid signature") && doctor.out.contains(id), "{}", doctor.out);
    // The old one again.
    std::fs::write(&kept, &key).unwrap();
    desk.ok(&["plan", "run", id, "--dry-run"]);
    // And a third for good: approved again it runs.
    std::fs::remove_file(&kept).unwrap();
    refused(&desk, &["plan", "run", id, "--yes"], 4, "must be approved again");
    assert!(runs_on(&desk, &shown));
    desk.ok(&["plan", "approve", id]);
    desk.ok(&["plan", "run", id]);
    assert!(!runs_on(&desk, &shown));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_signs_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let key = folder(&desk).join("key");
    assert_eq!(key.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    let ran = desk.run(&["plan", "approve", id(&shown)]);
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains("other users") && ran.err.contains("600"), "{}", ran.err);
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    desk.ok(&["plan", "approve", id(&shown)]);
}

/// The layout of the store before approvals were signed.
const STORE_1: &str = include_str!("store_1.sql");

/// Writes the store anew as the version before would have left it, with these plans.
fn as_version_1(desk: &Desk, records: &[Value]) {
    let path = desk.data().join("store.db");
    drop(Escher::open(desk.config()).unwrap());
    let old = desk.data().join("before.db");
    let db = rusqlite::Connection::open(&old).unwrap();
    db.execute_batch(STORE_1).unwrap();
    db.execute("ATTACH ?1 AS now", [path.to_str().unwrap()]).unwrap();
    db.execute_batch(
        "INSERT INTO entries SELECT entry, id, cloud, account, resource ->> 'kind', lower(resource ->> 'name'), lower(resource ->> 'region'),
             resource ->> 'state', NULL, hash, resource FROM now.entries;
         INSERT INTO seen SELECT entry, first_seen, last_seen, missed, revision FROM now.seen;
         UPDATE meta SET value = (SELECT value FROM now.meta m WHERE m.key = meta.key);
         DETACH now;",
    )
    .unwrap();
    for record in records {
        db.execute("INSERT INTO plans VALUES (?1, 0, ?2)", [record["doc"]["id"].as_str().unwrap(), &record.to_string()]).unwrap();
    }
    drop(db);
    for end in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(desk.data().join(format!("store.db{end}")));
    }
    std::fs::rename(old, path).unwrap();
    let _ = std::fs::remove_dir_all(desk.keys());
}

#[test]
fn a_data_directory_of_the_version_before_opens_and_its_approvals_are_given_again() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let resources = desk.export().len();
    let vm = desk.export().into_iter().find(|r| r["kind"] == "vm" && r["state"] == "running").unwrap();
    let waiting = plan(&desk, &format!("stop vm {}", vm["name"].as_str().unwrap()));
    // A record of that version: no seal, and an approval without a signature.
    let record = |plan: &Value, status: &str| {
        let approval = json!({"plan": plan["id"], "digest": plan["digest"], "by": "ada", "at": plan["created"]});
        json!({"doc": plan, "status": status, "approval": if status == "approved" { approval } else { Value::Null }, "run": null})
    };
    as_version_1(&desk, &[record(&shown, "approved"), record(&waiting, "pending")]);

    assert_eq!(desk.export().len(), resources);
    refused(&desk, &["plan", "run", id(&shown)], 4, "did not sign approvals");
    assert!(desk.ok(&["plan", "show", id(&shown)]).contains("pending"));
    refused(&desk, &["plan", "run", id(&waiting)], 3, "awaits approval");
    assert!(runs_on(&desk, &shown) && runs_on(&desk, &waiting));
    for plan in [&shown, &waiting] {
        desk.ok(&["plan", "approve", id(plan)]);
        desk.ok(&["plan", "run", id(plan)]);
        assert!(!runs_on(&desk, plan));
    }
}

/// A journal that takes only so many lines.
struct Short(Arc<dyn JournalStore>, AtomicUsize);

#[async_trait]
impl JournalStore for Short {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        if self.1.fetch_sub(1, Ordering::SeqCst) == 0 {
            self.1.store(0, Ordering::SeqCst);
            return Err(Error::new(ErrorKind::Storage, "no room"));
        }
        self.0.append(entry).await
    }

    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        self.0.read(run).await
    }
}

#[test]
fn a_run_whose_key_was_lost_goes_on_once_it_is_approved_again() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    let id = id(&shown);
    desk.ok(&["plan", "approve", id]);
    let broken = block_on(async {
        let short = |store| Arc::new(Short(store, AtomicUsize::new(2))) as Arc<dyn JournalStore>;
        Escher::open_with(desk.config(), Overrides::default().journal(short)).unwrap().run_plan(id, RunOptions::default()).await
    });
    assert!(broken.is_err());
    let run = desk.json(&["runs", "--json"])[0]["id"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(desk.keys()).unwrap();
    refused(&desk, &["runs", "resume", &run], 4, "must be approved again");
    refused(&desk, &["plan", "run", id, "--yes"], 4, "was already run as");
    desk.ok(&["plan", "approve", id]);
    desk.ok(&["runs", "resume", &run]);
    assert!(!runs_on(&desk, &shown));
    refused(&desk, &["plan", "approve", id], 4, "was already run as");
}
