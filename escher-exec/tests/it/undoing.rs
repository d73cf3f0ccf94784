use escher_core::*;
use escher_exec::*;
use serde_json::json;

use crate::fixture::*;
use crate::world::{Fault, JournalFault};

#[tokio::test(start_paused = true)]
async fn an_undo_is_a_plan_that_puts_back_what_was() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    let record = begin(&doc, WALL.now());
    let (summary, _) = f.run(&doc, record.id.as_str()).await;
    let record = close(record, &summary.unwrap(), WALL.now());
    assert_eq!((record.done, record.finished), (3, Some(now())));
    let undo = f.planner().undo(&record.id, &doc, &f.journal.lines()).await.unwrap();
    assert_eq!(undo.goal, format!("Undo: Do it ({})", record.id));
    assert_eq!(undo.origin, Some(PlanOrigin::Undo { run: record.id.clone() }));
    assert_eq!((undo.undoes(), doc.undoes()), (Some(record.id.clone()), None));
    let mut targets: Vec<&str> = undo.steps.iter().map(|step| step.target.name.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["web-1", "web-2", "web-3"]);
    let back = begin(&undo, WALL.now());
    assert_eq!(back.undoes, Some(record.id.clone()));
    let (summary, _) = f.run(&undo, back.id.as_str()).await;
    assert_eq!(summary.unwrap().done, 3);
    assert!((1..=3).all(|n| f.state(n) == Some(State::Running)));
}

#[tokio::test(start_paused = true)]
async fn an_undo_in_two_parts_keeps_their_order_and_restores_all() {
    let f = Fixture::vms(1);
    let before = f.world.get(&id(1)).unwrap();
    let doc = f.plan(&[(Verb::Tag, "kind = vm", json!({"tags": {"owner": "bob", "new": "1"}}))]).await;
    f.run(&doc, RUN).await.0.unwrap();
    let undo = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap();
    let steps: Vec<(String, String)> = undo.steps.iter().map(|step| (step.action.to_string(), needs(step))).collect();
    assert_eq!(steps, [("vm.tag".to_owned(), String::new()), ("vm.untag".to_owned(), "s1".to_owned())]);
    let (summary, _) = f.run(&undo, "run_2").await;
    assert_eq!(summary.unwrap().done, 2, "{:?}", f.journal.lines());
    assert_eq!(f.world.get(&id(1)).unwrap(), before);
}

#[tokio::test(start_paused = true)]
async fn the_last_that_was_done_is_taken_back_first() {
    let f = Fixture::vms(1);
    let orders = [(Verb::Stop, "kind = vm", json!({})), (Verb::Resize, "kind = vm", json!({"size": "m5.xlarge"}))];
    let doc = f.plan(&orders).await;
    f.run(&doc, RUN).await.0.unwrap();
    let undo = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap();
    let actions: Vec<String> = undo.steps.iter().map(|step| step.action.to_string()).collect();
    assert_eq!(actions, ["vm.resize", "vm.start"]);
    assert_eq!(f.run(&undo, "run_2").await.0.unwrap().done, 2);
    let vm = f.world.get(&id(1)).unwrap();
    assert_eq!((vm.state, vm.text_attr("size")), (Some(State::Running), Some("m5.large")));
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_taken_back_is_said() {
    let f = Fixture::vms(7);
    let orders = [
        (Verb::Stop, "name IN (web-1, web-2, web-3, web-4, web-7)", json!({})),
        (Verb::Restart, "name = web-5", json!({})),
        (Verb::Delete, "name = web-6", json!({})),
    ];
    let doc = f.plan(&orders).await;
    f.world.fail(&id(4), [Fault::Refused]);
    f.world.fail(&id(7), [Fault::Refused]);
    f.run(&doc, RUN).await.0.unwrap();
    // In between: one was started by hand, one is gone.
    f.world.edit(&id(2), |vm| vm.state = Some(State::Running));
    f.world.resources.lock().unwrap().remove(&id(3));
    // Of what failed, one is as it was.
    f.world.edit(&id(7), |vm| vm.state = Some(State::Stopped));
    let undo = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap();
    assert_eq!(undo.steps.iter().map(|step| step.target.name.as_str()).collect::<Vec<_>>(), ["web-1"]);
    let warnings = undo.warnings.join("\n");
    for told in [
        "1 left out, already `state = running`: web-2",
        "1 no longer there: web-3",
        "1 unchanged, the step failed: web-4",
        "1 left alone, outcome unclear (possibly changed): web-7",
        "1 cannot be undone (vm.restart has no undo): web-5",
        "1 cannot be undone (vm.delete has no undo): web-6",
    ] {
        assert!(warnings.contains(told), "{told} is not in {warnings}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_happened_without_a_trace_is_unclear() {
    let f = Fixture::vms(1);
    let doc = f.plan(&[(Verb::Restart, "kind = vm", json!({}))]).await;
    f.world.fail(&id(1), [Fault::HangsAfter]);
    assert_eq!(f.run(&doc, RUN).await.0.unwrap().unknown, 1);
    let error = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap_err();
    assert!(error.message().contains("outcome unclear (possibly changed)"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn what_was_before_is_told_by_the_first_intent_even_after_a_break() {
    let f = Fixture::vms(1);
    let doc = f.plan(&[(Verb::Resize, "kind = vm", json!({"size": "m5.xlarge"}))]).await;
    // Called, and broken off before the answer was written down.
    f.journal.set(Some(JournalFault::Fails(3)));
    f.run(&doc, RUN).await.0.unwrap_err();
    f.journal.set(None);
    assert_eq!(f.world.get(&id(1)).unwrap().text_attr("size"), Some("m5.xlarge"));
    let error = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap_err();
    assert!(error.message().contains("resume the run first"), "{error}");
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 1);
    let undo = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap();
    assert_eq!(undo.steps[0].params["size"], json!("m5.large"));
}

#[tokio::test(start_paused = true)]
async fn every_try_says_the_same_way_back() {
    let f = Fixture::vms(1);
    let doc = f.plan(&[(Verb::Resize, "kind = vm", json!({"size": "m5.xlarge"}))]).await;
    f.world.fail(&id(1), [Fault::RequestLost, Fault::Throttled]);
    // The third line is the second intent; it is written, and then the run breaks off.
    f.journal.set(Some(JournalFault::Lies(3)));
    f.run(&doc, RUN).await.0.unwrap_err();
    f.journal.set(None);
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 1);
    let lines = f.journal.lines();
    let intents: Vec<&JournalEntry> = lines.iter().filter(|line| line.phase == Phase::Intent).collect();
    assert_eq!(intents.iter().map(|line| line.attempt).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert!(intents.iter().all(|line| line.undo.len() == 1 && line.undo[0].params["size"] == "m5.large"), "{intents:?}");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_changed_nothing_has_nothing_to_undo() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    f.world.edit(&id(1), |vm| vm.state = Some(State::Stopped));
    f.run(&doc, RUN).await.0.unwrap();
    let error = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(f.planner().undo(&run_id("run_other"), &doc, &f.journal.lines()).await.is_err());
}
