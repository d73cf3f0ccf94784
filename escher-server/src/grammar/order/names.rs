//! Names that are given: to what is made, and to what goes elsewhere.

use escher_core::selector::{Field, Relation};

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Naming", "Called NewName", |args| Some(args.at(1).clone())).ex(&[("called web-9", "web-9"), ("named \"web 9\"", "web 9")]),
    Rule::new(
        "Called",
        "(called|named|titled|with name|with the name|by the name of|under the name|naming it|and call it|and name it|, call it|, name it)",
        nothing,
    ),
    Rule::new("NewNames", "NewName (and|,|, and|&|or) NewName", |args| {
        Some(Formula::is_any(Field::Name, [args.text(0)?, args.text(1)?]).into())
    }),
    Rule::new("NewNames", "NewName , NewNames", |args| Some(Formula::is(Field::Name, args.text(0)?).or(args.cond(1)?).into())),
    Rule::new("NewName", "Name", same),
    Rule::new("NewName", "Quoted", same),
    Rule::new("NewName", "Any", |args| args.text(0).filter(|text| is_name(text)).map(Sem::Text))
        .ex(&[("orders", "orders"), ("test", "test")])
        .not(&["the", "in", "5"]),
    // What was named before, in this sentence or in the last.
    Rule::new("Base", "(it|that|this|all of it)", |_| pronoun(Number::One, Formula::all())),
    Rule::new(
        "Base",
        "(them|em|those|these|them all|those all|them both|all of them|both of them|all of those|all of these|each of them|every one of them)",
        |_| pronoun(Number::Many, Formula::all()),
    ),
    Rule::new("Base", "(only|just|all)? Ones", |args| pronoun(Number::Many, args.cond(0)?)),
    Rule::new("Base", "(these|those|all these|all those|all of these|all of those|the same) Nominal", |args| {
        let set = args.set(0)?;
        Some(Set { head: Head::Pronoun, ..set.with(Formula::Shown) }.into())
    }),
    Rule::new("Base", "their Nominal", |args| {
        let set = args.set(0)?;
        (set.head == Head::Kind).then(|| set.with(Formula::rel(Relation::Any, Formula::Shown)).into())
    }),
];

fn pronoun(number: Number, condition: Formula) -> Option<Sem> {
    Some(Set::new(Head::Pronoun, number, condition.and(Formula::Shown)).into())
}

/// A word that names nothing by itself: articles, prepositions, joints.
pub(super) fn is_word_of_grammar(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "a",
        "all",
        "also",
        "an",
        "and",
        "any",
        "anything",
        "as",
        "at",
        "both",
        "but",
        "by",
        "each",
        "every",
        "everything",
        "except",
        "excluding",
        "for",
        "from",
        "here",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "key",
        "keys",
        "label",
        "labels",
        "me",
        "my",
        "no",
        "none",
        "not",
        "now",
        "of",
        "off",
        "on",
        "only",
        "onto",
        "or",
        "other",
        "our",
        "please",
        "same",
        "some",
        "tag",
        "tagged",
        "tags",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "these",
        "they",
        "this",
        "those",
        "to",
        "too",
        "unless",
        "until",
        "us",
        "value",
        "when",
        "which",
        "while",
        "who",
        "whose",
        "with",
        "without",
        "your",
    ];
    WORDS.contains(&word.to_lowercase().as_str())
}

/// What can be the name of something new.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !is_word_of_grammar(text)
}
