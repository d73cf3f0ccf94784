//! An order with what stands around it: times, places, manners.

use escher_core::Verb;
use escher_core::selector::Field;

use crate::grammar::args::same;
use crate::grammar::exception::except;
use crate::grammar::rule::Rule;
use crate::meaning::{Day, Formula, Order, Sem, Set, When};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Order", "Plain", same),
    Rule::new("Order", "Full", same),
    // A place after a parameter says where the object is.
    Rule::new("Full", "Full ,? Post", |args| placed(args.order(0)?, args.cond(1)?))
        .ex(&[("resize web-1 to m5.large in us-east-1", "resize: region = us-east-1 AND name = web-1 {\"size\":\"m5.large\"}")])
        .not(&["turn web-1 off tagged a=1"]),
    Rule::new("Order", "(in|on|within|across|from) Loc (,|:)? Order", |args| placed(args.order(1)?, args.cond(0)?))
        .ex(&[("in us-east-1, stop the dev vms", "stop: kind = vm AND region = us-east-1 AND env = dev")])
        .not(&["in us-east-1, stop the vms in us-west-2"]),
    Rule::new("Order", "for Loc (,|:)? Order", |args| {
        let account = args.cond(0).filter(|place| matches!(place, Formula::Is { field: Field::Account, not: false, .. }))?;
        placed(args.order(1)?, account)
    })
    .ex(&[("for project-x, stop the idle vms", "stop: kind = vm AND account = project-x AND idle")])
    .not(&["for dev, stop the idle vms"]),
    // “Except for vm boss, stop every vm in rg-game”
    Rule::new("Order", "(except for|except|apart from|other than|excluding) Items ,? Order", |args| {
        let order = args.order(1)?;
        match except(order.set.clone(), args.cond(0)?)? {
            Sem::Set(set) => Some(Order { set: *set, ..order }.into()),
            _ => None,
        }
    })
    .ex(&[("except for web-1, stop the vms in rg-game", "stop: kind = vm AND group = rg-game AND name != web-1")]),
    // When.
    Rule::new("Order", "Order ,? Whens", |args| at(args.order(0)?, args.when(1)?)),
    Rule::new("Order", "Whens (,|:|-|–|—|, please|please|pls|kindly)? Order", |args| at(args.order(1)?, args.when(0)?)),
    // From now on is more than once.
    Rule::new("Order", "from now on ,? Order", |args| {
        let order = args.order(0)?;
        let again = order.when.as_ref()?.every.is_some();
        again.then(|| order.into())
    })
    .ex(&[("from now on stop web-1 every day at 20:00", "stop: name = web-1 @ every day 20:00")])
    .not(&["from now on stop web-1 at 20:00"]),
    Rule::new("Full", "Plain ,? Whens Post", |args| placed(at_order(args.order(0)?, args.when(1)?)?, args.cond(2)?)),
    Rule::new("Full", "Full ,? Whens Post", |args| placed(at_order(args.order(0)?, args.when(1)?)?, args.cond(2)?)),
    Rule::new("Order", "Timed for Whens", |args| at(args.order(0)?, args.when(1)?))
        .ex(&[("schedule a restart of web-1 for sunday 02:30", "restart: name = web-1 @ sunday 02:30")]),
    // “Delete service promo-web, account training”
    Rule::new("Order", "Plain , Located", |args| placed(args.order(0)?, args.cond(1)?)).ex(&[(
        "delete ecs service promo-web, us-east-1",
        "delete: cloud = aws AND kind = container-service AND region = us-east-1 AND name = promo-web",
    )]),
    Rule::new("Located", "(account|subscription|project) (:|=)? NewName", |args| Some(Formula::is(Field::Account, args.text(0)?).into())),
    Rule::new("Located", "Loc", same),
    Rule::new("Order", "Timed ,? Whens", |args| at(args.order(0)?, args.when(1)?)),
    // “At 20:00 in Berlin”: there, or by its clocks?
    Rule::new("Order", "Order in Place", |args| {
        let order = args.order(0)?;
        if order.when.is_none() {
            None
        } else {
            Some(order.asks("Is that where it should happen, or the time zone? Name a time zone like this: “Europe/Berlin”.").into())
        }
    }),
    Rule::new("Order", "Whens (,|:)? Timed", |args| at(args.order(1)?, args.when(0)?)),
    // “Delete hourly dev snapshots”: those that are made hourly, or every hour?
    Rule::new("Order", "Act Whens Nps", |args| {
        let (order, when) = (Order::new(args.verb(0)?, args.set(2)?), args.when(1)?);
        let describes = when.clock.is_none() && (when.every.is_some() || matches!(when.day, Some(Day::Weekday { .. })));
        if describes { Some(order.asks("When should it happen, and to which resources?").into()) } else { at(order, when) }
    })
    .ex(&[
        ("stop at 20:00 every day the dev vms", "stop: kind = vm AND env = dev @ every day 20:00"),
        ("delete hourly dev snapshots", "delete: kind = snapshot AND env = dev ? When should it happen, and to which resources?"),
    ]),
    // How: the clouds stop machines in an orderly way, and have no other.
    Rule::new("Order", "(gracefully|cleanly) Order", |args| manner(args.order(0)?)).ex(&[
        ("gracefully stop web-1", "stop: name = web-1 ? I can't choose how the cloud does that. Should it be done the usual way?"),
        ("gracefully restart web-1", "restart: name = web-1 ? I can't choose how the cloud does that. Should it be done the usual way?"),
    ]),
    Rule::new("Order", "Order (gracefully|cleanly)", |args| manner(args.order(0)?)),
    Rule::new(
        "Order",
        "(forcibly|forcefully|force|hard|cold|permanently|brutally|quietly|silently|safely|carefully|slowly|quickly) Order",
        |args| manner(args.order(0)?),
    )
    .ex(&[(
        "forcibly delete vm vm-lab-5",
        "delete: kind = vm AND name = vm-lab-5 ? I can't choose how the cloud does that. Should it be done the usual way?",
    )]),
    Rule::new(
        "Order",
        "Order (forcibly|forcefully|by force|hard|safely|carefully|slowly|permanently|for good|one by one|one at a time)",
        |args| manner(args.order(0)?),
    ),
];

fn at(order: Order, when: When) -> Option<Sem> {
    at_order(order, when).map(Sem::from)
}

/// At a time; parts of it may stand on both sides.
fn at_order(order: Order, when: When) -> Option<Order> {
    let when = match order.when.clone() {
        Some(known) => known.and(when)?,
        None => when,
    };
    Some(Order { when: Some(when), ..order })
}

/// Where its object is, if it does not say otherwise.
fn placed(order: Order, place: Formula) -> Option<Sem> {
    let places = place.conjuncts().into_iter().all(Formula::is_place);
    if !places || order.verb == Some(Verb::Create) {
        return None;
    }
    let set: Set = order.set.clone().with(place);
    (!set.formula.is_contradictory()).then(|| Order { set, ..order }.into())
}

fn manner(order: Order) -> Option<Sem> {
    let order = Order { why: None, ..order };
    Some(order.asks("I can't choose how the cloud does that. Should it be done the usual way?").into())
}
