//! What the index keeps of a resource: texts, vectors and a typed payload.

use std::collections::BTreeSet;

use escher_core::resource::attr;
use escher_core::selector::{Field, number, texts};
use escher_core::{Resource, ResourceId, fuzzy, regions};
use jiff::Timestamp;
use qdrant_edge::external::uuid;
use qdrant_edge::{Payload, PointId};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::key::{self, STEADY_FLAGS};
use super::marks::{self, Marks};
use super::numbers::{self, Numbers, Scale};

/// How a payload field is indexed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Index {
    /// Marks: see [`super::marks`].
    Marks,
    /// Numbers and times: see [`super::numbers`].
    Numbers,
    Text,
}

/// Every indexed payload field. The engine reads and parses all payloads once for each of them, so they are few.
pub(crate) const INDEXES: &[(&str, Index)] =
    &[(marks::WHAT, Index::Marks), (marks::REST, Index::Marks), (numbers::LIST, Index::Numbers), ("name", Index::Text)];

const TEXT_FIELDS: &[Field] = &[
    Field::Cloud,
    Field::Kind,
    Field::Env,
    Field::State,
    Field::Engine,
    Field::Type,
    Field::Service,
    Field::Region,
    Field::Account,
    Field::Zone,
    Field::Geo,
    Field::Group,
    Field::Size,
    Field::Network,
    Field::Linked,
    Field::Name,
    Field::Id,
];
const NUMBER_FIELDS: &[Field] = &[Field::Capacity, Field::Memory, Field::Cost, Field::Cpu];
/// Search words of one resource at most; a resource with more says nothing in particular.
const MOST_WORDS: usize = 96;

/// Bytes of a payload as JSON, mostly.
const USUAL: usize = 2_048;

/// The point of a resource id: always the same one.
pub(crate) fn id_of(id: &ResourceId) -> PointId {
    let digest = Sha256::digest(id.as_str().as_bytes());
    let mut bytes = [0_u8; 16];
    bytes.copy_from_slice(&digest[..16]);
    // Version 8 is for ids made by rules of one's own.
    PointId::Uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A tag as [`key::TAGS`] holds it.
pub(crate) fn tag(key: &str, value: &str) -> String {
    format!("{}\u{1f}{}", tag_key(key), fuzzy::fold(value))
}

pub(crate) fn tag_key(key: &str) -> String {
    fuzzy::fold(key)
}

/// A name or words in the form in which they are equal whatever separates their parts.
pub(crate) fn plain(text: &str) -> String {
    fuzzy::words(text).join(" ")
}

/// The time of the newest backup.
pub(crate) fn last_backup(resource: &Resource) -> Option<Timestamp> {
    resource.text_attr(attr::LAST_BACKUP)?.parse().ok()
}

/// A resource, taken apart for the index.
pub(crate) struct Shape {
    pub(crate) id: PointId,
    /// What it says in words, for the embedder, if there is one.
    pub(crate) text: String,
    /// Its search words and features, for BM25.
    pub(crate) words: String,
    /// Its name, for trigrams.
    pub(crate) name: String,
    pub(crate) text_hash: u64,
    pub(crate) hash: u64,
    pub(crate) payload: Payload,
}

impl Shape {
    /// Its search words by themselves.
    pub(crate) fn search_words(&self) -> impl Iterator<Item = &str> {
        words_of(&self.payload)
    }

    /// `embedded` if its sentence is wanted.
    pub(crate) fn of(resource: &Resource, embedded: bool) -> Self {
        let text = if embedded { sentence(resource) } else { String::new() };
        let (words, name) = (search_words(resource).join(" "), plain(&resource.name));
        let bm25 = format!("{words} {}", features(resource).join(" "));
        let text_hash = hash([text.as_bytes(), bm25.as_bytes(), name.as_bytes()]);
        let mut payload = fields(resource);
        payload.insert(key::WORDS.into(), Value::String(words));
        let mut json = Vec::with_capacity(USUAL);
        // A map of texts and numbers can always be written.
        let _ = serde_json::to_writer(&mut json, &payload);
        let hash = hash([json.as_slice()]);
        payload.insert(key::TEXT_HASH.into(), json!(text_hash));
        payload.insert(key::HASH.into(), json!(hash));
        Self { id: id_of(&resource.id), text, words: bm25, name, text_hash, hash, payload: Payload(payload) }
    }
}

/// The search words in a payload.
pub(crate) fn words_of(payload: &Payload) -> impl Iterator<Item = &str> {
    payload.0.get(key::WORDS).and_then(Value::as_str).unwrap_or_default().split(' ').filter(|word| !word.is_empty())
}

fn hash<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> u64 {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
        hasher.update([0]);
    }
    marks::first_bytes(&hasher.finalize())
}

