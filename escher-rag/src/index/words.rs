//! The vocabulary, beside the engine's files and under the same seal. Without it the words of all points are counted anew.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use escher_core::Result;

use super::edge::Edge;
use super::key;
use super::point::words_of;
use super::seal::private;
use super::vocabulary::Vocabulary;

pub(super) const FILE: &str = "words.json";

/// The vocabulary of the points in a shard; `whole` if its folder is as its seal says.
pub(super) fn load(edge: &Edge, shard: &Path, whole: bool) -> Result<Vocabulary> {
    let resources = edge.count(None)?;
    let kept = whole.then(|| std::fs::read(shard.join(FILE)).ok()).flatten();
    if let Some(words) = kept.and_then(|text| serde_json::from_slice::<BTreeMap<String, u32>>(&text).ok()) {
        return Ok(Vocabulary::new(words, resources));
    }
    let mut vocabulary = Vocabulary::new([], resources);
    edge.each(&[key::WORDS], |record| {
        record.payload.iter().flat_map(words_of).for_each(|word| vocabulary.add(word));
    })?;
    Ok(vocabulary)
}

pub(super) fn save(vocabulary: &Vocabulary, shard: &Path) -> std::io::Result<()> {
    let file = private(File::options().write(true).create(true).truncate(true)).open(shard.join(FILE))?;
    let mut file = BufWriter::new(file);
    serde_json::to_writer(&mut file, &vocabulary.counts())?;
    file.flush()?;
    file.get_ref().sync_all()
}
