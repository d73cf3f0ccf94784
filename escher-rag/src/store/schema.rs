//! The file's layout and how one version becomes the next.

use std::path::Path;
use std::time::Duration;

use escher_core::{Error, ErrorKind, Result};
use rusqlite::{Connection, OpenFlags};

use super::{fault, guard, renew};

/// Marks a SQLite file as ours (`PRAGMA application_id`): the bytes of "Eshr".
const APPLICATION: i32 = 0x4573_6872;

/// KB of pages that a reader may keep: the facts of a large estate.
const READER_CACHE_KB: i64 = 32 * 1024;

/// KB of pages that the writer may keep: with fewer it reads the indexes over ids again for each row of a large import.
const WRITER_CACHE_KB: i64 = 64 * 1024;

/// Statements that the writer keeps prepared: all that a diff needs.
const STATEMENTS: usize = 64;

/// One script for each version of the file, in order; a released one is never edited.
///
/// Wide rows (`entries`) are apart from what moves on every look (`seen`), so that a quiet sync of a large estate
/// writes a few megabytes and not all of it. What selectors ask for stands apart from both, in `facts`, `tags` and
/// `links`: it is derived from `resource` ([`facts`]), `NULL` is unknown, text is folded. A `thing` is an id that is in
/// the estate or that something in it is linked to; an entry has the number of its thing.
const MIGRATIONS: &[&str] = &[
    "
    CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO meta VALUES ('revision', 0), ('horizon', 0);

    CREATE TABLE entries (
        entry INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        cloud TEXT NOT NULL,
        account TEXT,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        region TEXT,
        state TEXT,
        env TEXT,
        hash TEXT NOT NULL,
        resource TEXT NOT NULL
    );
    CREATE INDEX entries_account ON entries (cloud, account);
    CREATE INDEX entries_kind ON entries (kind, cloud);
    CREATE INDEX entries_name ON entries (name);

    CREATE TABLE seen (
        entry INTEGER PRIMARY KEY REFERENCES entries (entry),
        first_seen INTEGER NOT NULL,
        last_seen INTEGER NOT NULL,
        missed INTEGER NOT NULL,
        revision INTEGER NOT NULL
    );
    CREATE UNIQUE INDEX seen_revision ON seen (revision);

    CREATE TABLE tombstones (id TEXT PRIMARY KEY, revision INTEGER NOT NULL UNIQUE) WITHOUT ROWID;
    CREATE TABLE tag_keys (key TEXT PRIMARY KEY, uses INTEGER NOT NULL) WITHOUT ROWID;

    CREATE TABLE documents (
        collection TEXT NOT NULL,
        id TEXT NOT NULL,
        at INTEGER NOT NULL,
        text TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (collection, id)
    );
    CREATE INDEX documents_at ON documents (collection, at);

    CREATE TABLE plans (id TEXT PRIMARY KEY, created INTEGER NOT NULL, record TEXT NOT NULL);
    CREATE INDEX plans_created ON plans (created);
    CREATE TABLE runs (id TEXT PRIMARY KEY, started INTEGER NOT NULL, record TEXT NOT NULL);
    CREATE INDEX runs_started ON runs (started);
",
    "
    CREATE TABLE things (thing INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, last TEXT NOT NULL, known INTEGER NOT NULL);
    CREATE INDEX things_last ON things (last);
    CREATE INDEX things_strange ON things (thing) WHERE known = 0;

    CREATE TABLE facts (
        entry INTEGER PRIMARY KEY,
        cloud TEXT NOT NULL, kind TEXT NOT NULL, native TEXT NOT NULL, service TEXT NOT NULL,
        account TEXT, account_name TEXT, region TEXT, zone TEXT, geo TEXT, env TEXT, grp TEXT,
        name TEXT NOT NULL, state TEXT, raw_state TEXT, raw_word TEXT, engine TEXT, size TEXT,
        capacity REAL, memory REAL, cost REAL, cpu REAL,
        made INTEGER, made_ns INTEGER, backup INTEGER, backup_ns INTEGER, automatic INTEGER,
        idle INTEGER, public INTEGER, encrypted INTEGER, attached INTEGER, untagged INTEGER,
        tagged INTEGER NOT NULL, networked INTEGER NOT NULL, linked INTEGER NOT NULL
    );
    CREATE INDEX facts_kind ON facts (kind, env);
    CREATE INDEX facts_name ON facts (name);

    CREATE TABLE tags (key TEXT, value TEXT, entry INTEGER, PRIMARY KEY (key, value, entry)) WITHOUT ROWID;

    CREATE TABLE links (rel TEXT, entry INTEGER, target INTEGER, PRIMARY KEY (rel, entry, target)) WITHOUT ROWID;
    CREATE INDEX links_target ON links (target, rel);

    CREATE TABLE words (sort TEXT, word TEXT, uses INTEGER NOT NULL, PRIMARY KEY (sort, word)) WITHOUT ROWID;

    DROP TABLE tag_keys;
    DROP INDEX entries_kind;
    DROP INDEX entries_name;
    ALTER TABLE entries DROP COLUMN kind;
    ALTER TABLE entries DROP COLUMN name;
    ALTER TABLE entries DROP COLUMN region;
    ALTER TABLE entries DROP COLUMN state;
    ALTER TABLE entries DROP COLUMN env;
    INSERT INTO meta VALUES ('facts', 0);
",
    guard::SCRIPT,
    // From here on every row has its checksum, too.
    "ALTER TABLE seen ADD COLUMN missed_since INTEGER;",
    // What jobs measured stands apart from what listings tell, so that neither overwrites the other. First sight is in
    // `seen`; only what changed and what is gone has a row in `history`.
    "
    CREATE TABLE measured (entry INTEGER PRIMARY KEY, id TEXT NOT NULL, body TEXT NOT NULL, sum INTEGER);
    CREATE TABLE history (
        seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, change TEXT NOT NULL,
        fields TEXT NOT NULL, run TEXT, first_seen INTEGER NOT NULL, resource TEXT, sum INTEGER
    );
    CREATE INDEX history_at ON history (at);
",
];

