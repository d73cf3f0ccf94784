//! Whole questions: an opener, what is asked about, and how the answer is cut.

use escher_core::Intent;
use escher_core::selector::{Field, Op};

use super::about::{about, both};
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Sentence", "Polite? Question Polite? Mark?", |args| Some(args.at(1).clone())),
    Rule::new("Polite", "Courtesy", nothing),
    Rule::new("Polite", "Courtesy Polite", nothing),
    Rule::new("Mark", "(?|.|!)", |_| Some(Sem::Nothing)),
    Rule::new("Question", "Asking Nps", |args| args.ask(0)?.and(about(None, args.set(1))).map(Sem::from))
        .ex(&[("show idle vms", "find; kind = vm AND idle"), ("how many prod vms", "count; kind = vm AND env = prod")]),
    Rule::new("Question", "Topic (of|for|in|on|about|from)? Nps", |args| args.ask(0)?.and(about(None, args.set(1))).map(Sem::from))
        .ex(&[("alerts for web-1", "alerts; name = web-1")]),
    // “Events on VM web-1” are its own, and not of what is related to it.
    Rule::new("Topical", "Topic (of|for|on|about|from) the? KindSg OneName", |args| {
        let set = Set::new(Head::Kind, Number::One, args.noun(1)?.formula().and(args.cond(2)?));
        args.ask(0)?.and(about(None, Some(Set { named: true, ..set }))).map(Sem::from)
    })
    .ex(&[("events on vm web-1", "alerts; kind = vm AND name = web-1")]),
    Rule::new("Topical", "KindSg (inventory|inventory report|report)", |args| {
        let set = Set::new(Head::Kind, Number::Many, args.noun(0)?.formula());
        Some(about(Some(Intent::Report), Some(set)).into())
    })
    .ex(&[("dns zone inventory", "report; kind = dns-zone")]),
    Rule::new("Question", "Question Cut", both)
        .ex(&[("count vms by region", "count; kind = vm; by region"), ("cost of prod last month", "cost; env = prod; last_month")]),
    Rule::new("Question", "Claim", same),
    Rule::new("Question", "Universal", same),
    Rule::new("Question", "Happened", same),
    Rule::new("Question", "Reason", same),
    Rule::new("Question", "Explained", same),
    Rule::new("Cut", "GroupBy", same),
    Rule::new("Cut", "Sort", same),
    Rule::new("Cut", "Limit", same),
    Rule::new("Cut", "Period", |args| Some(Ask { period: args.text(0), ..Ask::default() }.into())),
    Rule::new("Greeting", "Hail", same),
    Rule::new("Aside", "Filler", nothing),
    // “When spending exceeds $1000”
    Rule::new("Threshold", "(spending|spend|cost|costs|the bill|our bill|our spend|our spending) Exceeds Money", |args| {
        Some(Formula::compare(Field::Cost, Op::Gt, format!("${}", args.text(1)?)).into())
    })
    .ex(&[("spending exceeds $1000", "cost > $1000")]),
    Rule::new("Threshold", "(cpu|cpu usage|cpu load|the cpu) Exceeds Percent", |args| {
        Some(Formula::compare(Field::Cpu, Op::Gt, format!("{}%", args.text(1)?)).into())
    })
    .ex(&[("cpu goes above 90%", "cpu > 90%")]),
    Rule::new("Exceeds", "(exceeds|exceed|goes over|goes above|rises above|is over|is above|reaches|above|over|passes|hits)", |_| {
        Some(Sem::Nothing)
    }),
    // A free word as the whole of what is looked for.
    Rule::new("Lookup", "(find|look up|lookup|search|search for|look for|locate|show|show me|where is) the? Word", |args| {
        Some(about(Some(Intent::Find), Some(super::fields::like(&args.text(0)?))).into())
    })
    .ex(&[("find checkout", "find; name ~ checkout")])
    .not(&["find vms", "show nicely"]),
    // Names and conditions that stand by themselves: “Azure West US”.
    Rule::new("Scope", "Loc", |args| Some(args.at(0).clone())),
];
