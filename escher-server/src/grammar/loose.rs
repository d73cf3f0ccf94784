//! Conditions that a question takes in their likeliest sense, and that an order has to ask about.

use escher_core::selector::{Field, Op};
use escher_core::{Flag, Kind};

use super::args::same;
use super::key::pair;
use super::noun::{is_sort, narrowed};
use super::rule::{Args, Rule};
use super::tag::is;
use crate::meaning::{Formula, Head, Number, Sem, Set};

/// What an order asks back.
pub(crate) const LOOSE: &str = "That condition can be read in more than one way. Which resources exactly?";

pub(super) const RULES: &[Rule] = &[
    Rule::new("Np", "Np Loose", |args| asked(narrowed(args.set(0)?, args.cond(1)?)))
    .ex(&[(
        "vms tagged prod",
        "kind = vm AND env = prod ? That condition can be read in more than one way. Which resources exactly?",
    )]),
    // Tags that may be a key, a value or an environment.
    Rule::new("Loose", "Tagged (as)? Adj", |args| of_env(args.cond(1)?)).ex(&[("tagged prod", "env = prod")]).not(&["tagged idle"]),
    Rule::new("Loose", "NotTagged (as)? Adj", |args| of_env(args.cond(1)?).map(denied)),
    Rule::new("Loose", "Tagged Pairs", |args| Some(args.at(1).clone()))
        .ex(&[("tagged app:main", "tag.app = main"), ("tagged with app:main and team:web", "tag.app = main AND tag.team = web")]),
    Rule::new("Loose", "NotTagged Pairs", |args| Some(args.cond(1)?.not().into())).ex(&[("not tagged app:main", "tag.app != main")]),
    Rule::new("Loose", "Having Article? LabelWord Pairs", |args| Some(args.at(3).clone())).ex(&[("with the tag env:dev", "env = dev")]),
    Rule::new("Loose", "Having Article? LabelWord Adj", |args| of_env(args.cond(3)?)),
    Rule::new("Loose", "Lacking Article? LabelWord Pairs", |args| Some(args.cond(3)?.not().into())),
    Rule::new("Pair", "Any", |args| {
        let text = args.text(0)?;
        let (key, value) = pair(&text)?;
        Some(is(key.to_owned(), value.to_owned())?.into())
    })
    .not(&["user:Owner", "10:30", "app:"]),
    Rule::new("Pairs", "Pair", same),
    Rule::new("Pairs", "Pair (and|,|, and|&) Pairs", |args| Some(args.cond(0)?.and(args.cond(1)?).into())),
    Rule::new("Loose", "Tagged Often", |args| Some(Formula::exists(Field::Tag(args.text(1)?), true).into()))
        .ex(&[("tagged daily", "tag.daily EXISTS")]),
    Rule::new("Loose", "NotTagged Often", |args| Some(Formula::exists(Field::Tag(args.text(1)?), false).into())),
    Rule::new("Often", "(hourly)", |_| Some(Sem::Text("hourly".to_owned()))),
    Rule::new("Often", "(daily)", |_| Some(Sem::Text("daily".to_owned()))),
    Rule::new("Often", "(nightly)", |_| Some(Sem::Text("nightly".to_owned()))),
    Rule::new("Often", "(weekly)", |_| Some(Sem::Text("weekly".to_owned()))),
    Rule::new("Often", "(monthly)", |_| Some(Sem::Text("monthly".to_owned()))),
    // “Not tagged with owner” is not what has no tag at all.
    Rule::new("Loose", "(not|never|that have not been|that has not been|which have not been|that have never been|that were never) (tagged|labeled|labelled)", |_| {
        Some(Formula::flag(Flag::Untagged, true).into())
    })
    .ex(&[("not tagged", "untagged")]),
    // What was done once may be so no more; who has an address may be reached by it, or not.
    Rule::new("Loose", "Were Adj", |args| Some(args.at(1).clone())),
    Rule::new("Loose", "Having Article? PublicIp", |_| Some(Formula::flag(Flag::Public, true).into())),
    Rule::new("Loose", "Lacking Article? PublicIp", |_| Some(Formula::flag(Flag::Public, false).into())),
    Rule::new("Loose", "(in|within|from|on) the? AccountWord Title", |args| {
        Some(args.cond(0)?.and(Formula::is(Field::Account, args.text(1)?)).into())
    })
    .ex(&[("in subscription Acme Production", "account = \"Acme Production\"")])
    .not(&["in subscription acme production"]),
    Rule::new("Title", "Any Any", |args| title(args, 2)),
    Rule::new("Title", "Any Any Any", |args| title(args, 3)),
    // What a team owns may bear it as owner or as team.
    Rule::new("Loose", "(owned by|that belong to the owner) Team", |args| {
        let team = args.cond(0)?;
        let value = team.values(&Field::Tag("team".to_owned())).into_iter().next()?.to_owned();
        Some(Formula::is(Field::Tag("owner".to_owned()), value).into())
    })
    .ex(&[("owned by the team apollo", "tag.owner = apollo")]),
    Rule::new("Loose", "(in|from) Team", same),
    Rule::new("Loose", "(for|of|belonging to|that belong to) the? ValueWord (app|application)", |args| {
        let word = args.text(0)?;
        if is_sort(&word) { None } else { Some(is("app".to_owned(), word)?.into()) }
    })
        .ex(&[("for the checkout app", "tag.app = checkout")])
        .not(&["for the web app"]),
    // “The foo and bar VMs”: parts of names, or two whole ones.
    Rule::new("Base", "Det? Word (and|or|,|&) Word Noun", |args| {
        let like = |i: usize| Some(Formula::compare(Field::Name, Op::Like, args.text(i)?));
        asked(narrowed(args.set(3)?, like(1)?.or(like(2)?)))
    }),
    Rule::new("Nominal", "Word (service|app|application|api|site|backend|frontend) Noun", |args| {
        let word = args.text(0)?;
        if is_sort(&word) { None } else { asked(narrowed(args.set(1)?, Formula::compare(Field::Name, Op::Like, word))) }
    }),
    // A disk that nobody uses is attached to nothing; of a machine or a bucket no cloud tells who uses it.
    Rule::new("Np", "Np Unused", |args| {
        let set = args.set(0)?;
        let kinds = set.kinds();
        let tells = !kinds.is_empty() && kinds.iter().all(|kind| matches!(kind, Kind::Disk | Kind::Ip));
        if tells { asked(narrowed(set, Formula::flag(Flag::Attached, false))) } else { None }
    })
    .ex(&[(
        "disks nobody uses",
        "kind = disk AND attached = false ? That condition can be read in more than one way. Which resources exactly?",
    )])
    .not(&["buckets nobody uses", "vms no one is using"]),
    Rule::new("Unused", "(that|which)? (nobody|no one|noone) (uses|is using)", super::args::nothing),
    Rule::new("Loose", "(that|which)? (nobody|no one|noone) (tagged|labeled|labelled|has tagged|has labeled)", |_| {
        Some(Formula::flag(Flag::Untagged, true).into())
    })
    .ex(&[("nobody tagged", "untagged")]),
    Rule::new("Base", "(anything|everything|something|whatever) (called|named) NewName", |args| {
        asked(Some(Set::new(Head::Name, Number::Many, Formula::compare(Field::Name, Op::Like, args.text(0)?)).into()))
    }),
    // Parts of names.
    Rule::new("Loose", "(with|having|that have|which have|containing|that contain) NewName in InName", |args| like(args, 0))
        .ex(&[("with prod in the name", "name ~ prod")]),
    Rule::new("Loose", "(without|with no|that do not have|not containing) NewName in InName", |args| like(args, 0).map(denied))
        .ex(&[("without prod in their names", "NOT name ~ prod")]),
    Rule::new("InName", "(the|their|its)? (name|names)", super::args::nothing),
    Rule::new("Loose", "(whose|with) (a|the)? (name|names) (not containing|does not contain|do not contain|not starting with|does not start with) NewName", |args| {
        like(args, 0).map(denied)
    })
    .ex(&[("whose name does not contain web", "NOT name ~ web")]),
    Rule::new("Loose", "(starting with|beginning with|ending with|that start with|that begin with|that end with|named like|called something like|named something like) NewName", |args| {
        like(args, 0)
    })
    .ex(&[("starting with web", "name ~ web")]),
    Rule::new("Loose", "(named|called|matching|that match|like|with name|with names|with the name|whose name is|whose name matches|with names like|named like) Pattern", |args| {
        like(args, 0)
    })
    .not(&["named web-1", "like web"]),
    Rule::new("Loose", "Pattern", |args| like(args, 0)),
    Rule::new("Nominal", "Pattern Noun", |args| narrowed(args.set(1)?, Formula::compare(Field::Name, Op::Like, args.text(0)?))),
    Rule::new("Loose", "(with name|with names|with the name|with the names|whose name is|named|called) OneName (or|, or) Names", |args| {
        Some(args.cond(0)?.or(args.cond(1)?).into())
    })
    .ex(&[("with name web-1 or web-2", "name IN (web-1, web-2)")]),
];

fn asked(sem: Option<Sem>) -> Option<Sem> {
    match sem? {
        Sem::Set(set) => Some(set.asks(LOOSE).into()),
        _ => None,
    }
}

/// An environment; other states of a resource are in no tag.
fn of_env(condition: Formula) -> Option<Sem> {
    matches!(&condition, Formula::Is { field: Field::Env, .. }).then(|| condition.into())
}

/// A name of several words, as one that is written with capitals.
fn title(args: &Args<'_>, of: usize) -> Option<Sem> {
    let words: Vec<String> = (0..of).map(|i| args.text(i)).collect::<Option<_>>()?;
    let capital = |word: &String| word.starts_with(|c: char| c.is_ascii_uppercase()) && word.chars().all(char::is_alphanumeric);
    words.iter().all(capital).then(|| Sem::Text(words.join(" ")))
}

fn denied(sem: Sem) -> Sem {
    match sem {
        Sem::Cond(condition) => condition.not().into(),
        other => other,
    }
}

fn like(args: &Args<'_>, i: usize) -> Option<Sem> {
    Some(Formula::compare(Field::Name, Op::Like, args.text(i)?).into())
}
