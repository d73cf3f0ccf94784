//! Clouds whose answers lag behind changes, and how often is asked again.

use std::sync::atomic::Ordering;
use std::time::Duration;

use escher_core::*;
use escher_exec::*;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::fixture::*;
use crate::world::Fault;

fn lagging(count: usize, lag: usize) -> Fixture {
    let f = Fixture::vms(count);
    f.world.lags.store(true, Ordering::SeqCst);
    f.world.lag.store(lag, Ordering::SeqCst);
    f
}

#[tokio::test(start_paused = true)]
async fn not_found_right_after_a_change_is_not_gone() {
    for lag in 0..=5 {
        for (verb, params) in [
            (Verb::Stop, json!({})),
            (Verb::Restart, json!({})),
            (Verb::Tag, json!({"tags": {"owner": "bob"}})),
            (Verb::Resize, json!({"size": "m5.xlarge"})),
        ] {
            let f = lagging(3, lag);
            let doc = f.plan(&[(verb, "kind = vm", params)]).await;
            let (summary, _) = f.run(&doc, RUN).await;
            assert_eq!(summary.unwrap().done, 3, "{verb} after {lag}: {:?}", f.last(RUN, "s1").reason);
            assert_eq!(f.world.calls().len(), 3);
        }
    }
    let f = lagging(3, 2);
    let doc = f.stop_all().await;
    f.run(&doc, RUN).await.0.unwrap();
    for n in 1..=3 {
        f.world.hide(&id(n), 2);
    }
    let undo = f.planner().undo(&run_id(RUN), &doc, &f.journal.lines()).await.unwrap();
    assert_eq!(undo.steps.len(), 3, "the way back is kept: {:?}", undo.warnings);
    assert_eq!(f.run(&undo, "run_2").await.0.unwrap().done, 3);
}

