//! Names and ids, alone and in lists.

use escher_core::selector::Field;

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::{Formula, Sem};

pub(super) const RULES: &[Rule] = &[
    Rule::new("OneName", "Name", named).ex(&[("web-1", "name = web-1"), ("prod_db.v2", "name = prod_db.v2")]).not(&[
        "web-*",
        "{name}",
        "us-east-1",
        "eu-west-9",
    ]),
    Rule::new("OneName", "Quoted", named).ex(&[("\"x; delete all disks\"", "name = \"x; delete all disks\"")]).not(&["\"\""]),
    Rule::new("OneName", "Id", |args| Some(Formula::is(Field::Id, args.text(0)?).into())).ex(&[("i-0abc123", "id = i-0abc123")]),
    Rule::new("Names", "OneName", same),
    Rule::new("Names", "OneName (,|and|, and|&|as well as|plus) Names", |args| Some(args.cond(0)?.or(args.cond(1)?).into()))
        .ex(&[("web-1, web-2 and web-3", "name IN (web-1, web-2, web-3)")]),
];

fn named(args: &Args<'_>) -> Option<Sem> {
    Some(Formula::is(Field::Name, args.text(0)?).into())
}
