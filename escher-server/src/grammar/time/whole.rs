//! Whole times, and orders with them.

use super::super::args::same;
use super::super::rule::Rule;

pub(in super::super) const RULES: &[Rule] = &[
    Rule::new("Whens", "When", same),
    Rule::new("Whens", "When ,? Whens", |args| Some(args.when(0)?.and(args.when(1)?)?.into()))
        .ex(&[
            ("every evening at 7", "every day evening 7:00?"),
            ("at 19:00 Europe/Berlin every Monday and Thursday", "every 1,4 19:00 europe/berlin"),
            ("tonight at 11 pm", "+0d night 23:00"),
            ("on 2027-01-05 at 21:00 CET", "2027-01-05 21:00 Europe/Berlin"),
            ("at 4 am on the 1st of every month", "every month on 1 04:00"),
        ])
        .not(&[
            "every day at 8pm at 9pm",
            "every day for two weeks",
            "daily on mondays",
            "at 8pm until december",
            "every day except fridays",
            "at 8pm every other day",
        ]),
];
