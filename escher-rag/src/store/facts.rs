//! What selectors ask for, derived from each resource and kept in columns and tables of its own, so that a selection
//! reads no more resources than it returns.
//!
//! Everything here follows from `entries.resource` and `measured` and can be written anew at any time; see [`VERSION`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use escher_core::resource::attr;
use escher_core::selector::{Field, number, texts};
use escher_core::{Flag, Resource, ResourceId, fuzzy};
use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, params, params_from_iter};

/// Raised whenever the same resource has other facts than before (another way to derive the environment, a new column);
/// a store with facts of another version has them written anew when it is opened.
pub(super) const VERSION: i64 = 2;

/// Sorts of words that are counted; see `words` in the schema.
pub(super) const TAG: &str = "tag";
pub(super) const ATTRIBUTE: &str = "attribute";
pub(super) const RELATION: &str = "relation";

/// Columns of `facts` beside `entry`, in the order of [`values`]. Text is folded; NULL is what is not reported.
const COLUMNS: &[&str] = &[
    "cloud",
    "kind",
    "native",
    "service",
    "account",
    "account_name",
    "region",
    "zone",
    "geo",
    "env",
    "grp",
    "name",
    "state",
    "raw_state",
    "raw_word",
    "engine",
    "size",
    "capacity",
    "memory",
    "cost",
    "cpu",
    "made",
    "made_ns",
    "backup",
    "backup_ns",
    "automatic",
    "idle",
    "public",
    "encrypted",
    "attached",
    "untagged",
    "tagged",
    "networked",
    "linked",
];

static WRITE: LazyLock<String> = LazyLock::new(|| {
    let marks = vec!["?"; COLUMNS.len() + 1].join(", ");
    format!("INSERT OR REPLACE INTO facts (entry, {}) VALUES ({marks})", COLUMNS.join(", "))
});

fn values(resource: &Resource) -> Vec<Value> {
    let fold = |text: Option<&str>| text.map_or(Value::Null, |text| Value::Text(fuzzy::fold(text)));
    let nth = |field: &Field, n: usize| fold(texts(resource, field).get(n).map(AsRef::as_ref));
    let count = |field: Field| number(resource, &field).map_or(Value::Null, Value::Real);
    let truth = |value: Option<bool>| value.map_or(Value::Null, |value| Value::Integer(value.into()));
    // The time is of no consequence to the flags that are kept.
    let flag = |flag: Flag| truth(resource.flag(flag, Timestamp::UNIX_EPOCH));
    let (made, made_ns) = moment(resource.created);
    let (backup, backup_ns) = moment(resource.text_attr(attr::LAST_BACKUP).and_then(|text| text.parse().ok()));
    vec![
        fold(Some(resource.cloud.as_str())),
        fold(Some(resource.kind.as_str())),
        fold(Some(&resource.native)),
        fold(Some(resource.service())),
        fold(resource.account.as_deref()),
        fold(resource.account_name.as_deref()),
        fold(resource.region.as_deref()),
        fold(resource.zone.as_deref()),
        nth(&Field::Geo, 0),
        nth(&Field::Env, 0),
        nth(&Field::Group, 0),
        fold(Some(&resource.name)),
        nth(&Field::State, 0),
        nth(&Field::RawState, 0),
        nth(&Field::RawState, 1),
        nth(&Field::Engine, 0),
        nth(&Field::Size, 0),
        count(Field::Capacity),
        count(Field::Memory),
        count(Field::Cost),
        count(Field::Cpu),
        made,
        made_ns,
        backup,
        backup_ns,
        truth(resource.bool_attr(attr::AUTO_BACKUPS)),
        flag(Flag::Idle),
        flag(Flag::Public),
        flag(Flag::Encrypted),
        flag(Flag::Attached),
        flag(Flag::Untagged),
        truth(Some(resource.tags.is_some())),
        truth(Some(!texts(resource, &Field::Network).is_empty())),
        truth(Some(!resource.links.is_empty())),
    ]
}

/// A time in two columns, seconds and nanoseconds, which compare as a row: every time that there is fits.
pub(super) fn moment(at: Option<Timestamp>) -> (Value, Value) {
    at.map_or((Value::Null, Value::Null), |at| (at.as_second().into(), i64::from(at.subsec_nanosecond()).into()))
}

/// The last segment of an id, folded: what `things.last` holds.
pub(super) fn last_of(id: &str) -> String {
    fuzzy::fold(ResourceId::verbatim(id).last_segment())
}

/// The writing of facts, with the count of words that it changes.
pub(super) struct Facts<'c> {
    c: &'c Connection,
    words: BTreeMap<(&'static str, String), i64>,
}

impl<'c> Facts<'c> {
    pub(super) fn new(c: &'c Connection) -> Self {
        Self { c, words: BTreeMap::new() }
    }

    fn run(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.c.prepare_cached(sql)?.execute(params)
    }

