//! Whether something is so: “is web-1 running?”, “which VMs are idle?”, “what is public?”

use escher_core::selector::Field;
use escher_core::{Flag, Intent};

use super::about::{about, claimed};
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    // Of one thing it is a question about that thing; of many, which of them are so.
    Rule::new("Claim", "(is|are|was|were|does|do|did|has|have) (any of|any|all|all of|some of)? (our|my|the)? Nps Shown", |args| {
        let set = args.set(0)?;
        if set.named || set.head == Head::Name {
            return Some(about(Some(Intent::Describe), Some(set)).into());
        }
        // “Are the VMs slow?” is nothing that a resource tells.
        let claim = args.cond(1)?;
        if claim.is_all() { None } else { Some(about(Some(Intent::Find), Some(claimed(set, claim)?)).into()) }
    })
    .ex(&[
        ("is web-1 running", "describe; name = web-1"),
        ("are our disks encrypted", "find; kind = disk AND encrypted"),
        ("are any of our vms idle", "find; kind = vm AND idle"),
    ]),
    // Whether all are so: those tell that are not.
    Rule::new("Universal", "(is|are|was|were|do|does|have|has) Each (our|my|the)? Nps Proven", |args| {
        let (set, claim) = (args.set(1)?, args.cond(2)?);
        if set.named || !matches!(set.head, Head::Kind | Head::Env) || claim.is_all() { None } else { lacking(set, claim) }
    })
    .ex(&[
        ("are all our disks encrypted", "find; kind = disk AND encrypted = false"),
        ("is every prod vm running", "find; kind = vm AND env = prod AND state != running"),
    ])
    .not(&["are our disks encrypted", "are any disks encrypted", "is all of web-1 encrypted"]),
    Rule::new("Universal", "(do|does|have|has) Each (our|my|the)? Nps Keyed", |args| lacking(args.set(1)?, args.cond(2)?))
        .ex(&[("do all vms have an owner tag", "find; kind = vm AND NOT tag.owner EXISTS")]),
    Rule::new("Universal", "(is|are) (everything|all resources|all of it|every resource) Shown", |args| {
        let claim = args.cond(0)?;
        if claim.is_all() { None } else { lacking(Set::new(Head::Thing, Number::Many, Formula::all()), claim) }
    })
    .ex(&[("is everything encrypted", "find; encrypted = false")]),
    Rule::new("Proven", "Shown", same),
    Rule::new("Proven", "Tagging", same),
    Rule::new("Proven", "Measure", same),
    Rule::new("Each", "(all|all of|every|every one of|every single|each|each of|each one of|each and every)", nothing),
    Rule::new("Claim", "(do|does) (any of|any|all|all of|some of)? (our|my|the)? Nps Keyed", |args| {
        Some(about(Some(Intent::Find), Some(claimed(args.set(0)?, args.cond(1)?)?)).into())
    })
    .ex(&[("do the staging buckets lack an owner tag", "find; kind = bucket AND env = staging AND NOT tag.owner EXISTS")]),
    Rule::new("Claim", "whether Nps (is|are|was|were|has|have) Shown", |args| {
        let set = args.set(0)?;
        (set.named || set.head == Head::Name).then(|| about(Some(Intent::Describe), Some(set)).into())
    })
    .ex(&[("whether vm pluto is backed up", "describe; kind = vm AND name = pluto")]),
    // What is said of things may be asked of them: “which VMs are idle”.
    Rule::new("Claim", "Asking Stated", |args| args.ask(0)?.and(args.ask(1)?).map(Into::into)).ex(&[
        ("which vms are idle", "find; kind = vm AND idle"),
        ("how many vms are not idle", "count; kind = vm AND idle = false"),
        ("which vms are in dev", "find; kind = vm AND env = dev"),
        ("how many untagged resources", "count; untagged"),
    ]),
    Rule::new("Stated", "Nps Copula Trait", |args| {
        let set = claimed(args.set(0)?, args.cond(2)?)?;
        (set.number == Number::Many || !set.named).then(|| about(None, Some(set)).into())
    }),
    // “What EC2 do we have stopped?”
    Rule::new("Claim", "(what|which) Nps (do we|do i|do you|did we|do they) have Shown", |args| {
        let claim = args.cond(1)?;
        if claim.is_all() { None } else { Some(about(Some(Intent::Find), Some(claimed(args.set(0)?, claim)?)).into()) }
    })
    .ex(&[("what vms do we have stopped", "find; kind = vm AND state = stopped")]),
    Rule::new("Stated", "Nps Keyed", |args| Some(about(None, Some(claimed(args.set(0)?, args.cond(1)?)?)).into())),
    Rule::new("Stated", "Nps HavePhrase", |args| Some(about(None, Some(claimed(args.set(0)?, args.cond(1)?)?)).into()))
        .ex(&[("load balancers have no healthy targets", "kind = load-balancer AND idle")]),
    Rule::new("Stated", "Nps (have|has) Article? PublicIp", |args| {
        Some(about(None, Some(claimed(args.set(0)?, Formula::flag(Flag::Public, true))?)).into())
    }),
    Rule::new("Copula", "(are|is|were|was|have been|has been|being|which are|currently)", nothing),
    Rule::new("Copula", "(becomes|become|gets|goes|turns|that becomes|that become)", nothing),
    Rule::new("Stated", "Nps Sitting Whereabouts", |args| Some(about(None, Some(claimed(args.set(0)?, args.cond(2)?)?)).into())),
    Rule::new("Stated", "Nps (are|is|have been) Whereabouts", |args| Some(about(None, Some(claimed(args.set(0)?, args.cond(1)?)?)).into())),
    // “EC2 us-east-1 running”
    Rule::new("Stated", "Nps Scope? Trailing", |args| {
        let set = args.set(0)?;
        // “VMs not tagged prod”: what follows is what they are not tagged.
        // So is “production” part of a name in “subscription Acme Production”.
        let untagged = set.formula.conjuncts().contains(&&Formula::flag(Flag::Untagged, true));
        let account = !set.formula.values(&Field::Account).is_empty() && !args.cond(2)?.values(&Field::Env).is_empty();
        if untagged || account {
            return None;
        }
        let set = if set.head == Head::Kind { claimed(set, args.cond(1)?.and(args.cond(2)?))? } else { return None };
        Some(about(None, Some(set)).into())
    })
    .ex(&[("redshift clusters idle", "cloud = aws AND kind = warehouse AND idle")]),
    Rule::new("Trailing", "Adj", same),
    Rule::new("Trailing", "Size", |args| Some(Formula::is(Field::Size, args.text(0)?).into())),
    Rule::new("Stated", "Scope? Trait (resources|resource|assets|things|stuff|items|everything)", |args| {
        Some(about(None, Some(all_that(args.cond(0)?.and(args.cond(1)?)))).into())
    }),
    Rule::new("Stated", "(all|any)? (resources|assets|things|items) (are|that are|which are|is|being) Trait", |args| {
        Some(about(None, Some(all_that(args.cond(0)?))).into())
    })
    .ex(&[("resources that are untagged", "untagged")]),
    Rule::new("Stated", "(all|any)? (resources|assets|things|items) (are|that are|which are) not KindItem", |args| {
        Some(about(None, Some(all_that(args.cond(0)?.not()))).into())
    })
    .ex(&[("resources that are not vms", "kind != vm")]),
    Rule::new("Claim", "AllThat Trait", |args| Some(about(Some(Intent::Find), Some(all_that(args.cond(1)?))).into()))
        .ex(&[("what is public", "find; public"), ("anything untagged", "find; untagged")]),
    Rule::new("Claim", "AllThat (sitting|living|hosted|deployed)? Within", |args| {
        Some(about(Some(Intent::Find), Some(all_that(args.cond(1)?))).into())
    })
    .ex(&[("what's living in westus", "find; region = westus")]),
    Rule::new("Claim", "AllThat Tied", |args| Some(about(Some(Intent::Find), Some(all_that(args.cond(1)?))).into()))
        .ex(&[("what's attached to web-1", "find; rel.attached = web-1")]),
    Rule::new("Claim", "AllThat (on|using|running) Engine", |args| Some(about(Some(Intent::Find), Some(all_that(args.cond(1)?))).into()))
        .ex(&[("anything on mariadb", "find; engine = mariadb")]),
    Rule::new("AllThat", "(what is|what 's|what are|what all is|who is|which are|which is|which ones are)", nothing),
    Rule::new("AllThat", "(anything|is anything|is something|are things|everything|everything that is|all that is|all that 's)", nothing),
    Rule::new("AllThat", "(what resources are|which resources are|resources that are|all resources that are|any resources)", nothing),
    Rule::new("Trait", "Adj", same),
    Rule::new("Trait", "Adj (and|, and|but|yet) Trait", |args| {
        let both = args.cond(0)?.and(args.cond(1)?);
        Some(both.into())
    })
    .ex(&[("idle and public", "idle AND public")]),
    Rule::new("Trait", "FlagPhrase", same),
    Rule::new("Trait", "Neither", same),
    Rule::new("Trait", "Engine", same),
    Rule::new("Trait", "(have|has|having) (a backup|backups|a recent backup|recent backups)", |_| {
        Some(Formula::flag(Flag::BackedUp, true).into())
    })
    .ex(&[("have backups", "backed-up")]),
    Rule::new("Trait", "(have|has) (public access|a public ip|public ips|a public ip address)", |_| {
        Some(Formula::flag(Flag::Public, true).into())
    }),
    Rule::new("Shown", "Trait", same),
    Rule::new("Shown", "(tagged|labeled|labelled)", |_| Some(Formula::flag(Flag::Untagged, false).into())),
    Rule::new("Shown", "Symptom", |_| Some(Formula::all().into())),
    Rule::new("Shown", "not Shown", |_| Some(Formula::all().into())),
    Rule::new("Shown", "(still|really|even|currently|actually) Shown", |args| Some(args.at(0).clone())),
    Rule::new("Shown", "Shown Within", |args| {
        let shown = args.cond(0)?;
        if shown.is_all() { None } else { Some(shown.and(args.cond(1)?).into()) }
    }),
    // “Only the idle ones”
    Rule::new("Ones", "the? Trait (ones|one)", same).ex(&[("the idle ones", "idle")]),
    Rule::new("Ones", "(the ones|those|the ones that are|those that are|the ones which are) Whereabouts", same)
        .ex(&[("those in dev", "env = dev")]),
    Rule::new("Ones", "(those that are|the ones that are|the ones which are|those which are) Trait", same),
    Rule::new("Ones", "(are|is) (they|those|these|it|any of them|any of those) Trait", same).ex(&[("are they public", "public")]),
    Rule::new("Whereabouts", "Post", same),
    Rule::new("Whereabouts", "not Post", |args| Some(args.cond(0)?.not().into())).ex(&[("not in dev", "env != dev")]),
];

/// Those of a set that are not so.
fn lacking(set: Set, claim: Formula) -> Option<Sem> {
    Some(about(Some(Intent::Find), Some(claimed(set, claim.not())?)).into())
}

/// Everything that is so.
fn all_that(condition: Formula) -> Set {
    Set::new(Head::Thing, Number::Many, condition)
}
