//! What is set against each other, and where most of something is.

use std::collections::BTreeSet;

use escher_core::Intent;
use escher_core::selector::Field;

use super::about::about;
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    // “EC2 vs GCE”
    Rule::new("Compared", "Nps (vs|versus|compared to|compared with|against|relative to) Nps", |args| {
        let (one, other) = (args.set(0)?, args.set(1)?);
        if one.head != other.head {
            return None;
        }
        // What a frame has one word for cannot be told apart.
        let beyond = if one.formula == other.formula { BTreeSet::from(["vs".to_owned()]) } else { BTreeSet::new() };
        let both = Set { formula: one.formula.or(other.formula), number: Number::Many, ..one };
        Some(Ask { beyond, ..about(None, Some(both)) }.into())
    })
    .ex(&[("ec2 vs rds", "cloud = aws AND kind IN (vm, database)"), ("rds vs aurora", "cloud = aws AND kind = database; beyond: vs")]),
    Rule::new("Scope", "Scope (vs|versus|compared to|compared with|against) Scope", |args| Some(args.cond(0)?.or(args.cond(1)?).into()))
        .ex(&[("aws vs azure", "cloud IN (aws, azure)")]),
    // “Running vs stopped VMs”: values of one field are both wanted. Of a flag all are, and the two cannot be told apart.
    Rule::new("Compared", "the? Value Against Value Nps", |args| opposed(args.cond(0)?, args.cond(2)?, Some(args.set(3)?)))
        .ex(&[
            ("running vs stopped vms", "kind = vm AND state IN (running, stopped)"),
            ("public vs private buckets", "kind = bucket; beyond: public or not"),
            ("tagged versus untagged vms", "kind = vm; beyond: untagged or not"),
        ])
        .not(&["public vs idle buckets", "dev vs idle vms"]),
    Rule::new("Compared", "Nps ,? Value Against Value", |args| {
        let (set, one, other) = (args.set(0)?, args.cond(1)?, args.cond(3)?);
        opposed(one, other, Some(set))
    })
    .ex(&[("vms running vs stopped", "kind = vm AND state IN (running, stopped)")]),
    Rule::new("Compared", "Value Against Value", |args| opposed(args.cond(0)?, args.cond(2)?, None))
        .ex(&[("tagged vs untagged", "beyond: untagged or not"), ("prod vs dev", "env IN (prod, dev)")]),
    Rule::new("Compared", "Value Against Value (resources|things|assets|ones)", |args| {
        opposed(args.cond(0)?, args.cond(2)?, Some(Set::new(Head::Thing, Number::Many, Formula::all())))
    })
    .ex(&[("tagged versus untagged resources", "; beyond: untagged or not")]),
    // Both are all there are.
    Rule::new("Compared", "the? Value (and|or|/|as well as) Value Nps", |args| match opposed(args.cond(0)?, args.cond(1)?, args.set(2))? {
        Sem::Ask(ask) if !ask.beyond.is_empty() => Some(Ask { beyond: BTreeSet::new(), ..*ask }.into()),
        _ => None,
    })
    .ex(&[("encrypted and unencrypted disks", "kind = disk")])
    .not(&["encrypted and public disks"]),
    Rule::new(
        "Grouped",
        "(which|what) Field (do|did|does) (we|i|they) (spend|spent|pay|waste) the? (most|most money) (on|in|for|with|to)?",
        |args| {
            Some(
                Ask { group_by: vec![args.text(0)?.parse().ok()?], sort: Some((Field::Cost, true)), ..about(Some(Intent::Cost), None) }
                    .into(),
            )
        },
    )
    .ex(&[("which cloud do we spend the most on", "cost; by cloud; sorted by cost downward")]),
    Rule::new("Value", "Adj", same),
    Rule::new("Value", "(tagged)", |_| Some(Formula::flag(escher_core::Flag::Untagged, false).into())),
    Rule::new("Against", "(vs|versus|against|compared to|compared with|as opposed to|and not)", nothing),
    // “Which region has the most disks”: how many each has.
    Rule::new("Grouped", "(which|what) Field Holds the? Utmost Nps", |args| most(args, 0, 3)).ex(&[
        ("which cloud has the most vms", "count; kind = vm; by cloud"),
        ("which team owns the fewest dev databases", "count; kind = database AND env = dev; by tag.team"),
    ]),
    Rule::new(
        "Grouped",
        "(in|on)? (which|what) Field (are|is|do|does|sit|live|run)? (most of|most|the most of|the majority of) Nps Dwell?",
        |args| most(args, 0, 1),
    )
    .ex(&[("in which region do most of our vms run", "count; kind = vm; by region")]),
    Rule::new("Grouped", "the? Field with the? Utmost Nps", |args| most(args, 0, 2))
        .ex(&[("the account with the most vms", "count; kind = vm; by account")]),
    Rule::new("Holds", "(has|have|had|holds|hold|owns|own|runs|run|contains|contain|got|uses|use|with)", nothing),
    Rule::new(
        "Utmost",
        "(most|most of|fewest|least|more|fewer|highest number of|largest number of|biggest number of|lowest number of|smallest number of|greatest number of)",
        nothing,
    ),
    Rule::new("Dwell", "(live|run|sit|reside|exist|live in|run in|sit in|reside in|exist in|in)", nothing),
];

/// How many of them there are by a field.
fn most(args: &Args<'_>, field: usize, set: usize) -> Option<Sem> {
    let field = args.text(field)?.parse().ok()?;
    Some(Ask { group_by: vec![field], ..about(Some(Intent::Count), args.set(set)) }.into())
}

/// Two values of one field, or a flag and its opposite.
fn opposed(one: Formula, other: Formula, set: Option<Set>) -> Option<Sem> {
    let all = || set.clone().unwrap_or_else(|| Set::new(Head::Env, Number::Many, Formula::all()));
    match (&one, &other) {
        (Formula::Flag { flag, value }, Formula::Flag { flag: of, value: opposite }) if flag == of && value != opposite => {
            let beyond = BTreeSet::from([format!("{flag} or not")]);
            // Of things that nobody named there is no set: what is told apart may be money.
            Some(Ask { beyond, ..about(None, set) }.into())
        }
        (Formula::Is { field, not: false, .. }, Formula::Is { field: of, not: false, .. }) if field == of && one != other => {
            Some(about(None, Some(all().with(one.clone().or(other)))).into())
        }
        _ => None,
    }
}
