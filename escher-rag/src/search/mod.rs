//! Search: words rank what the selector admits.
//!
//! Words are corrected against the estate's own vocabulary, split as identifiers are, and read as kinds, engines,
//! environments, places and flags where they are such. Candidates come from exact names and ids, BM25, trigrams,
//! meaning (where there is a model) and the features read; a candidate's score blends how alike its whole name is, how
//! much of the query it covers, and what the lists say together. Words never hide what the selector admits.

mod rank;
mod reading;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::PoisonError;

use escher_core::selector::Field;
use escher_core::{Error, ErrorKind, Hits, Query, ResourceId, Result};
use qdrant_edge::{PointId, Record, VectorInternal};
use rayon::prelude::*;

use crate::index::edge::Edge;
use crate::index::engine::{BM25, DENSE, TRIGRAMS};
use crate::index::filter::Node;
use crate::index::key;
use crate::index::vectors::trigram_query;
use crate::index::{Inner, text};
use reading::Reading;

/// Candidates taken from each list at least.
const CANDIDATES: usize = 32;
/// How many times as many are looked at, so that among equal scores the engine's own order does not decide.
const WIDER: usize = 4;
/// And at most; further hits follow in no order of merit but the score's.
const MOST_CANDIDATES: usize = 1_000;
/// Candidates that are read and scored together.
const SCORED_AT_ONCE: usize = 16;

/// How much of the query a hit meets at least where it matches well: one word of five, or a name that is a little more
/// than half alike. On the demo estate, the best hit of thirty sensible queries meets 0.32 or more, except where only their
/// meaning fits; of twenty senseless ones (“xyzzy qwertzuiop”, “my cat is hungry”) it meets 0.17 at most.
const WELL: f32 = 0.2;
/// How near in meaning (cosine) a hit is at least where it matches well without sharing a word: of the same queries, the
/// nearest hit of a sensible one is at 0.32 or more, that of a senseless one at 0.26 at most.
const MEANT: f32 = 0.3;

/// Runs a query.
pub(crate) fn run(inner: &Inner, query: &Query) -> Result<Hits> {
    let admitted = inner.admitted(&query.filter, query.now)?;
    let (reading, all) = {
        let vocabulary = inner.vocabulary.read().unwrap_or_else(PoisonError::into_inner);
        (Reading::of(&query.words, &vocabulary), vocabulary.resources())
    };
    let count = || match admitted {
        Node::Everything => Ok(all as u64),
        _ => inner.edge.count(admitted.clone().filter()).map(|count| count as u64),
    };
    if reading.is_empty() {
        let hits = by_name(&inner.edge, admitted.clone(), query.limit.min(all))?;
        return Ok(Hits { total: count()?, matched: hits.len(), hits, corrected: Vec::new(), semantic: inner.meanings.is_some() });
    }
    let meaning = meaning(inner, &query.words);
    let semantic = meaning.is_some();
    if query.limit == 0 {
        return Ok(Hits { total: count()?, hits: Vec::new(), matched: 0, corrected: reading.corrected, semantic });
    }
    let (total, lists) = rayon::join(count, || candidates(inner, &admitted, &reading, meaning, query.limit));
    let Candidates { lists, meant } = lists?;
    let (total, fused) = (total?, rank::fuse(&lists));
    let ids: Vec<PointId> = fused.keys().copied().collect();
    let mut scored = score(&inner.edge, &ids, &reading, &fused)?;
    if scored.len() < query.limit && (scored.len() as u64) < total {
        let rest = Node::all([admitted, Node::ids(ids).not()]);
        let rest = inner.edge.scroll(rest.filter(), &[], query.limit - scored.len())?;
        let rest: Vec<PointId> = rest.into_iter().map(|record| record.id).collect();
        scored.extend(score(&inner.edge, &rest, &reading, &fused)?);
    }
    let scored = best(scored, query.limit);
    let matched = scored.iter().rposition(|it| it.met >= WELL || meant.contains(&it.point)).map_or(0, |last| last + 1);
    Ok(Hits { total, hits: ids_of(scored), matched, corrected: reading.corrected, semantic })
}

/// A point with its score.
struct Scored {
    point: PointId,
    score: f32,
    /// How much of the query it meets.
    met: f32,
    /// The name without regard to case.
    name: String,
    id: ResourceId,
}

impl Scored {
    fn new(record: &Record, (score, met): (f32, f32)) -> Result<Self> {
        let broken =
            || Error::new(ErrorKind::Storage, "a point without an id").operation("search").hint("remove the index folder; it is rebuilt");
        let id = text(record, key::WHOLE_ID).ok_or_else(broken)?;
        let point = record.id;
        Ok(Self { point, score, met, name: text(record, key::SHOWN).unwrap_or_default().to_lowercase(), id: ResourceId::verbatim(id) })
    }
}

/// The best first; equal ones in the order of names, then ids.
fn best(mut scored: Vec<Scored>, limit: usize) -> Vec<Scored> {
    scored.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| (&a.name, &a.id).cmp(&(&b.name, &b.id))));
    scored.truncate(limit);
    scored
}

fn ids_of(scored: Vec<Scored>) -> Vec<(ResourceId, f32)> {
    scored.into_iter().map(|it| (it.id, it.score)).collect()
}

