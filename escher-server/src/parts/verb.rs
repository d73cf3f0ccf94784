//! The order, if the words are one: its verb, wherever English puts its halves.

use escher_core::Verb;
use escher_core::lexicon::{self, Meaning};

use super::{Part, cues};
use crate::scene::{Mood, Scene};

/// Finds the verb of an order, and says so where there are two.
pub(crate) struct Command;

impl Part for Command {
    fn read(&self, scene: &mut Scene<'_>) {
        if scene.intent.is_some() {
            return;
        }
        if scene.mood != Mood::Plain {
            // An explanation may be about an action; the words are not an order all the same.
            scene.verb = special(scene, scene.head).or_else(|| (scene.head..scene.len()).find_map(|i| any_form(scene, i)));
            return;
        }
        let at = scene.head;
        if turns_setting_off(scene, at) {
            scene.strange_verb = Some(format!("{} off", scene.low(at)));
            scene.mood = Mood::Order;
            scene.use_up(at, 1);
            return;
        }
        if let Some(verb) = special(scene, at).or_else(|| split_verb(scene, at)).or_else(|| plain_verb(scene, at)) {
            order(scene, at, verb);
        } else if let Some((at, verb)) = after_find(scene).or_else(|| wished(scene)).or_else(|| led(scene)).or_else(|| scheduled(scene)) {
            order(scene, at, verb);
        } else if !scene.free(at) {
            // Read already.
        } else if let Some(len) = Some(scene.phrase(at, &cues::STRANGE)).filter(|&len| len > 0 && !is_noun(scene, at, len)) {
            scene.strange_verb = Some((at..at + len).map(|i| scene.low(i).to_owned()).collect::<Vec<_>>().join(" "));
            scene.mood = Mood::Order;
            scene.use_up(at, len);
        }
    }
}

/// “Turn off versioning on logs-1”: the opposite of what there is an action for.
fn turns_setting_off(scene: &Scene<'_>, at: usize) -> bool {
    const SETTINGS: &[&str] = &["versioning", "backup", "backups", "encryption", "monitoring", "logging", "protection"];
    let setting = (at + 1..scene.len().min(at + 6)).any(|i| SETTINGS.contains(&scene.low(i)));
    matches!(scene.low(at), "turn" | "switch") && setting && (at + 1..scene.len()).any(|i| scene.low(i) == "off")
}

fn order(scene: &mut Scene<'_>, at: usize, verb: Verb) {
    scene.verb = Some(verb);
    scene.mood = Mood::Order;
    if let Some((from, other)) = second_order(scene, at, verb) {
        // Only the first is kept filled in.
        scene.use_up(from, scene.len() - from);
        scene.doubt(
            format!("That is two orders, {verb} and {other}. Which one first?"),
            vec![format!("{verb}"), other, "write a playbook with both".to_owned()],
        );
    }
}

/// The verb that stands at `i` as an order, and how many words it takes.
fn verb_at(scene: &Scene<'_>, i: usize) -> Option<(Verb, usize, bool)> {
    let end = scene.len().min(i + 5);
    let words: Vec<&str> = (i..end).map(|i| scene.low(i)).collect();
    if words.first().is_none_or(|word| word.is_empty() || word.contains('-')) {
        return None;
    }
    let readings = lexicon::read(&words);
    let first: Vec<_> = readings.iter().take_while(|reading| reading.start == 0).collect();
    let verb = first.iter().find_map(|reading| match reading.meaning {
        Meaning::Verb(verb) => Some((verb, reading.len, reading.mended)),
        _ => None,
    })?;
    // “snapshot” is also a thing: an order only where an object follows.
    let noun = first.iter().any(|reading| !matches!(reading.meaning, Meaning::Verb(_)));
    (!noun || has_object(scene, i + verb.1)).then_some(verb)
}

fn has_object(scene: &Scene<'_>, i: usize) -> bool {
    const DETERMINERS: &[&str] =
        &["the", "all", "my", "our", "every", "each", "this", "that", "these", "those", "it", "them", "any", "both", "a"];
    const NOT_OBJECTS: &[&str] =
        &["older", "newer", "bigger", "larger", "created", "named", "called", "in", "from", "of", "with", "list", "by"];
    let word = scene.low(i);
    DETERMINERS.contains(&word)
        || scene.is_identifier(i)
        || scene.tokens.get(i).is_some_and(|token| token.quoted)
        || (!word.is_empty() && !NOT_OBJECTS.contains(&word) && lexicon::meanings(word).next().is_some())
}

