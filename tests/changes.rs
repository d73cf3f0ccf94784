//! From words to a change in the simulated cloud, and back: approved, rejected, undone, refused.

use escher::core::ResourceId;
use escher::{ChangesRequest, Config, Escher, Reply, RunOptions, SyncOptions};
use serde_json::Value;

use crate::support::{Desk, block_on, lines};
use crate::trust::TWO_HOURS_AGO;

const ORDER: &str = "Stop production database in GCP project-x";

/// The plan of the order, and its one target.
fn plan(desk: &Desk) -> (String, ResourceId) {
    let ran = desk.run(&["ask", "--json", ORDER]);
    assert_eq!(ran.code, 3, "{}\n{}", ran.out, ran.err);
    let asked: Value = serde_json::from_str(&ran.out).unwrap();
    let plan = &asked["plan"];
    let steps = plan["steps"].as_array().unwrap();
    assert_eq!((steps.len(), &plan["blast_radius"], &plan["decision"]), (1, &1.into(), &"approve".into()));
    assert_eq!((&steps[0]["action"], &steps[0]["target"]["account"]), (&"database.stop".into(), &"project-x".into()));
    (plan["id"].as_str().unwrap().to_owned(), ResourceId::verbatim(steps[0]["target"]["id"].as_str().unwrap()))
}

fn tamper(desk: &Desk, id: &ResourceId, with: impl FnOnce(&escher_providers::sim::SimStore)) {
    let escher = Escher::open(Config::new(desk.data())).unwrap();
    with(&escher.simulation().unwrap().expect("simulated"));
    assert!(truth_of(&escher, id));
}

fn truth_of(escher: &Escher, id: &ResourceId) -> bool {
    escher.simulation().unwrap().expect("simulated").get(id).unwrap().is_some()
}

fn finished(out: &str) -> Value {
    lines(out).pop().unwrap()
}

#[test]
fn the_plan_has_exactly_that_target() {
    let desk = Desk::demo();
    let (_, id) = plan(&desk);
    let expected: Vec<Value> = desk
        .export()
        .into_iter()
        .filter(|r| r["cloud"] == "gcp" && r["account"] == "project-x" && r["kind"] == "database" && r["env"] == "prod")
        .collect();
    assert_eq!(expected.len(), 1);
    assert_eq!(expected[0]["id"], id.as_str());
}

#[test]
fn what_a_disk_is_attached_to_is_known_when_the_plan_is_made() {
    let desk = Desk::demo();
    let all = desk.export();
    let disk = all.iter().find(|r| r["kind"] == "disk" && r["flags"]["attached"] == false && r["cloud"] == "azure").unwrap();
    let beside = |r: &&Value| r["kind"] == "vm" && r["account"] == disk["account"] && r["state"] != "terminated";
    let near = all
        .iter()
        .filter(beside)
        .find(|r| r["region"] == disk["region"] && (r["zone"].is_null() || disk["zone"].is_null() || r["zone"] == disk["zone"]))
        .unwrap();
    let far = all.iter().filter(beside).find(|r| r["region"] != disk["region"]).unwrap();
    let attach = |to: &str| desk.run(&["ask", "--json", &format!("attach disk {} to {to}", disk["name"].as_str().unwrap())]);
    let plan: Value = serde_json::from_str(&attach(near["name"].as_str().unwrap()).out).unwrap();
    assert_eq!(plan["plan"]["steps"][0]["params"]["to"], near["id"], "{plan}");
    for (to, why) in
        [("no-such-machine", "the estate has no VM `no-such-machine`"), (far["name"].as_str().unwrap(), "in its account, region and zone")]
    {
        let refused = attach(to);
        assert!(refused.code == 2 && refused.out.contains(why), "{to}: {}{}", refused.out, refused.err);
    }
}

