//! Time, plans and approvals under attack: from the command line, from the clock, and from whoever writes the files.

mod clock;
mod connections;
mod keys;
mod rows;

use escher::Escher;
use escher::core::WallClock;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::support::{Desk, block_on};

/// The system clock, set back.
pub(crate) const TWO_HOURS_AGO: WallClock = WallClock::new(|| Timestamp::now() - SignedDuration::from_hours(2));

/// Orders that each plan a stop, with their one target.
const STOP_DB: &str = "Stop production database in GCP project-x";

/// A plan of an order that awaits approval, as it was shown.
fn plan(desk: &Desk, order: &str) -> Value {
    let ran = desk.run(&["ask", "--json", order]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    let asked: Value = serde_json::from_str(&ran.out).unwrap();
    asked["plan"].clone()
}

fn id(plan: &Value) -> &str {
    plan["id"].as_str().unwrap()
}

/// Whether the plan's first target still runs in the simulated cloud itself.
fn runs_on(desk: &Desk, plan: &Value) -> bool {
    let target = escher::core::ResourceId::verbatim(plan["steps"][0]["target"]["id"].as_str().unwrap());
    desk.truth(&target).unwrap()["state"] == "running"
}

fn store(desk: &Desk) -> rusqlite::Connection {
    rusqlite::Connection::open(desk.data().join("store.db")).unwrap()
}

/// The stored record of a plan.
fn row(desk: &Desk, id: &str) -> Value {
    let text: String = store(desk).query_row("SELECT record FROM plans WHERE id = ?1", [id], |row| row.get(0)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Puts a record under an id, as somebody with an editor would.
fn put_row(desk: &Desk, id: &str, record: &Value) {
    let sql = "INSERT INTO plans (id, created, record) VALUES (?1, 0, ?2) ON CONFLICT (id) DO UPDATE SET record = ?2";
    store(desk).execute(sql, [id, &record.to_string()]).unwrap();
}

fn edit_row(desk: &Desk, id: &str, edit: impl FnOnce(&mut Value)) {
    let mut record = row(desk, id);
    edit(&mut record);
    put_row(desk, id, &record);
}

/// Runs a command that is refused with this exit code and these words, and changes nothing.
fn refused(desk: &Desk, args: &[&str], code: i32, words: &str) {
    let ran = desk.run(args);
    assert_eq!(ran.code, code, "{args:?}\n{}\n{}", ran.out, ran.err);
    assert!(ran.err.contains(words), "{args:?}: {}", ran.err);
}

/// Does something with the library at another system clock.
fn at<T>(desk: &Desk, wall: WallClock, work: impl AsyncFnOnce(&Escher) -> T) -> T {
    block_on(async {
        let escher = Escher::open(desk.config().with_wall(wall)).unwrap();
        work(&escher).await
    })
}
