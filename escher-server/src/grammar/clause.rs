//! Relative clauses and conditions as they are typed: “that are not idle”, “where env = dev”.

use escher_core::selector::{Field, Op};
use escher_core::{Flag, Selector};

use super::args::same;
use super::both::{consistent, one_field};
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "FlagPhrase", same),
    Rule::new("Post", "FlagPhrase and FlagPhrase", |args| Some(args.cond(0)?.and(args.cond(1)?).into()))
        .ex(&[("without backups and without tags", "backed-up = false AND untagged")]),
    Rule::new("Post", "Who (are|is|'s)? Pred", |args| Some(args.at(1).clone()))
        .ex(&[
            ("that are not idle", "idle = false"),
            ("that are unattached and older than 30 days", "age > 30d AND attached = false"),
            ("that are not public but idle", "idle AND public = false"),
            ("that are not encrypted and older than 1y", "age > 1y AND encrypted = false"),
            ("which are neither idle nor public", "idle = false AND public = false"),
        ])
        .not(&["that are not idle and untagged", "that nobody owns", "that we need"]),
    Rule::new("Post", "Who (are|is) (currently|now|still|already|all) Pred", |args| Some(args.at(1).clone()))
        .ex(&[("that are currently running", "state = running")]),
    Rule::new(
        "Post",
        "(that|which)? (can be|are|could be) (reached|accessed) from (the internet|outside|the outside|anywhere|the public internet)",
        |_| Some(Formula::flag(Flag::Public, true).into()),
    )
    .ex(&[("that can be reached from the internet", "public")]),
    Rule::new("Post", "Who HavePhrase", |args| Some(args.at(1).clone()))
        .ex(&[("that have no healthy targets", "idle"), ("which do not have backups", "backed-up = false")]),
    Rule::new("Post", "Who (are|is) not (a|an)? KindItem", |args| Some(args.cond(1)?.not().into()))
        .ex(&[("that are not buckets", "kind != bucket")]),
    Rule::new("Post", "Who (are|is) not (a|an) KindSg", |args| Some(args.noun(1)?.formula().not().into()))
        .ex(&[("that is not a bucket", "kind != bucket")]),
    Rule::new("Post", "in (a|an|the)? (state|status)? State (state|status)?", |args| Some(args.at(0).clone()))
        .ex(&[("in a stopped state", "state = stopped"), ("in status running", "state = running")]),
    // What is turned off is not there.
    Rule::new("Post", "(with|having|that have) (automatic)? (backups|backup) (off|disabled|turned off|switched off)", |_| {
        Some(Formula::flag(Flag::BackedUp, false).into())
    })
    .ex(&[("with backups off", "backed-up = false")]),
    Rule::new("Post", "(with|having|that have) encryption (off|disabled|turned off|switched off)", |_| {
        Some(Formula::flag(Flag::Encrypted, false).into())
    })
    .ex(&[("with encryption disabled", "encrypted = false")]),
    Rule::new("Post", "(with|having|that have) public access (blocked|disabled|off|turned off)", |_| {
        Some(Formula::flag(Flag::Public, false).into())
    })
    .ex(&[("with public access blocked", "public = false")]),
    Rule::new("Post", "(in error|in an error state|in error state|in a failed state)", |_| Some(Formula::is(Field::State, "error").into()))
        .ex(&[("in an error state", "state = error")]),
    Rule::new("Post", "Post (whatsoever|at all)", same).ex(&[("with no tags at all", "untagged")]),
    // Where and behind what something sits is where it is.
    Rule::new("Post", "Sitting Within", |args| Some(args.at(1).clone())).ex(&[("that live in westus", "region = westus")]),
    Rule::new("Post", "Sitting Related", |args| Some(args.at(1).clone())).ex(&[("sitting behind lb-1", "rel.behind = lb-1")]),
    Rule::new("Post", "(that|which)? (hang|hanging|sit|sitting|lie|lying|are lying|are sitting) around Adj", |args| {
        Some(args.at(0).clone())
    })
    .ex(&[("that hang around unattached", "attached = false")]),
    Rule::new("Sitting", "(that|which)? (sit|sits|sitting|live|lives|living|reside|resides|residing|lie|lying)", super::args::nothing),
    Rule::new("Post", "being (started|booted)", |_| Some(Formula::is(Field::State, "starting").into()))
        .ex(&[("being started", "state = starting")]),
    Rule::new("Post", "being (stopped|shut down|deallocated)", |_| Some(Formula::is(Field::State, "stopping").into())),
    Rule::new("Post", "neither Adj nor Adj", |args| Some(args.cond(0)?.not().and(args.cond(1)?.not()).into()))
        .ex(&[("neither prod nor dev", "NOT env IN (dev, prod)")]),
    Rule::new("Who", "(that|which)", |_| Some(Sem::Nothing)),
    // What is said of it.
    Rule::new("Pred", "Adj", same),
    Rule::new("Pred", "not Adj", |args| Some(args.cond(0)?.not().into())),
    Rule::new("Pred", "not Adj or Adj", |args| one_field(args.cond(0)?, args.cond(1)?).and_then(denied))
        .ex(&[("not running or starting", "NOT state IN (running, starting)")])
        .not(&["not prod or idle"]),
    Rule::new("Pred", "Neither", same),
    Rule::new("Neither", "neither Adj nor Adj", |args| Some(args.cond(0)?.not().and(args.cond(1)?.not()).into())),
    Rule::new("Neither", "neither (tagged|labeled|labelled) nor Adj", |args| {
        Some(Formula::flag(Flag::Untagged, true).and(args.cond(0)?.not()).into())
    })
    .ex(&[("neither tagged nor encrypted", "encrypted = false AND untagged")]),
    Rule::new("Neither", "neither Adj nor (tagged|labeled|labelled)", |args| {
        Some(args.cond(0)?.not().and(Formula::flag(Flag::Untagged, true)).into())
    }),
    Rule::new("Pred", "both? Adj (and|but|yet|and also|but also) Adj", |args| consistent(args.cond(0)?.and(args.cond(1)?))),
    Rule::new("Pred", "Adj (but|and) not Adj", |args| consistent(args.cond(0)?.and(args.cond(1)?.not()))),
    Rule::new("Pred", "not Adj but Adj", |args| consistent(args.cond(0)?.not().and(args.cond(1)?))),
    Rule::new("Pred", "Phrase", same),
    Rule::new("Pred", "Pred (and|but|,) Phrase", |args| consistent(args.cond(0)?.and(args.cond(1)?))),
    // One state of ours, two of Azure's.
    Rule::new("Pred", "stopped but not deallocated", still_held)
        .ex(&[("stopped but not deallocated", "state = stopped AND NOT raw-state ~ deallocated")])
        .not(&["deallocated but not stopped"]),
    Rule::new("Post", "(are|is)? stopped (but|and) not deallocated", still_held),
    Rule::new("Pred", "not both Adj and Adj", |args| Some(args.cond(0)?.and(args.cond(1)?).not().into())),
    Rule::new("Pre", "tagged", |_| Some(Formula::flag(Flag::Untagged, false).into())),
    Rule::new("Pred", "(tagged)", |_| Some(Formula::flag(Flag::Untagged, false).into())),
    Rule::new("Pred", "not (tagged)", |_| Some(Formula::flag(Flag::Untagged, true).into())),
    Rule::new("Post", "Who (have|has) (not been|never been) Flag", |args| Some(args.cond(1)?.not().into()))
        .ex(&[("that have not been encrypted", "encrypted = false")]),
    Rule::new("Phrase", "Measure", same),
    Rule::new("Phrase", "Where", same),
    Rule::new("Phrase", "Tagging", same),
    Rule::new("Phrase", "FlagPhrase", same),
    Rule::new("Adj", "Flag", same),
    Rule::new("Adj", "State", same),
    Rule::new("Adj", "Env", same),
    Rule::new("Adj", "Env or Env", |args| {
        let either = args.cond(0)?.or(args.cond(1)?);
        matches!(either, Formula::Is { .. }).then(|| either.into())
    }),
    Rule::new("Post", "(not|but not) Adj", |args| Some(args.cond(0)?.not().into())).ex(&[("not idle", "idle = false")]),
    Rule::new("Post", "not Adj or Adj", |args| one_field(args.cond(0)?, args.cond(1)?).and_then(denied)),
    Rule::new("Post", "(that have|which have|having) (no|not any) (tags|labels)", |_| Some(Formula::flag(Flag::Untagged, true).into())),
    // Names in a clause.
    Rule::new(
        "Post",
        "(whose name is|with name|with the name|whose name equals|with names|with the names|whose names are) Names",
        |args| Some(args.at(0).clone()),
    )
    .ex(&[("whose name is web-1", "name = web-1")]),
    Rule::new("Post", "(whose id is|with id|with the id) Any", |args| Some(Formula::is(Field::Id, args.text(0)?).into())),
    // A selector, typed. It grows from its first word: of any other there would be one for each pair of words.
    Rule::new("Post", "WhereTyped", |args| typed(&args.text(0)?))
        .ex(&[("where env=dev AND app=main", "env = dev AND tag.app = main"), ("where env = dev and cpu < 3", "env = dev AND cpu < 3")])
        .not(&["where env = dve", "where it rains", "where env = dev frobnicated"]),
    Rule::new("Post", "WithTyped", typed_alone).ex(&[("with cpu < 2%", "cpu < 2%")]),
    Rule::new("WhereTyped", "where Bit", same),
    Rule::new("WhereTyped", "WhereTyped Bit", words),
    Rule::new("WithTyped", "with Bit", same),
    Rule::new("WithTyped", "WithTyped Bit", words),
    // The words of a selector, as they were typed.
    Rule::new("Bit", "Any", same),
    Rule::new("Bit", "KeyValue", |args| {
        let tags = args.tags(0)?;
        let (key, value) = tags.iter().next()?;
        Some(Sem::Text(format!("{key} = {}", escher_core::selector::Value::text(value.clone()))))
    }),
    Rule::new("Bit", "Quoted", |args| Some(Sem::Text(format!("\"{}\"", args.text(0)?.replace('"', ""))))),
    Rule::new("Bit", "(=)", |_| bit("=")),
    Rule::new("Bit", "(!=)", |_| bit("!=")),
    Rule::new("Bit", "(<)", |_| bit("<")),
    Rule::new("Bit", "(<=)", |_| bit("<=")),
    Rule::new("Bit", "(>)", |_| bit(">")),
    Rule::new("Bit", "(>=)", |_| bit(">=")),
    Rule::new("Bit", "(~)", |_| bit("~")),
    Rule::new("Bit", "(,)", |_| bit(",")),
    Rule::new("Bit", "Bracket )", |args| Some(Sem::Text(format!("( {} )", args.text(0)?)))),
    Rule::new("Bracket", "( Bit", same),
    Rule::new("Bracket", "Bracket Bit", words),
];

