//! Which word an order fails at: the one that nobody knows, and never one that only joins others.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use support::read;

/// What is quoted in a text.
fn quoted(text: &str) -> Vec<&str> {
    text.split('“').skip(1).filter_map(|rest| rest.split_once('”')).map(|(quoted, _)| quoted).collect()
}

/// The question, and what it says was not understood.
fn blamed(say: &str) -> (String, Vec<String>) {
    let frame = read(say);
    assert!(!frame.is_executable(), "{say}");
    let question = frame.clarify.unwrap_or_else(|| panic!("{say} asks nothing")).question;
    let from =
        ["but not “", "did not understand “", "called “"].iter().find_map(|cue| Some(question.find(cue)? + cue.len() - '“'.len_utf8()));
    let words = from.map(|from| quoted(&question[from..]).into_iter().map(str::to_owned).collect());
    (question, words.unwrap_or_default())
}

#[test]
fn an_order_fails_at_the_word_that_nobody_knows() {
    for (say, word) in [
        // Places.
        ("stop VMs in narnia", "narnia"),
        ("stop VMs on narnia", "narnia"),
        ("stop VMs within mordor", "mordor"),
        ("stop VMs in azure narnia", "narnia"),
        ("stop VMs in dev in narnia", "narnia"),
        ("stop VMs in dev, narnia", "narnia"),
        ("stop VMs in prod and narnia", "narnia"),
        ("stop VMs across mordor and dev", "mordor"),
        ("stop dev VMs in gondor region", "gondor"),
        ("delete disks from narnia", "narnia"),
        ("scale web to narnia", "narnia"),
        // Adjectives.
        ("stop the frobnicated VMs in dev", "frobnicated"),
        ("stop purple VMs in dev", "purple"),
        ("stop wobbly databases in staging", "wobbly"),
        ("stop dev VMs that are blorked", "blorked"),
        ("resize web-1 to gigantic", "gigantic"),
        ("stop slow VMs in dev", "slow"),
        ("stop dev VMs gently", "gently"),
        // Verbs, nouns and the rest.
        ("stop web-1 and frobnicate web-2", "frobnicate"),
        ("stop all frobs in dev", "frobs"),
        ("restart the checkout thingy in dev", "checkout thingy"),
        ("make me a sandwich", "sandwich"),
        ("stop the VMs of bob in dev", "bob"),
        ("start VMs in dev for bob", "bob"),
        ("stop dev VMs with blorks", "blorks"),
        ("stop dev VMs without blorks", "without blorks"),
        ("stop dev VMs unless blorked", "unless blorked"),
        ("stop VMs near frankfurt", "near"),
    ] {
        let (question, words) = blamed(say);
        assert_eq!(words, [word], "{say}: {question}");
    }
}

#[test]
fn words_that_only_join_others_are_not_to_blame() {
    for say in ["stop VMs and in dev", "and stop dev VMs", "stop VMs in us-west-2 dev and staging", "stop VMs in", "stop VMs in the"] {
        let (question, words) = blamed(say);
        assert!(words.is_empty(), "{say}: {question}");
    }
    assert!(blamed("stop VMs in").0.starts_with("Something is missing after “in”."));
}