#[test]
fn a_disk_is_attached_to_nothing_in_another_zone() {
    let desk = Desk::demo();
    let all = desk.export();
    let of = |kind: &str| all.iter().filter(|r| r["kind"] == kind && r["zone"].is_string()).collect::<Vec<_>>();
    let (disks, vms) = (of("disk"), of("vm"));
    let alone = |vm: &Value| all.iter().filter(|r| r["name"] == vm["name"]).count() == 1;
    let apart = |disk: &Value, vm: &Value| {
        ["cloud", "account", "region"].iter().all(|key| disk[key] == vm[key]) && disk["zone"] != vm["zone"] && alone(vm) && alone(disk)
    };
    let free = disks.iter().filter(|disk| disk["flags"]["attached"] == false);
    let (disk, vm) = free.flat_map(|disk| vms.iter().map(move |vm| (disk, vm))).find(|(disk, vm)| apart(disk, vm)).unwrap();
    let refused = desk.run(&["ask", &format!("attach disk {} to {}", disk["name"].as_str().unwrap(), vm["name"].as_str().unwrap())]);
    assert!(refused.code == 2 && refused.out.contains("in its account, region and zone"), "{}{}", refused.out, refused.err);
}

#[test]
fn approved_it_stops_in_the_cloud_itself_and_undo_brings_it_back() {
    let desk = Desk::demo();
    let (plan, id) = plan(&desk);
    let before = desk.truth(&id).unwrap();
    assert_eq!(before["state"], "running");
    let refused = desk.run(&["plan", "run", &plan, "--json"]);
    assert_eq!(refused.code, 3, "not approved yet: {}", refused.err);
    assert_eq!(desk.truth(&id).unwrap()["state"], "running");

    desk.ok(&["plan", "approve", &plan, "--json"]);
    let events = desk.ok(&["plan", "run", &plan, "--json"]);
    let phases: Vec<Value> = lines(&events).into_iter().filter(|e| e["event"] == "step").map(|e| e["phase"].clone()).collect();
    assert_eq!(phases, ["intent", "started", "observed", "done"]);
    let end = finished(&events);
    assert_eq!((&end["event"], &end["done"], &end["failed"], &end["skipped"]), (&"finished".into(), &1.into(), &0.into(), &0.into()));
    assert_eq!(desk.truth(&id).unwrap()["state"], "stopped");
    let known = desk.export().into_iter().find(|r| r["id"] == id.as_str()).unwrap();
    assert_eq!(known["state"], "stopped", "the estate knows without a sync");

    let again = desk.run(&["plan", "run", &plan, "--json"]);
    assert_eq!(again.code, 4, "a plan runs once: {}", again.err);

    let run = end["run"].as_str().unwrap();
    assert_eq!(desk.run(&["runs", "undo", run, "--json"]).code, 3, "an undo needs an approval too");
    let undone = desk.ok(&["runs", "undo", run, "--yes", "--json"]);
    assert_eq!(finished(&undone)["done"], 1);
    assert_eq!(desk.truth(&id).unwrap(), before);
    let runs: Vec<Value> = serde_json::from_str(&desk.ok(&["runs", "--json"])).unwrap();
    assert_eq!(runs.len(), 2);
    assert!(runs.iter().all(|run| run["done"] == 1 && run["failed"] == 0 && run["skipped"] == 0));
}

#[test]
fn rejected_nothing_runs() {
    let desk = Desk::demo();
    let (plan, id) = plan(&desk);
    let before = desk.truth(&id);
    desk.ok(&["plan", "reject", &plan]);
    for args in [&["plan", "run", &plan, "--yes", "--json"][..], &["plan", "run", &plan], &["plan", "approve", &plan]] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 4, "{args:?}: {}", ran.err);
    }
    assert_eq!(desk.truth(&id), before);
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
}

/// Runs the plan after something changed behind its back; returns the reason it was refused for.
fn refusal(with: impl FnOnce(&escher_providers::sim::SimStore, &ResourceId)) -> String {
    let desk = Desk::demo();
    let (plan, id) = plan(&desk);
    tamper(&desk, &id, |sim| with(sim, &id));
    let before = desk.truth(&id);
    let events = desk.ok(&["plan", "run", &plan, "--yes", "--json"]);
    let skipped = lines(&events).into_iter().find(|event| event["phase"] == "skipped").expect("the target is skipped");
    assert_eq!((&finished(&events)["done"], &finished(&events)["skipped"]), (&0.into(), &1.into()));
    assert_eq!(desk.truth(&id), before, "it was not touched");
    skipped["reason"].as_str().unwrap().to_owned()
}

