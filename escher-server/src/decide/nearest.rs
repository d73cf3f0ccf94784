//! What a question is about where the grammar leaves it open: the labeled examples that are nearest in meaning decide.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use escher_core::{Embed, Intent};

/// `intent: sentence`, one a line.
const EXAMPLES: &str = include_str!("../lexicon/data/examples.txt");

/// Examples that vote, each by the fourth power of its cosine: the nearest count most.
const VOTES: usize = 7;
/// How near the nearest of them has to be, as the cosine.
const NEAR: f32 = 0.4;
/// The second intent's votes at most, as a share of the first one's.
const CONTESTED: f32 = 0.5;

/// Where to get the model, if there is one on this machine.
type Load = dyn Fn() -> Option<Arc<dyn Embed>> + Send + Sync;

/// The examples, embedded when they are first needed.
pub struct Examples {
    load: Box<Load>,
    known: OnceLock<Option<Known>>,
}

struct Known {
    model: Arc<dyn Embed>,
    vectors: Vec<(Intent, Vec<f32>)>,
}

impl Examples {
    /// Examples for a model, which is asked for once, and only if a question needs it.
    pub fn new(load: impl Fn() -> Option<Arc<dyn Embed>> + Send + Sync + 'static) -> Self {
        Self { load: Box::new(load), known: OnceLock::new() }
    }

    /// The intent that the nearest examples agree on; `None` if there is no model, nothing is near, or they do not agree.
    pub(crate) fn intent(&self, words: &str) -> Option<Intent> {
        let known = self.known.get_or_init(|| self.embedded()).as_ref()?;
        let vector = known.model.embed(&[words.to_owned()]).ok()?.pop()?;
        let cosine = |example: &[f32]| -> f32 { example.iter().zip(&vector).map(|(a, b)| a * b).sum() };
        let mut near: Vec<(Intent, f32)> = known.vectors.iter().map(|(intent, example)| (*intent, cosine(example))).collect();
        near.sort_by(|a, b| b.1.total_cmp(&a.1));
        near.truncate(VOTES);
        near.first().filter(|(_, cosine)| *cosine >= NEAR)?;
        let mut votes: BTreeMap<Intent, f32> = BTreeMap::new();
        for (intent, cosine) in near {
            *votes.entry(intent).or_default() += cosine.max(0.0).powi(4);
        }
        let mut votes: Vec<(Intent, f32)> = votes.into_iter().collect();
        votes.sort_by(|a, b| b.1.total_cmp(&a.1));
        let second = votes.get(1).map_or(0.0, |(_, votes)| *votes);
        votes.first().filter(|(_, most)| second <= CONTESTED * most).map(|(intent, _)| *intent)
    }

    fn embedded(&self) -> Option<Known> {
        let model = (self.load)()?;
        let (intents, texts): (Vec<Intent>, Vec<String>) = examples().map(|(intent, text)| (intent, text.to_owned())).unzip();
        let vectors = model.embed(&texts).ok()?;
        Some(Known { model, vectors: intents.into_iter().zip(vectors).collect() })
    }
}

impl fmt::Debug for Examples {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Examples").finish_non_exhaustive()
    }
}

fn examples() -> impl Iterator<Item = (Intent, &'static str)> {
    EXAMPLES.lines().filter_map(|line| line.split_once(": ")).filter_map(|(intent, text)| Some((intent.parse().ok()?, text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_an_example_and_none_is_of_a_change() {
        assert_eq!(examples().count(), EXAMPLES.lines().count());
        assert!(examples().all(|(intent, _)| !matches!(intent, Intent::Act | Intent::Schedule)));
    }
}
