//! Verbs whose halves stand on both sides of the object: “turn the dev VMs off”.

use escher_core::Verb;

use crate::grammar::exception::excepted;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "(turn|switch|power|shut|take) Nps off", |args| acts(args, Verb::Stop))
        .ex(&[("turn the dev vms off", "stop: kind = vm AND env = dev")])
        .not(&["turn the dev vms off on", "turn off"]),
    Rule::new("Full", "(turn|switch|power|shut|take) Nps off Except", |args| Some(Order::new(Verb::Stop, excepted(args)?).into()))
        .ex(&[("turn the dev vms off except web-1", "stop: kind = vm AND env = dev AND name != web-1")]),
    Rule::new("Full", "(shut|power|spin) Nps down Except", |args| Some(Order::new(Verb::Stop, excepted(args)?).into())),
    Rule::new("Full", "(turn|switch|power) Nps (on|back on) Except", |args| Some(Order::new(Verb::Start, excepted(args)?).into())),
    Rule::new("Full", "(shut|power|spin) Nps down", |args| acts(args, Verb::Stop))
        .ex(&[("shut everything in sandbox down", "stop: env = sandbox")]),
    Rule::new("Full", "(turn|switch|power) Nps (on|back on)", |args| acts(args, Verb::Start))
        .ex(&[("switch web-1 on", "start: name = web-1"), ("turn web-1 back on", "start: name = web-1")]),
    Rule::new("Full", "(start|power|spin|boot|fire|wake|bring|get) Nps (up|back up|online|back online)", |args| acts(args, Verb::Start))
        .ex(&[("boot the test vms up", "start: kind = vm AND env = test")]),
    Rule::new("Full", "(start|get|bring) Nps (up and running|back up and running|running again|running)", |args| acts(args, Verb::Start))
        .ex(&[("get vm web-1 up and running", "start: kind = vm AND name = web-1")]),
    Rule::new("Full", "tear Nps down", |args| acts(args, Verb::Delete)).ex(&[("tear vm-7 down", "delete: name = vm-7")]),
    Rule::new("Full", "back Nps up", |args| acts(args, Verb::Snapshot)).ex(&[("back db-1 up", "snapshot: name = db-1")]),
];

fn acts(args: &Args<'_>, verb: Verb) -> Option<Sem> {
    Some(Order::new(verb, args.set(0)?).into())
}
