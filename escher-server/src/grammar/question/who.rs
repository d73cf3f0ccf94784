//! What was done, and by whom.

use std::collections::BTreeSet;

use escher_core::Intent;

use super::about::about;
use crate::grammar::args::{nothing, same};
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Ask, Head, Sem};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Happened", "(who|who has|who was it that|did anyone|did anybody|did someone|did somebody|has anyone|has anybody|has someone|when did someone|when did we) Undertaken Nps", |args| {
        past(args, 1)
    })
    .ex(&[("who stopped web-1", "history; name = web-1"), ("did anyone delete bucket logs-1", "history; kind = bucket AND name = logs-1")]),
    Rule::new("Happened", "(when was|when were|was|were|has|have|when did|by whom was|by whom were|who was) Nps been? (last|recently|ever)? Past", |args| {
        past(args, 0)
    })
    .ex(&[("when was web-1 last restarted", "history; name = web-1")]),
    // “VMs restarted yesterday”: what was done, not how they are.
    Rule::new("Happened", "Asking? Nps (that|which)? (were|was|got|have been|has been)? Past Period", |args| {
        let (set, period) = (args.set(1)?, args.text(3)?);
        // “Stopped since Monday” tells how they are.
        (set.head == Head::Kind && !period.starts_with("since")).then(|| Ask { period: Some(period), ..about(Some(Intent::History), Some(set)) }.into())
    })
    .ex(&[("vms restarted yesterday", "history; kind = vm; yesterday")]),
    Rule::new("Happened", "(when did|when have) (we|i|you|they|someone|anyone) (last)? Undertaken Nps", |args| past(args, 1))
        .ex(&[("when did we last stop web-1", "history; name = web-1")]),
    // What a person did is told by who the person was, and a frame has no word for that.
    Rule::new("Happened", "what did Any (do|run|execute|change|approve|reject)", |args| {
        let who = args.text(0)?;
        let ours = matches!(who.to_lowercase().as_str(), "we" | "i" | "you" | "they" | "it" | "that" | "the");
        (!ours).then(|| Ask { beyond: BTreeSet::from([who]), ..about(Some(Intent::History), None) }.into())
    })
    .ex(&[("what did bob do", "history; beyond: bob")]),
    Rule::new("Happened", "(who|who has|did anyone|did anybody|did someone) (opened|open|closed|close) Ports (on|in|of|for) Nps", |args| {
        // A frame of what was done has no word for which port it was.
        let port = args.params(0)?.map().get("port").map(ToString::to_string)?;
        Some(Ask { beyond: BTreeSet::from([format!("port {port}")]), ..about(Some(Intent::History), args.set(1)) }.into())
    })
    .ex(&[("who opened port 22 on sg-web", "history; name = sg-web; beyond: port 22")]),
    Rule::new("Happened", "(did|has|have) Nps (change|changed|get changed|been changed|been touched|been modified) (at all)?", |args| past(args, 0))
        .ex(&[("did web-1 change at all", "history; name = web-1")]),
    Rule::new("Undertaken", "Past", nothing),
    Rule::new("Undertaken", "Verb", nothing),
    Rule::new("Undertaken", "(change|touch|modify)", nothing),
    Rule::new("Past", "Did", same),
    Rule::new(
        "Did",
        "(stopped|shut down|turned off|switched off|powered off|deallocated|started|booted|turned on|restarted|rebooted|deleted|removed|destroyed|terminated|dropped|resized|scaled|tagged|untagged|snapshotted|backed up|restored|encrypted|released|rotated|attached|detached|opened|closed|modified|changed|touched|updated|made private|made public)",
        nothing,
    ),
];

fn past(args: &Args<'_>, at: usize) -> Option<Sem> {
    Some(about(Some(Intent::History), Some(args.set(at)?)).into())
}
