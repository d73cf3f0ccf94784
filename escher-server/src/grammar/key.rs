//! Tags by their key alone: “with an owner tag”, “missing the tags owner and team”.

use escher_core::Flag;
use escher_core::selector::Field;

use super::args::{nothing, same};
use super::rule::{Args, Rule};
use super::tag::empty;
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Tagging", "Tagged (the|a)? BareKey LabelWord?", |args| keys(args, &[1], true))
        .ex(&[
            ("tagged keep", "tag.keep EXISTS"),
            ("tagged nightly-off", "tag.nightly-off EXISTS"),
            ("tagged user:Owner", "tag.user:Owner EXISTS"),
        ])
        .not(&["tagged sometimes", "tagged incorrectly", "tagged prod", "tagged app:main"]),
    Rule::new("Tagging", "NotTagged Article? BareKey LabelWord?", |args| keys(args, &[2], false))
        .ex(&[("not tagged keep", "NOT tag.keep EXISTS")]),
    Rule::new("Tagging", "Having Article? BareKey LabelWord", |args| keys(args, &[2], true))
        .ex(&[("with an owner tag", "tag.owner EXISTS"), ("with cost-center tags", "tag.cost-center EXISTS")]),
    Rule::new("Tagging", "Having Article? (tag|label) BareKey (set)?", |args| keys(args, &[2], true))
        .ex(&[("with tag cost-center", "tag.cost-center EXISTS")]),
    Rule::new("Tagging", "Having Article? KeyWord And KeyWord LabelWord", |args| keys(args, &[2, 4], true))
        .ex(&[("with owner and team tags", "tag.owner EXISTS AND tag.team EXISTS")]),
    Rule::new("Tagging", "Having Article? LabelWord KeyWord And KeyWord", |args| keys(args, &[3, 5], true)),
    Rule::new("Tagging", "Having Article CommonKey", |args| keys(args, &[2], true)).ex(&[("with an owner", "tag.owner EXISTS")]),
    Rule::new("Tagging", "Lacking Article? KeyWord LabelWord", |args| keys(args, &[2], false)).ex(&[
        ("without an owner tag", "NOT tag.owner EXISTS"),
        ("with no cost-center tag", "NOT tag.cost-center EXISTS"),
        ("that do not have an owner tag", "NOT tag.owner EXISTS"),
    ]),
    Rule::new("Tagging", "Lacking Article? (tag|label) KeyWord", |args| keys(args, &[2], false)),
    Rule::new("Tagging", "Lacking Article? CommonKey", |args| keys(args, &[2], false))
        .ex(&[("without an owner", "NOT tag.owner EXISTS"), ("without a purpose", "NOT tag.purpose EXISTS")]),
    // Neither of two.
    Rule::new("Tagging", "Lacking Article? KeyWord Or KeyWord LabelWord", |args| keys(args, &[2, 4], false))
        .ex(&[("without team or owner tags", "NOT tag.owner EXISTS AND NOT tag.team EXISTS")]),
    Rule::new("Tagging", "Lacking Article? LabelWord KeyWord Or KeyWord", |args| keys(args, &[3, 5], false)),
    Rule::new("Tagging", "Lacking Article? CommonKey Or CommonKey", |args| keys(args, &[2, 4], false))
        .ex(&[("without an owner or a team", "NOT tag.owner EXISTS AND NOT tag.team EXISTS")]),
    Rule::new("Tagging", "Having neither Article? KeyWord nor Article? KeyWord LabelWord", |args| keys(args, &[2, 4], false))
        .ex(&[("with neither an owner nor a team tag", "NOT tag.owner EXISTS AND NOT tag.team EXISTS")]),
    Rule::new("Tagging", "Having neither Article? CommonKey nor Article? CommonKey", |args| keys(args, &[2, 4], false)),
    // “Missing A and B” may be said of what has one of them.
    Rule::new("Loose", "Lacking Article? KeyWord And KeyWord LabelWord", |args| keys(args, &[2, 4], false))
        .ex(&[("without owner and team tags", "NOT tag.owner EXISTS AND NOT tag.team EXISTS")]),
    Rule::new("Loose", "Lacking Article? LabelWord KeyWord And KeyWord", |args| keys(args, &[3, 5], false)),
    Rule::new("Loose", "Lacking Article? CommonKey And CommonKey", |args| keys(args, &[2, 4], false)),
    Rule::new("Loose", "Having Article? KeyWord Or KeyWord LabelWord", |args| either(args, 2, 4))
        .ex(&[("with an owner or team tag", "tag.owner EXISTS OR tag.team EXISTS")]),
    Rule::new("Loose", "Having Article? CommonKey Or CommonKey", |args| either(args, 2, 4)),
    Rule::new("Loose", "Having Article? (tags|labels) BareKey", |args| keys(args, &[2], true)),
    Rule::new("Loose", "Lacking Article? (tags|labels) BareKey", |args| keys(args, &[2], false)),
    // What is said of them as a sentence.
    Rule::new("Keyed", "(have|has|carry|carries|bear) Article? BareKey LabelWord", |args| keys(args, &[1], true))
        .ex(&[("have an owner tag", "tag.owner EXISTS")]),
    Rule::new("Keyed", "(have|has|carry|carries|bear) Article? (tag|label) BareKey", |args| keys(args, &[1], true)),
    Rule::new("Keyed", "(have|has) Article? CommonKey", |args| keys(args, &[1], true)),
    Rule::new("Keyed", "(lack|lacks|miss|misses) Article? KeyWord LabelWord", |args| keys(args, &[1], false))
        .ex(&[("lack an owner tag", "NOT tag.owner EXISTS")]),
    Rule::new("Keyed", "(lack|lacks|miss|misses) Article? CommonKey", |args| keys(args, &[1], false)),
    Rule::new("Keyed", "(have|has|carry|carries|bear|bears|show|shows) no KeyWord LabelWord", |args| keys(args, &[0], false))
        .ex(&[("carry no owner tag", "NOT tag.owner EXISTS")]),
    Rule::new("Keyed", "(carry|carries|bear|bears|show|shows) no LabelWord", |_| Some(Formula::flag(Flag::Untagged, true).into()))
        .ex(&[("carry no tags", "untagged")]),
    Rule::new("Tagging", "(having|carrying|bearing|with|that carry|which carry) no LabelWord", |_| {
        Some(Formula::flag(Flag::Untagged, true).into())
    }),
    Rule::new("Keyed", "(do|does) not have Article? KeyWord LabelWord", |args| keys(args, &[1], false))
        .ex(&[("do not have a team tag", "NOT tag.team EXISTS")]),
    Rule::new("Keyed", "(do|does) not have Article? CommonKey", |args| keys(args, &[1], false)),
    // Empty ones.
    Rule::new("Tagging", "(with|having|that have|which have) (a|an|the)? (empty|blank) KeyWord (tag|label)?", empty)
        .ex(&[("with an empty team tag", "tag.team = \"\"")]),
    Rule::new("Tagging", "(with|having|carrying|that have|which have|that carry) (a|an|the)? KeyWord (tag|label) (but|and|with)? (no|without a|without) value", empty)
        .ex(&[("that carry an owner tag but no value", "tag.owner = \"\"")]),
    Rule::new("Keyed", "(have|has|carry|carries) (a|an|the)? KeyWord (tag|label) (but|and|with)? (no|without a|without) value", empty),
    Rule::new("Tagging", "(with|having|that have|which have) the (tag|label) KeyWord (but|and) (no|without a|without) value", empty)
        .ex(&[("that have the tag team but no value", "tag.team = \"\"")]),
    // The words around a key.
    Rule::new(
        "Tagged",
        "(tagged|tagged with|labeled|labelled|labeled with|labelled with|that are tagged|which are tagged|that are tagged with)",
        nothing,
    ),
    Rule::new(
        "NotTagged",
        "(not|that are not|which are not|that is not|but not|and not) (tagged|tagged with|labeled|labelled)",
        nothing,
    ),
    Rule::new("Having", "(with|having|carrying|bearing|that have|which have|that has|which has|that carry|which carry|that carries|that bear)", nothing),
    Rule::new(
        "Lacking",
        "(without|with no|missing|lacking|that have no|which have no|having no|have no|has no|carrying no|carry no|carries no|that carry no|which carry no|bearing no|that lack|which lack|that are missing|which are missing|without any)",
        nothing,
    ),
    Rule::new("Lacking", "(that|which) (do not|does not) have", nothing),
    Rule::new("Article", "(a|an|the|any|both|their)", nothing),
    Rule::new("LabelWord", "(tag|tags|label|labels)", nothing),
    Rule::new("And", "(and|,|, and|&|and a|and an|and the)", nothing),
    Rule::new("Or", "(or|, or|nor|or a|or an|or the)", nothing),
    Rule::new("BareKey", "Any", |args| {
        let text = args.text(0)?;
        // “Tagged prod” means the environment, “tagged app:main” a value.
        let env = escher_core::Env::ALL.iter().any(|env| env.spellings().contains(&text.to_lowercase().as_str()));
        if env || pair(&text).is_some() { None } else { key(args) }
    }),
    Rule::new("BareKey", "Quoted", same),
    Rule::new("KeyWord", "Any", key),
    Rule::new("KeyWord", "Quoted", same),
    Rule::new("CommonKey", "(owner|owners)", |_| Some(Sem::Text("owner".to_owned()))),
    Rule::new("CommonKey", "(purpose)", |_| Some(Sem::Text("purpose".to_owned()))),
    Rule::new("CommonKey", "(cost center|cost centre|cost-center)", |_| Some(Sem::Text("cost-center".to_owned()))),
    Rule::new("CommonKey", "(team|teams)", |_| Some(Sem::Text("team".to_owned()))),
];

