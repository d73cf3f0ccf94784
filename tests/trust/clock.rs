//! Time is not a parameter of a change: neither `--now` nor a clock that went back decides anything.

use escher::RunOptions;

use super::*;

/// The system clock, two hours on and a minute back.
const IN_TWO_HOURS: WallClock = WallClock::new(|| Timestamp::now() + SignedDuration::from_hours(2));
const A_MINUTE_AGO: WallClock = WallClock::new(|| Timestamp::now() - SignedDuration::from_secs(60));

fn is_recent(time: &Value) -> bool {
    let time: Timestamp = time.as_str().unwrap_or_else(|| panic!("{time}")).parse().unwrap();
    Timestamp::now().duration_since(time).abs() < SignedDuration::from_mins(10)
}

#[test]
fn a_time_set_by_hand_reaches_no_plan_no_approval_and_no_line() {
    for now in ["2000-01-01", "2100-01-01"] {
        let desk = Desk::demo();
        let document = desk.json(&["ask", "--yes", "--json", "--now", now, STOP_DB]);
        let plan = document["plan"]["id"].as_str().unwrap();
        let record = row(&desk, plan);
        for (what, time) in [("created", &record["doc"]["created"]), ("approved", &record["approval"]["at"])] {
            assert!(is_recent(time), "{now}: {what} {time}");
        }
        let shown = desk.json(&["runs", "show", document["run"]["run"].as_str().unwrap(), "--json", "--now", now]);
        for time in [&shown["run"]["started"], &shown["run"]["finished"]] {
            assert!(is_recent(time), "{now}: {time}");
        }
        assert!(shown["journal"].as_array().unwrap().iter().all(|line| is_recent(&line["at"])), "{now}: {shown}");
    }
}

#[test]
fn a_time_set_by_hand_still_shifts_what_is_read() {
    let desk = Desk::demo();
    let old = |now: &str| desk.json(&["search", "--json", "", "--where", "age > 3650d", "--now", now])["total"].as_u64().unwrap();
    assert_eq!(old("2001-01-01"), 0);
    assert!(old("2100-01-01") > 100);
}

#[test]
fn what_has_expired_is_not_revived_by_a_time_set_by_hand() {
    let desk = Desk::demo();
    let old = at(&desk, TWO_HOURS_AGO, async |escher| {
        let escher::Reply::Plan(plan) = escher.ask(STOP_DB).await.unwrap().reply else { panic!("no plan") };
        escher.approve(&plan.id).await.unwrap();
        serde_json::to_value(plan).unwrap()
    });
    let then = old["created"].as_str().unwrap();
    for args in [&["plan", "run", id(&old), "--now", then][..], &["plan", "approve", id(&old), "--now", then]] {
        refused(&desk, args, 4, "expired");
    }
    assert!(runs_on(&desk, &old));
}

#[test]
fn what_has_expired_is_not_revived_by_setting_the_clock_back() {
    let desk = Desk::demo();
    let plans: Vec<Value> = (0..2).map(|_| plan(&desk, STOP_DB)).collect();
    desk.ok(&["plan", "approve", id(&plans[0])]);
    // Two hours later it is too late, whether or not anybody gets far enough to be told.
    at(&desk, IN_TWO_HOURS, async |escher| {
        assert!(escher.run_plan(id(&plans[0]), RunOptions::default()).await.unwrap_err().message().contains("expired"));
    });
    for args in [
        &["plan", "run", id(&plans[0])][..],
        &["plan", "run", id(&plans[1]), "--yes"],
        &["plan", "approve", id(&plans[1])],
        &["ask", "--yes", STOP_DB],
    ] {
        refused(&desk, args, 4, "the system clock says");
    }
    assert!(runs_on(&desk, &plans[0]));
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
    // Reading goes on, with a remark; doctor tells.
    let ran = desk.run(&["search", "prod", "--limit", "1"]);
    assert!(ran.code == 0 && ran.err.contains("the system clock says"), "{}", ran.err);
    let doctor = desk.run(&["doctor"]);
    assert!(doctor.code == 1 && doctor.out.contains("the system clock says"), "{}", doctor.out);
}

#[test]
fn the_journal_and_the_newest_plan_remember_the_time_as_well() {
    let changed = |desk: &Desk| {
        at(desk, IN_TWO_HOURS, async |escher| {
            let escher::Reply::Plan(plan) = escher.ask("Restart production database in GCP project-x").await.unwrap().reply else {
                panic!("no plan")
            };
            escher.approve(&plan.id).await.unwrap();
            assert_eq!(escher.run_plan(&plan.id, RunOptions::default()).await.unwrap().done, 1);
        });
    };
    for what in ["the journal's last line", "the newest plan"] {
        let desk = Desk::demo();
        let shown = plan(&desk, STOP_DB);
        desk.ok(&["plan", "approve", id(&shown)]);
        changed(&desk);
        // The mark beside the key is gone, and in the second round the journal too.
        let folder = std::fs::read_dir(desk.keys()).unwrap().next().unwrap().unwrap().path();
        std::fs::remove_file(folder.join("clock")).unwrap();
        if what == "the newest plan" {
            let escher = Escher::open(desk.config()).unwrap();
            drop(escher);
            for end in ["", "-wal", "-shm"] {
                let _ = std::fs::remove_file(desk.data().join(format!("journal.db{end}")));
            }
        }
        let ran = desk.run(&["plan", "run", id(&shown)]);
        assert!(ran.code != 0 && runs_on(&desk, &shown), "{what}: {}", ran.err);
        if what == "the journal's last line" {
            assert!(ran.err.contains(what), "{}", ran.err);
        }
    }
}

#[test]
fn a_run_that_was_begun_is_not_carried_on_by_a_clock_that_went_back() {
    let desk = Desk::demo();
    let run = at(&desk, IN_TWO_HOURS, async |escher| {
        let escher::Reply::Plan(plan) = escher.ask(STOP_DB).await.unwrap().reply else { panic!("no plan") };
        escher.approve(&plan.id).await.unwrap();
        let options = RunOptions::default();
        options.cancel.cancel();
        let finished = escher.run_plan(&plan.id, options).await.unwrap();
        assert_eq!(finished.open, 1);
        finished.run
    });
    refused(&desk, &["runs", "resume", &run], 4, "the system clock says");
    at(&desk, IN_TWO_HOURS, async |escher| assert_eq!(escher.resume(&run, RunOptions::default()).await.unwrap().done, 1));
}

#[test]
fn what_a_time_server_corrects_is_put_up_with() {
    let desk = Desk::demo();
    let shown = plan(&desk, STOP_DB);
    at(&desk, A_MINUTE_AGO, async |escher| {
        escher.approve(id(&shown)).await.unwrap();
        assert_eq!(escher.run_plan(id(&shown), RunOptions::default()).await.unwrap().done, 1);
    });
}