/// Stopped, and still paid for.
fn still_held(_: &Args<'_>) -> Option<Sem> {
    let raw = Formula::compare(Field::RawState, Op::Like, "deallocated").not();
    Some(Formula::is(Field::State, "stopped").and(raw).into())
}

fn words(args: &Args<'_>) -> Option<Sem> {
    Some(Sem::Text(format!("{} {}", args.text(0)?, args.text(1)?)))
}

fn bit(text: &str) -> Option<Sem> {
    Some(Sem::Text(text.to_owned()))
}

fn denied(sem: Sem) -> Option<Sem> {
    let Sem::Cond(formula) = sem else { return None };
    Some(formula.not().into())
}

/// A text that is a selector: comparisons, and no single words, which would be flags or keys by chance.
fn typed(text: &str) -> Option<Sem> {
    let compares = text.split(' ').any(|word| {
        matches!(word, "=" | "!=" | "<" | "<=" | ">" | ">=" | "~") || word.eq_ignore_ascii_case("in") || word.eq_ignore_ascii_case("exists")
    });
    // What compares nothing is not worth the reasons why it is no selector.
    let selector = compares.then(|| Selector::parse(text).ok()).flatten()?;
    let parts = selector.conjuncts();
    // “1 = 1” is no condition on a resource.
    if selector.fields().any(|field| matches!(field, Field::Tag(key) if key.parse::<f64>().is_ok())) {
        return None;
    }
    // “env = dve” reads as a tag; nobody means that.
    if selector
        .fields()
        .any(|field| matches!(field, Field::Tag(key) if Field::NAMED.iter().any(|named| named.word().eq_ignore_ascii_case(key))))
    {
        return None;
    }
    // Of several, each stands by itself, so that it is equal to the same condition in words.
    Some(parts.iter().map(|part| plain(part).unwrap_or_else(|| Formula::Given(part.to_string()))).fold(Formula::all(), Formula::and).into())
}

fn plain(part: &Selector) -> Option<Formula> {
    Some(match part {
        Selector::Compare { field, op: Op::Eq, value } if !field.ty().is_number() && *field != Field::Created => {
            Formula::is(field.clone(), value.plain())
        }
        Selector::Compare { field, op, value } if *op != Op::Ne => Formula::compare(field.clone(), *op, value.plain()),
        Selector::Flag(flag) => Formula::flag(*flag, true),
        Selector::Not(inner) => plain(inner)?.not(),
        Selector::In { field, values } => Formula::is_any(field.clone(), values.iter().map(escher_core::selector::Value::plain)),
        _ => return None,
    })
}

/// “With cpu < 2%”: a comparison of a named field, not of a tag.
fn typed_alone(args: &Args<'_>) -> Option<Sem> {
    let Sem::Cond(formula) = typed(&args.text(0)?)? else { return None };
    let named = matches!(&formula, Formula::Compare { field, .. } if !matches!(field, Field::Tag(_)));
    named.then(|| formula.into())
}
