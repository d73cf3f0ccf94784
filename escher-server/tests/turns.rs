//! Conversations: what a turn takes over from the turns before it, and what it never does.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::sync::LazyLock;

use escher_core::{Frame, Intent, Selector, Turn, Utterance};
use escher_server::OfflineBrain;
use proptest::prelude::*;
use support::{NOW, ordered, read, read_after, tables};

/// What a frame says, in a line: `find kind = vm sort cost limit 5`, `act vm.stop kind = vm`, `act? …` if it asks back.
fn said(frame: &Frame) -> String {
    let mut parts = vec![format!("{}{}", frame.intent, if frame.clarify.is_some() { "?" } else { "" })];
    parts.extend(frame.action.map(|action| action.to_string()));
    parts.extend(Some(ordered(&frame.selector.to_string())).filter(|text| !text.is_empty()));
    parts.extend(frame.sort.as_ref().map(|sort| format!("sort {}", sort.by)));
    parts.extend(frame.limit.map(|limit| format!("limit {limit}")));
    parts.extend(frame.period.map(|period| period.to_string()));
    parts.extend((!frame.unread.is_empty()).then(|| format!("unread {}", frame.unread.join(" "))));
    parts.join(" ")
}

/// Turns that follow each other, each with what it has to mean.
const CONVERSATIONS: &[&[(&str, &str)]] = &[
    &[
        ("show me all VMs in Azure", "find cloud = azure AND kind = vm"),
        ("only the stopped ones", "find cloud = azure AND kind = vm AND state = stopped"),
        ("start them", "act vm.start cloud = azure AND kind = vm AND state = stopped"),
    ],
    &[
        ("show me all VMs in Azure", "find cloud = azure AND kind = vm"),
        ("how many?", "count cloud = azure AND kind = vm"),
        ("and in AWS?", "count cloud = aws AND kind = vm"),
        ("sort by cost", "find cloud = aws AND kind = vm sort cost"),
        ("the first two", "find cloud = aws AND kind = vm sort cost limit 2"),
        // Which two those are is known only to whoever holds the estate.
        ("stop them", "act? *.stop"),
    ],
    &[
        ("show idle VMs in prod", "find env = prod AND idle AND kind = vm"),
        ("what about dev?", "find env = dev AND idle AND kind = vm"),
        ("no, in AWS", "find cloud = aws AND env = dev AND idle AND kind = vm"),
        ("thanks", "smalltalk"),
        ("tag them with owner=ana", "act vm.tag cloud = aws AND env = dev AND idle AND kind = vm"),
        ("and the disks attached to them", "find kind = disk AND rel.attached IN (cloud = aws AND env = dev AND idle AND kind = vm)"),
        ("delete those disks", "act disk.delete kind = disk AND rel.attached IN (cloud = aws AND env = dev AND idle AND kind = vm)"),
        ("forget that", "smalltalk"),
        ("delete them", "act? *.delete"),
        ("only the stopped ones", "find state = stopped"),
    ],
    // After a question back, or what was not understood, “them” is nothing.
    &[("stop everything", "act? *.stop"), ("stop them", "act? *.stop"), ("how many of them?", "count?")],
    &[("show dev VMs", "find env = dev AND kind = vm"), ("blorp the fnord", "unknown"), ("stop them", "act? *.stop")],
    &[("how do I stop a VM?", "explain vm.stop kind = vm"), ("stop them", "act? *.stop")],
    // Nor is what was answered without some of the words, however it goes on.
    &[
        ("show dev VMs that nobody likes", "find env = dev AND kind = vm unread nobody likes"),
        ("only the stopped ones", "find env = dev AND kind = vm AND state = stopped unread nobody likes"),
        ("start them", "act? *.start"),
    ],
    // Another place than before leaves behind what belongs to that one.
    &[
        ("databases in Frankfurt", "find kind = database AND region IN (eu-central-1, europe-west3, germanywestcentral)"),
        ("only in AWS", "find cloud = aws AND kind = database AND region = eu-central-1"),
        ("what about Azure?", "find cloud = azure AND kind = database"),
        ("and in us-east-1?", "find kind = database AND region = us-east-1"),
    ],
    &[("cost of aws last month", "cost cloud = aws last_month"), ("and gcp?", "cost cloud = gcp last_month"), ("stop them", "act? *.stop")],
    // One thing is “it”, many are not.
    &[("show web-1", "find name = web-1"), ("stop it", "act *.stop name = web-1"), ("start it again", "act *.start name = web-1")],
    &[("list idle VMs", "find idle AND kind = vm"), ("delete it", "act? *.delete")],
    &[
        ("show VMs in azure", "find cloud = azure AND kind = vm"),
        ("stop only those in prod", "act vm.stop cloud = azure AND env = prod AND kind = vm"),
    ],
    // No yes is an approval, and none takes away what was shown.
    &[
        ("show dev VMs", "find env = dev AND kind = vm"),
        ("stop them", "act vm.stop env = dev AND kind = vm"),
        ("yes", "unknown"),
        ("approve it", "unknown"),
        ("go ahead", "unknown"),
    ],
    &[("show dev VMs", "find env = dev AND kind = vm"), ("yes", "unknown"), ("stop them", "act vm.stop env = dev AND kind = vm")],
    // What a limit or a condition says of everything is not waived by a pronoun beside it.
    &[("show dev VMs", "find env = dev AND kind = vm"), ("list everything", "find"), ("delete them", "act? *.delete")],
];

