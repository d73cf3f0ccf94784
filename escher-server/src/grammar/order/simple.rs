//! Verbs that need nothing but an object: “stop dev VMs”.

use escher_core::selector::Field;
use escher_core::{Kind, Verb};

use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Number, Order, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Plain", "Act Nps", |args| {
        let (verb, set) = (args.verb(0)?, args.set(1)?);
        // “Spin up a VM” makes one.
        let new = verb == Verb::Start && set.number == Number::One && set.why.is_some();
        // “Stop stopping web-1”: what is under way can be neither stopped nor started by an order.
        let states = set.formula.values(&Field::State);
        let under_way = states.contains("stopping") || states.contains("starting");
        let order = Order::new(verb, set.clone());
        (!new).then(|| if under_way { order.asks("That is two orders in one. Which one first?") } else { order }.into())
    })
    .ex(&[
        ("stop idle dev vms", "stop: kind = vm AND env = dev AND idle"),
        ("back up web-1", "snapshot: name = web-1"),
        ("turn on and start vm-lab-5", "start: name = vm-lab-5"),
    ])
    .not(&["stop", "create web-1"]),
    Rule::new("Plain", "Act , (please|pls|plz|kindly) ,? Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("restart, please, web-1", "restart: name = web-1")]),
    Rule::new("Plain", "Act : Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("stop: web-1", "stop: name = web-1")]),
    // “Remove web-1 from dev” may as well take it out of there; nothing is taken out of a region or a cloud.
    Rule::new("Plain", "(remove|drop|take|pull) Nps (from|out of) Loc", |args| {
        let (set, place) = (args.set(0)?, args.cond(1)?);
        let people = set.kinds().iter().any(|kind| matches!(kind, Kind::User | Kind::Role));
        let stays = !set.kinds().is_empty() && !people && place.conjuncts().into_iter().all(holds);
        let order = Order::new(Verb::Delete, set.with(place));
        Some(if stays { order } else { order.asks("Delete it, or only remove it from there?") }.into())
    })
    .ex(&[("remove snapshot s-1 from us-east-1", "delete: kind = snapshot AND region = us-east-1 AND name = s-1")]),
    Rule::new("Act", "Verb", |args| {
        let verb = args.verb(0)?;
        is_simple(verb).then_some(Sem::Verb(verb))
    })
    .ex(&[("shut down", "stop"), ("get rid of", "delete")])
    .not(&["create", "scale", "tag"]),
    Rule::new("Act", "(power-cycle|re-start|re-boot|powercycle)", |_| Some(Sem::Verb(Verb::Restart))),
    Rule::new("Act", "(fire up|bring up|bring back up|bring online|wake)", |_| Some(Sem::Verb(Verb::Start))),
    Rule::new("Act", "(del|rm|bin|trash|ditch|scrap|throw away|throw out|chuck|chuck out|dispose of|do away with|toss)", |_| {
        Some(Sem::Verb(Verb::Delete))
    }),
    Rule::new("Act", "SnapshotVerb", |_| Some(Sem::Verb(Verb::Snapshot))),
    // The same act said twice is one; two acts are two orders.
    Rule::new("Act", "Act (and|and then|, then|&) Act", |args| {
        let verb = args.verb(0)?;
        (verb == args.verb(1)?).then_some(Sem::Verb(verb))
    })
    .ex(&[("turn on and start", "start"), ("shut down and power off", "stop")])
    .not(&["stop and start"]),
];

/// Whether it is a place that a resource cannot leave.
fn holds(place: &Formula) -> bool {
    match place {
        Formula::Place { not, .. } => !not,
        Formula::Is { field, not: false, .. } => matches!(field, Field::Region | Field::Zone | Field::Geo | Field::Cloud | Field::Account),
        _ => false,
    }
}

/// Verbs that need nothing but an object.
pub(super) fn is_simple(verb: Verb) -> bool {
    matches!(verb, Verb::Start | Verb::Stop | Verb::Restart | Verb::Delete | Verb::Encrypt | Verb::Release | Verb::Rotate)
}