/// `app:main` is a key and a value; `user:Owner` and `aws:stack` are keys of a name space.
pub(super) fn pair(text: &str) -> Option<(&str, &str)> {
    const SPACES: &[&str] = &["user", "aws", "azure", "gcp", "goog", "google", "kubernetes", "k8s", "system", "ms-resource-usage"];
    let (key, value) = text.split_once(':')?;
    let fits = |word: &str| !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '@'));
    let space = SPACES.contains(&key.to_lowercase().as_str()) || key.contains(['.', '/']) || key.bytes().all(|b| b.is_ascii_digit());
    (fits(key) && fits(value) && !space).then_some((key, value))
}

fn keys(args: &Args<'_>, at: &[usize], yes: bool) -> Option<Sem> {
    let each = at.iter().map(|&i| Some(Formula::exists(Field::Tag(args.text(i)?), yes)));
    Some(each.collect::<Option<Vec<_>>>()?.into_iter().fold(Formula::all(), Formula::and).into())
}

fn either(args: &Args<'_>, a: usize, b: usize) -> Option<Sem> {
    let one = |i: usize| Some(Formula::exists(Field::Tag(args.text(i)?), true));
    Some(one(a)?.or(one(b)?).into())
}

fn key(args: &Args<'_>) -> Option<Sem> {
    let text = args.text(0)?;
    let fits = text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '/' | '@'));
    let adverb = text.to_lowercase().ends_with("ly");
    // “Whose disk is public”: of a kind that is a relation, and no tag.
    let kind = escher_core::lexicon::meanings(&text).any(|meaning| matches!(meaning, escher_core::lexicon::Meaning::Kind(..)));
    let typed = kind || text.starts_with("tag.");
    (fits && !adverb && !typed && !NO_KEYS.contains(&text.to_lowercase().as_str())).then_some(Sem::Text(text))
}

