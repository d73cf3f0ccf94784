use std::sync::Arc;

use escher_core::*;
use escher_exec::*;
use serde_json::json;
use tokio::sync::mpsc;

use crate::fixture::*;

fn line(run: &str, step: &str, phase: Phase) -> JournalEntry {
    JournalEntry {
        run: run.into(),
        plan: "pl_1".into(),
        step: step.into(),
        target: id(1),
        attempt: 1,
        phase,
        at: now(),
        reason: Some("because".into()),
        undo: vec![Undo { action: "vm.start".parse().unwrap(), params: json!({"a": 1}).as_object().unwrap().clone() }],
    }
}

/// A journal with three lines, and its path.
async fn written() -> (tempfile::TempDir, std::path::PathBuf, Head) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = SqliteJournal::open(&path).unwrap();
    for (n, phase) in [Phase::Intent, Phase::Started, Phase::Done].into_iter().enumerate() {
        assert_eq!(journal.append(&line(RUN, "s1", phase)).await.unwrap(), n as u64 + 1);
    }
    let head = journal.verify(None).await.unwrap();
    (folder, path, head)
}

#[tokio::test]
async fn lines_come_back_as_written_after_reopening_and_by_run() {
    let (_folder, path, head) = written().await;
    let journal = SqliteJournal::open(&path).unwrap();
    journal.append(&line("run_2", "s1", Phase::Intent)).await.unwrap();
    let lines = journal.read(RUN).await.unwrap();
    assert_eq!(lines, [Phase::Intent, Phase::Started, Phase::Done].map(|phase| line(RUN, "s1", phase)));
    assert_eq!(journal.read("run_2").await.unwrap().len(), 1);
    assert!(journal.read("run_3").await.unwrap().is_empty());
    assert_eq!(journal.verify(Some(head)).await.unwrap(), journal.head().await.unwrap());
}

#[tokio::test]
async fn a_line_cannot_be_altered_or_removed() {
    let (_folder, path, _) = written().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    for statement in ["UPDATE line SET body = '{}'", "DELETE FROM line WHERE seq = 3", "UPDATE line SET hash = 'x' WHERE seq = 1"] {
        let error = raw.execute(statement, []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
}

#[tokio::test]
async fn whoever_goes_around_the_triggers_is_found_out() {
    for (tamper, told) in [
        ("UPDATE line SET body = replace(body, 'because', 'whatever') WHERE seq = 2", "line 2 was altered"),
        ("UPDATE line SET run = 'run_9' WHERE seq = 1", "line 1 was altered"),
        ("DELETE FROM line WHERE seq = 2", "line 3 does not follow"),
        ("DELETE FROM line WHERE seq = 1", "line 2 does not follow"),
        ("DELETE FROM line WHERE seq = 3", "line 2 is the last, and there were more"),
    ] {
        let (_folder, path, head) = written().await;
        let raw = rusqlite::Connection::open(&path).unwrap();
        raw.execute_batch(&format!("DROP TRIGGER line_stays; DROP TRIGGER line_remains; {tamper}")).unwrap();
        let error = SqliteJournal::open(&path).unwrap().verify(Some(head)).await.unwrap_err();
        assert!(error.to_string().contains(told), "{tamper}: {error}");
    }
}

#[tokio::test]
async fn files_that_are_no_journal_of_this_version_are_refused_untouched() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.db");
    std::fs::write(&path, "just some text, long enough to be no database header at all").unwrap();
    assert_eq!(SqliteJournal::open(&path).unwrap_err().kind(), ErrorKind::Storage);
    assert!(std::fs::read_to_string(&path).unwrap().starts_with("just some text"));

    let other = folder.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE cats (name TEXT)").unwrap();
    assert!(SqliteJournal::open(&other).unwrap_err().to_string().contains("not a journal"));

    let (_folder, newer, _) = written().await;
    rusqlite::Connection::open(&newer).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let error = SqliteJournal::open(&newer).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("version 7"), "{error}");

    assert_eq!(SqliteJournal::open(&folder.path().join("no/such/folder/j.db")).unwrap_err().kind(), ErrorKind::Storage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_over_the_file_can_be_resumed_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let f = Fixture::vms(20);
    let doc = f.stop_all().await;
    let (send, mut receive) = mpsc::unbounded_channel();
    let journal = SqliteJournal::open(&path).unwrap();
    let executor = || Executor::new(Journal::new(Arc::new(journal.clone())), f.clouds.clone(), Clock::fixed(now()), WALL);
    let (executor_now, plan, events) = (executor(), approved(&doc), send.clone());
    let run = tokio::spawn(async move { executor_now.run(plan, RUN, &CancellationToken::new(), &events).await });
    // Broken off as soon as a few steps are done.
    let mut done = 0;
    while done < 3 {
        done += usize::from(matches!(receive.recv().await, Some(RunEvent::Step { phase: Phase::Done, .. })));
    }
    run.abort();
    let _ = run.await;
    let summary = executor().resume(approved(&doc), RUN, &CancellationToken::new(), &send).await.unwrap();
    assert_eq!((summary.done, summary.open), (20, 0));
    let lines = journal.read(RUN).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.phase.is_final()).count(), 20);
    assert_eq!(escher_exec::summary(RUN, &doc, &lines), summary);
    assert_eq!(journal.verify(None).await.unwrap().seq, lines.len() as u64);
}