#[tokio::test(start_paused = true)]
async fn what_stays_out_of_sight_long_enough_is_gone() {
    let f = lagging(1, usize::MAX);
    let doc = f.stop_all().await;
    let begun = Instant::now();
    assert_eq!(f.run(&doc, RUN).await.0.unwrap().failed, 1);
    let last = f.last(RUN, "s1");
    assert_eq!((last.phase, last.reason.as_deref()), (Phase::Failed, Some("after the call it is no longer there")));
    assert!(begun.elapsed() >= Limits::default().absent_span);

    // Not looked at for long enough: nobody knows.
    let f = lagging(1, usize::MAX);
    let mut doc = f.stop_all().await;
    doc.steps[0].timeout = "5s".into();
    f.run(&doc.sealed(), RUN).await.0.unwrap();
    let last = f.last(RUN, "s1");
    assert_eq!(last.phase, Phase::Unknown, "{:?}", last.reason);

    // One that comes back in between starts the count over.
    let f = lagging(1, 0);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::Ignored]);
    let world = f.world.clone();
    let flicker = tokio::spawn(async move {
        for _ in 0..20 {
            world.hide(&id(1), 1);
            tokio::time::sleep(Duration::from_secs(25)).await;
        }
    });
    f.run(&doc, RUN).await.0.unwrap();
    flicker.abort();
    let reason = f.last(RUN, "s1").reason.unwrap();
    assert!(reason.contains("was not reached within"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn what_the_cloud_still_works_on_has_not_failed() {
    for (state, phase) in [(State::Stopping, Phase::Unknown), (State::Running, Phase::Failed)] {
        let f = Fixture::vms(1);
        let doc = f.stop_all().await;
        f.world.fail(&id(1), [Fault::Ignored]);
        let world = f.world.clone();
        let moving = tokio::spawn(async move {
            while world.calls().is_empty() {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            world.edit(&id(1), |vm| vm.state = Some(state));
        });
        let summary = f.run(&doc, RUN).await.0.unwrap();
        moving.await.unwrap();
        assert_eq!((summary.failed, summary.unknown), (1, usize::from(phase == Phase::Unknown)), "{state}");
        let last = f.last(RUN, "s1");
        assert_eq!(last.phase, phase, "{:?}", last.reason);
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_is_missed_several_times_before_it_is_skipped() {
    for (hidden, phase) in [(1, Phase::Done), (3, Phase::Done), (4, Phase::Skipped), (usize::MAX, Phase::Skipped)] {
        let f = lagging(1, 0);
        let doc = f.stop_all().await;
        f.world.hide(&id(1), hidden);
        f.run(&doc, RUN).await.0.unwrap();
        assert_eq!(f.last(RUN, "s1").phase, phase, "hidden from {hidden} looks");
    }
    let f = lagging(1, 0);
    let doc = f.stop_all().await;
    f.world.hide(&id(1), 2);
    assert_eq!(f.executor().dry_run(&checked(&doc)).await[0].result, DryRunOutcome::Passed);
}

#[tokio::test(start_paused = true)]
async fn a_deletion_is_done_once_it_is_confirmed() {
    let f = lagging(1, 0);
    let doc = f.plan(&[(Verb::Delete, "kind = vm", json!({}))]).await;
    f.run(&doc, RUN).await.0.unwrap();
    assert_eq!(f.last(RUN, "s1").phase, Phase::Done);
    // Accepted, not carried out, and hidden for one look: that is not yet a deletion.
    let f = lagging(1, 1);
    let doc = f.plan(&[(Verb::Delete, "kind = vm", json!({}))]).await;
    f.world.fail(&id(1), [Fault::Ignored]);
    f.run(&doc, RUN).await.0.unwrap();
    assert_eq!(f.last(RUN, "s1").phase, Phase::Failed);
}

#[tokio::test(start_paused = true)]
async fn after_a_break_and_after_a_lost_answer_a_lag_is_looked_through() {
    for fault in [Fault::AnswerLost, Fault::RequestLost, Fault::HangsAfter, Fault::HangsBefore] {
        let f = lagging(1, 2);
        let doc = f.stop_all().await;
        f.world.fail(&id(1), [fault]);
        f.run(&doc, RUN).await.0.unwrap();
        assert_eq!(f.last(RUN, "s1").phase, Phase::Done, "{fault:?}: {:?}", f.last(RUN, "s1").reason);
    }
    // Stopped in the middle of the call; what resumes it sees nothing at first.
    let f = lagging(1, 0);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::HangsAfter]);
    let (send, _receive) = mpsc::unbounded_channel();
    let (executor, cancel) = (f.executor(), CancellationToken::new());
    let name = run_id(RUN);
    let run = executor.run(approved(&doc), &name, &cancel, &send);
    assert!(tokio::time::timeout(Duration::from_secs(1), run).await.is_err());
    assert_eq!(f.world.calls().len(), 1);
    f.world.hide(&id(1), 3);
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 1);
    assert_eq!(f.world.calls().len(), 1, "it was stopped already");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_does_not_find_what_is_there_is_made_again() {
    let f = lagging(1, 0);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::NotFound, Fault::NotFound]);
    assert_eq!(f.run(&doc, RUN).await.0.unwrap().done, 1);
    assert_eq!(f.world.calls().len(), 3);
    // What must not happen twice is left alone, and a cloud that never lags is believed.
    let f = lagging(1, 0);
    let doc = f.plan(&[(Verb::Restart, "kind = vm", json!({}))]).await;
    f.world.fail(&id(1), [Fault::NotFound]);
    assert_eq!((f.run(&doc, RUN).await.0.unwrap().failed, f.world.calls().len()), (1, 1));
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::NotFound]);
    assert_eq!((f.run(&doc, RUN).await.0.unwrap().failed, f.world.calls().len()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_step_spends_one_budget_of_retries() {
    let run = async |retries: u32, blind: usize| {
        let f = Fixture::vms(1);
        let doc = f.stop_all().await;
        f.world.fail(&id(1), [Fault::Throttled; 9]);
        f.world.blind.lock().unwrap().insert(id(1), (blind, Some(ErrorKind::Unavailable)));
        let executor = f.executor().with_limits(Limits { retries, ..Limits::default() });
        let (send, _receive) = mpsc::unbounded_channel();
        executor.run(approved(&doc), &run_id(RUN), &CancellationToken::new(), &send).await.unwrap();
        (f.world.calls().len(), f.last(RUN, "s1").reason.unwrap())
    };
    assert_eq!(run(12, 2).await, (3, "slow down, 3 times in a row".to_owned()));
    assert_eq!(run(3, 2).await, (2, "slow down, 2 times in a row".to_owned()), "two were spent on looking");
    assert_eq!(run(2, 2).await, (1, "slow down".to_owned()));
    let (calls, reason) = run(12, 3).await;
    assert_eq!(calls, 0);
    assert!(reason.ends_with("cannot see, 3 times in a row"), "{reason}");
}

#[tokio::test(start_paused = true)]
async fn trouble_with_looking_after_an_accepted_change_is_waited_out() {
    for (kind, looks) in [(ErrorKind::Throttled, 3), (ErrorKind::Unavailable, 20), (ErrorKind::Timeout, 8)] {
        let f = Fixture::vms(1);
        let doc = f.stop_all().await;
        f.world.blind_after_call(&id(1), looks, kind);
        assert_eq!(f.run(&doc, RUN).await.0.unwrap().done, 1, "{kind} {looks}");
        assert_eq!(f.world.calls().len(), 1, "{kind}: it was accepted, and is not called again");
    }
    // What looking again does not help is said at once.
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    f.world.blind_after_call(&id(1), 3, ErrorKind::Denied);
    assert_eq!(f.run(&doc, RUN).await.0.unwrap().failed, 1);
}

#[tokio::test(start_paused = true)]
async fn what_a_layer_below_tried_often_enough_is_not_tried_again() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::Exhausted; 9]);
    f.run(&doc, RUN).await.0.unwrap();
    assert_eq!(f.world.calls().len(), 1);
    assert_eq!(f.last(RUN, "s1").reason.as_deref(), Some("slow down, 5 times in a row"));
}
