//! Orders that are not said as such: wishes, needs, “find … and stop them”, “schedule a restart of …”.

use escher_core::Verb;
use escher_core::selector::Field;

use super::scale::is_group;
use super::tagging::tagged;
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Head, Order, Sem, Set};

/// What could be said of something, unless the time is said too.
pub(in crate::grammar) const SHALL: &str = "Shall I do that?";

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Wished Done", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()))
        .ex(&[
            ("I want web-1 stopped", "stop: name = web-1"),
            ("web-1 needs to be restarted", "restart: name = web-1"),
            ("make sure that web-1 is stopped", "stop: name = web-1"),
            ("get db-1 rebooted", "restart: name = db-1"),
            ("I'd like the dev vms to be shut down", "stop: kind = vm AND env = dev"),
        ])
        .not(&["make sure web-1 is not stopped", "I want web-1", "web-1 stopped", "web-1 is stopped", "I want stopped vms"]),
    Rule::new("Full", "Wished (resized|changed|upgraded|downgraded|moved) ToSize", |args| {
        Some(Order::new(Verb::Resize, args.set(0)?).with(args.params(1)?).into())
    })
    .ex(&[("I want web-1 resized to m5.large", "resize: name = web-1 {\"size\":\"m5.large\"}")]),
    Rule::new("Full", "Wished scaled Way? ToCount", |args| Some(Order::new(Verb::Scale, args.set(0)?).with(args.params(2)?).into())),
    Rule::new("Full", "Wished (tagged|labeled|labelled) TagsWith? Pairs", |args| tagged(args.set(0)?, args, 2))
        .ex(&[("web-1 needs to be tagged with owner=bob", "tag: name = web-1 {\"tags\":{\"owner\":\"bob\"}}")]),
    Rule::new("Wished", "(i|we) (want|need) Nps (to be|to get)?", |args| args.set(0).map(Sem::from)),
    Rule::new("Wished", "(i|we) ('d like|would like|'d love) Nps (to be|to get)?", |args| args.set(0).map(Sem::from)),
    Rule::new("Wished", "please have Nps", |args| args.set(0).map(Sem::from)),
    Rule::new("Plain", "would you mind Doing Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("would you mind restarting web-1", "restart: name = web-1")]),
    Rule::new("Plain", "would you mind (enabling|turning on|switching on) Wanted (on|for|in) Nps", |args| {
        Some(Order::new(args.verb(0)?, args.set(1)?).into())
    }),
    Rule::new(
        "Plain",
        "(i|we) (would|'d) (be grateful|appreciate it|be glad|be happy|love it) if (you|someone|somebody) Done Nps",
        |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()),
    )
    .ex(&[("I'd be grateful if you stopped web-1", "stop: name = web-1")]),
    // “Have the VMs stopped?” is a question.
    Rule::new("Wished", "have Nps", |args| {
        let set = args.set(0)?;
        Some(if set.named || set.head == Head::Pronoun { set } else { set.asks("Is that an order, or a question?") }.into())
    }),
    Rule::new("Wished", "get Nps", |args| {
        let set = args.set(0)?;
        // “Get dev VMs stopped” may want a list of those that are.
        Some(if set.named || set.head == Head::Pronoun { set } else { set.asks("Is that an order, or a request for a list?") }.into())
    })
    .ex(&[("get dev vms", "kind = vm AND env = dev ? Is that an order, or a request for a list?")]),
    Rule::new("Wished", "(i|we) (kindly|hereby)? (request|ask|demand|require) that Nps be", |args| args.set(0).map(Sem::from))
        .ex(&[("I kindly request that web-1 be", "name = web-1")]),
    Rule::new(
        "Full",
        "it? would be (great|nice|good|awesome|lovely|helpful|wonderful|fantastic|cool) if (you|someone|somebody) Done Nps",
        |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()),
    )
    .ex(&[("would be great if you deleted web-1", "delete: name = web-1")]),
    Rule::new("Wished", "(make sure|ensure|see to it|make certain) that? Nps (is|are|gets|get|be)", |args| args.set(0).map(Sem::from)),
    Rule::new(
        "Wished",
        "Nps (both|all)? (needs to be|need to be|has to be|have to be|must be|needs to get|need to get|is to be|are to be)",
        |args| args.set(0).map(Sem::from),
    ),
    // “Dev VMs to be deleted” may be what a list is of.
    Rule::new("Wished", "Nps (both|all)? to be", |args| Some(args.set(0)?.asks(SHALL).into()))
        .ex(&[("dev vms to be", "kind = vm AND env = dev ? Shall I do that?")]),
    Rule::new("Wished", "Nps (both|all)? (should be|should get|should all be|should both be|ought to be)", |args| {
        Some(args.set(0)?.asks(SHALL).into())
    })
    .ex(&[("web-1 should be", "name = web-1 ? Shall I do that?")]),
    Rule::new("Wished", "Nps (could be|can be|may be|might be|can go|wants to be)", |args| {
        Some(args.set(0)?.asks("Should that be done? If so, give it as an order.").into())
    }),
    Rule::new(
        "Full",
        "it? would be (great|nice|good|awesome|lovely|helpful|wonderful|fantastic|cool) if Nps (was|were|got|could be|would be|gets) Done",
        |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()),
    )
    .ex(&[("it would be great if vm tape was started", "start: kind = vm AND name = tape")]),
    Rule::new("Full", "(make sure|ensure) that? Nps (is|are) (running|up|up and running|on)", |args| {
        Some(Order::new(Verb::Start, args.set(0)?).into())
    })
    .ex(&[("make sure web-1 is running", "start: name = web-1")]),
    Rule::new("Full", "Nps (needs|need|requires|require|wants|want) Doing", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()))
        .ex(&[("web-1 needs restarting", "restart: name = web-1"), ("db-1 needs a reboot", "restart: name = db-1")]),
    // What is found is what the pronoun means.
    Rule::new("Order", "Finding Nps AndThen Order", |args| meant(args.order(3)?, args.set(1)?))
        .ex(&[("find the idle vms in us-east-1 and stop them", "stop: kind = vm AND region = us-east-1 AND idle")])
        .not(&["find the idle vms and stop web-1", "find idle vms"]),
    // The things first: “secrets older than 180 days: rotate them”, “rg-poc-14: please delete”.
    Rule::new("Order", "Nps (:|—|–|,) please? Order", |args| meant(args.order(1)?, args.set(0)?))
        .ex(&[("the idle dev vms: stop them", "stop: kind = vm AND env = dev AND idle")]),
    // What lacks its object has it in front.
    Rule::new("Order", "Nps (:|—|–|,|- >|= >) (please|pls|plz|kindly)? Bare", |args| of(args.set(0)?, args.order(1)?))
        .ex(&[
            ("vm web-1: please restart", "restart: kind = vm AND name = web-1"),
            ("idle dev vms, stop", "stop: kind = vm AND env = dev AND idle"),
            ("web-asg: scale to 8", "scale: name = web-asg {\"count\":8}"),
        ])
        .not(&["vm web-1 restart"]),
    Rule::new("Order", "(on|for|in|at) Nps (,|:)? Bare", |args| of(args.set(0)?, args.order(1)?))
        .ex(&[("on sg-web, close port 22", "close-port: name = sg-web {\"port\":22}")]),
    // “Our dev VMs, can you please stop them”
    Rule::new("Order", "Nps ,? Politely Order", |args| meant(args.order(2)?, args.set(0)?))
        .ex(&[("the idle dev vms can you please stop them", "stop: kind = vm AND env = dev AND idle")]),
    Rule::new("Full", "ToHave Nps Done", |args| Some(Order::new(args.verb(2)?, args.set(1)?).into()))
        .ex(&[("I'd like to have web-1 deleted", "delete: name = web-1")]),
    Rule::new("ToHave", "(i|we) ('d like|would like|want|need|wish) to (have|get|see)", nothing),
    Rule::new("Order", "(for|take|on) Nps (,|and|, and)? Order", |args| meant(args.order(1)?, args.set(0)?))
        .ex(&[("for the idle vms in dev, stop them", "stop: kind = vm AND env = dev AND idle")]),
    Rule::new(
        "Finding",
        "(find|list|show|get|look for|search for|look up|identify|locate|select|pick|go find|find me|show me|list me)",
        nothing,
    ),
    Rule::new("AndThen", "(and|, and|and then|, then|then|, and then|,|&|;|.)", nothing),
    // A deed as a noun.
    Rule::new(
        "Plain",
        "(do|perform|trigger|initiate|issue|carry out|execute|run|start|kick off) (a|an|the)? Deed (of|on|for) Nps",
        |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()),
    )
    .ex(&[("perform a restart of web-1", "restart: name = web-1")]),
    Rule::new("Full", "give Nps (a|another) (quick|fresh|clean)? Deed", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()))
        .ex(&[("give vm web-1 a reboot", "restart: kind = vm AND name = web-1")])
        .not(&["give web-1 a break"]),
    Rule::new("Timed", "schedule (a|an|the)? Deed (of|for|on) Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("schedule a restart of web-1", "restart: name = web-1")]),
    Rule::new("Timed", "schedule Nps (to be|to get) Done", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into())),
    Rule::new("Timed", "schedule Nps (to|for) Act", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()))
        .ex(&[("schedule web-1 to stop", "stop: name = web-1")]),
    Rule::new("Timed", "schedule Nps for (a|an)? Deed", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into())),
    Rule::new("Timed", "schedule a? job to? Plain", same),
    Rule::new("Timed", "schedule to? Plain", same),
];

/// One thing of which nobody said what it is.
fn is_one_name(set: &Set) -> bool {
    set.head == Head::Name && set.kinds().is_empty() && set.formula.values(&Field::Name).len() == 1
}

/// The order that lacked its object, on this. Only groups have a number of others: “for dev, drop 2 machines” is about machines.
fn of(set: Set, order: Order) -> Option<Sem> {
    if order.verb == Some(Verb::Scale) && !is_group(&set) && !is_one_name(&set) {
        return None;
    }
    let set = Set { why: set.why.clone().or(order.set.why.clone()), ..set };
    Some(Order { set, why: None, ..order }.into())
}

/// The order, with what its pronoun stands for.
fn meant(order: Order, set: Set) -> Option<Sem> {
    let pronoun = order.set.head == Head::Pronoun;
    let formula = order.set.formula.with_shown(&set.formula);
    let set = Set { why: set.why.clone().or(order.set.why.clone()), formula, ..set };
    (pronoun && !set.formula.is_contradictory()).then(|| Order { set, ..order }.into())
}
