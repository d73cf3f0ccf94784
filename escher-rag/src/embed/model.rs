//! all-MiniLM-L6-v2: texts to tokens, tokens to batches, batches to vectors.

use escher_core::{Embed, Error, ErrorKind, Result};
use tokenizers::{Tokenizer, TruncationParams};

use super::bert::{Bert, Config};
use super::broken;
use super::files::{MODEL, ModelFiles};

/// Tokens of a text that count, begin and end marks included; the model was trained and published with this limit.
pub const MAX_TOKENS: usize = 256;
/// Tokens that go through the encoder together: enough to keep all cores busy, little enough for the caches.
const BATCH_TOKENS: usize = 1024;
/// Texts that are tokenized together; bounds the memory that tokens take when there are many texts.
const WINDOW: usize = 2048;

/// The embedding model all-MiniLM-L6-v2: 384 numbers per text, mean over its tokens, length 1.
///
/// Texts of like length go through the encoder together, laid end to end, so no time is spent on padding. The same
/// text gives the same vector in any company, up to rounding in the last digits.
pub struct MiniLm {
    id: String,
    tokenizer: Tokenizer,
    bert: Bert,
}

impl MiniLm {
    /// Loads the model; the weights are mapped, not read whole.
    ///
    /// # Errors
    /// A file that cannot be read or is of another shape, named.
    pub fn load(files: &ModelFiles) -> Result<Self> {
        let failed = |e| {
            Error::new(ErrorKind::Storage, "the model's tokenizer cannot be read")
                .with("file", files.tokenizer().display().to_string())
                .caused_by(e)
        };
        let (tokenizer, bert) = rayon::join(
            || Tokenizer::from_file(files.tokenizer()),
            || Config::read(&files.config()).and_then(|config| Bert::load(&files.weights(), config)),
        );
        let (mut tokenizer, bert) = (tokenizer.map_err(failed)?, bert?);
        let max_length = MAX_TOKENS.min(bert.positions());
        tokenizer.with_truncation(Some(TruncationParams { max_length, ..TruncationParams::default() })).map_err(failed)?;
        tokenizer.with_padding(None);
        Ok(Self { id: MODEL.id(), tokenizer, bert })
    }

    /// One window of texts.
    fn window(&self, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        let inputs: Vec<&str> = texts.iter().map(String::as_str).collect();
        let tokens = self.tokenizer.encode_batch_fast(inputs, true).map_err(|e| broken("the text cannot be tokenized", e))?;
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|&i| tokens[i].len());
        let mut vectors = vec![Vec::new(); texts.len()];
        for batch in batches(&order, |i| tokens[i].len()) {
            let ids: Vec<&[u32]> = batch.iter().map(|&i| tokens[i].get_ids()).collect();
            let rows = self.bert.forward(&ids).map_err(|e| broken("the model failed on a batch", e))?;
            let mut rows = rows.as_slice();
            for &i in batch {
                let (text, rest) = rows.split_at(tokens[i].len() * self.bert.width());
                vectors[i] = pool(text, self.bert.width());
                rows = rest;
            }
        }
        Ok(vectors)
    }
}

impl Embed for MiniLm {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.bert.width()
    }

    fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>> {
        let mut vectors = Vec::with_capacity(texts.len());
        for window in texts.chunks(WINDOW) {
            vectors.extend(self.window(window)?);
        }
        Ok(vectors)
    }
}

/// Cuts texts that stand in order of length into runs of at most [`BATCH_TOKENS`] tokens, or of one text.
fn batches(order: &[usize], length: impl Fn(usize) -> usize) -> Vec<&[usize]> {
    let mut cut = Vec::new();
    let (mut first, mut tokens) = (0, 0);
    for (at, &text) in order.iter().enumerate() {
        if at > first && tokens + length(text) > BATCH_TOKENS {
            cut.push(&order[first..at]);
            (first, tokens) = (at, 0);
        }
        tokens += length(text);
    }
    if first < order.len() {
        cut.push(&order[first..]);
    }
    cut
}

/// Mean over a text's tokens, at length 1.
fn pool(rows: &[f32], width: usize) -> Vec<f32> {
    let mut vector = vec![0f32; width];
    for row in rows.chunks_exact(width) {
        vector.iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
    }
    // The mean's divisor falls out of the normalization.
    let length = vector.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>().sqrt().max(1e-12);
    vector.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
    vector
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn batches_hold_every_text_once_within_the_budget(lengths in prop::collection::vec(2usize..300, 0..200)) {
            let order: Vec<usize> = (0..lengths.len()).collect();
            let cut = batches(&order, |i| lengths[i]);
            prop_assert_eq!(&cut.concat(), &order);
            for batch in cut {
                prop_assert!(batch.len() == 1 || batch.iter().map(|&i| lengths[i]).sum::<usize>() <= BATCH_TOKENS);
                prop_assert!(!batch.is_empty());
            }
        }
    }

    #[test]
    fn pooling_is_the_mean_at_length_one() {
        assert_eq!(pool(&[3.0, 0.0, 3.0, 8.0], 2), vec![0.6, 0.8]);
    }
}
