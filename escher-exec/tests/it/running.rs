use std::sync::atomic::Ordering;
use std::time::Duration;

use escher_core::*;
use escher_exec::*;
use jiff::SignedDuration;
use serde_json::json;
use tokio::sync::mpsc;

use crate::fixture::*;
use crate::world::{Fault, JournalFault, Trace};

#[tokio::test(start_paused = true)]
async fn a_run_writes_down_calls_looks_and_tells_in_that_order() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let (summary, events) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap(), RunSummary { done: 1, ..nothing_of(RUN) });
    assert_eq!(f.state(1), Some(State::Stopped));
    let order: Vec<String> = f
        .world
        .trace
        .lock()
        .unwrap()
        .iter()
        .map(|item| match item {
            Trace::Line(line) => format!("{:?}", line.phase),
            Trace::Call { .. } => "call".to_owned(),
        })
        .collect();
    assert_eq!(order, ["Intent", "Started", "call", "Observed", "Done"]);
    let told: Vec<String> = events.iter().map(|event| serde_json::to_string(event).unwrap()).collect();
    let step =
        |phase: &str| format!(r#"{{"event":"step","plan":"{}","step":"s1","target":"{}","phase":"{phase}","reason":null}}"#, doc.id, id(1));
    assert_eq!(
        told,
        [
            step("intent"),
            step("started"),
            step("observed"),
            step("done"),
            format!(r#"{{"event":"finished","run":"{RUN}","done":1,"failed":0,"skipped":0}}"#)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_target_that_changed_is_refused_and_the_change_is_named() {
    let f = Fixture::vms(5);
    let doc = f.stop_all().await;
    f.world.edit(&id(1), |vm| vm.state = Some(State::Stopped));
    f.world.edit(&id(2), |vm| drop(vm.tags.as_mut().unwrap().insert("env".into(), "prod".into())));
    f.world.edit(&id(3), |vm| vm.created = Some(now()));
    f.world.resources.lock().unwrap().remove(&id(4));
    // What moves fast is not a change.
    f.world.edit(&id(5), |vm| vm.metrics.extend([("cpu_avg".into(), 3.0)]));
    let (summary, events) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap(), RunSummary { done: 1, skipped: 4, ..nothing_of(RUN) });
    assert_eq!(f.world.calls(), [id(5)]);
    let reason = |step: &str| f.last(RUN, step).reason.unwrap();
    assert_eq!(reason("s1"), "state: running → stopped");
    assert_eq!(reason("s2"), "tag env: dev → prod");
    assert!(reason("s3").starts_with("it is a different resource with the same id, created 2026-11-01T12:00:00Z"), "{}", reason("s3"));
    assert_eq!(reason("s4"), "it is no longer there");
    let told = events.iter().filter(|event| matches!(event, RunEvent::Step { phase: Phase::Skipped, reason: Some(_), .. })).count();
    assert_eq!(told, 4);
}

#[tokio::test(start_paused = true)]
async fn a_change_is_named_as_far_as_it_can_be_when_the_estate_has_moved_on() {
    let f = Fixture::vms(3);
    let doc = f.stop_all().await;
    f.world.edit(&id(1), |vm| vm.state = Some(State::Stopped));
    f.world.edit(&id(2), |vm| vm.created = Some(now() + SignedDuration::from_secs(1)));
    f.world.edit(&id(3), |vm| vm.tags = None);
    f.store.see(&f.world, now());
    assert_eq!(f.run(&doc, RUN).await.0.unwrap().skipped, 3);
    let reason = |step: &str| f.last(RUN, step).reason.unwrap();
    assert_eq!(reason("s1"), "it changed since the plan was made: `state = running` no longer holds");
    assert_eq!(reason("s2"), "it is a different resource with the same id, created 2026-11-01T12:00:01Z, after the plan");
    assert_eq!(reason("s3"), "it changed since the plan was made");
}

#[tokio::test(start_paused = true)]
async fn a_target_that_cannot_be_looked_at_is_not_called() {
    let f = Fixture::vms(2);
    let doc = f.stop_all().await;
    f.world.blind.lock().unwrap().insert(id(1), (100, Some(ErrorKind::Denied)));
    // A moment's trouble is looked through.
    f.world.blind.lock().unwrap().insert(id(2), (2, Some(ErrorKind::Unavailable)));
    let (summary, _) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap(), RunSummary { done: 1, failed: 1, ..nothing_of(RUN) });
    assert_eq!(f.world.calls(), [id(2)]);
    assert!(f.last(RUN, "s1").reason.unwrap().contains("could not be read"));
}

#[tokio::test(start_paused = true)]
async fn only_what_is_temporary_and_idempotent_is_tried_again() {
    for (verb, fault, calls, outcome) in [
        (Verb::Stop, vec![Fault::Throttled, Fault::RequestLost], 3, Phase::Done),
        (Verb::Stop, vec![Fault::Throttled; 3], 3, Phase::Failed),
        (Verb::Stop, vec![Fault::Refused], 1, Phase::Failed),
        (Verb::Stop, vec![Fault::AnswerLost], 1, Phase::Done),
        (Verb::Stop, vec![Fault::HangsAfter], 1, Phase::Done),
        (Verb::Stop, vec![Fault::HangsBefore], 2, Phase::Done),
        (Verb::Stop, vec![Fault::Ignored], 1, Phase::Failed),
        (Verb::Restart, vec![Fault::Throttled], 1, Phase::Failed),
        (Verb::Restart, vec![Fault::RequestLost], 1, Phase::Unknown),
        (Verb::Restart, vec![Fault::HangsAfter], 1, Phase::Unknown),
        (Verb::Restart, vec![], 1, Phase::Done),
    ] {
        let f = Fixture::vms(1);
        let doc = f.plan(&[(verb, "kind = vm", json!({}))]).await;
        f.world.fail(&id(1), fault.clone());
        let (summary, events) = f.run(&doc, RUN).await;
        let (summary, last) = (summary.unwrap(), f.last(RUN, "s1"));
        assert_eq!((f.world.calls().len(), last.phase), (calls, outcome), "{verb} {fault:?} {:?}", last.reason);
        assert_eq!(summary.done == 1, outcome == Phase::Done);
        let intents = f.journal.lines().iter().filter(|line| line.phase == Phase::Intent).count();
        assert_eq!(intents, calls, "each try has an intent of its own");
        let retry = |event: &&RunEvent| matches!(event, RunEvent::Step { phase: Phase::Intent, reason: Some(why), .. } if why.starts_with("trying again after"));
        assert_eq!(events.iter().filter(retry).count(), calls - 1, "{events:?}");
        if outcome != Phase::Done {
            assert!(last.reason.is_some());
            let shown = events.iter().any(|event| matches!(event, RunEvent::Step { phase: Phase::Failed, reason: Some(_), .. }));
            assert!(shown, "an unknown outcome is told as failed");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_outcome_that_nobody_can_see_is_unknown_and_counts_as_failed() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    f.world.fail(&id(1), [Fault::AnswerLost, Fault::AnswerLost, Fault::AnswerLost]);
    let world = f.world.clone();
    let blinded = tokio::spawn(async move {
        while world.calls().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        world.blind.lock().unwrap().insert(id(1), (10_000, None));
    });
    let (summary, _) = f.run(&doc, RUN).await;
    blinded.await.unwrap();
    assert_eq!(summary.unwrap().failed, 1);
    assert_eq!(f.last(RUN, "s1").phase, Phase::Unknown);
}

#[tokio::test(start_paused = true)]
async fn parallel_within_limits() {
    let f = Fixture::vms(20);
    let doc = f.stop_all().await;
    let (send, _receive) = mpsc::unbounded_channel();
    let run = |limits: Limits, id: &'static str| {
        let executor = f.executor().with_limits(limits);
        let (doc, send) = (doc.clone(), send.clone());
        async move { executor.run(approved(&doc), &run_id(id), &CancellationToken::new(), &send).await.unwrap() }
    };
    assert_eq!(run(Limits { per_account: 3, ..Limits::default() }, RUN).await.done, 20);
    assert_eq!(f.world.most_under_way.swap(0, Ordering::SeqCst), 3);
    for n in 1..=20 {
        f.world.edit(&id(n), |vm| vm.state = Some(State::Running));
    }
    assert_eq!(run(Limits { parallel: 5, ..Limits::default() }, "run_2").await.done, 20);
    assert_eq!(f.world.most_under_way.load(Ordering::SeqCst), 5);
}

#[tokio::test(start_paused = true)]
async fn a_stop_lets_calls_end_begins_none_and_can_be_carried_on() {
    let f = Fixture::vms(12);
    let doc = f.stop_all().await;
    let (send, mut receive) = mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let executor = f.executor().with_limits(Limits { parallel: 4, ..Limits::default() });
    let stopper = async {
        while let Some(event) = receive.recv().await {
            if matches!(event, RunEvent::Step { phase: Phase::Started, .. }) {
                cancel.cancel();
            }
            assert!(!matches!(event, RunEvent::Finished { .. }), "it has not finished");
        }
    };
    let run = async {
        let summary = executor.run(approved(&doc), &run_id(RUN), &cancel, &send).await.unwrap();
        drop(send);
        summary
    };
    let (summary, ()) = tokio::join!(run, stopper);
    assert!(summary.done >= 1 && summary.done <= 4, "{summary:?}");
    assert_eq!(summary.done + summary.open, 12);
    assert!(!summary.is_finished());
    assert_eq!(f.world.calls().len(), summary.done, "what was called has its outcome");
    let summary = f.resume(&doc, RUN).await.unwrap();
    assert_eq!((summary.done, summary.open), (12, 0));
    assert_eq!(f.world.calls().len(), 12);
}

#[tokio::test(start_paused = true)]
async fn a_step_waits_for_what_it_needs_and_is_skipped_when_that_fails() {
    let orders = [
        (Verb::Stop, "name = web-1", json!({})),
        (Verb::Resize, "name = web-1", json!({"size": "m5.xlarge"})),
        (Verb::Start, "name = web-1", json!({})),
    ];
    let f = Fixture::vms(1);
    let doc = f.plan(&orders).await;
    assert_eq!(doc.steps.iter().map(needs).collect::<Vec<_>>(), ["", "s1", "s2"]);
    assert_eq!(doc.blast_radius, 1);
    let (summary, _) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap().done, 3, "our own change before is no reason to refuse: {:?}", f.journal.lines());
    assert_eq!(
        (f.state(1), f.world.get(&id(1)).unwrap().text_attr("size").map(str::to_owned)),
        (Some(State::Running), Some("m5.xlarge".into()))
    );

    let f = Fixture::vms(1);
    let mut doc = f.plan(&orders).await;
    f.world.fail(&id(1), [Fault::Refused]);
    let (summary, _) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap(), RunSummary { failed: 1, skipped: 2, ..nothing_of(RUN) });
    assert_eq!(f.last(RUN, "s2").reason.as_deref(), Some("it needs s1, which failed"));

    f.world.fail(&id(1), [Fault::Refused]);
    doc.steps[0].on_failure = escher_core::plan::OnFailure::Continue;
    let (summary, _) = f.run(&doc.sealed(), "run_2").await;
    // The vm still runs, so it can be resized; it cannot be started.
    assert_eq!(summary.unwrap(), RunSummary { done: 1, failed: 1, skipped: 1, ..nothing_of("run_2") });
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_change_between_two_own_steps_is_refused() {
    let f = Fixture::vms(1);
    let doc = f.plan(&[(Verb::Stop, "name = web-1", json!({})), (Verb::Tag, "name = web-1", json!({"tags": {"off": "yes"}}))]).await;
    let world = f.world.clone();
    let meddler = tokio::spawn(async move {
        loop {
            let done = world.trace.lock().unwrap().iter().any(|item| matches!(item, Trace::Line(line) if line.phase == Phase::Observed));
            if done {
                return world.edit(&id(1), |vm| drop(vm.tags.as_mut().unwrap().insert("owner".into(), "bob".into())));
            }
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
    });
    let (summary, _) = f.run(&doc, RUN).await;
    meddler.await.unwrap();
    assert_eq!(summary.unwrap(), RunSummary { done: 1, skipped: 1, ..nothing_of(RUN) });
}

#[tokio::test(start_paused = true)]
async fn a_run_starts_in_time_once_and_as_who_it_was_made_for() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    let (send, _receive) = mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let late = Executor::new(Journal::new(std::sync::Arc::new(f.journal.clone())), f.clouds.clone(), Clock::fixed(now()), LATER);
    let error = late.run(approved(&doc), &run_id(RUN), &cancel, &send).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Stale);
    // Nothing of it was begun, so there is nothing to carry on either.
    assert_eq!(late.resume(approved(&doc), &run_id(RUN), &cancel, &send).await.unwrap_err().kind(), ErrorKind::Stale);
    assert!(f.world.calls().is_empty());

    // What was begun in time is carried on late, by the one who began it.
    f.journal.set(Some(JournalFault::Fails(2)));
    assert!(f.run(&doc, RUN).await.0.is_err());
    f.journal.set(None);
    let mut other = crate::world::identity("111122223333");
    other.principal = "arn:aws:iam::111122223333:user/eve".into();
    let eve = Clouds::new().with(f.clouds.connections()[0].cloud.clone(), vec![other]);
    let journal = || Journal::new(std::sync::Arc::new(f.journal.clone()));
    let by_eve = Executor::new(journal(), eve.clone(), Clock::fixed(now()), WALL);
    assert_eq!(by_eve.resume(approved(&doc), &run_id(RUN), &cancel, &send).await.unwrap_err().kind(), ErrorKind::Stale);
    assert!(f.world.calls().is_empty());
    assert_eq!(late.resume(approved(&doc), &run_id(RUN), &cancel, &send).await.unwrap().done, 1);

    let (again, _) = f.run(&doc, RUN).await;
    assert_eq!(again.unwrap_err().kind(), ErrorKind::Stale);

    assert_eq!(by_eve.run(approved(&doc), &run_id("run_2"), &cancel, &send).await.unwrap_err().kind(), ErrorKind::Stale);
    let error = Executor::new(journal(), Clouds::new(), Clock::fixed(now()), WALL)
        .run(approved(&doc), &run_id("run_2"), &cancel, &send)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unauthenticated);
    assert_eq!(f.world.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn tags_are_verified_to_the_letter() {
    let f = Fixture::vms(1);
    let doc = f.plan(&[(Verb::Tag, "name = web-1", json!({"tags": {"owner": "ADA", "cost center": "a \"b\""}}))]).await;
    f.world.fail(&id(1), [Fault::Ignored]);
    let (summary, _) = f.run(&doc, RUN).await;
    assert_eq!(summary.unwrap().failed, 1, "`owner = ada` is not `ADA`");
    let (summary, _) = f.run(&doc, "run_2").await;
    assert_eq!(summary.unwrap().done, 1, "{:?}", f.last("run_2", "s1"));
    assert_eq!(f.world.get(&id(1)).unwrap().tag_values("owner").collect::<Vec<_>>(), ["ADA"]);

    // A key is the one that is there, however the order writes it: set, no second one beside it; removed, none is left.
    f.world.edit(&id(1), |vm| drop(vm.tags.as_mut().unwrap().insert("Stage".into(), "prod".into())));
    let orders = [
        ("run_3", Verb::Tag, json!({"tags": {"stage": "dev"}}), vec![("Stage", "dev")]),
        ("run_4", Verb::Untag, json!({"keys": ["STAGE"]}), vec![]),
    ];
    for (run, verb, params, left) in orders {
        f.store.see(&f.world, now());
        let doc = f.plan(&[(verb, "name = web-1", params)]).await;
        assert_eq!(f.run(&doc, run).await.0.unwrap().done, 1, "{run}: {:?}", f.last(run, "s1"));
        assert_eq!(f.world.get(&id(1)).unwrap().tags_like("stage").collect::<Vec<_>>(), left, "{run}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_claims_what_it_checked_and_changes_nothing() {
    let f = Fixture::vms(4);
    let doc = f.plan(&[(Verb::Stop, "name IN (web-1, web-2, web-4)", json!({})), (Verb::Restart, "name = web-3", json!({}))]).await;
    f.world.fail(&id(2), [Fault::Refused]);
    f.world.edit(&id(4), |vm| vm.state = Some(State::Stopped));
    let tried = f.executor().dry_run(&checked(&doc)).await;
    let results: Vec<DryRunOutcome> = tried.iter().map(|step| step.result).collect();
    assert_eq!(results, [DryRunOutcome::Passed, DryRunOutcome::Refused, DryRunOutcome::Refused, DryRunOutcome::NotTried]);
    assert!(tried[0].text.contains("would allow the action") && tried[0].text.contains("did not check"), "{}", tried[0].text);
    assert!(f.world.trace.lock().unwrap().is_empty(), "no line, no call");
}
