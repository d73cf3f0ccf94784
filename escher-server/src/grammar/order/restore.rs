//! Snapshots, and what is made of them: “take a snapshot of db-1 called pre-release”, “restore snap-0a1 as data-2”.

use escher_core::Verb;

use crate::grammar::args::{nothing, same};
use crate::grammar::rule::Rule;
use crate::meaning::{Order, Params, Sem, Set};

pub(super) const RULES: &[Rule] = &[
    Rule::new("Full", "SnapshotVerb Nps SnapshotName", |args| named(args.set(1)?, args.text(2)?))
        .ex(&[
            ("take a snapshot of db-1 called pre-release", "snapshot: name = db-1 {\"name\":\"pre-release\"}"),
            ("snapshot web-1 as before-upgrade", "snapshot: name = web-1 {\"name\":\"before-upgrade\"}"),
        ])
        .not(&["take a snapshot of db-1 called", "snapshot db-1 as needed"]),
    Rule::new("Full", "(take|create|make|do) (a|the|an|another)? SnapshotNoun Naming (of|from|for) Nps", |args| {
        named(args.set(2)?, args.text(1)?)
    })
    .ex(&[("create a snapshot named before-upgrade from db-1", "snapshot: name = db-1 {\"name\":\"before-upgrade\"}")]),
    Rule::new("SnapshotName", "Naming", same),
    Rule::new("SnapshotName", "as NewThing", same),
    Rule::new("SnapshotVerb", "(snapshot|back up|backup)", nothing),
    Rule::new("SnapshotVerb", "(take|create|make|do|perform|trigger|run) (a|an|another)? (new|fresh)? SnapshotNoun (of|for|from)", nothing)
        .ex(&[("take snapshots of", "-"), ("create a new backup of", "-")])
        .not(&["create a snapshot"]),
    Rule::new("SnapshotNoun", "(snapshot|snapshots|backup|backups|disk snapshot|disk snapshots)", nothing),
    Rule::new("Full", "restore Nps (as|to|into) NewThing", |args| restored(args.set(0)?, args.text(1)?))
        .ex(&[("restore snap-0a1b2c3d as data-2", "restore: id = snap-0a1b2c3d {\"name\":\"data-2\"}")])
        .not(&["restore db-1 from snap-0a1b2c3d as data-2"]),
    Rule::new("Full", "restore Nps (as|to|into) (a|the)? new? KindSg? Naming", |args| restored(args.set(0)?, args.text(2)?))
        .ex(&[("restore snap-0a1b2c3d to a new disk called data-2", "restore: id = snap-0a1b2c3d {\"name\":\"data-2\"}")]),
    Rule::new("Full", "restore Nps (under|with|using) (the|a)? new? name NewThing", |args| restored(args.set(0)?, args.text(1)?))
        .ex(&[("restore snap-0a1b2c3d under the name data-2", "restore: id = snap-0a1b2c3d {\"name\":\"data-2\"}")]),
    Rule::new("Plain", "restore Nps", |args| Some(Order::new(Verb::Restore, args.set(0)?).into()))
        .ex(&[("restore db-1", "restore: name = db-1")]),
];

fn named(set: Set, name: String) -> Option<Sem> {
    Some(Order::new(Verb::Snapshot, set).with(Params::of("name", name)).into())
}

fn restored(set: Set, name: String) -> Option<Sem> {
    Some(Order::new(Verb::Restore, set).with(Params::of("name", name)).into())
}