#[test]
fn a_target_whose_state_changed_is_refused() {
    let reason = refusal(|sim, id| {
        sim.mutate(id, |resource| {
            resource.state = Some(escher::core::State::Suspended);
            resource.state_raw = Some("SUSPENDED".to_owned());
        })
        .unwrap();
    });
    assert!(reason.contains("state"), "{reason}");
}

#[test]
fn a_target_whose_tags_changed_is_refused() {
    let reason = refusal(|sim, id| {
        sim.mutate(id, |resource| drop(resource.tags.get_or_insert_default().insert("keep".to_owned(), "running".to_owned()))).unwrap();
    });
    assert!(reason.contains("tag"), "{reason}");
}

#[test]
fn a_target_that_is_another_of_the_same_name_is_refused() {
    let reason = refusal(|sim, id| sim.recreate(id, sim.born()).unwrap());
    assert!(!reason.is_empty());
}

#[test]
fn a_plan_that_was_altered_on_disk_does_not_run() {
    let desk = Desk::demo();
    let (plan, id) = plan(&desk);
    desk.ok(&["plan", "approve", &plan]);
    let db = rusqlite::Connection::open(desk.data().join("store.db")).unwrap();
    let changed: usize = tables(&db)
        .iter()
        .flat_map(|(table, column)| {
            db.execute(
                &format!("UPDATE {table} SET {column} = replace({column}, 'database.stop', 'database.delete') WHERE instr({column}, ?1)"),
                [&plan],
            )
        })
        .sum();
    assert!(changed > 0);
    drop(db);
    let ran = desk.run(&["plan", "run", &plan, "--json"]);
    assert_eq!(ran.code, 4, "{} {}", ran.out, ran.err);
    assert_eq!(desk.truth(&id).unwrap()["state"], "running");
}

