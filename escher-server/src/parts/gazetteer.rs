//! Words of the lexicon: kinds, products, clouds, engines, environments, states, flags.

use escher_core::lexicon::{self, Meaning, Reading};
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Found, Mood, Scene};

/// Reads what the lexicon knows.
pub(crate) struct Gazetteer;

impl Part for Gazetteer {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        let words: Vec<String> = (0..scene.len())
            .map(|i| if scene.free(i) && !scene.tokens[i].quoted { scene.low(i).to_owned() } else { String::new() })
            .collect();
        let readings = lexicon::read(&words);
        for (n, reading) in readings.iter().enumerate() {
            let before = readings[..n].iter().rev().find(|before| before.start + before.len <= reading.start);
            if !subordinate(scene, reading, before) {
                take(scene, reading);
            }
        }
    }
}

/// Generic words after a more telling one: “postgres instances”, “RDS server”. They add nothing, and would add a wrong kind.
const GENERIC: &[&str] = &[
    "instance",
    "server",
    "cluster",
    "machine",
    "box",
    "container",
    "node",
    "key",
    "account",
    "service",
    "function",
    "project",
    "network",
    "container service",
];

/// Whether a kind is not what is looked for but what that has or is in; such words are claimed here.
fn subordinate(scene: &mut Scene<'_>, reading: &Reading, before: Option<&Reading>) -> bool {
    let Meaning::Kind(kind, _, _) = reading.meaning else { return false };
    if !scene.all_free(reading.start, reading.len) {
        return false;
    }
    let told = |reading: &Reading| matches!(reading.meaning, Meaning::Engine(_) | Meaning::Kind(..));
    if before.is_some_and(|before| told(before) && before.start + before.len == reading.start) && GENERIC.contains(&reading.phrase) {
        scene.use_up(reading.start, reading.len);
        return true;
    }
    let earlier = scene.found.iter().any(|found| matches!(found.ask, Ask::Kind(..) | Ask::Given(_)) && found.at < reading.start);
    let mut j = reading.start;
    while j > 0
        && matches!(
            scene.low(j - 1),
            "the"
                | "a"
                | "an"
                | "any"
                | "all"
                | "our"
                | "my"
                | "their"
                | "no"
                | "these"
                | "both"
                | "its"
                | "every"
                | "each"
                | "open"
                | "other"
        )
    {
        j -= 1;
    }
    let lead = if j > 0 { scene.low(j - 1) } else { "" };
    if kind == escher_core::Kind::Account && matches!(lead, "in" | "across" | "from" | "of" | "for" | "within" | "over" | "per" | "to") {
        scene.use_up(reading.start, reading.len);
        return true;
    }
    if !earlier {
        return false;
    }
    let has = matches!(lead, "with" | "having" | "has" | "have" | "without");
    let ip = kind == escher_core::Kind::Ip && has;
    if ip {
        let negated = lead == "without" || (j..reading.start).any(|i| scene.low(i) == "no");
        scene.use_up(reading.start, reading.len);
        scene.found.push(Found { at: reading.start, ask: Ask::Flag(escher_core::Flag::Public, !negated), negated: false });
        return true;
    }
    if has || matches!(lead, "of" | "in" | "on" | "for" | "to" | "behind" | "by" | "from" | "inside" | "using" | "running") {
        if scene.mood == Mood::Order {
            let word = reading.phrase;
            scene.doubt(
                format!("I do not know yet how to follow “{lead} … {word}”. Which ones exactly?"),
                vec!["name them".to_owned(), "list them first".to_owned()],
            );
        }
        scene.use_up(reading.start, reading.len);
        return true;
    }
    false
}

fn take(scene: &mut Scene<'_>, reading: &Reading) {
    let Reading { start, len, meaning, mended, .. } = *reading;
    if !scene.all_free(start, len) || !means_it(scene, reading) {
        return;
    }
    let ask = match meaning {
        Meaning::Cloud(cloud) => Ask::Is(Field::Cloud, cloud.as_str().to_owned()),
        Meaning::Kind(kind, cloud, engine) => Ask::Kind(kind, cloud, engine),
        Meaning::Engine(engine) => Ask::Is(Field::Engine, engine.as_str().to_owned()),
        Meaning::Env(env) => Ask::Is(Field::Env, env.as_str().to_owned()),
        Meaning::NonProd => Ask::OneOf(Field::Env, lexicon::NON_PROD.iter().map(|env| env.as_str().to_owned()).collect()),
        Meaning::State(state) => Ask::Is(Field::State, state.as_str().to_owned()),
        Meaning::Flag(flag, value) => Ask::Flag(flag, value),
        Meaning::Verb(_) => return,
    };
    scene.mended += usize::from(mended);
    let negated = scene.negated(start) && !phrase_negates(scene, start, len);
    scene.use_up(start, len);
    scene.found.push(Found { at: start, ask, negated });
}

/// Phrases that hold their own negation, “not encrypted”, are not negated twice by it.
fn phrase_negates(scene: &Scene<'_>, start: usize, len: usize) -> bool {
    len > 1 && matches!(scene.low(start), "not" | "without" | "no" | "never" | "non")
}

/// Words that only sometimes mean what the lexicon says.
fn means_it(scene: &Scene<'_>, reading: &Reading) -> bool {
    let word = scene.low(reading.start);
    let before = if reading.start > 0 { scene.low(reading.start - 1) } else { "" };
    let next = scene.low(reading.start + reading.len);
    match reading.meaning {
        // “Security group” is a kind, “google it” is none of ours.
        Meaning::Cloud(_) => next != "it",
        // “Test the failover”, “live in”, “demo this”.
        Meaning::Env(_) if word == "live" || word == "stage" || word == "demo" || word == "test" || word == "testing" => {
            !(matches!(before, "to" | "we" | "i" | "you" | "can") || matches!(next, "if" | "whether" | "that"))
        }
        Meaning::State(_) if word == "failing" || word == "failed" => {
            !matches!(next, "logins" | "checks" | "rules" | "controls" | "runs" | "steps" | "jobs" | "operations")
        }
        // “Terminated by whom”, “shutdown” as a noun.
        Meaning::State(_) if scene.mood == Mood::HowTo => !matches!(before, "i" | "we"),
        Meaning::Kind(kind, None, _) => match kind {
            escher_core::Kind::Key => !matches!(next, "points" | "findings" | "metrics" | "drivers") && before != "tag",
            escher_core::Kind::Function => !matches!(before, "does" | "this"),
            escher_core::Kind::User => !matches!(before, "which" | "what" | "by") || next != "stopped",
            escher_core::Kind::Image => !(word == "image" && next == "registry"),
            escher_core::Kind::Account => !matches!(next, "manager"),
            _ => true,
        },
        _ => true,
    }
}