#[test]
fn a_turn_goes_on_from_what_was_shown() {
    let mut wrong = Vec::new();
    for conversation in CONVERSATIONS {
        let texts: Vec<&str> = conversation.iter().map(|(text, _)| *text).collect();
        for (at, (text, expected)) in conversation.iter().enumerate() {
            let frame = read_after(&texts[..at], text);
            if said(&frame) != *expected {
                wrong.push(format!("{:?} `{text}`\n  expected {expected}\n     found {}", &texts[..at], said(&frame)));
            }
            assert_eq!(frame.shown, frame.is_executable(), "{text}: only what was shown is ordered here");
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

fn turn(text: &str, shown: Option<&str>) -> Turn {
    Turn { text: text.to_owned(), frame: read(text), shown: shown.map(|text| Selector::parse(text).unwrap()) }
}

fn after(turns: &[Turn], text: &str) -> Frame {
    OfflineBrain::new().read(&Utterance { text: text.to_owned(), history: turns.to_vec(), now: NOW.parse().unwrap() })
}

#[test]
fn they_are_those_that_were_shown_of_many() {
    let turns = [turn("top 2 most expensive VMs", Some("kind = vm AND id IN (a-1, b-2)"))];
    assert_eq!(said(&after(&turns, "stop them")), "act vm.stop id IN (\"a-1\", \"b-2\") AND kind = vm".replace('"', ""));
    assert_eq!(said(&after(&turns, "only the stopped ones")), "find id IN (a-1, b-2) AND kind = vm AND state = stopped sort cost");
    assert_eq!(said(&after(&turns, "and in Azure?")), "find cloud = azure AND kind = vm sort cost limit 2");
}

#[test]
fn the_frame_of_a_turn_counts_and_not_its_words() {
    // Its readings were settled over the estate, so its frame says what was shown.
    let frame = read("show stopped databases in gcp");
    let turn = Turn { text: "stop the dev VMs".to_owned(), frame, shown: None };
    assert_eq!(said(&after(&[turn], "start them")), "act database.start cloud = gcp AND kind = database AND state = stopped");
}

/// Words by which an order may depend on what was said before.
fn is_pronoun(word: &str) -> bool {
    ["it", "them", "em", "that", "this", "those", "these", "ones", "one", "same", "their", "they", "both"].contains(&word)
}

/// One utterance of the tables.
fn one(at: &proptest::sample::Index) -> &'static str {
    static SAID: LazyLock<Vec<String>> = LazyLock::new(|| tables().map(|row| row["say"].as_str().unwrap().to_owned()).collect());
    at.get::<String>(&SAID)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_order_without_a_pronoun_is_the_same_after_any_turns(at in any::<proptest::sample::Index>(), history in proptest::collection::vec(any::<proptest::sample::Index>(), 1..4)) {
        let text = one(&at);
        let alone = read(text);
        let orders = matches!(alone.intent, Intent::Act | Intent::Schedule);
        prop_assume!(orders && !text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(is_pronoun));
        let turns: Vec<Turn> = history.iter().map(|at| turn(one(at), None)).collect();
        prop_assert_eq!(after(&turns, text), alone, "{} after {:?}", text, turns.iter().map(|turn| &turn.text).collect::<Vec<_>>());
    }

    #[test]
    fn no_turn_makes_an_order_of_what_is_none(at in any::<proptest::sample::Index>(), before in any::<proptest::sample::Index>()) {
        let text = one(&at);
        let frame = after(&[turn(one(&before), None)], text);
        let pronoun = text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(is_pronoun);
        prop_assert!(!frame.is_executable() || read(text).is_executable() || pronoun && frame.shown, "{} after {}", text, one(&before));
    }
}
