//! What is said of things and no condition can express: unread, so that no part of it is taken for one.

use std::collections::BTreeSet;

use escher_core::selector::{Field, Op};

use super::about::{about, claimed};
use crate::grammar::args::same;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Ask, Formula, Sem};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Beyond", "Opaque", same).ex(&[("running out of", "beyond: running out of")]),
    Rule::new("Beyond", "Cmp? Dollars (a|per|each|every|/) (day|week|quarter|year|hour)", |args| {
        Some(Ask { beyond: BTreeSet::from([args.text(1)?]), ..Ask::default() }.into())
    })
    .ex(&[("more than $2000 a week", "beyond: $2000")]),
    // How long something has been so is not how old it is, and nothing else tells.
    Rule::new("Beyond", "for Lasting", beyond).ex(&[("for 30 days", "beyond: 30 days"), ("for over a month", "beyond: more than 1 month")]),
    Rule::new("Beyond", "Lengthy", beyond).ex(&[("longer than two weeks", "beyond: more than 2 weeks")]),
    Rule::new("Stated", "Nps Been? (up|online|up and running) for? Lasting", |args| {
        let set = claimed(args.set(0)?, Formula::is(Field::State, "running"))?;
        Some(Ask { beyond: BTreeSet::from([args.text(2)?]), ..about(None, Some(set)) }.into())
    })
    .ex(&[("vms up for more than 30 days", "kind = vm AND state = running; beyond: more than 30 days")]),
    // What has been stopped may have been started since.
    Rule::new("Loose", "(that|which) (have been|has been) running", |_| Some(Formula::is(Field::State, "running").into()))
        .ex(&[("that have been running", "state = running")])
        .not(&["that have been stopped"]),
    Rule::new("Beyond", "(in|within|over|during|from|for)? the? (last|past|previous) Figure MinuteUnit", |args| {
        Some(Ask { beyond: BTreeSet::from([format!("last {} minutes", args.text(0)?)]), ..Ask::default() }.into())
    })
    .ex(&[("in the last 30 minutes", "beyond: last 30 minutes")]),
    // How old the backups are that something has is nothing that it tells itself.
    Rule::new("Stated", "Nps Kept Measure Within?", own)
        .ex(&[("dbs with backups older than 30 days", "kind = database; beyond: backups older than 30 days")]),
    Rule::new("Stated", "Nps (have|has|have no|has no|do not have|does not have) Own Measure Within?", own)
        .ex(&[("dbs have a backup over 100 GB", "kind = database; beyond: backups of more than 100GB")]),
    Rule::new(
        "Been",
        "(are|is|have been|has been|that are|that have been|which are|which have been|that stay|that stayed)",
        crate::grammar::args::nothing,
    ),
    Rule::new("Lasting", "Span", |args| Some(Sem::Text(spelled(&args.text(0)?)?))),
    Rule::new("Lasting", "Lengthy", same),
    Rule::new("Lengthy", "Cmp Span", |args| Some(Sem::Text(format!("{} {}", bound(args.op(0)?)?, spelled(&args.text(1)?)?)))),
    Rule::new("Lengthy", "longer than Span", |args| Some(Sem::Text(format!("more than {}", spelled(&args.text(0)?)?)))),
    Rule::new("Lengthy", "shorter than Span", |args| Some(Sem::Text(format!("less than {}", spelled(&args.text(0)?)?)))),
];

/// Said of what things have, and unread.
fn own(args: &Args<'_>) -> Option<Sem> {
    let what = args.cond(2)?.conjuncts().into_iter().map(told).collect::<Option<Vec<_>>>()?.join(" and ");
    let set = claimed(args.set(0)?, args.cond(3)?)?;
    Some(Ask { beyond: BTreeSet::from([format!("{} {what}", args.text(1)?)]), ..about(None, Some(set)) }.into())
}

fn beyond(args: &Args<'_>) -> Option<Sem> {
    Some(Ask { beyond: BTreeSet::from([args.text(0)?]), ..Ask::default() }.into())
}

/// A comparison in words.
fn told(part: &Formula) -> Option<String> {
    let Formula::Compare { field, op, value, .. } = part else { return None };
    match (field, op) {
        (Field::Age, Op::Gt) => Some(format!("older than {}", spelled(value)?)),
        (Field::Age, Op::Lt) => Some(format!("younger than {}", spelled(value)?)),
        (Field::Age, op) => Some(format!("{} {} old", bound(*op)?, spelled(value)?)),
        (Field::Created, op) => Some(format!("created {} {value}", op.as_str())),
        (Field::Cost, op) => Some(format!("costing {} {value}", bound(*op)?)),
        (_, op) => Some(format!("of {} {value}", bound(*op)?)),
    }
}

/// `30d` in words.
fn spelled(span: &str) -> Option<String> {
    let (amount, unit) = span.split_at(span.find(|c: char| c.is_ascii_alphabetic())?);
    let word = match unit {
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => return None,
    };
    Some(format!("{amount} {word}{}", if amount == "1" { "" } else { "s" }))
}

fn bound(op: Op) -> Option<&'static str> {
    Some(match op {
        Op::Gt => "more than",
        Op::Ge => "at least",
        Op::Lt => "less than",
        Op::Le => "at most",
        Op::Eq => "exactly",
        _ => return None,
    })
}
