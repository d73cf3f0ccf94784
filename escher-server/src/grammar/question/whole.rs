//! Whole questions: an opener, what is asked about, and how the answer is cut.

use escher_core::Intent;

use super::{about, both};
use crate::grammar::args::same;
use crate::grammar::rule::Rule;
use crate::meaning::{Ask, Sem};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Sentence", "Courtesies? Question Courtesies? Mark?", |args| Some(args.at(1).clone())),
    Rule::new("Mark", "(?|.|!)", |_| Some(Sem::Nothing)),
    Rule::new("Question", "Opener Nps", |args| args.ask(0)?.and(about(None, args.set(1))).map(Sem::from))
        .ex(&[("show idle vms", "find; kind = vm AND idle"), ("how many prod vms", "count; kind = vm AND env = prod")]),
    Rule::new("Question", "Topic (of|for|in|on|about|from)? Nps", |args| args.ask(0)?.and(about(None, args.set(1))).map(Sem::from))
        .ex(&[("alerts for web-1", "alerts; name = web-1")]),
    Rule::new("Question", "Question Cut", both)
        .ex(&[("count vms by region", "count; kind = vm; by region"), ("cost of prod last month", "cost; env = prod; last_month")]),
    Rule::new("Question", "Claim", same),
    Rule::new("Question", "Happened", same),
    Rule::new("Question", "Reason", same),
    Rule::new("Question", "Explained", same),
    Rule::new("Cut", "GroupBy", same),
    Rule::new("Cut", "Sort", same),
    Rule::new("Cut", "Limit", same),
    Rule::new("Cut", "Period", |args| Some(Ask { period: args.text(0), ..Ask::default() }.into())),
    // A free word as the whole of what is looked for.
    Rule::new("Lookup", "(find|look up|lookup|search|search for|look for|locate|show|show me|where is) the? Word", |args| {
        Some(about(Some(Intent::Find), Some(super::fields::like(&args.text(0)?))).into())
    })
    .ex(&[("find checkout", "find; name ~ checkout")])
    .not(&["find vms", "show nicely"]),
    // Names and conditions that stand by themselves: “Azure West US”.
    Rule::new("Scope", "Loc", |args| Some(args.at(0).clone())),
];
