//! Verbs that the catalogue does not have: each asks what it may mean.

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
        Some(Order::unknown(args.set(0)?).asks("Take it down: stop it, or delete it?").offers(["stop", "delete"]).into())
    })
    .ex(&[("take web-1 down", "?: name = web-1 ? Take it down: stop it, or delete it?")]),
    Rule::new("Plain", "Resting Nps", |args| offers(args, &["stop"])),
    Rule::new("Plain", "Clearing Nps", |args| offers(args, &["delete", "stop", "list what is unused"]))
        .ex(&[("clean up dev", "?: env = dev ? I have no action “clean up”. What should be done?")]),
    Rule::new("Plain", "Changing Nps", |args| offers(args, &["resize", "scale", "tag"]))
        .ex(&[("upgrade web-1", "?: name = web-1 ? I have no action “upgrade”. What should be done?")]),
    Rule::new("Full", "Changing Nps (by|to) Whole", |args| offers(args, &["resize", "scale"]))
        .ex(&[("increase asg-1 by 3", "?: name = asg-1 ? I have no action “increase”. What should be done?")]),
    Rule::new("Plain", "Mending Nps", |args| offers(args, &["restart"]))
        .ex(&[("reset web-1", "?: name = web-1 ? I have no action “reset”. What should be done?")]),
    Rule::new("Plain", "Waking Nps", |args| offers(args, &["start"])),
    Rule::new("Plain", "Copying Nps", |args| offers(args, &["snapshot"])),
    Rule::new("Plain", "Moving Nps", |args| offers(args, &["write a playbook"]))
        .ex(&[("roll back web-1", "?: name = web-1 ? I have no action “roll back”. What should be done?")]),
    Rule::new("Full", "Moving Nps (to|into|as|with|onto) Nps", |args| offers(args, &["write a playbook"]))
        .ex(&[("rename web-1 to web-2", "?: name = web-1 ? I have no action “rename”. What should be done?")]),
    Rule::new("Full", "Moving Nps (to|into) Loc", |args| offers(args, &["write a playbook"]))
        .ex(&[("move web-1 to us-west-2", "?: name = web-1 ? I have no action “move”. What should be done?")]),
    Rule::new("Full", "copy the (tags|labels) (of|from) Nps to Nps", |args| {
        Some(Order::unknown(args.set(1)?).asks("I set tags that are named, key=value. Which ones?").offers(["tag"]).into())
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
    Rule::new("Plain", "Foreign Nps", |args| offers(args, &["start", "stop", "restart", "resize", "tag", "write a playbook"]))
        .ex(&[("patch web-1", "?: name = web-1 ? I have no action “patch”. What should be done?")]),
    Rule::new("Ending", "kill", |_| told("kill")),
    Rule::new("Ending", "bring down", |_| told("bring down")),
    Rule::new("Ending", "take down", |_| told("take down")),
    Rule::new("Resting", "pause", |_| told("pause")),
    Rule::new("Resting", "suspend", |_| told("suspend")),
    Rule::new("Resting", "hibernate", |_| told("hibernate")),
    Rule::new("Resting", "freeze", |_| told("freeze")),
    Rule::new("Resting", "wind down", |_| told("wind down")),
    Rule::new("Clearing", "(clean up|cleanup)", |_| told("clean up")),
    Rule::new("Clearing", "clean", |_| told("clean")),
    Rule::new("Clearing", "decommission", |_| told("decommission")),
    Rule::new("Clearing", "retire", |_| told("retire")),
    Rule::new("Clearing", "sunset", |_| told("sunset")),
    Rule::new("Clearing", "tidy up", |_| told("tidy up")),
    Rule::new("Clearing", "(trash|throw away)", |_| told("throw away")),
    Rule::new("Clearing", "empty", |_| told("empty")),
    Rule::new("Clearing", "(wipe|wipe out)", |_| told("wipe")),
    Rule::new("Clearing", "erase", |_| told("erase")),
    Rule::new("Clearing", "purge", |_| told("purge")),
    Rule::new("Clearing", "(flush|drain|truncate)", |_| told("empty")),
    Rule::new("Changing", "upgrade", |_| told("upgrade")),
    Rule::new("Changing", "downgrade", |_| told("downgrade")),
    Rule::new("Changing", "increase", |_| told("increase")),
    Rule::new("Changing", "decrease", |_| told("decrease")),
    Rule::new("Changing", "reduce", |_| told("reduce")),
    Rule::new("Changing", "grow", |_| told("grow")),
    Rule::new("Changing", "(expand|extend|enlarge)", |_| told("expand")),
    Rule::new("Changing", "shrink", |_| told("shrink")),
    Rule::new("Changing", "(bump|bump up)", |_| told("bump")),
    Rule::new("Changing", "double", |_| told("double")),
    Rule::new("Changing", "halve", |_| told("halve")),
    Rule::new("Changing", "(update|modify|change|edit|adjust)", |_| told("change")),
    Rule::new("Mending", "reset", |_| told("reset")),
    Rule::new("Mending", "fix", |_| told("fix")),
    Rule::new("Mending", "repair", |_| told("repair")),
    Rule::new("Mending", "refresh", |_| told("refresh")),
    Rule::new("Mending", "bounce back", |_| told("bounce back")),
    Rule::new("Waking", "(activate|bring up|bring back|run|unpause|revive)", |_| told("bring up")),
    Rule::new("Waking", "enable", |_| told("enable")),
    Rule::new("Copying", "archive", |_| told("archive")),
    Rule::new("Copying", "copy", |_| told("copy")),
    Rule::new("Copying", "(clone|duplicate)", |_| told("clone")),
    Rule::new("Copying", "replicate", |_| told("replicate")),
    Rule::new("Moving", "move", |_| told("move")),
    Rule::new("Moving", "(transfer|migrate|evacuate)", |_| told("transfer")),
    Rule::new("Moving", "rename", |_| told("rename")),
    Rule::new("Moving", "(convert|promote|demote|merge)", |_| told("convert")),
    Rule::new("Moving", "(swap|replace)", |_| told("replace")),
    Rule::new("Moving", "(roll back|rollback|revert)", |_| told("roll back")),
    Rule::new("Moving", "(fail over|failover)", |_| told("fail over")),
    Rule::new("Moving", "(rebuild|recreate|reimage|redeploy)", |_| told("rebuild")),
    Rule::new("Shutting", "close", |_| told("close")),
    Rule::new("Shutting", "block", |_| told("block")),
    Rule::new("Shutting", "open", |_| told("open")),
    Rule::new("Shutting", "allow", |_| told("allow")),
    Rule::new("Shutting", "expose", |_| told("expose")),
    Rule::new("Shutting", "(secure|lock down|lock)", |_| told("secure")),
    Rule::new("Disabling", "(disable|deactivate)", |_| told("disable")),
    Rule::new("Foreign", "patch", |_| told("patch")),
    Rule::new("Foreign", "(deploy|install|uninstall)", |_| told("install")),
    Rule::new("Foreign", "(configure|reconfigure)", |_| told("configure")),
    Rule::new("Foreign", "(ssh into|ssh to|log in to|log into|login to|connect to)", |_| told("log in")),
    Rule::new("Foreign", "(isolate|quarantine)", |_| told("isolate")),
    Rule::new("Foreign", "(protect|unprotect)", |_| told("protect")),
    Rule::new("Foreign", "(trigger|invoke|execute)", |_| told("run")),
    Rule::new("Foreign", "(assign|unassign)", |_| told("assign")),
    Rule::new("Foreign", "(cordon|evict)", |_| told("cordon")),
];

#[allow(clippy::unnecessary_wraps, reason = "a production's meaning has this type")]
fn told(verb: &str) -> Option<Sem> {
    Some(Sem::Text(verb.to_owned()))
}
