//! Crashes at every line and at random, and clouds that lie.

use std::collections::HashMap;
use std::time::Duration;

use escher_core::*;
use escher_exec::*;
use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;
use tokio::sync::mpsc;

use crate::fixture::*;
use crate::world::{Fault, JournalFault, Trace};

/// What holds of every run, however it was broken off.
fn check_promises(f: &Fixture, doc: &PlanDoc) {
    let trace = f.world.trace.lock().unwrap();
    let mut started: HashMap<(StepId, u32), usize> = HashMap::new();
    let mut observed: Vec<StepId> = Vec::new();
    let mut finals: HashMap<StepId, usize> = HashMap::new();
    for item in trace.iter() {
        match item {
            Trace::Line(line) => {
                assert!(!finals.contains_key(&line.step), "a line after the outcome: {line:?}");
                match line.phase {
                    Phase::Started => *started.entry((line.step.clone(), line.attempt)).or_default() += 1,
                    Phase::Observed => observed.push(line.step.clone()),
                    _ => {}
                }
                if line.phase.is_final() {
                    *finals.entry(line.step.clone()).or_default() += 1;
                }
            }
            Trace::Call { step, attempt, .. } => {
                assert!(!observed.contains(step), "{step} was called after it had been observed");
                let left = started.get_mut(&(step.clone(), *attempt)).expect("a call before its line");
                assert!(*left > 0, "{step} was called twice on one permit");
                *left -= 1;
            }
        }
    }
    for step in &doc.steps {
        assert_eq!(finals.get(&step.id), Some(&1), "{} has one outcome", step.id);
    }
}

/// Runs until a fault stops it; `true` if it came to its end.
async fn session(f: &Fixture, doc: &PlanDoc, fault: Option<JournalFault>, life: Duration) -> bool {
    f.journal.set(fault);
    let (send, _receive) = mpsc::unbounded_channel();
    let (executor, cancel) = (f.executor(), CancellationToken::new());
    let begun = !f.journal.lines().is_empty();
    let run = async {
        let plan = approved(doc);
        if begun {
            executor.resume(plan, &run_id(RUN), &cancel, &send).await
        } else {
            executor.run(plan, &run_id(RUN), &cancel, &send).await
        }
    };
    // Dropping the future is the crash: nothing more happens.
    let ended = tokio::time::timeout(life, run).await;
    f.journal.set(None);
    matches!(ended, Ok(Ok(summary)) if summary.is_finished())
}

