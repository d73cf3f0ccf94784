//! Settings that are turned on: privacy, versioning, backups, encryption.

use escher_core::Verb;

use crate::grammar::args::nothing;
use crate::grammar::exception::excepted;
use crate::grammar::rule::{Args, Rule};
use crate::meaning::{Order, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "(make|set|turn|keep) Nps (private|to private|non-public|not public)", |args| {
        Some(Order::new(Verb::MakePrivate, args.set(0)?).into())
    })
    .ex(&[
        ("make bucket logs-1 private", "make-private: kind = bucket AND name = logs-1"),
        ("make the public buckets in prod private", "make-private: kind = bucket AND env = prod AND public"),
    ])
    .not(&["make private"]),
    Rule::new("Full", "(make|set|turn|keep) Nps (private|to private|non-public|not public) Except", |args| {
        Some(Order::new(Verb::MakePrivate, excepted(args)?).into())
    })
    .ex(&[("make dev buckets private except the ones tagged public=ok", "make-private: kind = bucket AND env = dev AND tag.public != ok")])
    .not(&["make dev buckets private except"]),
    Rule::new("Full", "(flip|switch|change|convert) Nps (to|into|over to) (private|non-public)", |args| {
        Some(Order::new(Verb::MakePrivate, args.set(0)?).into())
    })
    .ex(&[("flip bucket logs-1 to private", "make-private: kind = bucket AND name = logs-1")]),
    Rule::new("Full", "(take|get|keep|pull) Nps off (the)? (public internet|internet)", |args| {
        Some(Order::new(Verb::MakePrivate, args.set(0)?).into())
    })
    .ex(&[("take bucket logs-1 off the public internet", "make-private: kind = bucket AND name = logs-1")]),
    Rule::new("Full", "(make|set) Nps (public|to public|publicly readable|publicly accessible)", |args| {
        Some(Order::unknown(args.set(0)?).asks("I don't make anything public. What should be done instead?").offers(["open-port"]).into())
    })
    .ex(&[("make web-1 public", "?: name = web-1 ? I don't make anything public. What should be done instead?")]),
    Rule::new(
        "Full",
        "(make sure|ensure|see to it) that? Nps (is|are) (no longer public|not public|private|no longer publicly accessible)",
        |args| Some(Order::new(Verb::MakePrivate, args.set(0)?).into()),
    )
    .ex(&[("make sure bucket payroll is no longer public", "make-private: kind = bucket AND name = payroll")]),
    Rule::new("Plain", "(make private|privatize) Nps", |args| Some(Order::new(Verb::MakePrivate, args.set(0)?).into())),
    Rule::new("Plain", "Setting (on|for|in|of|to|from) Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into())).ex(&[
        ("enable versioning on bucket logs-1", "enable-versioning: kind = bucket AND name = logs-1"),
        ("turn on backups for all prod databases", "enable-backups: kind = database AND env = prod"),
        ("block public access on bucket logs-1", "make-private: kind = bucket AND name = logs-1"),
        ("enable encryption at rest on bucket logs-1", "encrypt: kind = bucket AND name = logs-1"),
    ]),
    Rule::new("Full", "(turn|switch) Wanted on (on|for|in) Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("turn versioning on for bucket logs-1", "enable-versioning: kind = bucket AND name = logs-1")]),
    Rule::new("Full", "(for|on) Nps ,? Setting", |args| Some(Order::new(args.verb(1)?, args.set(0)?).into()))
        .ex(&[("for all prod databases, enable backups", "enable-backups: kind = database AND env = prod")]),
    Rule::new("Plain", "Wish Wanted (to be)? (enabled|turned on|switched on|activated|set up) (on|for|in) Nps", |args| {
        Some(Order::new(args.verb(1)?, args.set(2)?).into())
    })
    .ex(&[
        ("I'd like versioning enabled on the prod buckets", "enable-versioning: kind = bucket AND env = prod"),
        ("please have backups turned on for db-1", "enable-backups: name = db-1"),
    ])
    .not(&["have backups enabled for db-1"]),
    Rule::new("Wish", "(i|we) ('d like|would like|want|need|'d love) (to have|to see|to get)?", nothing),
    Rule::new("Wish", "please (have|get)", nothing),
    Rule::new("Plain", "apply Wanted (to|on) Nps", |args| Some(Order::new(args.verb(0)?, args.set(1)?).into()))
        .ex(&[("apply encryption to disk data-7", "encrypt: kind = disk AND name = data-7")]),
    Rule::new("Setting", "(enable|turn on|switch on|activate|add|set up) Wanted", |args| Some(args.at(0).clone())),
    Rule::new("Setting", "(block|remove|disable|turn off|switch off|stop|revoke|deny) the? (public access|all public access)", |_| {
        Some(Sem::Verb(Verb::MakePrivate))
    }),
    Rule::new("Wanted", "object? versioning", |_| Some(Sem::Verb(Verb::EnableVersioning))),
    Rule::new("Wanted", "(automatic|automated)? (backup|backups)", |_| Some(Sem::Verb(Verb::EnableBackups))),
    Rule::new("Wanted", "(default|server-side)? encryption (at rest)?", |_| Some(Sem::Verb(Verb::Encrypt))),
    // There is no action that turns them off again.
    Rule::new("Plain", "(disable|turn off|switch off|deactivate|stop|remove) Kept (on|for|in|of|from) Nps", cannot)
        .ex(&[("turn off backups on db-1", "?: name = db-1 ? I have no action that turns that off. What should be done instead?")]),
    Rule::new("Full", "(turn|switch) Kept off (on|for|in) Nps", cannot),
    Rule::new("Kept", "object? versioning", nothing),
    Rule::new("Kept", "(automatic|automated|the)? (backup|backups)", nothing),
    Rule::new("Kept", "(encryption|monitoring|logging|protection|deletion protection|termination protection|delete protection)", nothing),
];

fn cannot(args: &Args<'_>) -> Option<Sem> {
    Some(Order::unknown(args.set(1)?).asks("I have no action that turns that off. What should be done instead?").into())
}