fn plain_verb(scene: &mut Scene<'_>, at: usize) -> Option<Verb> {
    let (verb, len, mended) = verb_at(scene, at)?;
    let needs_port = matches!(verb, Verb::OpenPort | Verb::ClosePort);
    if needs_port && !mentions_port(scene, at) {
        return None;
    }
    match scene.low(at) {
        "make" | "deploy" | "set" | "launch" if !creates(scene, at + len) => return None,
        // “Spin up a VM” makes one; “spin up web-1” starts it.
        "spin" | "bring" | "stand" | "fire" if verb == Verb::Start && creates(scene, at + len) => {
            scene.use_up(at, len);
            return Some(Verb::Create);
        }
        "upgrade" | "downgrade" => return None,
        "roll" if scene.low(at + 1) == "back" => return None,
        _ => {}
    }
    // “Start costs”, “stop time”: a noun phrase, not an order, does not occur at the head of what people ask here.
    scene.mended += usize::from(mended);
    scene.use_up(at, len);
    // “Shut down”, “scale … up”: a particle right after the verb belongs to it.
    if matches!(scene.low(at + len), "up" | "down" | "off" | "on") && matches!(scene.low(at), "stop" | "start" | "scale" | "halt" | "boot")
    {
        scene.use_up(at + len, 1);
    }
    Some(verb)
}

/// Whether an indefinite thing follows: “a VM”, “an S3 bucket”, “new instance”.
fn creates(scene: &Scene<'_>, i: usize) -> bool {
    matches!(scene.low(i), "a" | "an" | "new" | "another" | "me" | "one" | "two" | "up") || super::amount::whole(scene.low(i)).is_some()
}

fn mentions_port(scene: &Scene<'_>, at: usize) -> bool {
    (at + 1..scene.len()).any(|i| {
        matches!(scene.low(i), "port" | "ports" | "ssh" | "rdp" | "http" | "https" | "tcp" | "udp")
            || scene.low(i).parse::<u16>().is_ok()
            || scene.low(i).strip_suffix("/tcp").is_some()
    })
}

