//! Time zones.

use super::super::rule::{Args, Rule};
use crate::meaning::{Sem, When};

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("When", "(in|in the)? Tz (time|timezone|time zone)?", |args| zone(args.text(0)?))
        .ex(&[
            ("UTC", "UTC"),
            ("CET", "Europe/Berlin"),
            ("europe/berlin", "europe/berlin"),
            ("UTC+2", "+02:00"),
            ("+05:30", "+05:30"),
            ("in utc", "UTC"),
        ])
        .not(&["europe/9", "utc+99"]),
    Rule::new("When", "in? TzPlace time", |args| zone(args.text(0)?))
        .ex(&[("New York time", "America/New_York")])
        .not(&["New York", "in berlin"]),
    Rule::new("When", "TzVague time?", vague).ex(&[("IST", "? Which time zone is IST: Asia/Kolkata, Europe/Dublin or Asia/Jerusalem?")]),
    Rule::new("When", "(local time|my time|our time|in local time)", |_| Some(When::default().into())),
];

fn zone(zone: String) -> Option<Sem> {
    Some(When { zone: Some(zone), ..When::default() }.into())
}

fn vague(args: &Args<'_>) -> Option<Sem> {
    Some(When { why: Some(format!("Which time zone is {}?", args.text(0)?)), ..When::default() }.into())
}
