//! Verbs that the catalog does not have: each asks what it may mean.

use escher_core::{Kind, Verb};

use super::scale::is_group;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Sem};

/// A verb and its object, with what the verb may stand for.
fn offers(args: &Args<'_>, options: &[&str]) -> Option<Sem> {
    let verb = args.text(0)?;
    Some(
        Order::unknown(args.set(1)?)
            .asks(format!("I have no action “{verb}”. What should be done?"))
            .offers(options.iter().copied())
            .into(),
    )
}

pub(super) const RULES: &[Rule] = &[
    Rule::new("Plain", "Ending Nps", |args| offers(args, &["stop", "delete"])).ex(&[
        ("kill web-1", "?: name = web-1 ? I have no action “kill”. What should be done?"),
        ("bring down dev", "?: env = dev ? I have no action “bring down”. What should be done?"),
    ]),
    Rule::new("Full", "(take|bring) Nps (down|offline)", |args| {
        Some(Order::unknown(args.set(0)?).asks("Should it be stopped or deleted?").offers(["stop", "delete"]).into())
    })
    .ex(&[("take web-1 down", "?: name = web-1 ? Should it be stopped or deleted?")]),
    Rule::new("Plain", "Resting Nps", |args| offers(args, &["stop"])),
    Rule::new("Plain", "Clearing Nps", |args| {
        // What holds nothing can be purged only as a whole; a queue or a bucket may as well be emptied.
        let set = args.set(1)?;
        let hollow = |kind: &Kind| matches!(kind, Kind::Snapshot | Kind::Image | Kind::Function | Kind::Ip);
        let purged = matches!(args.text(0)?.as_str(), "purge" | "erase" | "wipe");
        let whole = purged && !set.kinds().is_empty() && set.kinds().iter().all(hollow);
        if whole { Some(Order::new(Verb::Delete, set).into()) } else { offers(args, &["delete", "stop", "list what is unused"]) }
    })
    .ex(&[
        ("clean up dev", "?: env = dev ? I have no action “clean up”. What should be done?"),
        ("purge snapshots in dev", "delete: kind = snapshot AND env = dev"),
        ("purge queue jobs-1", "?: kind = queue AND name = jobs-1 ? I have no action “purge”. What should be done?"),
    ]),
    Rule::new("Plain", "Changing Nps", |args| offers(args, &["resize", "scale", "tag"]))
        .ex(&[("upgrade web-1", "?: name = web-1 ? I have no action “upgrade”. What should be done?")]),
    Rule::new("Full", "Changing Nps (by|to) Whole", |args| {
        (!is_group(&args.set(1)?)).then(|| offers(args, &["resize", "scale"])).flatten()
    })
    .ex(&[("increase asg-1 by 3", "?: name = asg-1 ? I have no action “increase”. What should be done?")]),
    Rule::new("Plain", "Mending Nps", |args| offers(args, &["restart"]))
        .ex(&[("reset web-1", "?: name = web-1 ? I have no action “reset”. What should be done?")]),
    Rule::new("Plain", "Waking Nps", |args| offers(args, &["start"])),
    Rule::new("Plain", "Copying Nps", |args| offers(args, &["snapshot"])),
    Rule::new("Plain", "Moving Nps", |args| offers(args, &[]))
        .ex(&[("roll back web-1", "?: name = web-1 ? I have no action “roll back”. What should be done?")]),
    Rule::new("Full", "Moving Nps (to|into|as|with|onto) Nps", |args| offers(args, &[]))
        .ex(&[("rename web-1 to web-2", "?: name = web-1 ? I have no action “rename”. What should be done?")]),
    Rule::new("Full", "Moving Nps (to|into) Loc", |args| offers(args, &[]))
        .ex(&[("move web-1 to us-west-2", "?: name = web-1 ? I have no action “move”. What should be done?")]),
    Rule::new("Full", "copy the (tags|labels) (of|from) Nps to Nps", |args| {
        Some(
            Order::unknown(args.set(1)?).asks("I can't copy tags, but I can set them. Which ones? Write key=value.").offers(["tag"]).into(),
        )
    }),
    Rule::new("Plain", "Shutting Nps", |args| {
        let verb = args.text(0)?;
        Some(
            Order::unknown(args.set(1)?)
                .asks(format!("What should I {verb}: which port, on what?"))
                .offers(["close-port", "open-port", "make-private"])
                .into(),
        )
    }),
    Rule::new("Plain", "Disabling Nps", |args| offers(args, &["stop"])),
    Rule::new("Plain", "Foreign Nps", |args| offers(args, &["start", "stop", "restart", "resize", "tag"]))
        .ex(&[("patch web-1", "?: name = web-1 ? I have no action “patch”. What should be done?")]),
    // The verbs of each group: single words by their list, others as they are said.
    Rule::new("Ending", "Any", |args| among(args, &["kill", "abort", "cancel", "nullify"])),
    Rule::new("Ending", "bring down", |_| told("bring down")),
    Rule::new("Ending", "take down", |_| told("take down")),
    Rule::new("Resting", "Any", |args| among(args, &["pause", "suspend", "hibernate", "freeze", "sleep"])),
    Rule::new("Resting", "(wind down|ramp down)", |_| told("wind down")),
    Rule::new("Clearing", "Any", |args| {
        among(
            args,
            &[
                "cleanup",
                "clean",
                "clear",
                "decommission",
                "retire",
                "sunset",
                "empty",
                "wipe",
                "erase",
                "purge",
                "flush",
                "drain",
                "truncate",
            ],
        )
    }),
    Rule::new("Clearing", "(clean up|clear out|clear up)", |_| told("clean up")),
    Rule::new("Clearing", "tidy up", |_| told("tidy up")),
    Rule::new("Clearing", "wipe out", |_| told("wipe")),
    Rule::new("Changing", "Any", |args| {
        among(
            args,
            &[
                "upgrade",
                "downgrade",
                "increase",
                "decrease",
                "reduce",
                "grow",
                "expand",
                "extend",
                "enlarge",
                "shrink",
                "bump",
                "double",
                "halve",
                "update",
                "modify",
                "change",
                "edit",
                "adjust",
                "raise",
                "lower",
                "tune",
            ],
        )
    }),
    Rule::new("Changing", "(bump up|ramp up)", |_| told("bump up")),
    Rule::new("Mending", "Any", |args| among(args, &["reset", "fix", "repair", "refresh", "reinitialize", "resync", "reconcile", "renew"])),
    Rule::new("Mending", "bounce back", |_| told("bounce back")),
    Rule::new("Waking", "Any", |args| among(args, &["activate", "unpause", "revive", "enable"])),
    Rule::new("Waking", "bring back", |_| told("bring back")),
    Rule::new("Copying", "Any", |args| among(args, &["archive", "copy", "clone", "duplicate", "replicate", "export", "import", "mirror"])),
    Rule::new("Moving", "Any", |args| {
        among(
            args,
            &[
                "move",
                "transfer",
                "migrate",
                "evacuate",
                "rename",
                "convert",
                "promote",
                "demote",
                "merge",
                "swap",
                "replace",
                "rollback",
                "revert",
                "failover",
                "rebuild",
                "recreate",
                "reimage",
                "redeploy",
                "reinstall",
                "shift",
                "repoint",
                "split",
            ],
        )
    }),
    Rule::new("Moving", "roll back", |_| told("roll back")),
    Rule::new("Moving", "fail over", |_| told("fail over")),
    Rule::new("Shutting", "Any", |args| {
        among(
            args,
            &[
                "close",
                "block",
                "open",
                "allow",
                "expose",
                "secure",
                "lock",
                "unlock",
                "whitelist",
                "blacklist",
                "publish",
                "unpublish",
                "revoke",
                "grant",
            ],
        )
    }),
    Rule::new("Shutting", "lock down", |_| told("lock down")),
    Rule::new("Disabling", "Any", |args| among(args, &["disable", "deactivate", "disconnect"])),
    Rule::new("Foreign", "Any", |args| {
        among(
            args,
            &[
                "patch",
                "install",
                "uninstall",
                "configure",
                "reconfigure",
                "isolate",
                "quarantine",
                "protect",
                "unprotect",
                "assign",
                "unassign",
                "cordon",
                "evict",
                "connect",
                "format",
                "login",
                "ssh",
                "throttle",
                "peer",
                "redirect",
                "subscribe",
                "unsubscribe",
                "upload",
                "defrag",
                "defragment",
                "normalize",
                "reindex",
                "vacuum",
                "unmute",
                "exec",
            ],
        )
    }),
    Rule::new("Foreign", "(ssh into|ssh to|log in to|log into|login to|connect to|log in)", |_| told("log in")),
];

/// A word of a list.
fn among(args: &Args<'_>, words: &[&str]) -> Option<Sem> {
    let word = args.text(0)?.to_lowercase();
    words.contains(&word.as_str()).then_some(Sem::Text(word))
}

#[allow(clippy::unnecessary_wraps, reason = "a production's meaning has this type")]
fn told(verb: &str) -> Option<Sem> {
    Some(Sem::Text(verb.to_owned()))
}
