//! What tags, ids and relations decide, for all entries at once.

use std::collections::HashSet;

use escher_core::selector::{Field, Op, Relation, Value};
use escher_core::{Resource, ResourceId, Result, Selector, Truth, fuzzy, truth};
use jiff::Timestamp;
use rusqlite::{Connection, params_from_iter};

use super::compile::{Set, TagTest};
use super::facts::last_of;
use super::fault;

/// A truth for each thing, by its number.
pub(super) struct Verdicts(Vec<Truth>);

impl Verdicts {
    pub(super) fn of(&self, thing: i64) -> Truth {
        usize::try_from(thing).ok().and_then(|thing| self.0.get(thing).copied().flatten())
    }

    fn new(c: &Connection, all: Truth) -> Result<Self> {
        let most: Option<i64> = c.query_row("SELECT max(thing) FROM things", [], |row| row.get(0)).map_err(|e| fault::of("select", e))?;
        Ok(Self(vec![all; most.map_or(0, |most| usize::try_from(most).unwrap_or(0).saturating_add(1))]))
    }

    /// False for everything.
    pub(super) fn none(c: &Connection) -> Result<Self> {
        Self::new(c, Some(false))
    }

    /// True for what is true of all of them.
    pub(super) fn all(each: impl IntoIterator<Item = Self>) -> Option<Self> {
        each.into_iter().reduce(|mut one, other| {
            for (value, other) in one.0.iter_mut().zip(other.0) {
                *value = truth::and(*value, other);
            }
            one
        })
    }

    pub(super) fn set(&mut self, thing: i64, value: Truth) {
        if let Some(slot) = usize::try_from(thing).ok().and_then(|thing| self.0.get_mut(thing)) {
            *slot = value;
        }
    }
}

/// Decides each set; nested selectors from the inside out, by `judge`, whose verdicts hold for entries only.
pub(super) fn decide(c: &Connection, sets: &[Set<'_>], judge: impl Fn(&Selector) -> Result<Verdicts>) -> Result<Vec<Verdicts>> {
    let decide = |set: &Set<'_>| match set {
        Set::Tag(key, test) => tags(c, key, test),
        Set::Ids(wanted) => {
            let mut verdicts = Verdicts::new(c, Some(false))?;
            for thing in things(c, wanted)? {
                verdicts.set(thing, Some(true));
            }
            Ok(verdicts)
        }
        Set::LinkedTo(by, wanted) => {
            let wanted = things(c, wanted)?;
            let mut verdicts = Verdicts::new(c, None)?;
            each_link(c, by, |entry, target| {
                // One that is meant is enough.
                let value = truth::or(verdicts.of(entry).or(Some(false)), Some(wanted.contains(&target)));
                verdicts.set(entry, value);
            })?;
            Ok(verdicts)
        }
        Set::Linked(by) => {
            let mut verdicts = Verdicts::new(c, Some(false))?;
            each_link(c, by, |entry, _| verdicts.set(entry, Some(true)))?;
            Ok(verdicts)
        }
        Set::Related(by, to) => related(c, by, judge(to)?),
    };
    sets.iter().map(decide).collect()
}

fn tags(c: &Connection, key: &str, test: &TagTest) -> Result<Verdicts> {
    let mut verdicts = Verdicts::new(c, if matches!(test, TagTest::Exists) { Some(false) } else { None })?;
    match test {
        TagTest::Exists => each_entry(c, "SELECT entry FROM tags WHERE key = ?1", &[key], |entry| verdicts.set(entry, Some(true)))?,
        // A key may have a hundred thousand values, of which a few are asked for: the others are not read.
        TagTest::OneOf(wanted) => {
            each_entry(c, "SELECT entry FROM tags WHERE key = ?1", &[key], |entry| verdicts.set(entry, Some(false)))?;
            for value in wanted {
                let sql = "SELECT entry FROM tags WHERE key = ?1 AND value = ?2";
                each_entry(c, sql, &[key, value], |entry| verdicts.set(entry, Some(true)))?;
            }
        }
        TagTest::Order(op, wanted) => ordered(c, key, *op, wanted, &mut verdicts)?,
    }
    Ok(verdicts)
}

fn each_entry(c: &Connection, sql: &str, of: &[&str], mut take: impl FnMut(i64)) -> Result<()> {
    let fault = |e| fault::of("select", e);
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params_from_iter(of)).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        take(row.get(0).map_err(fault)?);
    }
    Ok(())
}

