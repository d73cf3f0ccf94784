//! Sparse vectors, and the point with all its vectors.

use std::collections::{BTreeMap, HashMap};
use std::sync::{PoisonError, RwLock};

use escher_core::{Error, Result};
use qdrant_edge::bm25_embed::{EdgeBm25, EdgeBm25Config};
use qdrant_edge::external::ordered_float::NotNan;
use qdrant_edge::external::serde_json::Value;
use qdrant_edge::{NamedVectors, PointStruct, SparseVector, TokenizerType, VectorInternal};

use super::engine::{BM25, DENSE, TRIGRAMS};
use super::point::Shape;

/// Search words that a resource has on average.
const AVERAGE_WORDS: f64 = 24.0;
/// Words whose stems are kept: those of all names that people give, and not those of all generated ids.
const MOST_STEMS: usize = 64 * 1024;

pub(crate) struct Sparse {
    bm25: EdgeBm25,
    config: EdgeBm25Config,
    /// The dimension of each word that was seen; none for a word that says nothing. To find it takes longer than all else.
    stems: RwLock<HashMap<Box<str>, Option<u32>>>,
}

impl Sparse {
    pub(super) fn new() -> Result<Self> {
        let average = NotNan::new(AVERAGE_WORDS).map_err(|e| Error::internal("not a number").caused_by(e))?;
        // Words come split; the engine's English stems make plurals meet singulars.
        let config = EdgeBm25Config { avg_len: average, tokenizer: TokenizerType::Whitespace, ..EdgeBm25Config::default() };
        let bm25 = EdgeBm25::new(config.clone()).map_err(|e| Error::internal("BM25 cannot be set up").caused_by(e))?;
        Ok(Self { bm25, config, stems: RwLock::default() })
    }

    /// What the engine makes of a document, out of what it makes of each word.
    fn document(&self, text: &str) -> SparseVector {
        let dimensions = self.dimensions(text);
        let length = dimensions.len() as f64;
        let mut counts: BTreeMap<u32, f64> = BTreeMap::new();
        for dimension in dimensions {
            *counts.entry(dimension).or_default() += 1.0;
        }
        let (k, b) = (self.config.k.into_inner(), self.config.b.into_inner());
        let common = 1.0 - b + b * length / AVERAGE_WORDS;
        let (indices, values) =
            counts.into_iter().map(|(dimension, count)| (dimension, (count * (k + 1.0) / k.mul_add(common, count)) as f32)).unzip();
        SparseVector { indices, values }
    }

    /// The dimensions of a text's words, in any order.
    fn dimensions(&self, text: &str) -> Vec<u32> {
        let mut unknown = Vec::new();
        let mut dimensions = Vec::new();
        {
            let stems = self.stems.read().unwrap_or_else(PoisonError::into_inner);
            for word in text.split_whitespace() {
                match stems.get(word) {
                    Some(dimension) => dimensions.extend(*dimension),
                    None => unknown.push(word),
                }
            }
        }
        if unknown.is_empty() {
            return dimensions;
        }
        let found: Vec<_> = unknown.iter().map(|word| (*word, self.bm25.embed_query(word).indices.first().copied())).collect();
        dimensions.extend(found.iter().filter_map(|(_, dimension)| *dimension));
        let mut stems = self.stems.write().unwrap_or_else(PoisonError::into_inner);
        let room = MOST_STEMS.saturating_sub(stems.len());
        stems.extend(found.into_iter().take(room).map(|(word, dimension)| (word.into(), dimension)));
        dimensions
    }

    pub(super) fn point(&self, shape: Shape, dense: Option<Vec<f32>>) -> PointStruct {
        let mut vectors = NamedVectors::default();
        if let Some(dense) = dense {
            vectors = vectors.add_vector(DENSE, dense);
        }
        let words = self.document(&shape.words);
        if !words.indices.is_empty() {
            vectors = vectors.add_vector(BM25, words);
        }
        let trigrams = trigrams(&shape.name, true);
        if !trigrams.indices.is_empty() {
            vectors = vectors.add_vector(TRIGRAMS, trigrams);
        }
        PointStruct::new(shape.id, vectors, Value::Object(shape.payload.0))
    }

    /// Words with their weights, as a query; `None` if nothing is left of them.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_what_the_engine_makes_of_it() {
        let sparse = Sparse::new().unwrap();
        for text in ["", "the of", "web prod web databases database kind:vm", "the größe ändern 01 i 0ab12 region:east us", "a\u{a0}b  c"]
        {
            for round in ["unknown", "known"] {
                assert_eq!(sparse.document(text), sparse.bm25.embed_document(text), "{text}, {round}");
            }
        }
    }
}
