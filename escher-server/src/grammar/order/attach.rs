//! What is attached to what: “attach data-1 to web-1”, “detach it from web-1”.

use escher_core::selector::{Field, Relation};
use escher_core::{Kind, Verb};

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Head, Number, Order, Params, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "Attaching Nps (to|onto|on) Machine", |args| {
        Some(Order::new(Verb::Attach, args.set(1)?).with(Params::of("to", args.text(2)?)).into())
    })
    .ex(&[
        ("attach disk data-1 to vm web-1", "attach: kind = disk AND name = data-1 {\"to\":\"web-1\"}"),
        ("mount vol-0a1b2 on the instance i-0a1b2c", "attach: id = vol-0a1b2 {\"to\":\"i-0a1b2c\"}"),
        ("attach ip 1.2.3.4 to web-1", "attach: kind = ip AND name = 1.2.3.4 {\"to\":\"web-1\"}"),
    ])
    .not(&["attach data-1 to web-1 and web-2", "attach data-1 to the database db-1", "attach data-1 to web-1 read-only"]),
    Rule::new("Full", "associate Nps with Machine", |args| {
        Some(Order::new(Verb::Attach, args.set(0)?).with(Params::of("to", args.text(1)?)).into())
    })
    .ex(&[("associate ip 1.2.3.4 with web-1", "attach: kind = ip AND name = 1.2.3.4 {\"to\":\"web-1\"}")]),
    Rule::new("Full", "(hook|connect|plug|link) Nps up? (to|into) Machine", |args| {
        Some(Order::new(Verb::Attach, args.set(0)?).with(Params::of("to", args.text(1)?)).into())
    })
    .ex(&[("hook volume vol-0a1b2 up to vm web-1", "attach: kind = disk AND id = vol-0a1b2 {\"to\":\"web-1\"}")]),
    Rule::new("Plain", "Attaching Nps", |args| Some(Order::new(Verb::Attach, args.set(1)?).into()))
        .ex(&[("attach disk data-7", "attach: kind = disk AND name = data-7")]),
    Rule::new("Full", "Detaching Nps from OtherSide", |args| Some(Order::new(Verb::Detach, args.set(1)?.with(args.cond(2)?)).into()))
        .ex(&[
            ("detach vol-0a1b2c3d from web-1", "detach: linked = web-1 AND id = vol-0a1b2c3d"),
            ("detach all disks from vm web-1", "detach: kind = disk AND linked IN (kind = vm AND name = web-1)"),
        ])
        .not(&["detach data-1 from web-1 and web-2"]),
    Rule::new("Plain", "Detaching Nps", |args| Some(Order::new(Verb::Detach, args.set(1)?).into())),
    Rule::new("Attaching", "(attach|mount|re-attach|reattach|associate)", nothing),
    Rule::new("Detaching", "(detach|unmount|disassociate|dismount)", nothing),
    // The other side is one machine.
    Rule::new("Machine", "MachineName", same),
    Rule::new("Machine", "the? KindSg (called|named)? MachineName", |args| (args.noun(0)?.kind == Kind::Vm).then(|| args.at(1).clone()))
        .ex(&[("the vm web-1", "web-1"), ("vm mars", "mars")])
        .not(&["the database db-1"]),
    Rule::new("OtherSide", "MachineName", |args| Some(Formula::is(Field::Linked, args.text(0)?).into())),
    Rule::new("OtherSide", "the? KindSg (called|named)? OneName", |args| {
        Some(Formula::rel(Relation::Any, args.noun(0)?.formula().and(args.cond(1)?)).into())
    }),
    Rule::new("Machine", "the? KindSg (called|named)? Word", |args| (args.noun(0)?.kind == Kind::Vm).then(|| args.at(1).clone())),
    Rule::new("OtherSide", "the? KindSg (called|named)? Word", |args| {
        Some(Formula::rel(Relation::Any, args.noun(0)?.formula().and(Formula::is(Field::Name, args.text(1)?))).into())
    }),
    Rule::new("MachineName", "Name", same),
    Rule::new("MachineName", "Quoted", same),
    Rule::new("MachineName", "Id", same),
    // An address is the name of an address, and of nothing else.
    Rule::new("Base", "(the|an)? KindSg Address", |args| {
        let noun = args.noun(0)?;
        let set = Set::new(Head::Kind, Number::One, noun.formula().and(Formula::is(Field::Name, args.text(1)?)));
        (noun.kind == Kind::Ip).then_some(Set { named: true, ..set }.into())
    })
    .ex(&[("ip 1.2.3.4", "kind = ip AND name = 1.2.3.4")])
    .not(&["vm 1.2.3.4"]),
    Rule::new("Plain", "release Address", |args| {
        let set = Set::new(Head::Name, Number::One, Formula::is(Field::Name, args.text(0)?));
        Some(Order::new(Verb::Release, set).into())
    })
    .ex(&[("release 1.2.3.4", "release: name = 1.2.3.4")]),
];
