//! What has been done, or is to be: “stopped”, “needs restarting”. Kept apart from the verbs, so that neither is taken for the other.

use escher_core::Verb;

use crate::grammar::rule::Rule;
use crate::meaning::Sem;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Done", "(stopped|shut down|shut off|turned off|switched off|powered off|powered down|halted|deallocated|spun down)", |_| {
        Some(Sem::Verb(Verb::Stop))
    })
    .ex(&[("shut down", "stop")])
    .not(&["stop"]),
    Rule::new("Done", "(started|started up|turned on|switched on|powered on|booted|booted up|spun up|resumed|brought up)", |_| {
        Some(Sem::Verb(Verb::Start))
    }),
    Rule::new("Done", "(restarted|rebooted|bounced|power cycled|power-cycled|recycled)", |_| Some(Sem::Verb(Verb::Restart))),
    Rule::new("Done", "(deleted|removed|destroyed|terminated|dropped|torn down|nuked)", |_| Some(Sem::Verb(Verb::Delete))),
    Rule::new("Done", "(snapshotted|backed up)", |_| Some(Sem::Verb(Verb::Snapshot))),
    Rule::new("Done", "encrypted", |_| Some(Sem::Verb(Verb::Encrypt))),
    Rule::new("Done", "released", |_| Some(Sem::Verb(Verb::Release))),
    Rule::new("Done", "rotated", |_| Some(Sem::Verb(Verb::Rotate))),
    Rule::new("Done", "made private", |_| Some(Sem::Verb(Verb::MakePrivate))),
    Rule::new(
        "Doing",
        "(stopping|shutting down|shutting off|turning off|switching off|powering off|powering down|halting|deallocating|spinning down)",
        |_| Some(Sem::Verb(Verb::Stop)),
    )
    .ex(&[("turning off", "stop")]),
    Rule::new("Doing", "(starting|starting up|booting|booting up|turning on|switching on|powering on|spinning up|bringing up)", |_| {
        Some(Sem::Verb(Verb::Start))
    }),
    Rule::new("Doing", "(restarting|rebooting|bouncing|power cycling|a restart|a reboot)", |_| Some(Sem::Verb(Verb::Restart))),
    Rule::new("Doing", "(deleting|removing|terminating|destroying|dropping|getting rid of|tearing down)", |_| {
        Some(Sem::Verb(Verb::Delete))
    }),
    Rule::new("Doing", "(rotating|a rotation)", |_| Some(Sem::Verb(Verb::Rotate))),
    Rule::new("Doing", "(encrypting|encryption)", |_| Some(Sem::Verb(Verb::Encrypt))),
    Rule::new("Doing", "(backing up|a backup|a snapshot)", |_| Some(Sem::Verb(Verb::Snapshot))),
    // As nouns: “a restart of web-1”.
    Rule::new("Deed", "(stop|stops|shutdown|shutdowns|stopping|halt)", |_| Some(Sem::Verb(Verb::Stop))).ex(&[("shutdown", "stop")]),
    Rule::new("Deed", "(start|starts|startup|startups|boot)", |_| Some(Sem::Verb(Verb::Start))),
    Rule::new("Deed", "(restart|restarts|reboot|reboots|power cycle|bounce)", |_| Some(Sem::Verb(Verb::Restart))),
    Rule::new("Deed", "(deletion|deletions|removal|termination)", |_| Some(Sem::Verb(Verb::Delete))),
    Rule::new("Deed", "(snapshot|snapshots|backup|backups)", |_| Some(Sem::Verb(Verb::Snapshot))),
    Rule::new("Deed", "(rotation|rotations)", |_| Some(Sem::Verb(Verb::Rotate))),
    Rule::new("Deed", "encryption", |_| Some(Sem::Verb(Verb::Encrypt))),
];