/// Verbs of several words with other words between them.
fn special(scene: &mut Scene<'_>, at: usize) -> Option<Verb> {
    let end = (at + 12).min(scene.len());
    let near = |words: &[&str], from: usize, to: usize| (from..to.min(end)).find(|&i| words.contains(&scene.low(i)));
    let word = scene.low(at);
    let (verb, marks): (Verb, Vec<usize>) = match word {
        "take" | "make" | "create" | "do" | "perform" | "trigger" => {
            let noun = near(&["snapshot", "snapshots", "backup", "backups"], at + 1, at + 5);
            let private = near(&["private"], at + 1, end).filter(|_| word == "make");
            let made_of = |i: usize| word != "create" || (i + 1..i + 5).any(|j| matches!(scene.low(j), "of" | "for" | "from"));
            match (noun, private) {
                (_, Some(i)) => (Verb::MakePrivate, vec![at, i]),
                (Some(i), _) if made_of(i) => (Verb::Snapshot, vec![at, i]),
                // “Make web-1 an m5.large”, but “make an m5.large” is a new one.
                _ if word == "make" && !creates(scene, at + 1) => return set_up(scene, at, end),
                _ => return None,
            }
        }
        "back" if scene.low(at + 1) == "up" => (Verb::Snapshot, vec![at, at + 1]),
        "backup" if has_object(scene, at + 1) => (Verb::Snapshot, vec![at]),
        "set" if scene.text(at + 2) == "=" || near(&["tag", "tags", "label", "labels"], at + 1, at + 4).is_some() => (Verb::Tag, vec![at]),
        "enable" | "turn" | "switch" | "activate" | "set" => {
            let on = near(&["on"], at + 1, end);
            if word != "enable" && word != "activate" && (on.is_none() || word == "set") {
                let private = near(&["private"], at + 1, end).filter(|_| word == "set");
                let off = near(&["off"], at + 1, end).filter(|_| matches!(word, "turn" | "switch"));
                let access = near(&["access"], at + 1, end).filter(|&i| scene.low(i - 1) == "public");
                return match (private, off, access) {
                    (Some(i), ..) => claim(scene, &[at, i], Verb::MakePrivate),
                    (_, Some(off), Some(i)) => claim(scene, &[at, off, i - 1, i], Verb::MakePrivate),
                    _ => set_up(scene, at, end),
                };
            }
            let versioning = near(&["versioning"], at + 1, at + 6);
            let backups = near(&["backups", "backup"], at + 1, at + 6);
            let encryption = near(&["encryption"], at + 1, at + 6);
            let mut marks = vec![at];
            marks.extend(on.filter(|&i| i <= at + 1 || versioning.or(backups).or(encryption).is_some_and(|noun| i == noun + 1)));
            let (verb, noun) = match (versioning, backups, encryption) {
                (Some(i), ..) => (Verb::EnableVersioning, i),
                (_, Some(i), _) => (Verb::EnableBackups, i),
                (.., Some(i)) => (Verb::Encrypt, i),
                _ => return None,
            };
            marks.push(noun);
            for extra in ["automatic", "automated", "daily", "object", "default", "server-side", "rest"] {
                marks.extend((at + 1..noun + 3).filter(|&i| scene.low(i) == extra));
            }
            if scene.low(noun + 1) == "at" && scene.low(noun + 2) == "rest" {
                marks.push(noun + 1);
            }
            (verb, marks)
        }
        "add" | "put" | "apply" | "attach" | "give" => {
            let tag = near(&["tag", "tags", "label", "labels"], at + 1, end).filter(|&i| !after_filter(scene, at, i));
            match tag {
                Some(i) => (Verb::Tag, vec![at, i]),
                None if word == "add" && scale_count(scene, at + 1) => (Verb::Scale, vec![at]),
                None if (at + 2..end).any(|i| scene.text(i) == "=") => (Verb::Tag, vec![at]),
                None => return None,
            }
        }
        "remove" | "delete" | "drop" | "strip" | "clear" | "revoke" | "disable" | "block" => {
            let access = near(&["access"], at + 1, at + 5).filter(|&i| scene.low(i - 1) == "public");
            if let Some(i) = access {
                return claim(scene, &[at, i - 1, i], Verb::MakePrivate);
            }
            let tag = near(&["tag", "tags", "label", "labels"], at + 1, end).filter(|&i| !after_filter(scene, at, i));
            match tag {
                Some(i) if word != "revoke" && word != "disable" && word != "block" => (Verb::Untag, vec![at, i]),
                _ if matches!(word, "remove") && scale_count(scene, at + 1) => (Verb::Scale, vec![at]),
                _ if matches!(word, "block" | "revoke") && mentions_port(scene, at) => (Verb::ClosePort, vec![at]),
                _ => return None,
            }
        }
        "open" | "allow" | "permit" | "unblock" | "expose" if mentions_port(scene, at) => (Verb::OpenPort, vec![at]),
        "close" | "deny" | "shut" if mentions_port(scene, at) && near(&["down", "off"], at + 1, end).is_none() => {
            (Verb::ClosePort, vec![at])
        }
        "change" | "move" | "convert" | "modify" | "update" | "increase" | "decrease" | "reduce" | "grow" | "expand" | "extend"
        | "enlarge" | "shrink" | "bump" | "upgrade" | "downgrade" | "raise" | "lower" | "upsize" | "downsize" => {
            return set_up(scene, at, end);
        }
        _ => return None,
    };
    claim(scene, &marks, verb)
}

/// “Set the size of X to …”, “change X to m5.large”, “bump X to 5 instances”.
fn set_up(scene: &mut Scene<'_>, at: usize, end: usize) -> Option<Verb> {
    let near = |words: &[&str]| (at + 1..end).find(|&i| words.contains(&scene.low(i)));
    let sku = (at + 1..end).any(|i| super::params::is_sku(scene.low(i)));
    let size_word = near(&["size", "sku", "tier", "class", "type"]);
    let storage = (at + 1..end).any(|i| super::amount::bytes_at(scene, i).is_some());
    let count_word = near(&["capacity", "count", "replicas", "replica", "nodes", "instances", "tasks", "pods", "desired"]);
    let to_number =
        (at + 1..end).any(|i| matches!(scene.low(i), "to" | "by") && scene.low(i + 1).trim_start_matches('+').parse::<u32>().is_ok());
    let mut marks = vec![at];
    let verb = if sku || storage {
        marks.extend(size_word);
        marks.extend(near(&["instance", "machine", "vm"]).filter(|&i| scene.low(i + 1) == "type" || scene.low(i + 1) == "size"));
        Verb::Resize
    } else if count_word.is_some() && to_number {
        marks.extend(near(&["desired"]));
        marks.extend(near(&["capacity", "count"]));
        marks.extend(near(&["node", "instance", "replica", "task"]).filter(|&i| scene.low(i + 1) == "count"));
        Verb::Scale
    } else {
        return None;
    };
    claim(scene, &marks, verb)
}

