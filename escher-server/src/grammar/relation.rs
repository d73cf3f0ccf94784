//! What a resource is related to: “attached to dev VMs”, “behind lb-1”, “inside key vault kv-1”.

use escher_core::selector::{Field, Op, Relation};
use escher_core::{Flag, Kind, Rel, Selector};

use super::args::same;
use super::noun::narrowed;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Number, Sem, Set};

/// Relations within relations: nobody speaks of more, and each more costs what all before it cost.
const MOST_NESTED: usize = 4;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "Related", same),
    Rule::new("Related", "Who? (are|is|was|were)? Tied", |args| Some(args.at(1).clone()))
        .ex(&[
            ("attached to dev vms", "rel.attached IN (kind = vm AND env = dev)"),
            ("that are attached to web-1", "rel.attached = web-1"),
            ("behind lb-1", "rel.behind = lb-1"),
        ])
        .not(&["attached to everything", "attached to two of the dev vms", "attached to my vms", "behind the oldest load balancer"]),
    Rule::new("Related", "Who? (are|is)? not Tied", |args| Some(args.cond(1)?.not().into())).ex(&[
        ("not attached to web-1", "NOT rel.attached = web-1"),
        ("that are not behind a load balancer", "NOT rel.behind IN (kind = load-balancer)"),
    ]),
    Rule::new("Related", "Who (do|does) not Ties", |args| Some(args.cond(1)?.not().into()))
        .ex(&[("that do not belong to an autoscaling group", "NOT rel.member-of IN (kind = scale-group)")]),
    Rule::new("Related", "Who Ties", |args| Some(args.at(1).clone()))
        .ex(&[("that belong to an autoscaling group", "rel.member-of IN (kind = scale-group)")]),
    Rule::new("Related", "Ties", same).ex(&[("belong to web-1", "linked = web-1")]),
    // What is said of it with a verb of its own.
    Rule::new("Ties", "(sit|sits|stand|stands) behind Other", |args| related(Rel::Behind, args)),
    Rule::new("Ties", "(use|uses) Other", linked),
    Rule::new("Ties", "(hang|hangs) off Other", |args| related(Rel::Attached, args)),
    Rule::new("Ties", "(belong|belongs) to Other", linked),
    Rule::new("Ties", "(belong|belongs) to GroupNp", |args| related(Rel::MemberOf, args)),
    // What it is.
    Rule::new("Tied", "(attached to|attached on|mounted to|mounted on|connected to|hanging off|hooked up to|plugged into) Other", |args| {
        related(Rel::Attached, args)
    }),
    Rule::new("Tied", "(attached to|mounted to|mounted on|connected to) (anything|something)", |_| {
        Some(Formula::flag(Flag::Attached, true).into())
    })
    .ex(&[("attached to anything", "attached")]),
    Rule::new("Tied", "(attached to nothing|unattached to anything|mounted to nothing)", |_| {
        Some(Formula::flag(Flag::Attached, false).into())
    })
    .ex(&[("attached to nothing", "attached = false")]),
    // What was shown before.
    Rule::new("Tied", "(attached to|attached on|mounted to|mounted on|connected to|hanging off) Them", |_| {
        shown(Relation::Is(Rel::Attached))
    }),
    Rule::new("Tied", "behind Them", |_| shown(Relation::Is(Rel::Behind))),
    Rule::new("Tied", "(encrypted with|encrypted by) Them", |_| shown(Relation::Is(Rel::EncryptedBy))),
    Rule::new("Tied", "(used by|in use by|using|in front of|linked to|linked with|tied to|related to|belonging to) Them", |_| {
        shown(Relation::Any)
    }),
    Rule::new("Them", "(it|them|these|those|that|this)", super::args::nothing),
    Rule::new("Tied", "behind Other", |args| related(Rel::Behind, args))
        .ex(&[("behind a load balancer", "rel.behind IN (kind = load-balancer)")]),
    // Seen from the other side, the relation has no name.
    Rule::new("Tied", "in front of Other", linked).ex(&[("in front of web-1", "linked = web-1")]),
    Rule::new("Tied", "(used by|in use by) Other", linked).ex(&[("used by web-1", "linked = web-1")]),
    Rule::new("Tied", "using Other", linked),
    Rule::new("Tied", "(linked to|linked with|tied to|related to) Other", linked).ex(&[("linked to web-1", "linked = web-1")]),
    Rule::new("Tied", "(encrypted with|encrypted by) Other", |args| related(Rel::EncryptedBy, args))
        .ex(&[("encrypted with key-1", "rel.encrypted-by = key-1")]),
    Rule::new("Tied", "backed up by Other", |args| related(Rel::BackedUpBy, args)),
    Rule::new("Tied", "(in|of|part of|member of|members of|a member of|belonging to) GroupNp", |args| related(Rel::MemberOf, args))
        .ex(&[("in the scale group asg-1", "rel.member-of IN (kind = scale-group AND name = asg-1)")]),
    Rule::new("GroupNp", "(the|an|a|any)? KindSg OneName?", |args| {
        let noun = args.noun(0)?;
        let group = Set::new(Head::Kind, Number::One, noun.formula().and(args.cond(1)?));
        (noun.kind == Kind::ScaleGroup).then(|| group.into())
    }),
    Rule::new("Tied", "belonging to Other", linked)
        .ex(&[("belonging to dev vms", "linked IN (kind = vm AND env = dev)")])
        .not(&["belonging to bob"]),
    Rule::new("Tied", "of Other", linked)
        .ex(&[("of web-1", "linked = web-1"), ("of the stopped vms", "linked IN (kind = vm AND state = stopped)")])
        .not(&["of them", "of half of the dev vms"]),
    Rule::new("Tied", "(in|inside|within|on) SubnetNp", |args| related(Rel::In, args))
        .ex(&[("in subnet app-1", "rel.\"in\" IN (kind = subnet AND name = app-1)")]),
    Rule::new("SubnetNp", "the? KindSg OneName", |args| {
        let noun = args.noun(0)?;
        let subnet = Set::new(Head::Kind, Number::One, noun.formula().and(args.cond(1)?));
        (noun.kind == Kind::Subnet).then(|| subnet.into())
    }),
    // What holds others and is no kind of ours; its name is not theirs.
    Rule::new("Tied", "(in|inside|within|on) the? KindSg (called|named)? OneName", |args| {
        let noun = args.noun(0)?;
        let holds = noun.kind == Kind::Secret && noun.cloud.is_some() || matches!(noun.kind, Kind::Database | Kind::Vm);
        if holds { held(args.cond(1)?) } else { None }
    })
    .ex(&[("inside key vault kv-1", "linked IN (name = kv-1)"), ("on Azure SQL server sql-hr-3", "linked IN (name = sql-hr-3)")])
    .not(&["inside key vault", "inside key vault {name}", "in bucket logs-1"]),
    Rule::new("Tied", "(in|inside|within|on) the? Engine (called|named)? OneName", |args| {
        let server = args.cond(0)?.values(&Field::Engine).contains("sqlserver");
        if server { held(args.cond(1)?) } else { None }
    })
    .ex(&[("on sql server sql-hr-3", "linked IN (name = sql-hr-3)")])
    .not(&["on postgres web-1"]),
    Rule::new("Tied", "(in|inside|within|on|from|of) the? KindSg? (namespace|plan|app service plan) (called|named)? OneName", |args| {
        held(args.cond(1)?)
    })
    .ex(&[("in namespace sb-1", "linked IN (name = sb-1)")]),
    Rule::new("Tied", "(in|inside|within|from|of) the? Word (called|named)? OneName", |args| {
        if args.text(0)?.eq_ignore_ascii_case("vault") { held(args.cond(1)?) } else { None }
    })
    .ex(&[("in the vault kv-1", "linked IN (name = kv-1)")])
    .not(&["in grommet kv-1"]),
    // The other side: several things, or any one of its kind. Some of them, or the oldest, cannot be told here.
    Rule::new("Other", "Nps", |args| args.set(0).filter(|set| set.why.is_none() && !is_described(set)).map(Into::into)),
    Rule::new("Other", "AnyNp", same),
    Rule::new("AnyNp", "(a|an|any) Nominal", |args| Some(args.at(0).clone())),
    Rule::new("AnyNp", "AnyNp Post", |args| narrowed(args.set(0)?, args.cond(1)?)),
];