#[tokio::test(start_paused = true)]
async fn after_a_break_at_any_line_every_target_is_stopped_and_none_twice() {
    let faults: [fn(usize) -> JournalFault; 4] = [JournalFault::Fails, JournalFault::Stumbles, JournalFault::Lies, JournalFault::Freezes];
    for fault in faults {
        for line in 1.. {
            let f = Fixture::vms(3);
            let doc = f.stop_all().await;
            let ended = session(&f, &doc, Some(fault(line)), Duration::from_secs(3600)).await;
            if !ended {
                assert!(f.journal.lines().len() <= 12);
                session(&f, &doc, None, Duration::MAX).await;
            }
            check_promises(&f, &doc);
            for n in 1..=3 {
                assert_eq!(f.state(n), Some(State::Stopped), "{:?}", fault(line));
                let calls = f.world.calls().iter().filter(|target| **target == id(n)).count();
                assert_eq!(calls, 1, "a stopped vm was stopped again at {:?}", fault(line));
            }
            assert!(f.journal.lines().iter().filter(|line| line.phase.is_final()).all(|line| line.phase == Phase::Done));
            if ended {
                assert_eq!(line, 13, "three steps of four lines each");
                break;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_journal_stops_the_run_and_says_how_to_go_on() {
    let f = Fixture::vms(30);
    let doc = f.stop_all().await;
    f.journal.set(Some(JournalFault::Fails(20)));
    let (result, events) = f.run(&doc, RUN).await;
    let error = result.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Storage);
    assert_eq!(error.hint_text(), Some("make room; then resume the run"));
    assert_eq!(error.next_step(), Some(&Next::Resume { run: Some(run_id(RUN)) }));
    assert!(!events.iter().any(|event| matches!(event, RunEvent::Finished { .. })));
    assert!(f.world.calls().len() < 20);
    f.journal.set(None);
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 30);
    check_promises(&f, &doc);
}

#[tokio::test(start_paused = true)]
async fn after_one_lost_line_nothing_new_is_begun() {
    let f = Fixture::vms(30);
    let doc = f.stop_all().await;
    f.journal.set(Some(JournalFault::Stumbles(6)));
    let (send, _receive) = mpsc::unbounded_channel();
    let executor = f.executor().with_limits(Limits { parallel: 4, ..Limits::default() });
    executor.run(approved(&doc), &run_id(RUN), &CancellationToken::new(), &send).await.unwrap_err();
    let begun = f.world.calls().len();
    assert!(begun <= 4, "{begun} were called");
    assert_eq!(summary(&run_id(RUN), &doc, &f.journal.lines()).done, begun, "what was under way came to its end");
    f.journal.set(None);
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 30);
    check_promises(&f, &doc);
}

/// Leaves a run broken off right after a line of a phase.
async fn broken_off(f: &Fixture, doc: &PlanDoc, phase: Phase) {
    for line in 1.. {
        session(f, doc, Some(JournalFault::Freezes(line)), Duration::from_secs(3600)).await;
        if f.journal.lines().last().unwrap().phase == phase {
            return;
        }
        f.world.trace.lock().unwrap().clear();
        f.world.edit(&id(1), |vm| vm.state = Some(State::Running));
    }
}

#[tokio::test(start_paused = true)]
async fn what_must_not_happen_twice_is_not_tried_again_unless_it_was_certainly_never_called() {
    for (phase, calls, outcome) in [(Phase::Intent, 1, Phase::Done), (Phase::Started, 0, Phase::Unknown)] {
        let f = Fixture::vms(1);
        let doc = f.plan(&[(Verb::Restart, "kind = vm", json!({}))]).await;
        broken_off(&f, &doc, phase).await;
        f.resume(&doc, RUN).await.unwrap();
        assert_eq!((f.world.calls().len(), f.last(RUN, "s1").phase), (calls, outcome), "after {phase:?}");
        check_promises(&f, &doc);
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_break_the_target_is_looked_at_before_anything_is_called() {
    // (what happens in between, calls, outcome)
    type Edit = fn(&Fixture);
    let cases: [(&str, Edit, usize, Phase); 6] = [
        ("nothing", |_| {}, 1, Phase::Done),
        ("the stop had worked", |f| f.world.edit(&id(1), |vm| vm.state = Some(State::Stopped)), 0, Phase::Done),
        ("our own act half way", |f| f.world.edit(&id(1), |vm| vm.state_raw = Some("stop requested".into())), 1, Phase::Done),
        ("gone", |f| drop(f.world.resources.lock().unwrap().remove(&id(1))), 0, Phase::Failed),
        ("replaced", |f| f.world.edit(&id(1), |vm| vm.created = Some(now() + SignedDuration::from_secs(60))), 0, Phase::Unknown),
        ("not to be seen", |f| f.world.blind.lock().unwrap().extend([(id(1), (100, Some(ErrorKind::Denied)))]), 0, Phase::Unknown),
    ];
    for (what, edit, calls, outcome) in cases {
        let f = Fixture::vms(1);
        let doc = f.stop_all().await;
        broken_off(&f, &doc, Phase::Started).await;
        edit(&f);
        f.resume(&doc, RUN).await.unwrap();
        let last = f.last(RUN, "s1");
        assert_eq!((f.world.calls().len(), last.phase), (calls, outcome), "{what}: {:?}", last.reason);
        check_promises(&f, &doc);
    }
}

#[tokio::test(start_paused = true)]
async fn what_was_seen_to_be_done_is_done_whatever_came_after() {
    for verb in [Verb::Stop, Verb::Restart] {
        let f = Fixture::vms(1);
        let doc = f.plan(&[(verb, "kind = vm", json!({}))]).await;
        broken_off(&f, &doc, Phase::Observed).await;
        f.world.trace.lock().unwrap().retain(|item| matches!(item, Trace::Line(_)));
        f.world.edit(&id(1), |vm| vm.state = Some(State::Running));
        f.world.blind.lock().unwrap().insert(id(1), (100, None));
        assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 1);
        assert!(f.world.calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_target_on_its_way_is_waited_for_after_a_break() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    broken_off(&f, &doc, Phase::Started).await;
    f.world.edit(&id(1), |vm| vm.state = Some(State::Stopping));
    let world = f.world.clone();
    let later = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(20)).await;
        world.edit(&id(1), |vm| vm.state = Some(State::Stopped));
    });
    assert_eq!(f.resume(&doc, RUN).await.unwrap().done, 1);
    later.await.unwrap();
    assert!(f.world.calls().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_step_never_begun_is_held_against_what_was_approved_even_on_resume() {
    let f = Fixture::vms(1);
    let doc = f.stop_all().await;
    broken_off(&f, &doc, Phase::Intent).await;
    f.world.edit(&id(1), |vm| drop(vm.tags.as_mut().unwrap().remove("env")));
    assert_eq!(f.resume(&doc, RUN).await.unwrap().skipped, 1);
    assert_eq!(f.last(RUN, "s1").reason.as_deref(), Some("tag env: dev → nothing"));
}

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Refused),
        Just(Fault::Throttled),
        Just(Fault::AnswerLost),
        Just(Fault::RequestLost),
        Just(Fault::HangsAfter),
        Just(Fault::HangsBefore),
        Just(Fault::Ignored),
    ]
}

