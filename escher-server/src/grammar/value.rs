//! Values: numbers, spans of time, amounts of money and storage, and how they are compared.

use escher_core::selector::Op;

use super::args::same;
use super::rule::{Args, Rule};
use crate::meaning::Sem;

pub(super) const RULES: &[Rule] = &[
    Rule::new("Count", "Num", same),
    Rule::new("Count", "NumWord", same),
    Rule::new("Count", "(a|an)", |_| Some(Sem::Text("1".to_owned()))),
    Rule::new("Span", "Duration", same),
    Rule::new("Span", "a? fortnight", |_| Some(Sem::Text("14d".to_owned()))).ex(&[("a fortnight", "14d")]),
    Rule::new("Span", "Count Unit", |args| Some(Sem::Text(format!("{}{}", args.text(0)?, args.text(1)?)))).ex(&[
        ("90 days", "90d"),
        ("a month", "1mo"),
        ("two weeks", "2w"),
    ]),
    Rule::new("Dollars", "Money", |args| Some(Sem::Text(format!("${}", args.text(0)?)))).ex(&[("$20", "$20")]),
    Rule::new("Dollars", "Num", same),
    Rule::new("Dollars", "Decimal", same),
    Rule::new("Share", "Percent", |args| Some(Sem::Text(format!("{}%", args.text(0)?)))).ex(&[("5%", "5%")]),
    Rule::new("Share", "Num", same),
    Rule::new("Share", "Decimal", same),
    Rule::new("Cmp", "(more than|over|above|greater than|higher than|exceeding|in excess of|upwards of|>)", |_| op(Op::Gt)),
    Rule::new("Cmp", "(less than|under|below|fewer than|lower than|<)", |_| op(Op::Lt)),
    Rule::new("Cmp", "(at least|no less than|not less than|not under|not below|>=)", |_| op(Op::Ge)),
    Rule::new("Cmp", "(at most|no more than|not more than|not over|not above|up to|<=)", |_| op(Op::Le)).ex(&[("no more than", "<=")]),
    Rule::new("Cmp", "(exactly|=)", |_| op(Op::Eq)),
];

fn op(op: Op) -> Option<Sem> {
    Some(Sem::Text(op.as_str().to_owned()))
}

impl Args<'_> {
    /// A comparison of [`RULES`].
    pub(super) fn op(&self, i: usize) -> Option<Op> {
        let text = self.text(i)?;
        [Op::Eq, Op::Ne, Op::Lt, Op::Le, Op::Gt, Op::Ge].into_iter().find(|op| op.as_str() == text)
    }
}