/// Related to what was shown before.
fn shown(by: Relation) -> Option<Sem> {
    Some(Formula::rel(by, Formula::Shown).into())
}

/// Related in a named way. Names are held against ids; of descriptions each is asked.
fn related(rel: Rel, args: &Args<'_>) -> Option<Sem> {
    follow(Relation::Is(rel), args.set(0)?)
}

fn linked(args: &Args<'_>) -> Option<Sem> {
    let set = args.set(0)?;
    // Membership has a relation of its own.
    if set.kinds().contains(&Kind::ScaleGroup) { None } else { follow(Relation::Any, set) }
}

/// What is related to things of a set.
pub(super) fn follow(by: Relation, set: Set) -> Option<Sem> {
    // “Everything” relates to nothing in particular. “A load balancer” is any of them, which is just what is asked.
    // A free word is nothing that is related: “VMs of bob”.
    // “Of project X”, “of network Y”: in it.
    if by == Relation::Any && set.named && set.kinds().iter().any(|kind| place_of(*kind).is_some()) {
        return within(&set);
    }
    let bare = set.head == Head::Kind || set.head == Head::Name && set.number == Number::Many;
    // A name that stands in a relation has no place of its own: “the db behind lb-1 in prod” is the prod db.
    let plain = set.head != Head::Name || matches!(set.formula, Formula::Is { field: Field::Name | Field::Id, .. });
    (bare && plain && set.formula.depth() < MOST_NESTED).then(|| Formula::rel(by, set.formula).into())
}