/// The points of these ids, each with its score.
fn score(edge: &Edge, ids: &[PointId], reading: &Reading, fused: &HashMap<PointId, f32>) -> Result<Vec<Scored>> {
    let one = |record: &Record| {
        let fused = fused.get(&record.id).copied().unwrap_or_default();
        Scored::new(record, rank::score(record, reading, fused))
    };
    let some = |ids| -> Result<Vec<Scored>> { edge.retrieve(ids, None)?.iter().map(one).collect() };
    Ok(ids.par_chunks(SCORED_AT_ONCE).map(some).collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// The query as the model understands it; a model that fails makes the search lexical, not impossible.
fn meaning(inner: &Inner, words: &str) -> Option<Vec<f32>> {
    match inner.meanings.as_ref()?.of(&[words]) {
        Ok(vectors) => vectors.first().map(|vector| vector.to_vec()),
        Err(e) => {
            tracing::warn!(error = %e, "the query could not be embedded; searching by words alone");
            None
        }
    }
}

/// A list of candidates, best first, and how much it counts.
type Ranked = (f32, Vec<(PointId, f32)>);

/// What a list of candidates is asked for.
enum Asked {
    /// What a condition admits, all alike.
    Alike(Node),
    /// Of these, the nearest to a vector of this name.
    Nearest(&'static str, VectorInternal, Node),
}

impl Asked {
    /// At most so many, best first; ties go by id.
    fn of(self, edge: &Edge, most: usize) -> Result<Vec<(PointId, f32)>> {
        match self {
            Self::Alike(within) => Ok(edge.scroll(within.filter(), &[], most)?.into_iter().map(|record| (record.id, 1.0)).collect()),
            Self::Nearest(vector, query, within) => {
                let mut list = edge.nearest(vector, query, within.filter(), most * WIDER)?;
                list.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                list.truncate(most);
                Ok(list)
            }
        }
    }
}

/// Lists of candidates with their weights, each best first, and those that are near in meaning.
struct Candidates {
    lists: Vec<Ranked>,
    meant: HashSet<PointId>,
}

fn candidates(inner: &Inner, admitted: &Node, reading: &Reading, meaning: Option<Vec<f32>>, limit: usize) -> Result<Candidates> {
    let exact = BTreeSet::from([&reading.typed, &reading.plain, &reading.folded]);
    let exact = Node::exact(exact.into_iter().map(String::as_str).filter(|text| !text.is_empty()));
    let mut asked = vec![(1.0, Asked::Alike(Node::all([admitted.clone(), exact])))];
    let words = inner.sparse.query(&reading.query());
    if let Some(words) = &words {
        asked.push((1.0, Asked::Nearest(BM25, words.clone(), admitted.clone())));
    }
    let names: BTreeSet<&String> = BTreeSet::from([&reading.typed, &reading.plain]);
    for name in names {
        if let Some(trigrams) = trigram_query(name) {
            asked.push((0.5, Asked::Nearest(TRIGRAMS, trigrams, admitted.clone())));
        }
    }
    let by_meaning = meaning.is_some().then_some(asked.len());
    if let Some(meaning) = meaning {
        asked.push((1.0, Asked::Nearest(DENSE, VectorInternal::Dense(meaning), admitted.clone())));
    }
    if !reading.features.is_empty() {
        // What has every feature is worth a look even where other words rank otherwise.
        let featured = Node::all([admitted.clone(), reading.featured()]);
        let featured = match words {
            Some(words) => Asked::Nearest(BM25, words, featured),
            None => Asked::Alike(featured),
        };
        asked.push((1.0, featured));
    }
    let most = limit.clamp(CANDIDATES, MOST_CANDIDATES);
    let lists = asked.into_par_iter().map(|(weight, asked)| Ok((weight, asked.of(&inner.edge, most)?)));
    let lists: Vec<Ranked> = lists.collect::<Result<_>>()?;
    let near = by_meaning.and_then(|at| lists.get(at)).map(|(_, list)| list.as_slice()).unwrap_or_default();
    let meant = near.iter().filter(|(_, cosine)| *cosine >= MEANT).map(|(id, _)| *id).collect();
    Ok(Candidates { lists, meant })
}

/// Without words: everything in the order of names. The names come from their index, so that only what is shown is
/// fetched.
fn by_name(edge: &Edge, admitted: Node, limit: usize) -> Result<Vec<(ResourceId, f32)>> {
    if limit == 0 {
        return Ok(Vec::new());
    }
    let name = Field::Name;
    let mut names: Vec<(String, usize)> = edge.values(name.word(), admitted.clone().filter())?;
    names.sort();
    let mut enough = 0;
    let first = names.into_iter().take_while(|(_, count)| {
        let more = enough < limit;
        enough += count;
        more
    });
    let first = Node::is_any(name.word(), &first.map(|(name, _)| name).collect::<Vec<_>>());
    let records = edge.scroll(Node::all([admitted, first]).filter(), &[key::SHOWN, key::WHOLE_ID], usize::MAX)?;
    Ok(ids_of(best(records.iter().map(|record| Scored::new(record, (1.0, 1.0))).collect::<Result<_>>()?, limit)))
}
