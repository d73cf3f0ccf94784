//! Selections: exact, and reading no more resources than they must.

use std::cell::Cell;
use std::sync::Arc;

use escher_core::selector::{Related, Relation};
use escher_core::{Entry, Resource, ResourceId, Result, Selection, Selector, Truth, truth};
use jiff::Timestamp;
use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;

use super::compile::{Compiled, Set, VERDICT};
use super::sets::{self, Verdicts};
use super::{estate, fault};

/// An entry that a selector does not certainly refuse.
struct Found {
    entry: i64,
    truth: Truth,
    /// The entry itself, where it had to be read to tell.
    read: Option<Box<Entry>>,
}

/// What a selector says of every entry that it does not certainly refuse.
fn judge(c: &Connection, selector: &Selector, now: Timestamp) -> Result<Vec<Found>> {
    let compiled = Compiled::of(selector, now);
    let verdicts = sets::decide(c, &compiled.sets, |to| nested(c, to, now))?;
    found(c, selector, &compiled, verdicts, now)
}

/// What a nested selector says of every entry. Where sets alone decide, no entry is read.
fn nested(c: &Connection, selector: &Selector, now: Timestamp) -> Result<Verdicts> {
    let compiled = Compiled::of(selector, now);
    let verdicts = sets::decide(c, &compiled.sets, |to| nested(c, to, now))?;
    if compiled.is_sets() {
        return Verdicts::all(verdicts).map_or_else(|| Verdicts::none(c), Ok);
    }
    let mut all = Verdicts::none(c)?;
    for found in found(c, selector, &compiled, verdicts, now)? {
        all.set(found.entry, found.truth);
    }
    Ok(all)
}

fn found(c: &Connection, selector: &Selector, compiled: &Compiled<'_>, verdicts: Vec<Verdicts>, now: Timestamp) -> Result<Vec<Found>> {
    let verdicts = Arc::new(verdicts);
    let rows = rows(c, compiled, &verdicts).map_err(|e| fault::of("select", e))?;
    let mut read = estate::Reader::new(c)?;
    let around = Around { sets: &compiled.sets, verdicts: &verdicts, entry: Cell::new(0) };
    let mut found = Vec::with_capacity(rows.len());
    for (entry, truth, ask) in rows {
        let mut one = Found { entry, truth, read: None };
        if truth.is_none() && ask {
            let entry_itself = read.raw(entry)?.entry()?;
            around.entry.set(entry);
            one.truth = selector.matches_among(&entry_itself.resource, &around, now);
            if one.truth == Some(false) {
                continue;
            }
            one.read = Some(Box::new(entry_itself));
        }
        found.push(one);
    }
    Ok(found)
}

/// Number, what the expression says, and whether the entry must be asked where it says nothing.
fn rows(c: &Connection, compiled: &Compiled<'_>, verdicts: &Arc<Vec<Verdicts>>) -> rusqlite::Result<Vec<(i64, Truth, bool)>> {
    let within = if compiled.within.is_empty() { "TRUE".to_owned() } else { compiled.within.join(" AND ") };
    let ask = compiled.part.ask.as_deref().unwrap_or("0");
    let sql = format!("SELECT f.entry, {}, {ask} FROM facts f WHERE {within}", compiled.part.sql);
    let own = Arc::clone(verdicts);
    c.create_scalar_function(VERDICT, 2, FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC, move |cx| {
        let (set, entry) = (cx.get::<i64>(0)?, cx.get::<i64>(1)?);
        Ok(usize::try_from(set).ok().and_then(|set| own.get(set)?.of(entry)))
    })?;
    let read = || -> rusqlite::Result<Vec<(i64, Truth, bool)>> {
        let mut statement = c.prepare(&sql)?;
        // What stands in no expression in the end is not asked for.
        for (number, value) in (1..=statement.parameter_count()).zip(&compiled.values) {
            statement.raw_bind_parameter(number, value)?;
        }
        let mut rows = statement.raw_query();
        let mut out = Vec::new();
        while let Some(row) = rows.next()? {
            let entry: i64 = row.get(0)?;
            let apart = compiled.apart.iter().filter_map(|set| verdicts.get(*set)).map(|set| set.of(entry));
            let truth: Truth = apart.fold(row.get(1)?, truth::and);
            if truth != Some(false) {
                out.push((entry, truth, row.get::<_, Option<bool>>(2)?.unwrap_or(false)));
            }
        }
        Ok(out)
    };
    let rows = read();
    // It holds on to what it was made for.
    c.remove_function(VERDICT, 2)?;
    rows
}

/// Answers nested selectors for the entry that is being judged.
struct Around<'a, 's> {
    sets: &'a [Set<'s>],
    verdicts: &'a [Verdicts],
    entry: Cell<i64>,
}

impl Related for Around<'_, '_> {
    fn related(&self, _: &Resource, by: &Relation, to: &Selector) -> Truth {
        let is = |set: &Set<'_>| matches!(set, Set::Related(known, selector) if *known == by && *selector == to);
        self.verdicts.get(self.sets.iter().position(is)?)?.of(self.entry.get())
    }
}

pub(super) fn entries(c: &Connection, selector: &Selector, now: Timestamp) -> Result<Selection> {
    let mut selection = Selection::default();
    let mut unread = Vec::new();
    for found in judge(c, selector, now)? {
        match (found.truth, found.read) {
            (Some(_), Some(read)) => selection.matched.push(*read),
            (Some(_), None) => unread.push(found.entry),
            (None, _) => selection.unknown += 1,
        }
    }
    // In the order in which they are stored, each page is read once.
    unread.sort_unstable();
    selection.matched.append(&mut estate::all_numbered(c, &unread)?);
    selection.matched.sort_by(|a, b| a.resource.id.cmp(&b.resource.id));
    Ok(selection)
}

pub(super) fn ids(c: &Connection, selector: &Selector, now: Timestamp) -> Result<Vec<ResourceId>> {
    let fault = |e| fault::of("select", e);
    let mut ids = Vec::new();
    let mut id = c.prepare_cached("SELECT id FROM things WHERE thing = ?1").map_err(fault)?;
    for found in judge(c, selector, now)?.iter().filter(|found| found.truth.is_some()) {
        ids.push(ResourceId::verbatim(id.query_row([found.entry], |row| row.get::<_, String>(0)).map_err(fault)?));
    }
    ids.sort();
    Ok(ids)
}