/// The field that names where a resource is, of a kind that holds others.
fn place_of(kind: Kind) -> Option<Field> {
    match kind {
        Kind::Account => Some(Field::Account),
        Kind::Network => Some(Field::Network),
        Kind::ResourceGroup => Some(Field::Group),
        _ => None,
    }
}

/// In the account, network or group that was named.
fn within(set: &Set) -> Option<Sem> {
    let kinds = set.kinds();
    let field = kinds.first().filter(|_| kinds.len() == 1).and_then(|kind| place_of(*kind))?;
    let place = set.formula.conjuncts().into_iter().try_fold(Formula::all(), |all, part| match part {
        Formula::Is { field: Field::Kind, .. } => Some(all),
        Formula::Is { field: Field::Cloud, .. } => Some(all.and(part.clone())),
        Formula::Is { field: Field::Name | Field::Id, values, not: false } => {
            Some(all.and(Formula::is_any(field.clone(), values.iter().cloned())))
        }
        _ => None,
    });
    place.map(Sem::from)
}

/// In something of this name, whatever its kind.
fn held(name: Formula) -> Option<Sem> {
    let value = name.values(&Field::Name).into_iter().next()?.to_owned();
    let to = Selector::compare(Field::Name, Op::Eq, &value).ok()?;
    Some(Formula::Given(Selector::Related { by: Relation::Any, to: Box::new(to) }.to_string()).into())
}

/// One thing that was named needs no description: “snapshots of database ledger older than 30 days” are old snapshots.
fn is_described(set: &Set) -> bool {
    let tells =
        |part: &Formula| matches!(part, Formula::Compare { .. } | Formula::Flag { .. } | Formula::Rel { .. } | Formula::Exists { .. });
    set.named && set.formula.conjuncts().into_iter().any(tells)
}