fn claim(scene: &mut Scene<'_>, marks: &[usize], verb: Verb) -> Option<Verb> {
    for &i in marks {
        scene.use_up(i, 1);
    }
    Some(verb)
}

/// Whether a tag word is part of a description, “with tag owner”, and not what is added or removed.
fn after_filter(scene: &Scene<'_>, at: usize, tag: usize) -> bool {
    (at + 1..tag).any(|i| matches!(scene.low(i), "with" | "by" | "having" | "without" | "where" | "whose" | "that" | "which" | "from"))
}

/// “2 nodes”, “3 more instances”.
fn scale_count(scene: &Scene<'_>, i: usize) -> bool {
    let more = usize::from(matches!(scene.low(i + 1), "more" | "extra" | "additional" | "new"));
    super::amount::whole(scene.low(i)).is_some()
        && matches!(
            scene.low(i + 1 + more),
            "node" | "nodes" | "instance" | "instances" | "replica" | "replicas" | "task" | "tasks" | "pod" | "pods"
        )
        && (i + 2..scene.len()).any(|j| matches!(scene.low(j), "to" | "from"))
}

/// “Turn web-1 off”, “shut db-1 down”.
fn split_verb(scene: &mut Scene<'_>, at: usize) -> Option<Verb> {
    if !matches!(scene.low(at), "turn" | "switch" | "power" | "shut" | "spin" | "bring" | "take" | "tear" | "boot" | "scale") {
        return None;
    }
    let particle = (at + 2..scene.len()).find(|&i| {
        matches!(scene.low(i), "off" | "on" | "down" | "up")
            && (scene.breaks_after(i)
                || matches!(
                    scene.low(i + 1),
                    "" | "every" | "at" | "now" | "please" | "tomorrow" | "tonight" | "daily" | "by" | "to" | "in"
                ))
            && !scene.breaks_after(i - 1)
    })?;
    let verb = match (scene.low(at), scene.low(particle)) {
        ("scale", "up" | "down") => Verb::Scale,
        ("tear", "down") => Verb::Delete,
        (_, "off" | "down") => Verb::Stop,
        (_, "on" | "up") if scene.low(at) != "take" => Verb::Start,
        _ => return None,
    };
    if verb == Verb::Scale {
        return None;
    }
    claim(scene, &[at, particle], verb)
}

/// “Find the idle VMs and stop them.”
fn after_find(scene: &mut Scene<'_>) -> Option<(usize, Verb)> {
    const FINDS: &[&str] = &["find", "list", "show", "get", "search", "look", "identify", "locate", "check", "select", "pick", "go", "see"];
    if !FINDS.contains(&scene.low(scene.head)) {
        return None;
    }
    let at = (scene.head + 1..scene.len()).find(|&i| {
        let joined = matches!(scene.low(i - 1), "and" | "then" | "&") || (scene.breaks_after(i - 1));
        joined && (verb_at(scene, i).is_some() || split_at(scene, i)) && (i + 1..scene.len()).any(|j| is_pronoun(scene.low(j)))
    })?;
    scene.use_up(scene.head, 1);
    let verb = special(scene, at).or_else(|| split_verb(scene, at)).or_else(|| plain_verb(scene, at))?;
    Some((at, verb))
}

/// “Every weekday at 8 pm stop …”, “for all prod databases, enable backups”.
fn led(scene: &mut Scene<'_>) -> Option<(usize, Verb)> {
    const TIMES: &[&str] = &[
        "every", "each", "at", "tomorrow", "tonight", "today", "daily", "nightly", "weekly", "monthly", "hourly", "weekdays", "weekends",
        "on", "in", "starting",
    ];
    const PLACES: &[&str] = &["for", "on", "in", "across", "within", "from", "at"];
    let lead = scene.low(scene.head);
    let (timed, placed) = (TIMES.contains(&lead), PLACES.contains(&lead));
    if !(timed || placed) || scene.tokens.iter().any(|token| token.asks) {
        return None;
    }
    let at = (scene.head + 1..scene.len()).find(|&i| {
        let clause = scene.breaks_after(i - 1)
            || (timed && !placed)
            || scene.tokens[i - 1].low.ends_with(['m', '0', '5'])
            || matches!(scene.low(i - 1), "hours" | "minutes" | "night" | "noon" | "midnight");
        clause && (verb_at(scene, i).is_some() || split_at(scene, i))
    })?;
    let verb = special(scene, at).or_else(|| split_verb(scene, at)).or_else(|| plain_verb(scene, at))?;
    Some((at, verb))
}

