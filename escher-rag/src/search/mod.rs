//! Search: words rank what the selector admits.
//!
//! Words are mended against the estate's own vocabulary, split as identifiers are, and read as kinds, engines,
//! environments, places and flags where they are such. Candidates come from exact names and ids, BM25, trigrams,
//! meaning (where there is a model) and the features read; a candidate's score blends how alike its whole name is, how
//! much of the query it covers, and what the lists say together. Words never hide what the selector admits.

mod rank;
mod reading;
mod vocabulary;

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::PoisonError;

use escher_core::selector::Field;
use escher_core::{CloudId, Error, ErrorKind, Hits, Query, ResourceId, Result};
use qdrant_edge::{PointId, Record, VectorInternal};

use crate::index::edge::{BM25, DENSE, Edge, TRIGRAMS};
use crate::index::filter::Node;
use crate::index::point::key;
use crate::index::vectors::trigram_query;
use crate::index::{Inner, text};
use reading::Reading;
pub(crate) use vocabulary::Vocabulary;

/// Candidates taken from each list at least.
const CANDIDATES: usize = 32;
/// How many times as many are looked at, so that among equal scores the engine's own order does not decide.
const WIDER: usize = 4;
/// And at most; further hits follow in no order of merit but the score's.
const MOST_CANDIDATES: usize = 1_000;

/// Runs a query.
pub(crate) fn run(inner: &Inner, query: &Query) -> Result<Hits> {
    let admitted = inner.admitted(&query.selector, query.now)?;
    let (reading, all) = {
        let vocabulary = inner.vocabulary.read().unwrap_or_else(PoisonError::into_inner);
        (Reading::of(&query.words, &vocabulary), vocabulary.resources())
    };
    let total = match admitted {
        Node::Everything => all,
        _ => inner.edge.count(admitted.clone().filter())?,
    } as u64;
    if reading.is_empty() {
        return Ok(Hits {
            total,
            hits: by_name(&inner.edge, admitted, query.limit.min(all))?,
            mended: None,
            semantic: inner.meanings.is_some(),
        });
    }
    let meaning = meaning(inner, &query.words);
    let semantic = meaning.is_some();
    if total == 0 || query.limit == 0 {
        return Ok(Hits { total, hits: Vec::new(), mended: reading.mended, semantic });
    }
    let lists = candidates(inner, &admitted, &reading, meaning, query.limit)?;
    let fused = rank::fuse(&lists);
    let ids: Vec<PointId> = fused.keys().copied().collect();
    let mut scored = Vec::with_capacity(ids.len());
    for record in inner.edge.retrieve(&ids, rank::KEYS)? {
        let score = rank::score(&record, &reading, fused.get(&record.id).copied().unwrap_or_default());
        scored.push((score, record));
    }
    if scored.len() < query.limit && (scored.len() as u64) < total {
        let rest = Node::all([admitted, Node::ids(ids).not()]);
        let missing = query.limit - scored.len();
        scored.extend(
            inner.edge.scroll(rest.filter(), rank::KEYS, missing)?.into_iter().map(|record| (rank::score(&record, &reading, 0.0), record)),
        );
    }
    scored.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap_or(Ordering::Equal).then_with(|| order(&a.1).cmp(&order(&b.1))));
    scored.truncate(query.limit);
    let hits = scored.iter().map(|(score, record)| Ok((resource_id(record)?, *score))).collect::<Result<_>>()?;
    Ok(Hits { total, hits, mended: reading.mended, semantic })
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

/// Lists of candidates with their weights, each best first.
fn candidates(inner: &Inner, admitted: &Node, reading: &Reading, meaning: Option<Vec<f32>>, limit: usize) -> Result<Vec<Ranked>> {
    let edge = &inner.edge;
    let most = limit.clamp(CANDIDATES, MOST_CANDIDATES);
    let unranked = |node: Node| -> Result<Vec<(PointId, f32)>> {
        Ok(edge.scroll(node.filter(), &[], most)?.into_iter().map(|record| (record.id, 1.0)).collect())
    };
    let exact = BTreeSet::from([reading.typed.clone(), reading.plain.clone(), reading.folded.clone()]);
    let exact = Node::is_any(key::EXACT, exact.into_iter().filter(|text| !text.is_empty()).collect());
    let mut lists = vec![(1.0, unranked(Node::all([admitted.clone(), exact]))?)];
    let nearest = |vector: &str, query: VectorInternal, within: &Node| -> Result<Vec<(PointId, f32)>> {
        let mut list = edge.nearest(vector, query, within.clone().filter(), most * WIDER)?;
        list.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        list.truncate(most);
        Ok(list)
    };
    let words = inner.sparse.query(&reading.query());
    if let Some(words) = &words {
        lists.push((1.0, nearest(BM25, words.clone(), admitted)?));
    }
    let names: BTreeSet<&String> = BTreeSet::from([&reading.typed, &reading.plain]);
    for name in names {
        if let Some(trigrams) = trigram_query(name) {
            lists.push((0.5, nearest(TRIGRAMS, trigrams, admitted)?));
        }
    }
    if let Some(meaning) = meaning {
        lists.push((1.0, nearest(DENSE, VectorInternal::Dense(meaning), admitted)?));
    }
    if !reading.features.is_empty() {
        // What has every feature is worth a look even where other words rank otherwise.
        let featured = Node::all([admitted.clone(), reading.featured()]);
        let list = match words {
            Some(words) => nearest(BM25, words, &featured)?,
            None => unranked(featured)?,
        };
        lists.push((1.0, list));
    }
    Ok(lists)
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
    let first = Node::is_any(name.word(), first.map(|(name, _)| name).collect());
    let mut records = edge.scroll(Node::all([admitted, first]).filter(), &[key::SHOWN, key::WHOLE_ID], usize::MAX)?;
    records.sort_by(|a, b| order(a).cmp(&order(b)));
    records.truncate(limit);
    records.iter().map(|record| Ok((resource_id(record)?, 1.0))).collect()
}

/// Names in the order of people, then ids.
fn order(record: &Record) -> (String, &str) {
    (text(record, key::SHOWN).unwrap_or_default().to_lowercase(), text(record, key::WHOLE_ID).unwrap_or_default())
}

fn resource_id(record: &Record) -> Result<ResourceId> {
    let broken =
        || Error::new(ErrorKind::Storage, "a point without an id").operation("search").hint("remove the index folder; it is rebuilt");
    // The id is canonical already, and stays as it is where the cloud is not the one that folds case.
    text(record, key::WHOLE_ID).map(|id| ResourceId::new(CloudId::Gcp, id)).ok_or_else(broken)
}
