//! Orders that lack their object: “open port 22”, “stop”. By themselves they ask what is meant; behind an object they are
//! about that: see [`super::indirect`].

use escher_core::Verb;

use crate::grammar::args::nothing;
use crate::grammar::rule::Rule;
use crate::meaning::{Formula, Head, Number, Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Bare", "Act", |args| lacking(args.verb(0)?, Params::default())).ex(&[("stop", "stop:  ? What should I stop?")]),
    Rule::new("Bare", "Setting", |args| lacking(args.verb(0)?, Params::default())),
    Rule::new("Bare", "(make|set) (it|them)? (private|non-public)", |_| lacking(Verb::MakePrivate, Params::default())),
    Rule::new("Bare", "(take|create|make|do) (a|an|the)? SnapshotNoun", |_| lacking(Verb::Snapshot, Params::default())),
    Rule::new("Bare", "Resizing ToSize", |args| lacking(Verb::Resize, args.params(1)?)),
    Rule::new("Bare", "Scaling ToCount", |args| lacking(Verb::Scale, args.params(1)?))
        .ex(&[("scale to 5", "scale:  {\"count\":5} ? What should I scale?")]),
    Rule::new("Bare", "(add|start) UnitCount", |args| lacking(Verb::Scale, Params::of("count", format!("+{}", args.text(0)?)))),
    Rule::new("Bare", "(remove|drop) UnitCount", |args| lacking(Verb::Scale, Params::of("count", format!("-{}", args.text(0)?)))),
    Rule::new("Bare", "Opening Ports From?", |args| lacking(Verb::OpenPort, args.params(1)?.and(args.params(2)?)?)),
    Rule::new("Bare", "Closing Ports From?", |args| lacking(Verb::ClosePort, args.params(1)?.and(args.params(2)?)?)),
    Rule::new("Bare", "Tag TagsWith? Pairs", |_| lacking(Verb::Tag, Params::default())),
    Rule::new("Bare", "Adding TheTag? Pairs", |_| lacking(Verb::Tag, Params::default())),
    Rule::new("Bare", "BareUntag", |_| lacking(Verb::Untag, Params::default()))
        .ex(&[("delete the owner tag", "untag:  ? What should I untag?")]),
    Rule::new("BareUntag", "Removing the? TagNoun Keys", nothing),
    Rule::new("BareUntag", "Removing the? Keys TagNoun", nothing),
    Rule::new("BareUntag", "(take|pull) the? TagNoun? Keys TagNoun? (away|off)", nothing),
    Rule::new("BareUntag", "(untag|unlabel)", nothing),
    Rule::new("Bare", "Attaching to Machine", |_| lacking(Verb::Attach, Params::default())),
];

fn lacking(verb: Verb, params: Params) -> Option<Sem> {
    let set = Set::new(Head::Thing, Number::Many, Formula::all());
    Some(Order::new(verb, set).with(params).asks(format!("What should I {}?", verb.as_str().replace('-', " "))).into())
}