fn crash() -> impl Strategy<Value = (Option<JournalFault>, Duration)> {
    let journal = prop_oneof![
        Just(None),
        (1_usize..20).prop_map(|n| Some(JournalFault::Fails(n))),
        (1_usize..20).prop_map(|n| Some(JournalFault::Stumbles(n))),
        (1_usize..20).prop_map(|n| Some(JournalFault::Lies(n))),
        (1_usize..20).prop_map(|n| Some(JournalFault::Freezes(n))),
    ];
    (journal, prop_oneof![(0_u64..200).prop_map(Duration::from_millis), (0_u64..300).prop_map(Duration::from_secs)])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever breaks, whenever: one outcome each, no call without its line or after an observation, and `done` is true.
    #[test]
    fn promises_hold_through_random_crashes_and_faults(
        verb in prop_oneof![3 => Just(Verb::Stop), 1 => Just(Verb::Restart), 1 => Just(Verb::Delete)],
        faults in prop::collection::vec(prop::collection::vec(fault(), 0..4), 1..7),
        blind in prop::collection::vec(0_usize..4, 1..7),
        crashes in prop::collection::vec(crash(), 0..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let f = Fixture::vms(faults.len());
            let doc = f.plan(&[(verb, "kind = vm", json!({}))]).await;
            for (n, faults) in faults.iter().enumerate() {
                f.world.fail(&id(n + 1), faults.clone());
            }
            for (n, count) in blind.iter().enumerate() {
                f.world.blind.lock().unwrap().insert(id(n + 1), (*count, Some(ErrorKind::Unavailable)));
            }
            let mut ended = false;
            for (fault, life) in &crashes {
                if !ended {
                    ended = session(&f, &doc, *fault, *life).await;
                }
            }
            if !ended {
                assert!(session(&f, &doc, None, Duration::MAX).await);
            }
            check_promises(&f, &doc);
            for (n, faults) in faults.iter().enumerate() {
                let (last, now) = (f.last(RUN, &format!("s{}", n + 1)), f.world.get(&id(n + 1)));
                let reached = match verb {
                    Verb::Stop => now.is_some_and(|vm| vm.state == Some(State::Stopped)),
                    Verb::Delete => now.is_none(),
                    _ => true,
                };
                assert!(last.phase != Phase::Done || reached, "done, and it is not so");
                assert!(last.phase == Phase::Done || last.reason.is_some(), "no reason");
                let calls = f.world.calls().iter().filter(|target| **target == id(n + 1)).count();
                assert!(verb != Verb::Restart || calls <= 1, "restarted {calls} times");
                let quiet = faults.is_empty() && blind.get(n).is_none_or(|count| *count < 3);
                assert!(!quiet || verb == Verb::Restart || (last.phase == Phase::Done && reached), "{:?}", last.reason);
            }
        });
    }
}