/// The values of a key held against another one. Equal values come together, and each is judged once.
fn ordered(c: &Connection, key: &str, op: Op, wanted: &Value, verdicts: &mut Verdicts) -> Result<()> {
    let fault = |e| fault::of("select", e);
    let mut statement = c.prepare_cached("SELECT value, entry FROM tags WHERE key = ?1 ORDER BY value").map_err(fault)?;
    let mut rows = statement.query([key]).map_err(fault)?;
    let mut last: Option<(String, Truth)> = None;
    let mut met = HashSet::new();
    while let Some(row) = rows.next().map_err(fault)? {
        let value = row.get_ref(0).and_then(|value| Ok(value.as_str()?)).map_err(fault)?;
        let entry: i64 = row.get(1).map_err(fault)?;
        let holds = match &last {
            Some((known, holds)) if known == value => *holds,
            _ => {
                let holds = compares(value, op, wanted);
                last = Some((value.to_owned(), holds));
                holds
            }
        };
        // Several keys that are equal in any case are several values of one.
        let holds = if met.insert(entry) { holds } else { truth::or(verdicts.of(entry), holds) };
        verdicts.set(entry, holds);
    }
    Ok(())
}

/// The order of values does not depend on their case.
fn compares(value: &str, op: Op, wanted: &Value) -> Truth {
    let mut bearer = Resource::new(escher_core::CloudId::Aws, "", escher_core::Kind::Other, "", "");
    bearer.tags = Some([(String::new(), value.to_owned())].into());
    let compare = Selector::Compare { field: Field::Tag(String::new()), op, value: wanted.clone() };
    compare.matches(&bearer, Timestamp::UNIX_EPOCH)
}

/// The last segments that things with this form of an id may have. What AWS appends to the name of a secret is known
/// by its capitals, and a folded text has none.
fn lasts(wanted: &str) -> impl Iterator<Item = String> {
    let secret = wanted.rsplit_once('-').filter(|(front, suffix)| front.contains(":secret:") && suffix.len() == 6);
    std::iter::once(last_of(wanted)).chain(secret.map(|(front, _)| last_of(front)))
}

/// Things with these forms of an id, folded.
fn things(c: &Connection, wanted: &[String]) -> Result<HashSet<i64>> {
    let fault = |e| fault::of("select", e);
    let mut found = HashSet::new();
    let mut statement = c.prepare_cached("SELECT thing, id FROM things WHERE last = ?1").map_err(fault)?;
    for (wanted, last) in wanted.iter().flat_map(|wanted| lasts(wanted).map(move |last| (wanted, last))) {
        let mut rows = statement.query([&last]).map_err(fault)?;
        while let Some(row) = rows.next().map_err(fault)? {
            let id: String = row.get(1).map_err(fault)?;
            if ResourceId::verbatim(id).forms().iter().any(|form| fuzzy::fold(form) == *wanted) {
                found.insert(row.get(0).map_err(fault)?);
            }
        }
    }
    Ok(found)
}

/// Every link of a relation: who says it, and of whom.
fn each_link(c: &Connection, by: &Relation, mut take: impl FnMut(i64, i64)) -> Result<()> {
    let fault = |e| fault::of("select", e);
    let (sql, rel) = match by {
        Relation::Any => ("SELECT entry, target FROM links", None),
        Relation::Is(rel) => ("SELECT entry, target FROM links WHERE rel = ?1", Some(fuzzy::fold(rel.as_str()))),
    };
    let mut statement = c.prepare_cached(sql).map_err(fault)?;
    let mut rows = statement.query(params_from_iter(rel)).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        take(row.get(0).map_err(fault)?, row.get(1).map_err(fault)?);
    }
    Ok(())
}

fn related(c: &Connection, by: &Relation, mut inner: Verdicts) -> Result<Verdicts> {
    let fault = |e| fault::of("select", e);
    let mut strange = c.prepare_cached("SELECT thing FROM things WHERE known = 0").map_err(fault)?;
    let mut rows = strange.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        inner.set(row.get(0).map_err(fault)?, None);
    }
    // Whoever is related to nobody is never joined with anything, and stays unknown.
    let mut verdicts = Verdicts::new(c, None)?;
    let mut met = vec![false; verdicts.0.len()];
    let mut join = |one: i64, truth: Truth| {
        let Some(met) = usize::try_from(one).ok().and_then(|one| met.get_mut(one)) else { return };
        let joined = if *met { truth::or(verdicts.of(one), truth) } else { truth };
        *met = true;
        verdicts.set(one, joined);
    };
    each_link(c, by, |entry, target| {
        join(entry, inner.of(target));
        join(target, inner.of(entry));
    })?;
    Ok(verdicts)
}