/// “Schedule a restart of web-1 …”, “schedule web-1 to stop …”.
fn scheduled(scene: &mut Scene<'_>) -> Option<(usize, Verb)> {
    if scene.low(scene.head) != "schedule" {
        return None;
    }
    for at in scene.head + 1..scene.len() {
        let noun = match scene.low(at) {
            "shutdown" | "shutdowns" | "stop" | "stops" => Some(Verb::Stop),
            "restart" | "restarts" | "reboot" | "reboots" => Some(Verb::Restart),
            "start" | "starts" | "startup" => Some(Verb::Start),
            "snapshot" | "snapshots" | "backup" | "backups" => Some(Verb::Snapshot),
            "deletion" => Some(Verb::Delete),
            _ => None,
        };
        let verb = match noun {
            Some(verb) => {
                scene.use_up(at, 1);
                Some(verb)
            }
            None => plain_verb(scene, at),
        };
        if let Some(verb) = verb {
            scene.use_up(scene.head, 1);
            if scene.low(at + 1) == "of" {
                scene.use_up(at + 1, 1);
            }
            scene.timed = true;
            return Some((at, verb));
        }
    }
    None
}

fn split_at(scene: &Scene<'_>, i: usize) -> bool {
    matches!(scene.low(i), "turn" | "switch" | "power" | "shut" | "make")
}

pub(crate) fn is_pronoun(word: &str) -> bool {
    matches!(word, "it" | "them" | "that" | "this" | "those" | "these" | "itself" | "themselves" | "one" | "ones")
}

/// “I want web-1 stopped”, “web-1 needs to be restarted”, “get db-1 rebooted”.
fn wished(scene: &mut Scene<'_>) -> Option<(usize, Verb)> {
    const WISHES: &[&str] = &[
        "i want",
        "i need",
        "we want",
        "we need",
        "i would like",
        "i'd like",
        "get",
        "have",
        "i want to have",
        "i want to see",
        "make sure",
        "make sure that",
        "ensure",
        "ensure that",
    ];
    const BE: &[&str] = &[
        "should be",
        "must be",
        "needs to be",
        "need to be",
        "has to be",
        "have to be",
        "ought to be",
        "shall be",
        "can be",
        "may be",
        "gets",
        "needs",
    ];
    let asks = scene.tokens.iter().any(|token| token.asks) || matches!(scene.low(scene.head), "which" | "what" | "who" | "how" | "why");
    if asks {
        return None;
    }
    let wish = scene.phrase(scene.head, WISHES);
    let (from, be) = match scene.find(BE) {
        Some((at, len)) => (at + len, Some((at, len))),
        None if wish > 0 => (scene.head + wish, None),
        None => return None,
    };
    let at = if be.is_some() {
        Some(from).filter(|&i| participle(scene.low(i)).is_some())?
    } else {
        (from + 1..scene.len()).find(|&i| participle(scene.low(i)).is_some() && is_closing(scene, i))?
    };
    let verb = participle(scene.low(at))?;
    if wish > 0 {
        scene.use_up(scene.head, wish);
    }
    if let Some((at, len)) = be {
        scene.use_up(at, len);
    }
    scene.use_up(at, 1);
    Some((at, verb))
}

fn is_closing(scene: &Scene<'_>, i: usize) -> bool {
    scene.breaks_after(i)
        || matches!(
            scene.low(i + 1),
            "" | "every" | "at" | "now" | "please" | "tomorrow" | "tonight" | "daily" | "down" | "off" | "with" | "to"
        )
}

fn participle(word: &str) -> Option<Verb> {
    (word.ends_with("ed") || word == "shut").then(|| base_form(word)).flatten()
}

/// The verb of an inflected word: `stopped`, `deleting`, `resizes`.
pub(crate) fn base_form(word: &str) -> Option<Verb> {
    let verb = |word: &str| lexicon::meanings(word).find_map(|meaning| if let Meaning::Verb(verb) = meaning { Some(verb) } else { None });
    if word == "shut" {
        return Some(Verb::Stop);
    }
    for (suffix, endings) in [("ing", ["", "e"]), ("ed", ["", "e"]), ("s", ["", "e"]), ("es", ["", "e"])] {
        let Some(stem) = word.strip_suffix(suffix).filter(|stem| stem.len() > 2 && stem.is_ascii()) else { continue };
        for ending in endings {
            if let Some(found) = verb(&format!("{stem}{ending}")) {
                return Some(found);
            }
        }
        let mut chars = stem.chars().rev();
        if chars.next().is_some_and(|last| chars.next() == Some(last))
            && let Some(found) = verb(&stem[..stem.len() - 1])
        {
            return Some(found);
        }
    }
    None
}

