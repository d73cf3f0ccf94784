//! What is added behind a question: “…, only the public ones”, “…, dev only”, “… yesterday in account core”.

use escher_core::selector::Field;

use super::about::{about, claimed};
use crate::grammar::args::same;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Question", "Question , Added", narrowed).ex(&[
        ("show disks above 500 GB, unattached", "find; kind = disk AND capacity > 500GB AND attached = false"),
        ("list buckets, only the public ones", "find; kind = bucket AND public"),
        ("count databases, prod only", "count; kind = database AND env = prod"),
        ("show vms, running, in westus", "find; kind = vm AND region = westus AND state = running"),
    ]),
    Rule::new("Question", "Question (-|–|—) Added", narrowed),
    Rule::new("Question", "Question Cut Added", |args| {
        let ask = args.ask(0)?.and(args.ask(1)?)?;
        narrow(ask, args.cond(2)?)
    })
    .ex(&[("alerts for vms yesterday in account core", "alerts; kind = vm AND account = core; yesterday")]),
    // Without an opener.
    Rule::new("Stated", "Nps , Added", |args| {
        let set = args.set(0)?;
        if set.head == Head::Kind { narrow(about(None, Some(set)), args.cond(1)?) } else { None }
    })
    .ex(&[("snapshots, older than 45 days", "kind = snapshot AND age > 45d")]),
    Rule::new("Added", "Trait", same),
    Rule::new("Added", "Post", same),
    Rule::new("Added", "Tags", |args| crate::grammar::tag::all(args, 0)).ex(&[("app=crm", "tag.app = crm")]),
    Rule::new("Added", "Scope", same),
    Rule::new("Added", "AnyAccount", same),
    Rule::new("Added", "(only|just|but only|and only) Added", |args| Some(args.at(0).clone())),
    Rule::new("Added", "(only|just|but only)? Ones", |args| Some(args.at(0).clone())),
    Rule::new("Added", "Added (only|please|and nothing else|- nothing else|, nothing else)", |args| Some(args.at(0).clone())),
    Rule::new("Scope", "TheirAccount", same),
    Rule::new("Scope", "(does|do|has) TheirAccount (hold|have|contain|own|run|got)", |args| Some(args.at(0).clone()))
        .ex(&[("does the billing account hold", "account = billing")]),
    Rule::new("TheirAccount", "(in|for|from|of|on|across|at)? the AccountName (account|subscription|project)", |args| {
        Some(Formula::is(Field::Account, args.text(0)?).into())
    })
    .ex(&[("in the media account", "account = media")])
    .not(&["in the other account"]),
    Rule::new("AccountName", "Word", same),
    Rule::new("AccountName", "Named", same),
    Rule::new("AnyAccount", "(in|for|from|of|on|across)? the? (account|subscription|project) NewName", |args| {
        Some(Formula::is(Field::Account, args.text(0)?).into())
    }),
];

/// Whether it says where on earth.
fn is_spot(formula: &Formula) -> bool {
    formula.conjuncts().into_iter().any(|part| match part {
        Formula::Place { .. } | Formula::Area { .. } | Formula::Is { field: Field::Region | Field::Zone | Field::Geo, .. } => true,
        Formula::Or(parts) => parts.iter().any(is_spot),
        _ => false,
    })
}

fn narrowed(args: &Args<'_>) -> Option<Sem> {
    narrow(args.ask(0)?, args.cond(1)?)
}

/// The question about those of its set that are so.
fn narrow(ask: Ask, condition: Formula) -> Option<Sem> {
    // A second place is one more of a list, and no narrower one.
    if is_spot(&condition) && ask.set.as_ref().is_some_and(|set| is_spot(&set.formula)) {
        return None;
    }
    let set = match ask.set.clone() {
        Some(set) => claimed(set, condition)?,
        None => Set::new(Head::Thing, Number::Many, condition),
    };
    Some(Ask { set: Some(set), ..ask }.into())
}
