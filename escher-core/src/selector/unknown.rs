//! Words of a selector that nothing in the estate answers to: probably misspelled.

use std::collections::BTreeSet;
use std::fmt;

use super::{Field, Selector};
use crate::{Flag, Rel, fuzzy};

/// The words of an estate that the language leaves open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownWords {
    /// Tag keys, as they are written.
    pub tags: BTreeSet<String>,
    /// Names of attributes, without those within them.
    pub attributes: BTreeSet<String>,
    /// Relations, in lower case.
    pub relations: BTreeSet<String>,
}

/// A tag key, an attribute or a relation that no resource has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownWord {
    /// The field with it.
    pub field: Field,
    /// What was probably meant, as it would be written in a selector.
    pub nearest: Option<String>,
}

/// `no resource has a tag `clod`; did you mean `cloud`?`
impl fmt::Display for UnknownWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.field {
            Field::Attr(_) => "an attribute",
            Field::Rel(_) => "a relation",
            _ => "a tag",
        };
        write!(f, "no resource has {what} `{}`", self.field.word())?;
        self.nearest.as_ref().map_or(Ok(()), |nearest| write!(f, "; did you mean `{nearest}`?"))
    }
}

impl Selector {
    /// Tag keys, attributes and relations of the selector, nested ones included, that no resource has, each with what
    /// was probably meant.
    ///
    /// ```
    /// use escher_core::Selector;
    /// use escher_core::selector::KnownWords;
    /// let selector: Selector = "clod = aws AND owner = me".parse()?;
    /// let known = KnownWords { tags: ["Owner".to_owned()].into(), ..KnownWords::default() };
    /// let unknown = selector.unknown_words(&known);
    /// assert_eq!(unknown.len(), 1);
    /// assert_eq!(unknown[0].to_string(), "no resource has a tag `clod`; did you mean `cloud`?");
    /// # Ok::<(), escher_core::Error>(())
    /// ```
    pub fn unknown_words(&self, known: &KnownWords) -> Vec<UnknownWord> {
        let mut unknown = Vec::new();
        self.collect_unknown(known, &mut unknown);
        unknown
    }

    fn collect_unknown(&self, known: &KnownWords, unknown: &mut Vec<UnknownWord>) {
        for field in self.fields() {
            known.check(field, unknown);
        }
        for (by, to) in self.nested() {
            known.check(&by.field(), unknown);
            to.collect_unknown(known, unknown);
        }
    }
}

impl KnownWords {
    fn check(&self, field: &Field, unknown: &mut Vec<UnknownWord>) {
        let known = match field {
            Field::Tag(key) => has(&self.tags, key),
            // What is within an attribute is not listed.
            Field::Attr(path) => {
                path.match_indices('.').map(|(dot, _)| &path[..dot]).chain([path.as_str()]).any(|it| has(&self.attributes, it))
            }
            Field::Rel(rel) => has(&self.relations, rel.as_str()),
            _ => true,
        };
        if known || unknown.iter().any(|word| word.field == *field) {
            return;
        }
        let nearest = match field {
            Field::Attr(path) => self.near_attribute(path).or_else(|| near_field(path)),
            Field::Rel(rel) => self.near_relation(rel.as_str()),
            other => self.near_tag(other.word()),
        };
        // To be told what one has written helps nobody.
        let nearest = nearest.filter(|nearest| *nearest != field.to_string());
        unknown.push(UnknownWord { field: field.clone(), nearest });
    }

    /// A word by itself is a tag key; it may have been meant for anything else.
    fn near_tag(&self, key: &str) -> Option<String> {
        let attribute = self.attributes.iter().find(|name| same(name, key)).map(|name| Field::Attr(name.clone()).to_string());
        let relation = || self.relations.iter().find(|rel| same(rel, key)).and_then(|rel| relation_text(rel));
        let words = Field::NAMED.iter().map(Field::word).chain(Flag::ALL.iter().map(|flag| flag.as_str()));
        let near = || fuzzy::nearest(key, words.chain(self.tags.iter().map(String::as_str))).map(str::to_owned);
        attribute.or_else(relation).or_else(near).or_else(|| self.near_attribute(key))
    }

    fn near_attribute(&self, path: &str) -> Option<String> {
        let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
        let near = fuzzy::nearest(first, self.attributes.iter().map(String::as_str))?;
        let path = rest.map_or_else(|| near.to_owned(), |rest| format!("{near}.{rest}"));
        Some(Field::Attr(path).to_string())
    }

    fn near_relation(&self, word: &str) -> Option<String> {
        let all = self.relations.iter().map(String::as_str).chain(Rel::ALL.iter().map(Rel::as_str));
        relation_text(fuzzy::nearest(word, all)?)
    }
}

fn relation_text(word: &str) -> Option<String> {
    Some(Field::Rel(word.parse().ok()?).to_string())
}

fn near_field(word: &str) -> Option<String> {
    fuzzy::nearest(word, Field::NAMED.iter().map(Field::word)).map(str::to_owned)
}

fn has(words: &BTreeSet<String>, word: &str) -> bool {
    words.contains(word) || words.iter().any(|known| same(known, word))
}

fn same(a: &str, b: &str) -> bool {
    fuzzy::fold(a) == fuzzy::fold(b)
}