fn fields(resource: &Resource) -> Map<String, Value> {
    let mut marks = Marks::default();
    for field in TEXT_FIELDS {
        let mut values: Vec<String> = texts(resource, field).iter().map(|text| fuzzy::fold(text)).collect();
        values.sort();
        values.dedup();
        match values[..] {
            [] => marks.unreported(field.word()),
            _ => values.iter().for_each(|text| marks.is(field.word(), text)),
        }
    }
    // Of keys that are equal in any case all count, as for the selector.
    let tags: BTreeSet<String> = resource.tags.iter().flatten().map(|(key, value)| tag(key, value)).collect();
    let keys: BTreeSet<String> = resource.tags.iter().flatten().map(|(key, _)| tag_key(key)).collect();
    tags.iter().for_each(|tag| marks.is(key::TAGS, tag));
    keys.iter().for_each(|tag| marks.is(key::TAG_KEYS, tag));
    let (name, plain) = (fuzzy::fold(&resource.name), plain(&resource.name));
    if plain != name {
        marks.is(key::PLAIN, &plain);
    }
    if let Some(automatic) = resource.bool_attr(attr::AUTO_BACKUPS) {
        marks.flag(key::AUTO_BACKUPS, automatic);
    }
    for &flag in STEADY_FLAGS {
        // The time is of no consequence to these.
        if let Some(value) = resource.flag(flag, Timestamp::UNIX_EPOCH) {
            marks.flag(flag.as_str(), value);
        }
    }
    let mut payload = marks.into_payload();
    payload.insert(Field::Name.word().to_owned(), Value::String(name));
    let mut numbers = Numbers::default();
    for field in NUMBER_FIELDS {
        if let (Some(scale), Some(number)) = (Scale::of(field), number(resource, field)) {
            numbers.add(scale, numbers::number(number));
        }
    }
    for (scale, at) in [(Scale::CREATED, resource.created), (Scale::BACKUP, last_backup(resource))] {
        if let Some(at) = at {
            numbers.add(scale, numbers::time(at.as_nanosecond()));
        }
    }
    numbers.write(&mut payload);
    payload.insert(key::SHOWN.into(), json!(resource.name));
    payload.insert(key::WHOLE_ID.into(), json!(resource.id.as_str()));
    payload
}

/// The words by which a resource is found, the name's first.
fn search_words(resource: &Resource) -> Vec<String> {
    let region = resource.region.as_deref().and_then(|code| regions::find(resource.cloud, code));
    let mut sources: Vec<&str> = vec![&resource.name, resource.kind.as_str(), resource.cloud.as_str(), &resource.native];
    sources.extend(resource.engine().map(|engine| engine.as_str()));
    sources.extend(resource.env().map(|env| env.as_str()));
    sources.extend(resource.region.as_deref());
    sources.extend(region.into_iter().flat_map(|region| [region.name, region.place]));
    sources.extend(resource.tags.iter().flatten().flat_map(|(key, value)| [key.as_str(), value]));
    sources.extend(
        [resource.text_attr(attr::RESOURCE_GROUP), resource.account.as_deref(), resource.account_name.as_deref()].into_iter().flatten(),
    );
    sources.extend(
        [resource.text_attr(attr::NETWORK), resource.text_attr(attr::SIZE), Some(resource.id.last_segment())].into_iter().flatten(),
    );
    let mut seen = BTreeSet::new();
    let mut words = Vec::new();
    for word in sources.into_iter().flat_map(fuzzy::words) {
        if words.len() < MOST_WORDS && seen.insert(word.clone()) {
            words.push(word);
        }
    }
    words
}

/// Marks of what the resource is, apart from every word that a name may hold.
fn features(resource: &Resource) -> Vec<String> {
    let mut features = vec![feature("kind", resource.kind.as_str()), feature("cloud", resource.cloud.as_str())];
    features.extend(resource.engine().map(|engine| feature("engine", engine.as_str())));
    features.extend(resource.env().map(|env| feature("env", env.as_str())));
    features.extend(resource.region.as_deref().map(|region| feature("region", &fuzzy::fold(region))));
    features
}

/// A mark of what a resource is, one word to BM25.
pub(crate) fn feature(key: &str, value: &str) -> String {
    format!("{key}:{value}")
}

/// What the resource says in words; nothing that changes by the hour, and none of the numbers and hashes that tell the
/// members of a fleet apart: those mean nothing to the model, and without them a fleet is embedded once.
fn sentence(resource: &Resource) -> String {
    let mut parts = vec![meaningful(&resource.name), resource.kind.as_str().replace('-', " ")];
    parts.extend(resource.engine().map(|engine| engine.as_str().to_owned()));
    parts.extend(resource.env().map(|env| env.spellings().get(1).copied().unwrap_or(env.as_str()).to_owned()));
    parts.push(format!("{} {}", resource.cloud, plain(&resource.native)));
    if let Some(region) = resource.region.as_deref() {
        let place = regions::find(resource.cloud, region).map(|region| region.place).unwrap_or_default();
        parts.push(format!("{region} {place}").trim_end().to_owned());
    }
    parts.extend(resource.text_attr(attr::RESOURCE_GROUP).map(meaningful));
    parts.extend(resource.tags.iter().flatten().map(|(key, value)| format!("{} {}", plain(key), meaningful(value))));
    parts.retain(|part| !part.is_empty());
    parts.join(", ")
}

/// The words of a text that mean something by themselves.
fn meaningful(text: &str) -> String {
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !is_serial(piece));
    pieces.flat_map(fuzzy::words).filter(|word| !word.chars().all(char::is_numeric)).collect::<Vec<_>>().join(" ")
}

/// A piece of a hash or a generated id: six or more hexadecimal digits of which two are no letters.
fn is_serial(piece: &str) -> bool {
    piece.len() >= 6 && piece.chars().all(|c| c.is_ascii_hexdigit()) && piece.chars().filter(char::is_ascii_digit).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_mean_nothing_and_words_stay() {
        for (name, meaning) in [
            ("prod-checkout-web-07", "prod checkout web"),
            ("i-0ab12cd34ef567890", "i"),
            ("facade-cafe", "facade cafe"),
            ("prodCheckoutDB_pg01", "prod checkout db pg"),
            ("2024-11-05", ""),
        ] {
            assert_eq!(meaningful(name), meaning, "{name}");
        }
    }
}