/// Opens the file for writing, makes it where there is none, and brings it to this version.
///
/// Where somebody `touched` it since it was closed it is looked through first, and what is derived is written anew.
pub(super) fn open_writer(path: &Path, touched: bool) -> Result<Connection> {
    let fault = |e| fault::at("open store", path, e);
    let mut connection = Connection::open(path).map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(fault)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).map_err(fault)?;
    let known = MIGRATIONS.len() as i64;
    if version > known {
        return Err(Error::new(
            ErrorKind::Unsupported,
            format!("its version {version} is newer than {known}, the newest this program knows"),
        )
        .operation("open store")
        .with("file", path.display().to_string())
        .hint("use the Escher that wrote it, or a newer one; or choose another data directory"));
    }
    let application: i32 = connection.pragma_query_value(None, "application_id", |row| row.get(0)).map_err(fault)?;
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(fault)?;
    if application != APPLICATION && tables > 0 {
        return Err(Error::invalid("it is a SQLite file of another program")
            .operation("open store")
            .with("file", path.display().to_string())
            .hint("choose another data directory"));
    }
    connection.pragma_update(None, "journal_mode", "WAL").map_err(fault)?;
    connection.pragma_update(None, "synchronous", "FULL").map_err(fault)?;
    connection.pragma_update(None, "cache_size", -WRITER_CACHE_KB).map_err(fault)?;
    for (number, script) in (1i64..).zip(MIGRATIONS).skip_while(|(number, _)| *number <= version) {
        let transaction = connection.transaction().map_err(fault)?;
        transaction.execute_batch(script).map_err(fault)?;
        if number == known {
            guard::complete(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(fault)?;
        transaction.pragma_update(None, "user_version", number).map_err(fault)?;
        transaction.commit().map_err(fault)?;
    }
    if touched {
        guard::check(&connection, true).map_err(|e| e.with("file", path.display().to_string()))?;
    }
    let transaction = connection.transaction().map_err(fault)?;
    renew::renew(&transaction, touched)?;
    transaction.commit().map_err(fault)?;
    Ok(connection)
}

/// A connection that cannot write.
pub(super) fn open_reader(path: &Path) -> Result<Connection> {
    let fault = |e| fault::at("open store", path, e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
    connection.busy_timeout(Duration::from_secs(5)).map_err(fault)?;
    connection.pragma_update(None, "query_only", true).map_err(fault)?;
    connection.pragma_update(None, "cache_size", -READER_CACHE_KB).map_err(fault)?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use escher_core::{CloudId, EstateStore as _, Kind, Link, Rel, Resource, ResourceId, Selector};
    use jiff::Timestamp;
    use rusqlite::params;

    use super::*;
    use crate::SqliteStore;

    /// A store as its first version wrote it, and three resources in it.
    fn first_version(path: &Path) -> Vec<Resource> {
        let c = Connection::open(path).unwrap();
        c.execute_batch(MIGRATIONS[0]).unwrap();
        c.pragma_update(None, "application_id", APPLICATION).unwrap();
        c.pragma_update(None, "user_version", 1).unwrap();
        let new = |kind: Kind, name: &str| Resource::new(CloudId::Aws, format!("arn:aws:ec2:r:1:x/{name}"), kind, "ec2:x", name);
        let mut all = vec![new(Kind::Vm, "prod-web"), new(Kind::Disk, "data"), new(Kind::Disk, "spare")];
        all[0].tags = Some([("Owner".to_owned(), "Ann".to_owned())].into());
        all[1].links = vec![Link { rel: Rel::Attached, id: all[0].id.clone() }];
        all[2].links = vec![Link { rel: Rel::Attached, id: ResourceId::verbatim("gone") }];
        // Numbers with gaps, as they are after removals.
        for (entry, r) in [3, 7, 20].into_iter().zip(&all) {
            let values =
                params![entry, r.id.as_str(), "aws", r.kind.as_str(), r.name, r.observed_hash(), serde_json::to_string(r).unwrap()];
            let sql = "INSERT INTO entries (entry, id, cloud, kind, name, hash, resource) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            c.execute(sql, values).unwrap();
            c.execute("INSERT INTO seen VALUES (?1, 0, 0, 0, ?1)", [entry]).unwrap();
        }
        c.execute_batch("UPDATE meta SET value = 20 WHERE key = 'revision'; INSERT INTO tag_keys VALUES ('Owner', 1);").unwrap();
        all
    }

    #[tokio::test]
    async fn a_store_of_the_first_version_is_brought_to_this_one_and_goes_on() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let all = first_version(&path);
        for round in 0..2 {
            let store = SqliteStore::open(&path).unwrap();
            let ids = async |text: &str| {
                let selector = Selector::parse(text).unwrap();
                store.admitted(&selector, Timestamp::UNIX_EPOCH).await.unwrap()
            };
            assert_eq!(ids("kind = disk AND rel.attached IN (env = prod AND owner = ann)").await, [all[1].id.clone()], "{round}");
            assert_eq!(ids("").await.len(), 3);
            assert_eq!(store.select(&Selector::parse("linked IN (name = x)").unwrap(), Timestamp::UNIX_EPOCH).await.unwrap().unknown, 1);
            let words = store.known_words().await.unwrap();
            assert_eq!((words.tags, words.relations), (["Owner".to_owned()].into(), ["attached".to_owned()].into()));
            assert_eq!(store.revision().await.unwrap(), 20);
            store.check(true).unwrap();
            assert_eq!(store.entry(&all[2].id).await.unwrap().unwrap().resource, all[2]);
        }
    }

    #[tokio::test]
    async fn a_row_without_a_checksum_is_of_an_older_file_or_altered() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        let all = first_version(&path);
        drop(SqliteStore::open(&path).unwrap());
        let edit = |sql: &str| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        for column in ["sum", "narrow"] {
            edit(&format!("UPDATE entries SET {column} = NULL WHERE entry = 7"));
            let error = SqliteStore::open_touched(&path).err().unwrap();
            assert!(error.message().contains("not as it was written"), "{column}: {error}");
            // What says it is of the version before gets its checksums.
            edit("DROP TABLE history; DROP TABLE measured; ALTER TABLE seen DROP COLUMN missed_since; PRAGMA user_version = 3");
            SqliteStore::open_touched(&path).unwrap();
        }
        edit("UPDATE entries SET sum = NULL WHERE entry = 7");
        let store = SqliteStore::open(&path).unwrap();
        assert!(store.entry(&all[1].id).await.unwrap_err().message().contains("not as it was written"));
        assert!(store.entry(&all[0].id).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn facts_of_another_version_are_written_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store.db");
        first_version(&path);
        drop(SqliteStore::open(&path).unwrap());
        let c = Connection::open(&path).unwrap();
        c.execute_batch(
            "UPDATE meta SET value = value + 1 WHERE key = 'facts'; UPDATE facts SET env = 'dev', kind = 'vm'; DELETE FROM links;",
        )
        .unwrap();
        drop(c);
        let store = SqliteStore::open(&path).unwrap();
        for (text, count) in [("env = prod", 1), ("env = dev", 0), ("kind = disk", 2), ("rel.attached EXISTS", 2)] {
            let selector = Selector::parse(text).unwrap();
            assert_eq!(store.admitted(&selector, Timestamp::UNIX_EPOCH).await.unwrap().len(), count, "{text}");
        }
    }
}
