//! What things have of others, and what is said right behind it: “databases with backups older than 30 days”. The backups
//! are old, which no condition can express.

use super::args::same;
use super::rule::Rule;
use crate::meaning::Sem;

const KEPT: &str = "Does that describe the resources, or something they contain? I only know the resources themselves. Which ones exactly?";

pub(super) const RULES: &[Rule] = &[
    Rule::new("Np", "Np Kept Measure", |args| Some(args.set(0)?.asks(KEPT).into())).not(&["dbs with backups older"]),
    Rule::new("Np", "Np Holding Own Within", |args| Some(args.set(0)?.asks(KEPT).into())),
    Rule::new("Kept", "Holding Own", |args| Some(args.at(1).clone())).ex(&[("with a recent backup", "backups")]),
    // Nobody asks how old the tags are that something does not have.
    Rule::new("Kept", "Spared Backup", |args| Some(args.at(1).clone())).ex(&[("without any backups", "backups")]).not(&["without tags"]),
    Rule::new("Own", "Backup", same),
    Rule::new("Own", "(a|an|the|any|some)? (tag|tags|label|labels)", |_| word("tags")),
    Rule::new("Own", "(object)? versioning", |_| word("versioning")),
    Rule::new("Backup", "(a|an|the|any|some)? (recent|old|daily|automatic|automated)? (backup|backups)", |_| word("backups")),
    Rule::new("Backup", "(a|an|the|any|some)? (recent|old|daily|automatic|automated)? (snapshot|snapshots)", |_| word("snapshots")),
    Rule::new("Holding", "(with|having|that have|which have|that has|which has)", super::args::nothing),
    Rule::new(
        "Spared",
        "(without|with no|having no|that have no|which have no|that do not have|which do not have|lacking|missing)",
        super::args::nothing,
    ),
];

fn word(text: &str) -> Option<Sem> {
    Some(Sem::Text(text.to_owned()))
}
