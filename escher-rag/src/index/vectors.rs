//! Sparse vectors, and the point with all its vectors.

use std::collections::BTreeMap;

use escher_core::{Error, Result};
use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use qdrant_edge::external::ordered_float::NotNan;
use qdrant_edge::external::serde_json::Value;
use qdrant_edge::{NamedVectors, PointStruct, SparseVector, TokenizerType, VectorInternal};

use super::engine::{BM25, DENSE, TRIGRAMS};
use super::point::Shape;

/// Search words that a resource has on average.
const AVERAGE_WORDS: f64 = 24.0;

pub(crate) struct Sparse {
    bm25: EdgeBm25,
}

impl Sparse {
    pub(super) fn new() -> Result<Self> {
        let average = NotNan::new(AVERAGE_WORDS).map_err(|e| Error::internal("not a number").caused_by(e))?;
        // Words come split; the engine's English stems make plurals meet singulars.
        let config = EdgeBm25Config { avg_len: average, tokenizer: TokenizerType::Whitespace, ..EdgeBm25Config::default() };
        Ok(Self { bm25: EdgeBm25::new(config).map_err(|e| Error::internal("BM25 cannot be set up").caused_by(e))? })
    }

    pub(super) fn point(&self, shape: Shape, dense: Option<Vec<f32>>) -> PointStruct {
        let mut vectors = NamedVectors::default();
        if let Some(dense) = dense {
            vectors = vectors.add_vector(DENSE, dense);
        }
        let words = self.bm25.embed_document(&shape.words);
        if !words.indices.is_empty() {
            vectors = vectors.add_vector(BM25, words);
        }
        let trigrams = trigrams(&shape.name, true);
        if !trigrams.indices.is_empty() {
            vectors = vectors.add_vector(TRIGRAMS, trigrams);
        }
        PointStruct::new(shape.id, vectors, Value::Object(shape.payload.0))
    }

    /// Words with their weights, as a query; `None` where nothing is left of them.
    pub(crate) fn query(&self, words: &[(String, f32)]) -> Option<VectorInternal> {
        let mut weights: BTreeMap<u32, f32> = BTreeMap::new();
        for (word, weight) in words {
            let vector = self.bm25.embed_query(word);
            for index in vector.indices {
                let known = weights.entry(index).or_default();
                *known = known.max(*weight);
            }
        }
        sparse(weights)
    }
}

fn sparse(weights: BTreeMap<u32, f32>) -> Option<VectorInternal> {
    if weights.is_empty() {
        return None;
    }
    let (indices, values) = weights.into_iter().unzip();
    Some(VectorInternal::Sparse(SparseVector { indices, values }))
}

/// A name in its plain form, as a query.
pub(crate) fn trigram_query(name: &str) -> Option<VectorInternal> {
    let vector = trigrams(name, false);
    (!vector.indices.is_empty()).then_some(VectorInternal::Sparse(vector))
}

/// Runs of three characters of a plain name, its ends marked. A document's weights shrink with its length, so that a
/// long name does not win by having everything in it.
fn trigrams(name: &str, document: bool) -> SparseVector {
    let chars: Vec<char> = std::iter::once(' ').chain(name.chars()).chain(std::iter::once(' ')).collect();
    let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
    if name.is_empty() {
        return SparseVector { indices: Vec::new(), values: Vec::new() };
    }
    for run in chars.windows(3) {
        *counts.entry(hash(run)).or_default() += 1.0;
    }
    let scale = if document { 1.0 / (counts.len() as f32).sqrt() } else { 1.0 };
    let (indices, values) = counts.into_iter().map(|(index, count)| (index, count * scale)).unzip();
    SparseVector { indices, values }
}

/// FNV-1a over the characters: the same on every machine and in every version.
fn hash(run: &[char]) -> u32 {
    run.iter().flat_map(|c| u32::from(*c).to_le_bytes()).fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
