//! Why something is so, and what would happen: about one thing and what it is related to.

use escher_core::Intent;

use super::about::about;
use crate::grammar::args::nothing;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Head, Sem};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Reason", "Why (is|are|was|were|does|do|did|has|have)? Reached? Nps Being? Lot?", |args| describes(args, 2))
        .ex(&[("why is web-1 public", "describe; name = web-1"), ("why did web-1 stop", "describe; name = web-1")]),
    Rule::new(
        "Reached",
        "(reach|access|connect to|ssh to|log in to|log into|delete|start|stop|see|find|i reach|we reach|i access|i connect to|i see)",
        nothing,
    ),
    Rule::new("Being", "(being|so|still|not|always|constantly|getting|suddenly|to|been)", nothing),
    Rule::new("Lot", "Shown", nothing),
    Rule::new("Lot", "Verb", nothing),
    Rule::new("Lot", "Past", nothing),
    Rule::new("Reason", "WhatIf Gone? Nps", |args| describes(args, 2))
        .ex(&[("what would happen if i stopped db-1", "describe; name = db-1"), ("what if i resize db-1", "describe; name = db-1")]),
    Rule::new("Reason", "WhatIf Gone? Nps Effect", |args| describes(args, 2)),
    Rule::new("Reason", "WhatIf Nps (is|was|were|gets|got|went|goes) Gone", |args| describes(args, 1)),
    Rule::new("Reason", "(where does|where do|where did) Nps (run|live|sit|reside|belong|come from)", |args| describes(args, 0))
        .ex(&[("where does web-1 run", "describe; name = web-1")]),
    Rule::new("Reason", "(how is|how are|how was) Nps (configured|set up|connected|built|wired)", |args| describes(args, 0))
        .ex(&[("how is web-1 configured", "describe; name = web-1")]),
    Rule::new(
        "Reason",
        "in? (which|what) Facet (does|do|is|are|was) Nps (have|use|in|on|belong to|run in|run on|live in|sit in|of)?",
        |args| describes(args, 1),
    )
    .ex(&[("which account does web-1 belong to", "describe; name = web-1"), ("what tags does web-1 have", "describe; name = web-1")]),
    Rule::new("Facet", "Field", nothing),
    Rule::new(
        "Facet",
        "(tags|tag|labels|size|disks|disk|ip|ip address|image|security groups|ports|subnet|permissions|version|cost center)",
        nothing,
    ),
    Rule::new("Reason", "Why Nps (is|are|was|were|does|did|keeps|has|have) Being? Lot", |args| describes(args, 1))
        .ex(&[("explain why web-1 is stopped", "describe; name = web-1")]),
    Rule::new("Reason", "(would|will|could) Gone? Nps Effect", |args| describes(args, 1))
        .ex(&[("would stopping web-1 break anything", "describe; name = web-1")]),
    Rule::new("Reason", "(when was|when were) Nps (created|launched|made|deployed|provisioned|built|set up)", |args| describes(args, 0))
        .ex(&[("when was web-1 created", "describe; name = web-1")]),
    Rule::new("Gone", "Verb", nothing),
    Rule::new("Gone", "Past", nothing),
    Rule::new(
        "Gone",
        "(stopping|starting|restarting|rebooting|deleting|removing|terminating|resizing|scaling|detaching|releasing|rotating|encrypting|tagging|shutting down|closing|opening|losing|failing|down|away)",
        nothing,
    ),
];

/// A question about one thing; where many are meant, it is not settled here.
fn describes(args: &Args<'_>, at: usize) -> Option<Sem> {
    let set = args.set(at)?;
    (set.head != Head::Thing).then(|| about(Some(Intent::Describe), Some(set)).into())
}
