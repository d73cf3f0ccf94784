-- The store's layout in its first version, as that version made it.
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

PRAGMA application_id = 1165191282;
PRAGMA user_version = 1;