/// Text columns of tables about plans.
fn tables(db: &rusqlite::Connection) -> Vec<(String, String)> {
    let mut query = db
        .prepare("SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name LIKE '%plan%'")
        .unwrap();
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn a_plan_expires() {
    // Made and approved two hours ago, with the system clock of then.
    let desk = Desk::demo();
    let old = block_on(async {
        let escher = Escher::open(desk.config().with_wall(TWO_HOURS_AGO)).unwrap();
        let mut plans = Vec::new();
        for approve in [false, true] {
            let Reply::Plan(plan) = escher.ask(ORDER).await.unwrap().reply else { panic!("no plan") };
            if approve {
                escher.approve(&plan.id).await.unwrap();
            }
            plans.push(plan);
        }
        plans
    });
    let id = &old[0].steps[0].target.id;
    for args in [
        &["plan", "run", &old[0].id, "--yes"][..],
        // Nobody is asked to approve what cannot run.
        &["plan", "run", &old[0].id],
        &["plan", "approve", &old[0].id],
        &["plan", "run", &old[1].id],
        &["plan", "approve", &old[1].id],
    ] {
        let ran = desk.run(args);
        assert_eq!(ran.code, 4, "{args:?} {}", ran.err);
        assert!(ran.err.contains("expired"), "{args:?} {}", ran.err);
    }
    assert_eq!(desk.truth(id).unwrap()["state"], "running");

    // What was refused was not begun: there is no run to resume, and a plan that is in time runs.
    assert_eq!(desk.ok(&["runs", "--json"]).trim(), "[]");
    let (plan, id) = plan(&desk);
    desk.ok(&["plan", "run", &plan, "--yes"]);
    assert_eq!(desk.truth(&id).unwrap()["state"], "stopped");
}

#[test]
fn ask_with_yes_is_one_document_with_the_run_in_it() {
    let desk = Desk::demo();
    let document = desk.json(&["ask", "--yes", "--json", ORDER]);
    assert_eq!(document["frame"]["action"], "database.stop");
    assert_eq!(document["run"]["done"], 1);
    let again = desk.run(&["ask", "--json", ORDER]);
    assert_eq!(again.code, 2, "already stopped, so no target: {}", again.err);
}

#[test]
fn an_order_without_a_target_is_answered_with_why() {
    let desk = Desk::demo();
    let disk = desk.export().into_iter().find(|it| it["kind"] == "disk" && it["attributes"]["capacity"].as_u64() > Some(8)).unwrap();
    let smaller = format!("resize disk {} to 1GB", disk["name"].as_str().unwrap());
    for (order, why) in [
        ("stop web-99999", "no resource matches"),
        ("stop vms where owenr=alice", "no resource matches"),
        (&smaller, "a disk can only grow"),
    ] {
        let ran = desk.run(&["ask", "--json", order]);
        let document: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        let answer = &document["answer"];
        assert_eq!(
            (ran.code, &document["frame"]["intent"], &answer["answered"]),
            (2, &"act".into(), &false.into()),
            "{order}: {}",
            ran.out
        );
        assert!(answer["text"].as_str().unwrap().contains(why), "{order}: {answer}");
    }
    assert!(desk.run(&["ask", "stop vms where owenr=alice"]).err.contains("did you mean `owner`?"));
    assert_eq!(desk.ok(&["plan", "list", "--json"]).trim(), "[]");
}

#[test]
fn a_scan_that_began_before_a_run_does_not_overwrite_what_the_run_saw() {
    let desk = Desk::demo();
    let escher = Escher::open(desk.config()).unwrap();
    // However far the scan has come when the run acts.
    block_on(async {
        for round in 0..12_u64 {
            let verb = if round % 2 == 0 { "stop" } else { "start" };
            let Reply::Plan(plan) = escher.ask(&format!("{verb} dev vms in gcp")).await.unwrap().reply else {
                panic!("round {round}: no plan")
            };
            escher.approve(plan.id.as_str()).await.unwrap();
            let slow = escher.seen_by(None, None, Some("slow:20ms".parse().unwrap()));
            let scan = async { slow.sync(SyncOptions::default()).await.unwrap() };
            let run = async {
                tokio::time::sleep(std::time::Duration::from_millis(round * 40)).await;
                escher.run_plan(plan.id.as_str(), RunOptions::default()).await.unwrap()
            };
            let (_, ran) = tokio::join!(scan, run);
            assert_eq!((ran.failed, ran.unseen), (0, 0));
            let again = escher.sync(SyncOptions::default()).await.unwrap();
            assert_eq!(again.changed, 0, "round {round}: the estate had been as the cloud is");
        }
    });
}

#[test]
fn two_runs_at_one_resource_take_turns_and_each_answers_for_its_own() {
    let desk = Desk::demo();
    let vms: Vec<String> = desk
        .export()
        .into_iter()
        .filter(|r| r["cloud"] == "gcp" && r["kind"] == "vm" && r["env"] == "dev" && r["state"] == "running")
        .map(|r| r["id"].as_str().unwrap().to_owned())
        .take(6)
        .collect();
    assert!(vms.len() > 2, "{vms:?}");
    let escher = Escher::open(desk.config()).unwrap();
    let approved = async |words: String| {
        let Reply::Plan(plan) = escher.ask(&words).await.unwrap().reply else { panic!("no plan: {words}") };
        escher.approve(plan.id.as_str()).await.unwrap().doc.id
    };
    block_on(async {
        for id in vms {
            let stop = approved(format!("stop vm {id}")).await;
            let delete = approved(format!("delete vm {id}")).await;
            let (stopped, deleted) = tokio::join!(
                escher.run_plan(stop.as_str(), RunOptions::default()),
                escher.run_plan(delete.as_str(), RunOptions::default())
            );
            let (stopped, deleted) = (stopped.unwrap(), deleted.unwrap());
            assert_eq!((stopped.done + deleted.done, stopped.skipped + deleted.skipped), (1, 1), "what the second read had changed");
            let by = if stopped.done == 1 { &stopped.run } else { &deleted.run };
            let changes = escher.changes(&ChangesRequest::default()).await.unwrap().changes;
            let of_it: Vec<_> = changes.iter().filter(|change| change.id.as_str() == id && change.run.is_some()).collect();
            assert!(of_it.len() == 1 && of_it[0].run.as_ref() == Some(by), "{of_it:?}");
        }
    });
}
