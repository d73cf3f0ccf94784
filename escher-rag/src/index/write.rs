//! Writing: what changed in the store is taken in.

use std::collections::HashMap;
use std::sync::PoisonError;

use escher_core::{Changes, Resource, Result};
use qdrant_edge::{PointId, PointStruct, Record};
use rayon::prelude::*;

use super::bulk::{self, Bulk};
use super::key;
use super::meaning::Meanings;
use super::meta::Meta;
use super::point::{Shape, id_of, words_of};
use super::vocabulary::Vocabulary;
use super::{Inner, number, words};

/// Points written in one operation: bounds the memory of a batch and of the engine's log.
const CHUNK: usize = 256;
/// Points that are made by one thread at least.
const SHAPED_TOGETHER: usize = 32;

impl Inner {
    pub(crate) fn apply(&self, changes: &Changes) -> Result<()> {
        // Only one may move the revision.
        let mut meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        if self.fill(&meta, changes)? {
            return Ok(());
        }
        self.unseal()?;
        for chunk in changes.upserts.chunks(CHUNK) {
            self.upsert(chunk.iter().map(|entry| &entry.resource))?;
        }
        for chunk in changes.removed.chunks(CHUNK) {
            let ids: Vec<PointId> = chunk.iter().map(id_of).collect();
            let known = self.edge.retrieve(&ids, Some(&[key::WORDS]))?;
            self.edge.delete(ids)?;
            self.forget(&known);
        }
        self.edge.flush()?;
        let count = self.edge.count(None)?;
        let moved = meta.at(changes.to, count);
        moved.write(&self.dir)?;
        *meta = moved;
        self.vocabulary.write().unwrap_or_else(PoisonError::into_inner).resize(count);
        Ok(())
    }

    /// Takes changes in aside, where the index is being filled or is empty and these are many; whether it did.
    fn fill(&self, meta: &Meta, changes: &Changes) -> Result<bool> {
        let mut bulk = self.bulk.lock().unwrap_or_else(PoisonError::into_inner);
        if bulk.is_none() && meta.points == 0 && changes.upserts.len() >= bulk::LEAST && self.edge.count(None)? == 0 {
            *bulk = Some(Bulk::begin(&self.dir, self.meanings.as_ref().map(Meanings::dimensions))?);
        }
        let Some(filling) = bulk.as_mut() else { return Ok(false) };
        let mut take = || {
            let made = changes.upserts.chunks(CHUNK).map(|chunk| {
                let shapes: Vec<Shape> = chunk.par_iter().with_min_len(SHAPED_TOGETHER).map(|entry| self.shape(&entry.resource)).collect();
                learn(&shapes, &mut filling.vocabulary);
                self.points(shapes)
            });
            let operations = made.collect::<Result<_>>()?;
            filling.upsert(operations)?;
            filling.remove(changes.removed.iter().map(id_of));
            filling.revision = changes.to;
            Ok(true)
        };
        let taken = take();
        if taken.is_err() {
            // Half of it may be there: then all is taken in again.
            *bulk = None;
        }
        taken
    }

    /// What was filled aside becomes the index.
    pub(super) fn filled(&self) -> Result<()> {
        let mut meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(bulk) = self.bulk.lock().unwrap_or_else(PoisonError::into_inner).take() else { return Ok(()) };
        let (revision, points) = (bulk.revision, bulk.points());
        let (full, mut vocabulary) = bulk.finish()?;
        self.unseal()?;
        self.edge.replace(&full)?;
        let count = self.edge.count(None)?;
        if count == points {
            vocabulary.resize(count);
        } else {
            // What was written twice was counted twice, and what is gone still is.
            vocabulary = words::load(&self.edge, &self.dir.join("estate"), false)?;
        }
        // Before the revision counts: whoever takes up a part of this again learns no word of it anew.
        *self.vocabulary.write().unwrap_or_else(PoisonError::into_inner) = vocabulary;
        let moved = meta.at(revision, count);
        moved.write(&self.dir)?;
        *meta = moved;
        Ok(())
    }

    /// Writes what differs: points whose texts differ are embedded anew, of others only the payload is replaced.
    fn upsert<'a>(&self, resources: impl Iterator<Item = &'a Resource>) -> Result<()> {
        let shapes: Vec<Shape> = resources.map(|resource| self.shape(resource)).collect();
        let ids: Vec<PointId> = shapes.iter().map(|shape| shape.id).collect();
        let known = self.edge.retrieve(&ids, Some(&[key::TEXT_HASH, key::HASH, key::WORDS]))?;
        let known: HashMap<PointId, Record> = known.into_iter().map(|record| (record.id, record)).collect();
        let mut fresh = Vec::new();
        for shape in shapes {
            match known.get(&shape.id) {
                Some(record) if number(record, key::TEXT_HASH) == Some(shape.text_hash) => {
                    if number(record, key::HASH) != Some(shape.hash) {
                        self.edge.overwrite_payload(shape.id, shape.payload)?;
                    }
                }
                _ => fresh.push(shape),
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        self.forget(fresh.iter().filter_map(|shape| known.get(&shape.id)));
        learn(&fresh, &mut self.vocabulary.write().unwrap_or_else(PoisonError::into_inner));
        self.edge.upsert(self.points(fresh)?)
    }

    fn shape(&self, resource: &Resource) -> Shape {
        Shape::of(resource, self.meanings.is_some())
    }

    /// Points with all their vectors.
    fn points(&self, shapes: Vec<Shape>) -> Result<Vec<PointStruct>> {
        let dense = match &self.meanings {
            Some(meanings) => {
                let texts: Vec<&str> = shapes.iter().map(|shape| shape.text.as_str()).collect();
                meanings.of(&texts)?.iter().map(|vector| Some(vector.to_vec())).collect()
            }
            None => vec![None; shapes.len()],
        };
        let points = shapes.into_par_iter().zip(dense).with_min_len(SHAPED_TOGETHER);
        Ok(points.map(|(shape, dense)| self.sparse.point(shape, dense)).collect())
    }

    /// What these points were goes: its words with it.
    fn forget<'a>(&self, records: impl IntoIterator<Item = &'a Record>) {
        let mut vocabulary = self.vocabulary.write().unwrap_or_else(PoisonError::into_inner);
        records.into_iter().filter_map(|record| record.payload.as_ref()).flat_map(words_of).for_each(|word| vocabulary.remove(word));
    }

    pub(crate) fn clear(&self) -> Result<()> {
        let mut meta = self.meta.lock().unwrap_or_else(PoisonError::into_inner);
        *self.bulk.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.unseal()?;
        // First the revision, then the points: after a crash in between everything is taken in again.
        let empty = meta.at(0, 0);
        empty.write(&self.dir)?;
        *meta = empty;
        self.edge.clear()?;
        *self.vocabulary.write().unwrap_or_else(PoisonError::into_inner) = Vocabulary::default();
        Ok(())
    }
}

fn learn(shapes: &[Shape], vocabulary: &mut Vocabulary) {
    shapes.iter().flat_map(Shape::search_words).for_each(|word| vocabulary.add(word));
}
