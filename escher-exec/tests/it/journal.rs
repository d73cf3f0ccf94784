use std::sync::Arc;

use escher_core::*;
use escher_exec::*;
use serde_json::json;
use tokio::sync::mpsc;

use crate::fixture::*;

fn line(run: &str, step: &str, phase: Phase) -> JournalEntry {
    JournalEntry {
        run: run_id(run),
        plan: "pl_1".parse().unwrap(),
        step: step.parse().unwrap(),
        target: id(1),
        attempt: 1,
        phase,
        at: now(),
        reason: Some("because".into()),
        observed: None,
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
    let lines = journal.read(&run_id(RUN)).await.unwrap();
    assert_eq!(lines, [Phase::Intent, Phase::Started, Phase::Done].map(|phase| line(RUN, "s1", phase)));
    assert_eq!(journal.read(&run_id("run_2")).await.unwrap().len(), 1);
    assert!(journal.read(&run_id("run_3")).await.unwrap().is_empty());
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
        ("DELETE FROM line WHERE seq = 3", "line 2 is the last one, but there were at least"),
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
    assert!(SqliteJournal::open(&other).unwrap_err().to_string().contains("not an Escher journal"));

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
    let run = tokio::spawn(async move { executor_now.run(plan, &run_id(RUN), &CancellationToken::new(), &events).await });
    // Broken off as soon as a few steps are done.
    let mut done = 0;
    while done < 3 {
        done += usize::from(matches!(receive.recv().await, Some(RunEvent::Step { phase: Phase::Done, .. })));
    }
    run.abort();
    let _ = run.await;
    let summary = executor().resume(approved(&doc), &run_id(RUN), &CancellationToken::new(), &send).await.unwrap();
    assert_eq!((summary.done, summary.open), (20, 0));
    let lines = journal.read(&run_id(RUN)).await.unwrap();
    assert_eq!(lines.iter().filter(|line| line.phase.is_final()).count(), 20);
    assert_eq!(escher_exec::summary(&run_id(RUN), &doc, &lines), summary);
    assert_eq!(journal.verify(None).await.unwrap().seq, lines.len() as u64);
}

#[tokio::test]
async fn who_was_taken_over_writes_nothing_more() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let first = SqliteJournal::open(&path).unwrap();
    assert_eq!((first.epoch().await.unwrap(), first.claim(0).await.unwrap(), first.claim(0).await.unwrap()), (0, 1, 1));
    first.append(&line(RUN, "s1", Phase::Intent)).await.unwrap();
    // Whoever only reads takes nothing over.
    let second = SqliteJournal::open(&path).unwrap();
    assert_eq!(second.read(&run_id(RUN)).await.unwrap().len(), 1);
    first.append(&line(RUN, "s1", Phase::Started)).await.unwrap();
    // The first line takes over, as a claim does.
    second.append(&line(RUN, "s2", Phase::Intent)).await.unwrap();
    let head = second.head().await.unwrap();
    for _ in 0..2 {
        let refused = first.append(&line(RUN, "s1", Phase::Done)).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Stale);
        assert!(refused.to_string().contains("taken over") && refused.hint_text().is_some() && !refused.is_temporary(), "{refused}");
    }
    assert_eq!(second.verify(None).await.unwrap(), head);
    // What is known elsewhere counts as well.
    let third = SqliteJournal::open(&path).unwrap();
    assert_eq!(third.claim(40).await.unwrap(), 41);
    assert!(second.append(&line(RUN, "s2", Phase::Started)).await.is_err());
    assert_eq!(third.epoch().await.unwrap(), 41);
}

#[tokio::test]
async fn a_journal_of_the_version_before_is_carried_on() {
    let (_folder, path, head) = written().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    raw.execute_batch("DROP TABLE owner; PRAGMA user_version = 1").unwrap();
    drop(raw);
    let journal = SqliteJournal::open(&path).unwrap();
    assert_eq!(journal.verify(Some(head)).await.unwrap().seq, 3);
    journal.append(&line(RUN, "s2", Phase::Intent)).await.unwrap();
    assert_eq!((journal.epoch().await.unwrap(), journal.verify(None).await.unwrap().seq), (1, 4));
}

#[tokio::test]
async fn every_head_seen_earlier_is_looked_for() {
    let (_folder, path, last) = written().await;
    let journal = SqliteJournal::open(&path).unwrap();
    let lines: Vec<Head> = {
        let raw = rusqlite::Connection::open(&path).unwrap();
        let mut select = raw.prepare("SELECT seq, hash FROM line ORDER BY seq").unwrap();
        let heads = select.query_map([], |row| Ok(Head { seq: row.get::<_, i64>(0)?.unsigned_abs(), hash: row.get(1)? })).unwrap();
        heads.map(Result::unwrap).collect()
    };
    let none = Head { seq: 0, hash: String::new() };
    for known in [vec![], vec![none.clone()], lines.clone(), vec![last.clone(), last.clone(), lines[0].clone(), none]] {
        assert_eq!(journal.verify_all(known).await.unwrap(), last);
    }
    let forged = Head { seq: 2, hash: lines[0].hash.clone() };
    for (known, told) in [
        (vec![last.clone(), forged], "line 2 is not the line that was there before"),
        (vec![Head { seq: 9, hash: last.hash.clone() }, lines[1].clone()], "at least 9"),
    ] {
        let error = journal.verify_all(known).await.unwrap_err();
        assert!(error.to_string().contains(told), "{error}");
        assert!(error.next_step().is_some());
    }
}

#[tokio::test]
async fn damage_to_the_file_is_found_before_its_lines_are_believed() {
    // The index by run lacks a line: a resume would not see what was done.
    let (_folder, path, head) = written().await;
    let raw = rusqlite::Connection::open(&path).unwrap();
    let root: usize =
        raw.query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'line_run'", [], |row| row.get::<_, i64>(0)).unwrap() as usize;
    raw.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(raw);
    let whole = std::fs::read(&path).unwrap();
    for at in [root * 4096 - 3, root * 4096 - 14, (root - 1) * 4096 + 3] {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        std::fs::write(&path, bytes).unwrap();
        let error = SqliteJournal::open(&path).unwrap().verify(Some(head.clone())).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Storage);
        assert!(error.hint_text().is_some(), "{error}");
    }
}