/// A verb in any form at `i`, for questions about an action.
fn any_form(scene: &mut Scene<'_>, i: usize) -> Option<Verb> {
    if let Some((verb, len, mended)) = verb_at(scene, i) {
        let noun = matches!(verb, Verb::Snapshot | Verb::Tag | Verb::Release) && i != scene.head;
        if noun
            || (matches!(verb, Verb::OpenPort | Verb::ClosePort) && !mentions_port(scene, i))
            || (verb == Verb::Create && scene.low(i) != "create")
        {
            return None;
        }
        scene.mended += usize::from(mended);
        scene.use_up(i, len);
        return Some(verb);
    }
    let word = scene.low(i);
    if word.ends_with('s') && !word.ends_with("ss") {
        return None;
    }
    let verb = base_form(word)?;
    // “The stopped VMs” are in a state; “if I stopped db-1” is an action.
    let state = lexicon::meanings(word).any(|meaning| matches!(meaning, Meaning::State(_) | Meaning::Flag(..)));
    let acting = i > 0
        && matches!(
            scene.low(i - 1),
            "i" | "we" | "you" | "someone" | "by" | "for" | "of" | "about" | "before" | "after" | "when" | "be" | "were" | "got" | "if"
        );
    if state && !acting {
        return None;
    }
    scene.use_up(i, 1);
    Some(verb)
}

/// Another order after the first: “… and then start web-2”.
fn second_order(scene: &Scene<'_>, at: usize, verb: Verb) -> Option<(usize, String)> {
    for i in at + 1..scene.len() {
        // “… or maybe just stop them”
        let mut before = i;
        while before > at + 1
            && matches!(
                scene.low(before - 1),
                "maybe" | "perhaps" | "just" | "possibly" | "rather" | "instead" | "finally" | "please" | "later"
            )
        {
            before -= 1;
        }
        let prev = scene.low(before - 1);
        let joined = matches!(prev, "and" | "then" | "&" | "also" | "afterwards") || scene.breaks_after(before - 1) || prev == "or";
        if !joined || scene.tokens[i].quoted {
            continue;
        }
        let other =
            verb_at(scene, i).filter(|(other, ..)| !matches!(other, Verb::Snapshot) || scene.low(i) != "snapshot" || verb != Verb::Delete);
        let named = matches!(scene.low(i), "open" | "close") && !mentions_port(scene, i);
        if let Some((other, ..)) = other.filter(|_| !named) {
            let own_part = (other == Verb::Tag && verb == Verb::Tag) || scene.low(i) == "label";
            if other != verb && !own_part {
                return Some((i, other.to_string()));
            }
            continue;
        }
        let strange = scene.phrase(i, &cues::STRANGE);
        if strange > 0
            && !is_noun(scene, i, strange)
            && scene.free(i)
            && has_object(scene, i + strange)
            && !matches!(scene.low(i), "set" | "power" | "turn" | "put")
        {
            return Some((i, scene.low(i).to_owned()));
        }
        if matches!(scene.low(i), "turn" | "switch" | "power" | "shut") && scene.free(i) {
            return Some((i, scene.low(i).to_owned()));
        }
    }
    None
}

/// Strange verbs that are also nouns or adjectives: “reset tokens”, “run history”, “open alerts”, “change log”.
fn is_noun(scene: &Scene<'_>, i: usize, len: usize) -> bool {
    let word = scene.low(i);
    let next = scene.low(i + len);
    match word {
        "change" | "update" | "patch" | "reset" | "power" | "switch" | "set" => {
            matches!(next, "log" | "logs" | "history" | "management" | "of" | "window" | "windows" | "level" | "usage" | "")
                || next.is_empty()
        }
        "open" | "close" | "secure" | "empty" | "double" | "clean" | "clear" => !has_object(scene, i + len) || word == "open",
        "give" => matches!(next, "me" | "us"),
        "take" => matches!(next, "me" | "us" | "a"),
        "make" => matches!(next, "me" | "sure"),
        "run" => true,
        "add" | "put" | "allow" | "turn" | "shut" | "bring" => false,
        _ => false,
    }
}