    /// The number under which an id goes, whether the estate has it or something is linked to it.
    fn thing(&self, id: &str, known: bool) -> rusqlite::Result<i64> {
        let found: Option<(i64, bool)> = self
            .c
            .prepare_cached("SELECT thing, known FROM things WHERE id = ?1")?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        match found {
            Some((thing, was)) if known && !was => self.run("UPDATE things SET known = 1 WHERE thing = ?1", [thing]).map(|_| thing),
            Some((thing, _)) => Ok(thing),
            None => {
                self.run("INSERT INTO things (id, last, known) VALUES (?1, ?2, ?3)", params![id, last_of(id), known])?;
                Ok(self.c.last_insert_rowid())
            }
        }
    }

    /// The number for a new entry.
    pub(super) fn number(&self, id: &str) -> rusqlite::Result<i64> {
        self.thing(id, true)
    }

    /// Brings the facts of an entry up to date; `old` is what it was before.
    pub(super) fn write(&mut self, entry: i64, old: Option<&Told>, new: &Told) -> rusqlite::Result<()> {
        let entry_value = Value::Integer(entry);
        let row = std::iter::once(&entry_value).chain(&new.values);
        self.c.prepare_cached(&WRITE)?.execute(params_from_iter(row))?;
        self.around(entry, old, Some(new))
    }

    /// Takes an entry's facts away; whoever is linked to it keeps its number.
    pub(super) fn remove(&mut self, entry: i64, old: &Told) -> rusqlite::Result<()> {
        self.run("DELETE FROM facts WHERE entry = ?1", [entry])?;
        self.around(entry, Some(old), None)?;
        self.run("UPDATE things SET known = 0 WHERE thing = ?1", [entry])?;
        self.forget(entry)
    }

    /// Tags, links and words: what is no longer so goes, what is new comes.
    fn around(&mut self, entry: i64, old: Option<&Told>, new: Option<&Told>) -> rusqlite::Result<()> {
        let nothing = Told::default();
        let (old, new) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        for (key, value) in old.tags.difference(&new.tags) {
            self.run("DELETE FROM tags WHERE key = ?1 AND value = ?2 AND entry = ?3", params![key, value, entry])?;
        }
        for (key, value) in new.tags.difference(&old.tags) {
            self.run("INSERT INTO tags (key, value, entry) VALUES (?1, ?2, ?3)", params![key, value, entry])?;
        }
        for (rel, id) in new.links.difference(&old.links) {
            let target = self.thing(id, false)?;
            self.run("INSERT OR IGNORE INTO links (rel, entry, target) VALUES (?1, ?2, ?3)", params![rel, entry, target])?;
        }
        for (rel, id) in old.links.difference(&new.links) {
            let target = self.thing(id, false)?;
            self.run("DELETE FROM links WHERE rel = ?1 AND entry = ?2 AND target = ?3", params![rel, entry, target])?;
            self.forget(target)?;
        }
        for (words, by) in [(&old.words, -1), (&new.words, 1)] {
            for word in words {
                match self.words.get_mut(word) {
                    Some(uses) => *uses += by,
                    None => drop(self.words.insert(word.clone(), by)),
                }
            }
        }
        Ok(())
    }

    /// Forgets an id that is not in the estate and that nothing is linked to.
    fn forget(&self, thing: i64) -> rusqlite::Result<()> {
        let sql = "DELETE FROM things WHERE thing = ?1 AND known = 0 AND NOT EXISTS (SELECT 1 FROM links WHERE target = ?1)";
        self.run(sql, [thing]).map(drop)
    }

    /// Writes the count of words.
    pub(super) fn finish(self) -> rusqlite::Result<()> {
        let sql = "INSERT INTO words (sort, word, uses) VALUES (?1, ?2, ?3) ON CONFLICT (sort, word) DO UPDATE SET uses = uses + ?3";
        for ((sort, word), by) in self.words.iter().filter(|(_, by)| **by != 0) {
            self.run(sql, params![sort, word, by])?;
        }
        self.run("DELETE FROM words WHERE uses <= 0", []).map(drop)
    }
}

/// What is derived from one resource, ready to be written.
#[derive(Clone, Default)]
pub(super) struct Told {
    values: Vec<Value>,
    tags: BTreeSet<(String, String)>,
    links: BTreeSet<(String, String)>,
    words: BTreeSet<(&'static str, String)>,
}

impl Told {
    pub(super) fn of(resource: &Resource) -> Self {
        let links = resource.links.iter().map(|link| (fuzzy::fold(link.rel.as_str()), link.id.as_str().to_owned()));
        Self {
            values: values(resource),
            tags: resource.tags.iter().flatten().map(|(key, value)| (fuzzy::fold(key), fuzzy::fold(value))).collect(),
            links: links.collect(),
            words: words(resource),
        }
    }
}

fn words(resource: &Resource) -> BTreeSet<(&'static str, String)> {
    let tags = resource.tags.iter().flat_map(BTreeMap::keys).map(|key| (TAG, key.clone()));
    let attributes = resource.attributes.keys().map(|name| (ATTRIBUTE, name.clone()));
    let relations = resource.links.iter().map(|link| (RELATION, fuzzy::fold(link.rel.as_str())));
    tags.chain(attributes).chain(relations).collect()
}
