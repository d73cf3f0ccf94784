//! What a resource is related to: “attached to dev VMs”, “behind lb-1”.

use escher_core::selector::{Field, Relation};
use escher_core::{Flag, Rel};

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Head, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Post", "Related", same),
    Rule::new("Related", "Who? (are|is|was|were)? (attached to|mounted to|mounted on|attached on|connected to) Np", |args| {
        related(Rel::Attached, args, 1)
    })
    .ex(&[("attached to dev vms", "rel.attached IN (kind = vm AND env = dev)"), ("that are attached to web-1", "rel.attached = web-1")])
    .not(&["attached to everything"]),
    Rule::new("Related", "Who? (are|is|sit|sits|stand)? (behind|in front of) Np", |args| related(Rel::Behind, args, 1))
        .ex(&[("behind lb-1", "rel.behind = lb-1"), ("behind a load balancer", "rel.behind IN (kind = load-balancer)")]),
    Rule::new("Related", "Who? (are|is)? (used by|in use by) Np", |args| linked(args, 1)).ex(&[("used by web-1", "linked = web-1")]),
    // “Use IMDSv1”: what is no resource of ours is not used in this sense.
    Rule::new("Related", "Who? (use|uses|using) Np", |args| {
        let set = args.set(1)?;
        if set.head == Head::Kind { follow(Relation::Is(Rel::Uses), set) } else { None }
    }),
    Rule::new("Related", "Who? (are|is)? (encrypted with|encrypted by) Np", |args| related(Rel::EncryptedBy, args, 1))
        .ex(&[("encrypted with key-1", "rel.encrypted-by = key-1")]),
    Rule::new("Related", "Who? (are|is)? (backed up by) Np", |args| related(Rel::BackedUpBy, args, 1)),
    Rule::new(
        "Related",
        "Who? (are|is|belong|belongs|belonging|member|members)? (in|of|part of|members of|a member of) (the|an|a)? GroupNp",
        |args| related(Rel::MemberOf, args, 1),
    )
    .ex(&[
        ("in the scale group asg-1", "rel.member-of IN (kind = scale-group AND name = asg-1)"),
        ("that belong to an autoscaling group", "rel.member-of IN (kind = scale-group)"),
    ]),
    Rule::new("Related", "Who? (belong to|belonging to|belongs to) (the|an|a)? GroupNp", |args| related(Rel::MemberOf, args, 1))
        .ex(&[("that belong to an autoscaling group", "rel.member-of IN (kind = scale-group)")]),
    Rule::new("GroupNp", "KindSg", |args| group(args, None)),
    Rule::new("GroupNp", "KindSg OneName", |args| group(args, Some(args.cond(1)?))),
    Rule::new("Related", "Who? (belonging to|belong to|that belongs to|belongs to) Np", |args| linked(args, 1))
        .ex(&[("belonging to dev vms", "linked IN (kind = vm AND env = dev)")]),
    Rule::new("Related", "of Np", |args| linked(args, 0))
        .ex(&[("of web-1", "linked = web-1"), ("of the stopped vms", "linked IN (kind = vm AND state = stopped)")]),
    Rule::new("Related", "(in|inside|within|on) SubnetNp", |args| related(Rel::In, args, 0))
        .ex(&[("in subnet app-1", "rel.\"in\" IN (kind = subnet AND name = app-1)")]),
    Rule::new("SubnetNp", "the? KindSg OneName", |args| {
        let noun = args.noun(0)?;
        let fits = noun.kind == escher_core::Kind::Subnet;
        fits.then(|| Some(Set::new(Head::Kind, crate::meaning::Number::One, noun.formula().and(args.cond(1)?)).into()))?
    }),
    Rule::new("Related", "(attached to nothing|not attached to anything|unattached to anything|attached to anything)", |args| {
        let _ = args;
        Some(Formula::flag(Flag::Attached, false).into())
    }),
];

/// Related in a named way. Names are held against ids; of descriptions each is asked.
fn related(rel: Rel, args: &Args<'_>, i: usize) -> Option<Sem> {
    let set = args.set(i)?;
    follow(Relation::Is(rel), set)
}

fn linked(args: &Args<'_>, i: usize) -> Option<Sem> {
    // Membership has a relation of its own.
    if args.set(i)?.kinds().contains(&escher_core::Kind::ScaleGroup) {
        return None;
    }
    follow(Relation::Any, args.set(i)?)
}

fn follow(by: Relation, set: Set) -> Option<Sem> {
    // “Everything” relates to nothing in particular. “A load balancer” is any of them, which is just what is asked.
    // A free word is nothing that is related: “VMs of bob”.
    let bare = set.head == Head::Kind || set.head == Head::Name && set.number == crate::meaning::Number::Many;
    // A name that stands in a relation has no place of its own: “the db behind lb-1 in prod” is the prod db.
    let plain = set.head != Head::Name || matches!(set.formula, Formula::Is { field: Field::Name | Field::Id, .. });
    (bare && plain).then(|| Formula::rel(by, set.formula).into())
}

fn group(args: &Args<'_>, name: Option<Formula>) -> Option<Sem> {
    let noun = args.noun(0)?;
    let formula = name.map_or_else(|| noun.formula(), |name| noun.formula().and(name));
    (noun.kind == escher_core::Kind::ScaleGroup).then(|| Set::new(Head::Kind, crate::meaning::Number::One, formula).into())
}
