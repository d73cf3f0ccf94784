//! How something is done, and what a word means. Nothing of it is ever carried out.

use escher_core::selector::Field;
use escher_core::{Intent, Verb};

use super::about::about;
use crate::grammar::args::nothing;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};

pub(in crate::grammar) const RULES: &[Rule] = &[
    Rule::new("Explained", "Ahead Verb Nps", |args| Some(Ask { verb: args.verb(1), ..about(Some(Intent::Explain), args.set(2)) }.into()))
        .ex(&[("how do i delete a bucket", "explain; kind = bucket ? I don't pick some out of many. Which ones exactly?; of delete")]),
    Rule::new("Explained", "Ahead Verb", |args| Some(Ask { verb: args.verb(1), ..about(Some(Intent::Explain), None) }.into())),
    Rule::new("Explained", "Ahead (make|enable|turn on) Nps (private)", |args| {
        Some(Ask { verb: Some(Verb::MakePrivate), ..about(Some(Intent::Explain), args.set(1)) }.into())
    })
    .ex(&[("how to make buckets private", "explain; kind = bucket; of make-private")]),
    Rule::new("Explained", "Ahead (enable|turn on|activate) versioning (on|for) Nps", |args| {
        Some(Ask { verb: Some(Verb::EnableVersioning), ..about(Some(Intent::Explain), args.set(1)) }.into())
    })
    .ex(&[("how do i enable versioning on buckets", "explain; kind = bucket; of enable-versioning")]),
    Rule::new("Explained", "Ahead (enable|turn on|activate) backups (on|for) Nps", |args| {
        Some(Ask { verb: Some(Verb::EnableBackups), ..about(Some(Intent::Explain), args.set(1)) }.into())
    }),
    Rule::new("Explained", "(which|what) (command|commands|cli command|api call|call|button) Does Nps", |args| {
        Some(Ask { verb: args.verb(0), ..about(Some(Intent::Explain), args.set(1)) }.into())
    })
    .ex(&[("which command stops vms in azure", "explain; cloud = azure AND kind = vm; of stop")]),
    Rule::new("Does", "(stops|halts|shuts down|deallocates|turns off)", |_| Some(Sem::Verb(Verb::Stop))),
    Rule::new("Does", "(starts|boots|turns on)", |_| Some(Sem::Verb(Verb::Start))),
    Rule::new("Does", "(restarts|reboots)", |_| Some(Sem::Verb(Verb::Restart))),
    Rule::new("Does", "(deletes|removes|destroys|terminates)", |_| Some(Sem::Verb(Verb::Delete))),
    Rule::new("Does", "(resizes)", |_| Some(Sem::Verb(Verb::Resize))),
    Rule::new("Does", "(scales)", |_| Some(Sem::Verb(Verb::Scale))),
    Rule::new("Does", "(creates|makes)", |_| Some(Sem::Verb(Verb::Create))),
    // “Is DynamoDB SQL?”: what a product is, and no name of one of ours.
    Rule::new("Explained", "(is|are) KindSg (a|an|really|actually)? What", |args| {
        let noun = args.noun(0)?;
        let product = noun.cloud.is_some();
        product.then(|| about(Some(Intent::Explain), Some(Set::new(Head::Kind, Number::One, noun.formula()))).into())
    })
    .ex(&[
        ("is dynamodb sql", "explain; cloud = aws AND kind = nosql"),
        ("is bigquery a warehouse", "explain; cloud = gcp AND kind = warehouse"),
    ])
    .not(&["is bucket sql"]),
    Rule::new("What", "Word", nothing),
    Rule::new("What", "KindSg", nothing),
    Rule::new("What", "Engine", nothing),
    // “Why use a NAT gateway?”: what it is good for, and nothing that uses one.
    Rule::new("Explained", "why Somebody? (use|choose|pick|prefer|not use|bother with|go with|go for|want) Nps", |args| {
        Some(about(Some(Intent::Explain), args.set(1)).into())
    })
    .ex(&[("why use the nat gateways", "explain; kind = nat")]),
    Rule::new("Explained", "why (are|were) (we|you|they|people) (using|choosing|going with|going for) Nps", |args| {
        Some(about(Some(Intent::Explain), args.set(0)).into())
    }),
    Rule::new(
        "Somebody",
        "(would|should|do|does|did|must|might) (anyone|anybody|people|one|we|i|you|somebody|someone|companies|teams)",
        nothing,
    ),
    Rule::new("Explained", "Ahead the? Flag (rules|rule|policy|detection|finding)", |args| {
        Some(about(Some(Intent::Explain), Some(Set::new(Head::Thing, Number::Many, args.cond(1)?))).into())
    })
    .ex(&[("explain idle rules", "explain; idle")]),
    // “What is a security group?”: about the word, not about ours.
    Rule::new("Explained", "(what is|what 's|define|explain what|what exactly is|explain) (a|an) KindSg (is)?", |args| word(args, 0))
        .ex(&[("what is a nat gateway", "explain; kind = nat"), ("explain what a nat gateway is", "explain; kind = nat")]),
    Rule::new("Explained", "(what are|define|what exactly are|explain) KindPl", |args| word(args, 0)),
    Rule::new("Explained", "what does KindPl (mean|stand for|do)", |args| word(args, 0)),
    Rule::new("Explained", "what (does|do) (a|an|the)? KindSg (mean|stand for|do)", |args| word(args, 0)),
    Rule::new("Explained", "what (does|do) Word stand for", |_| Some(about(Some(Intent::Explain), None).into())),
    Rule::new("Explained", "what (does|do) Word Quoted? (mean|means)", |_| Some(about(Some(Intent::Explain), None).into()))
        .ex(&[("what does grommet mean", "explain")]),
    Rule::new("Explained", "what does Adj mean", |args| {
        Some(about(Some(Intent::Explain), Some(Set::new(Head::Thing, Number::Many, args.cond(0)?))).into())
    })
    .ex(&[("what does deallocated mean", "explain; state = stopped")]),
];

fn word(args: &Args<'_>, at: usize) -> Option<Sem> {
    let formula: Formula = args.noun(at)?.formula();
    debug_assert!(!formula.values(&Field::Kind).is_empty(), "a noun has a kind");
    Some(about(Some(Intent::Explain), Some(Set::new(Head::Kind, Number::One, formula))).into())
}
