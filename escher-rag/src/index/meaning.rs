//! Vectors of texts, each text embedded once: a fleet says the same of most of its members.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use escher_core::{Embed, Error, Result};
use lru::LruCache;

/// Texts whose vectors are remembered: some 13 MB at 384 numbers each.
const REMEMBERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(8_191);

/// An embedding model with a memory of the latest texts.
pub(crate) struct Meanings {
    model: Arc<dyn Embed>,
    known: Mutex<LruCache<String, Arc<[f32]>>>,
}

impl Meanings {
    pub(crate) fn new(model: Arc<dyn Embed>) -> Self {
        Self { model, known: Mutex::new(LruCache::new(REMEMBERED)) }
    }

    /// How many numbers a vector has.
    pub(crate) fn dimensions(&self) -> usize {
        self.model.dimensions()
    }

    /// The vectors of the texts, in their order.
    ///
    /// # Errors
    /// Whatever the model says; `Internal` if it gives another number of vectors than it was given texts.
    pub(crate) fn of(&self, texts: &[&str]) -> Result<Vec<Arc<[f32]>>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<Option<Arc<[f32]>>> = texts.iter().map(|text| known.get(*text).cloned()).collect();
        let new: BTreeSet<&str> = texts.iter().zip(&found).filter(|(_, vector)| vector.is_none()).map(|(text, _)| *text).collect();
        if !new.is_empty() {
            let new: Vec<String> = new.into_iter().map(str::to_owned).collect();
            let vectors = self.model.embed(&new)?;
            if vectors.len() != new.len() {
                return Err(Error::internal(format!("{} vectors came for {} texts", vectors.len(), new.len())));
            }
            // Sorted, so that each place finds its text however many there are, even when the memory has let go of it.
            let vectors: Vec<Arc<[f32]>> = vectors.into_iter().map(Into::into).collect();
            for (place, text) in found.iter_mut().zip(texts).filter(|(place, _)| place.is_none()) {
                *place = new.binary_search_by(|other| other.as_str().cmp(text)).ok().map(|at| Arc::clone(&vectors[at]));
            }
            for (text, vector) in new.into_iter().zip(vectors) {
                known.put(text, vector);
            }
        }
        found.into_iter().map(|vector| vector.ok_or_else(|| Error::internal("a text without a vector"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A text's length, and how many texts were asked for.
    #[derive(Default)]
    struct Length(AtomicUsize);

    impl Embed for Length {
        fn id(&self) -> &str {
            "length"
        }

        fn dimensions(&self) -> usize {
            1
        }

        fn embed(&self, texts: &[String]) -> Result<Vec<Vec<f32>>> {
            self.0.fetch_add(texts.len(), Ordering::Relaxed);
            Ok(texts.iter().map(|text| vec![text.len() as f32]).collect())
        }
    }

    #[test]
    fn a_text_is_embedded_once_and_keeps_its_place() {
        let model = Arc::new(Length::default());
        let meanings = Meanings::new(model.clone());
        let of = |texts: &[&str]| meanings.of(texts).unwrap().iter().map(|vector| vector[0]).collect::<Vec<_>>();
        assert_eq!(of(&["bbb", "a", "bbb", "cc"]), [3.0, 1.0, 3.0, 2.0]);
        assert_eq!(of(&["cc", "dddd", "a"]), [2.0, 4.0, 1.0]);
        assert_eq!(model.0.load(Ordering::Relaxed), 4);
        assert!(of(&[]).is_empty());
    }

    #[test]
    fn more_texts_than_it_remembers_all_get_theirs() {
        let meanings = Meanings::new(Arc::new(Length::default()));
        let texts: Vec<String> = (0..REMEMBERED.get() + 100).map(|length| "x".repeat(length % 5_000) + &length.to_string()).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let vectors = meanings.of(&texts).unwrap();
        assert!(texts.iter().zip(vectors).all(|(text, vector)| vector[0] == text.len() as f32));
    }
}