/// Words that are no keys.
const NO_KEYS: &[&str] = &[
    "instead",
    "most",
    "more",
    "less",
    "fewer",
    "fewest",
    "many",
    "vs",
    "versus",
    "maybe",
    "perhaps",
    "half",
    "whatsoever",
    "except",
    "excluding",
    "but",
    "unless",
    "at",
    "set",
    "please",
    "pls",
    "plz",
    "kindly",
    "now",
    "asap",
    "thanks",
    "thx",
    "tonight",
    "tomorrow",
    "sometimes",
    "incorrectly",
    "correctly",
    "properly",
    "wrongly",
    "badly",
    "well",
    "the",
    "a",
    "an",
    "with",
    "without",
    "and",
    "or",
    "not",
    "no",
    "any",
    "in",
    "on",
    "of",
    "to",
    "by",
    "for",
    "as",
    "at",
    "all",
    "name",
    "tag",
    "tags",
    "label",
    "labels",
    "is",
    "are",
    "by",
    "that",
    "which",
    "me",
    "it",
    "them",
    "everything",
    "nothing",
    "something",
    "already",
    "recently",
    "yesterday",
    "today",
    "twice",
    "never",
    "always",
    "only",
    "but",
    "kind",
    "state",
    "region",
    "account",
    "zone",
    "cost",
    "age",
    "cpu",
    "memory",
    "size",
    "type",
    "id",
];
