//! What tags, ids and relations decide, for all entries at once.

use std::collections::HashSet;

use escher_core::selector::{Field, Relation};
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

    fn set(&mut self, thing: i64, value: Truth) {
        if let Some(slot) = usize::try_from(thing).ok().and_then(|thing| self.0.get_mut(thing)) {
            *slot = value;
        }
    }
}

/// Decides each set; nested selectors from the inside out, by `judge`, which returns every entry that a selector does not
/// certainly refuse.
pub(super) fn decide(c: &Connection, sets: &[Set<'_>], judge: impl Fn(&Selector) -> Result<Vec<(i64, Truth)>>) -> Result<Vec<Verdicts>> {
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
    let fault = |e| fault::of("select", e);
    let exists = matches!(test, TagTest::Exists);
    let mut verdicts = Verdicts::new(c, if exists { Some(false) } else { None })?;
    // Equal values come together, and each is judged once.
    let mut statement = c.prepare_cached("SELECT value, entry FROM tags WHERE key = ?1 ORDER BY value").map_err(fault)?;
    let mut rows = statement.query([key]).map_err(fault)?;
    let mut last: Option<(String, Truth)> = None;
    let mut seen = vec![false; verdicts.0.len()];
    while let Some(row) = rows.next().map_err(fault)? {
        let value = row.get_ref(0).and_then(|value| Ok(value.as_str()?)).map_err(fault)?;
        let entry: i64 = row.get(1).map_err(fault)?;
        let holds = match &last {
            Some((known, holds)) if known == value => *holds,
            _ => {
                let holds = holds_of(value, test);
                last = Some((value.to_owned(), holds));
                holds
            }
        };
        // Several keys that are equal in any case are several values of one.
        let Some(seen) = usize::try_from(entry).ok().and_then(|entry| seen.get_mut(entry)) else { continue };
        let value = if std::mem::replace(seen, true) { truth::or(verdicts.of(entry), holds) } else { holds };
        verdicts.set(entry, value);
    }
    Ok(verdicts)
}

fn holds_of(value: &str, test: &TagTest) -> Truth {
    match test {
        TagTest::Exists => Some(true),
        TagTest::OneOf(wanted) => Some(wanted.iter().any(|wanted| wanted == value)),
        // The order of values does not depend on their case either.
        TagTest::Order(op, wanted) => {
            let mut bearer = Resource::new(escher_core::CloudId::Aws, "", escher_core::Kind::Other, "", "");
            bearer.tags = Some([(String::new(), value.to_owned())].into());
            let compare = Selector::Compare { field: Field::Tag(String::new()), op: *op, value: wanted.clone() };
            compare.matches(&bearer, Timestamp::UNIX_EPOCH)
        }
    }
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

fn related(c: &Connection, by: &Relation, to: Vec<(i64, Truth)>) -> Result<Verdicts> {
    let fault = |e| fault::of("select", e);
    let mut inner = Verdicts::new(c, Some(false))?;
    let mut strange = c.prepare_cached("SELECT thing FROM things WHERE known = 0").map_err(fault)?;
    let mut rows = strange.query([]).map_err(fault)?;
    while let Some(row) = rows.next().map_err(fault)? {
        inner.set(row.get(0).map_err(fault)?, None);
    }
    for (entry, truth) in to {
        inner.set(entry, truth);
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
