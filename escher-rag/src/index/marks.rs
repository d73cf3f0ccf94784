//! What filters ask of a resource by equality, as numbers.
//!
//! Each text that a field has is one number, 63 bits of a SHA-256 over the field and the text: texts that differ have
//! different ones for all practical purposes. The engine parses every payload once for each field that it indexes, and
//! it compares texts slowly; so fields share two lists of numbers. What filters ask for most stands in the shorter one,
//! since a list is looked through for each point that is looked at.

use qdrant_edge::external::serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::{self, STEADY_FLAGS};

/// What a resource is, how and where it is, which flags it has and which it has not.
pub(crate) const WHAT: &str = "what";
/// Names, ids, links, tags.
pub(crate) const REST: &str = "rest";

const LISTS: [&str; 2] = [WHAT, REST];
/// Marks of a resource in one list, mostly.
const USUAL: usize = 24;

/// The list that has a field's marks.
pub(crate) fn list_of(field: &str) -> &'static str {
    match field {
        "cloud" | "kind" | "env" | "state" | "engine" | "type" | "service" | "region" | "account" | "zone" | "geo" | "group" => WHAT,
        key::AUTO_BACKUPS => WHAT,
        flag if STEADY_FLAGS.iter().any(|steady| steady.as_str() == flag) => WHAT,
        _ => REST,
    }
}

/// That a field has a text.
pub(crate) fn is(field: &str, text: &str) -> i64 {
    let mut hasher = Sha256::new();
    hasher.update(field.as_bytes());
    hasher.update([0]);
    hasher.update(text.as_bytes());
    number(&hasher.finalize())
}

/// That a flag is known to be so.
pub(crate) fn flag(flag: &str, value: bool) -> i64 {
    is(flag, if value { "true" } else { "false" })
}

/// That nothing is known of a field.
pub(crate) fn unreported(field: &str) -> i64 {
    number(&Sha256::digest(field.as_bytes()))
}

fn number(digest: &[u8]) -> i64 {
    // Without its sign, so that it is written and read as short as can be.
    (first_bytes(digest) >> 1).cast_signed()
}

pub(crate) fn first_bytes(digest: &[u8]) -> u64 {
    digest.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The marks of one resource.
pub(crate) struct Marks {
    lists: [Vec<Value>; LISTS.len()],
}

impl Default for Marks {
    fn default() -> Self {
        Self { lists: LISTS.map(|_| Vec::with_capacity(USUAL)) }
    }
}

impl Marks {
    fn add(&mut self, field: &str, mark: i64) {
        let list = list_of(field);
        for (name, marks) in LISTS.iter().zip(&mut self.lists) {
            if *name == list {
                marks.push(mark.into());
            }
        }
    }

    pub(crate) fn is(&mut self, field: &str, text: &str) {
        self.add(field, is(field, text));
    }

    pub(crate) fn flag(&mut self, name: &str, value: bool) {
        self.add(name, flag(name, value));
    }

    pub(crate) fn unreported(&mut self, field: &str) {
        self.add(field, unreported(field));
    }

    pub(crate) fn into_payload(self) -> Map<String, Value> {
        LISTS.iter().map(|name| (*name).to_owned()).zip(self.lists.into_iter().map(Value::Array)).collect()
    }
}
