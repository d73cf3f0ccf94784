//! Questions: answered from the best partial reading, with what was unread shown.

mod cover;
mod intent;
mod period;
mod sentences;
mod turns;

use escher_core::selector::{Field, Relation};
use escher_core::{Clarify, Correction, Frame, Intent, Kind, Selector, Sort, Utterance, Verb};

use jiff::civil::Date;
use jiff::tz::TimeZone;

#[cfg(test)]
pub(crate) use self::cover::islands;
use self::cover::{Cover, Role};
use self::intent::Strength;
use super::frame::flattened;
use super::language;
use crate::chart;
use crate::check;
use crate::grammar::{Language, english, placed};
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};
use crate::text::{self, Lattice, Shape, Token};

/// What one sentence was read as.
#[derive(Clone, Debug)]
struct Reading {
    intent: Option<Intent>,
    strength: Strength,
    ask: Ask,
    /// What its things have to satisfy, conditions that stand by themselves among it.
    formula: Formula,
    /// Whether anything says which things are meant.
    specified: bool,
    unread: Vec<String>,
    /// The words of the period.
    period: Vec<String>,
    corrected: Vec<Correction>,
    /// An order that was not understood whole.
    ordered: Option<Option<Verb>>,
    /// “It”, “them”.
    pronoun: bool,
    /// Begins as an answer to what was said before.
    follows: bool,
    /// Whether it says anything about clouds at all.
    relevant: bool,
    hail: bool,
    /// Whether it is about something else altogether.
    off_topic: bool,
}

/// The frame of words that are no order.
pub(crate) fn question(utterance: &Utterance) -> Frame {
    if let Some(note) = language::other(&utterance.text) {
        return unknown(&note);
    }
    let (reading, rest) = sentences::read(&utterance.text);
    let reading = turns::resolved(reading, utterance);
    frame(reading, rest, utterance)
}

/// Whether the words are a whole question.
pub(crate) fn is_question(text: &str) -> bool {
    let language = english();
    let lattice = Lattice::asked(text::split(text, text::MOST_TOKENS), &language.lexicon);
    let chart = chart::parse(&language.grammar, &lattice);
    chart.whole(&language.grammar, "Sentence").iter().any(|edge| matches!(*edge.sem, Sem::Ask(_)))
}

/// Reads one sentence.
fn read(tokens: Vec<Token>) -> Reading {
    let language = english();
    let lattice = Lattice::asked(tokens, &language.lexicon);
    let chart = chart::parse(&language.grammar, &lattice);
    let mut cover = cover::best(&chart, &lattice, language);
    let tokens = lattice.tokens();
    let says = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.low.as_str()));
    let (ask, formula, specified, left) = together(&cover, language, &lattice);
    let specified = specified || says(&["resource", "resources", "assets"]);
    cover.unread.extend(left);
    // “All but not those in dev”
    cover.unread.retain(|&at| {
        !(tokens[at].low == "but"
            && tokens.get(at + 1).is_some_and(|next| next.low == "not")
            && cover.islands.iter().any(|island| island.from == at + 1))
    });
    cover.unread.sort_unstable();
    cover.unread.dedup();
    let found = intent::of(&cover, ask.set.as_ref(), says(&["we", "our", "my", "us"]), tokens);
    let (intent, strength) = found.map_or((None, Strength::Bare), |(intent, strength)| (Some(intent), strength));
    let mask = cover.islands.iter().fold(0, |mask, island| mask | island.corrected);
    let first = tokens.iter().map(|token| token.low.as_str()).find(|word| word.chars().any(char::is_alphanumeric)).unwrap_or_default();
    let matters = tokens.iter().any(|token| language.lexicon.is_matter(&token.low));
    Reading {
        ordered: ordered(&cover, &chart, &lattice, language, strength),
        pronoun: says(&["it", "its", "them", "they", "those", "these", "that", "this", "ones"]),
        follows: matches!(
            first,
            "and" | "what" | "how" | "only" | "just" | "now" | "but" | "also" | "then" | "same" | "in" | "ok" | "for" | "except" | "not"
        ),
        relevant: specified || matters || cover.islands.iter().any(|island| matches!(island.role, Role::Topic | Role::Shape)),
        hail: cover.islands.iter().any(|island| island.role == Role::Hail),
        off_topic: cover.unread.iter().any(|&at| language.lexicon.is_off_topic(&tokens[at].low)),
        unread: words(&cover.unread, tokens),
        period: cover
            .islands
            .iter()
            .filter(|island| island.ask.period.is_some())
            .flat_map(|island| island.from..island.to)
            .filter(|&at| cover::is_content(&lattice, at, language))
            .map(|at| tokens[at].text.clone())
            .collect(),
        corrected: lattice.corrected(mask).map(|(from, to)| Correction { from: from.to_owned(), to: to.to_owned() }).collect(),
        intent,
        strength,
        ask,
        formula,
        specified,
    }
}

/// Unread words, as they were written.
fn words(unread: &[usize], tokens: &[Token]) -> Vec<String> {
    unread.iter().map(|&at| tokens[at].text.clone()).collect()
}

/// What the phrases of a cover say together, and the words of those that do not go with the others.
fn together(cover: &Cover, language: &Language, lattice: &Lattice) -> (Ask, Formula, bool, Vec<usize>) {
    let tokens = lattice.tokens();
    let mut sum = Ask::default();
    let mut formula = Formula::all();
    let mut specified = false;
    let mut left = Vec::new();
    let topical = cover.islands.iter().any(|island| island.role == Role::Topic);
    for (index, island) in cover.islands.iter().enumerate() {
        let mut ask = island.ask.clone();
        ask.intent = None;
        let mut fits = true;
        if let Some(condition) = &island.condition {
            formula = formula.and(condition.clone());
            specified = true;
        }
        if let Some(mut set) = ask.set.take() {
            // “Spot instances”: what the word stands for cannot be specified, and it is no name.
            let word = set.formula.conjuncts().into_iter().find_map(|part| match part {
                Formula::Likely(word) if language.lexicon.is_matter(&word.to_lowercase()) => Some(word.clone()),
                _ => None,
            });
            if let Some(word) = word {
                left.extend((island.from..island.to).filter(|&at| tokens[at].text == word));
                set.formula = set.formula.without(&Field::Name);
                set.named = false;
            }
            // “Findings of my subscription”: ours, and no subscription among the things.
            let ours = topical && set.number == Number::One && !set.named && set.kinds().iter().eq([&Kind::Account]);
            match &sum.set {
                _ if ours => fits = false,
                None => {
                    specified = true;
                    sum.set = Some(set);
                }
                // “Mute the alarms of web-1”: alarms are what the topic is, and no more.
                Some(known) if topical && known.kinds().iter().eq([&Kind::Alarm]) => sum.set = Some(set),
                // “K8s prod”
                Some(known) if (set.head == Head::Env) != (known.head == Head::Env) => {
                    formula = formula.and(set.formula.clone());
                    if known.head == Head::Env {
                        formula = formula.and(known.formula.clone());
                        sum.set = Some(set);
                    }
                }
                // “EC2 versus GCE”
                Some(known) if compared(cover, index, tokens) && set.head == known.head => {
                    let both = known.formula.clone().or(set.formula);
                    sum.set = Some(Set { formula: both, number: Number::Many, ..known.clone() });
                }
                Some(_) => fits = false,
            }
        }
        match sum.clone().and(ask) {
            Some(both) if fits => sum = both,
            _ => left.extend((island.from..island.to).filter(|&at| cover::is_content(lattice, at, language))),
        }
    }
    if let Some(set) = &sum.set {
        formula = set.formula.clone().and(formula);
    }
    // “Containers of a storage account” are within it, and no services.
    let account = formula.conjuncts().into_iter().find_map(|part| match part {
        Formula::Rel { to, .. } if to.values(&Field::Kind).contains("bucket") => Some((**to).clone()),
        _ => None,
    });
    if let Some(account) = account.filter(|_| formula.values(&Field::Kind).contains("container-service")) {
        left.extend((0..tokens.len()).filter(|&at| tokens[at].low.starts_with("container")));
        formula = account;
    }
    (sum, formula.loosened(), specified, left)
}

fn compared(cover: &Cover, index: usize, tokens: &[Token]) -> bool {
    let before = index.checked_sub(1).map_or(0, |before| cover.islands[before].to);
    tokens[before..cover.islands[index].from]
        .iter()
        .any(|token| matches!(token.low.as_str(), "vs" | "versus" | "and" | "or" | "with" | "to"))
        && tokens.iter().any(|token| matches!(token.low.as_str(), "vs" | "versus" | "compare" | "compared" | "comparison"))
}

/// What money does over time, which every answer about it shows.
const TREND: &[&str] = &[
    "jump",
    "jumped",
    "high",
    "higher",
    "increase",
    "increased",
    "increasing",
    "rise",
    "rose",
    "rising",
    "spike",
    "spiked",
    "drop",
    "dropped",
    "develop",
    "developed",
    "change",
    "grow",
    "grew",
    "grown",
    "growing",
    "trend",
    "estimate",
    "estimated",
    "low",
    "lower",
];

/// Words that may stand before the verb of an order.
const LEADS: &[&str] = &[
    "please",
    "pls",
    "plz",
    "can",
    "could",
    "would",
    "you",
    "i",
    "we",
    "to",
    "want",
    "need",
    "now",
    "just",
    "ok",
    "okay",
    "so",
    "and",
    "hey",
    "hi",
    "hello",
    "then",
    "kindly",
    "let",
    "'s",
    "us",
    "like",
    "'d",
    "quickly",
    "also",
    "again",
    "go",
    "ahead",
    "immediately",
];

/// Whether the words order something: the verb stands where orders have it, and nothing strong says that they ask.
fn ordered(cover: &Cover, chart: &chart::Chart, lattice: &Lattice, language: &Language, strength: Strength) -> Option<Option<Verb>> {
    if strength >= Strength::Describe && strength != Strength::Topic || strength == Strength::Count {
        return None;
    }
    let tokens = lattice.tokens();
    let free = |at: usize| !cover.islands.iter().any(|island| (island.from..island.to).contains(&at));
    let mut heads = true;
    for (at, token) in tokens.iter().enumerate() {
        let word = token.low.as_str();
        let leads = heads || at > 0 && matches!(tokens[at - 1].low.as_str(), "please" | "then" | "," | "and" | "just" | "to" | "now" | ":");
        if leads && token.shape == Shape::Word && free(at) {
            let verb =
                chart.phrases(&language.grammar, "Verb").into_iter().find(|edge| usize::from(edge.from) == at).and_then(|edge| match *edge
                    .sem
                {
                    Sem::Verb(verb) => Some(verb),
                    _ => None,
                });
            if verb.is_some() && strength != Strength::Topic {
                return Some(verb);
            }
            if heads && strength < Strength::Topic && language.lexicon.is_imperative(word) {
                return Some(None);
            }
        }
        let courtesy = cover.islands.iter().any(|island| island.role == Role::Courtesy && (island.from..island.to).contains(&at));
        heads &= courtesy || token.shape != Shape::Word || LEADS.contains(&word);
    }
    None
}

fn unknown(note: &str) -> Frame {
    let mut frame = Frame::new(Intent::Unknown);
    frame.note = Some(note.to_owned());
    frame.confidence = 0.9;
    frame
}

/// The frame of a reading. `rest` are words of other sentences.
fn frame(mut reading: Reading, rest: Vec<String>, utterance: &Utterance) -> Frame {
    reading.unread.extend(rest);
    reading.unread.extend(std::mem::take(&mut reading.ask.beyond));
    let named = reading.ask.set.as_ref().is_some_and(|set| set.named || set.head == Head::Kind);
    if reading.off_topic && !named && reading.strength < Strength::Topic {
        return unknown("that is outside cloud operations");
    }
    if let Some(verb) = reading.ordered {
        return order(&reading, verb, utterance);
    }
    let Some(intent) = settled(&mut reading) else {
        let mut frame = unknown("I did not find anything about clouds in that");
        frame.confidence = 0.7;
        return frame;
    };
    let mut frame = Frame::new(intent);
    if matches!(intent, Intent::Smalltalk) {
        frame.confidence = 0.95;
        return frame;
    }
    // “The cost of dev VMs” is a cost of these VMs, and not of what is related to them.
    if !matches!(intent, Intent::Find | Intent::Count | Intent::Describe) && reading.formula.values(&Field::Kind).is_empty() {
        reading.formula = belongings(&reading.formula);
    }
    if matches!(intent, Intent::Cost | Intent::Alerts | Intent::History | Intent::Report | Intent::Advise) {
        reading.formula = accounted(reading.formula);
    }
    match reading.formula.on(today(utterance)).selector() {
        Ok(selector) => flattened(&mut frame, &selector),
        Err(e) => frame.clarify = Some(ask_back(format!("I cannot put that into one condition ({e}). Which ones exactly?"))),
    }
    frame.group_by = reading.ask.group_by.clone();
    frame.sort = reading.ask.sort.clone().map(|(by, desc)| Sort { by, desc });
    frame.limit = reading.ask.limit;
    // “Top 10 cost drivers” are those that cost most.
    if intent == Intent::Cost && frame.limit.is_some() && frame.sort.is_none() {
        frame.sort = Some(Sort { by: "cost".to_owned(), desc: true });
    }
    if let Some(said) = &reading.ask.period {
        let dated = matches!(intent, Intent::Cost | Intent::Alerts | Intent::History | Intent::Report | Intent::Advise | Intent::Schedule);
        match period::settled(said, utterance.now) {
            Some(period) if dated => frame.period = Some(period),
            _ => reading.unread.append(&mut reading.period),
        }
    }
    if let (Intent::Explain, Some(verb)) = (intent, reading.ask.verb) {
        frame.action = Some(action(verb, &kinds(&reading)));
    }
    frame.corrected = reading.corrected.clone();
    if intent == Intent::Cost {
        reading.unread.retain(|word| !TREND.contains(&word.to_lowercase().as_str()));
    }
    if !matches!(intent, Intent::Explain | Intent::Playbook) {
        frame.unread = std::mem::take(&mut reading.unread);
    }
    if reading.formula.is_contradictory() {
        frame.clarify = Some(ask_back("Nothing can be all of that at once. Which of it do you mean?".to_owned()));
    } else if intent == Intent::Describe && !is_one(&reading) {
        let what = if reading.specified { "Which one exactly? Give its name or id." } else { "Describe what? Give a name or an id." };
        frame.clarify = Some(Clarify { question: what.to_owned(), options: vec!["list them first".to_owned()] });
    }
    frame.confidence = confidence(&frame, reading.strength);
    frame
}

/// The intent in the end; `None` where nothing says anything about clouds.
fn settled(reading: &mut Reading) -> Option<Intent> {
    let set = reading.ask.set.as_ref();
    let asked = reading.ask.sort.is_some() || reading.ask.limit.is_some() || !reading.ask.group_by.is_empty();
    // A place alone beside words that are not understood is a place, and nothing of ours: “pizza in Frankfurt”.
    let only_places = set.is_none()
        && reading
            .formula
            .conjuncts()
            .iter()
            .all(|part| matches!(part, Formula::Place { .. } | Formula::Area { .. } | Formula::Is { field: Field::Geo, .. }));
    let sure = set.is_some_and(|set| set.head == Head::Kind || set.named);
    if reading.off_topic && !sure && reading.strength < Strength::Topic || reading.off_topic && !reading.relevant {
        return None;
    }
    let empty = !reading.specified || only_places && !reading.unread.is_empty();
    match reading.intent {
        Some(Intent::Find) if empty && !asked => {
            // “Asdf”: nothing at all; “list everything” has specified of things.
            None
        }
        Some(Intent::Count) if empty && !reading.relevant => None,
        Some(Intent::Explain) if !reading.relevant && !reading.unread.is_empty() => None,
        Some(Intent::Describe) => {
            let set = set.cloned();
            let kinds_only = set.as_ref().is_some_and(|set| !set.named && set.head == Head::Kind && set.number == Number::Many);
            if is_one(reading) || reading.strength == Strength::Shape || !kinds_only && reading.specified {
                return Some(Intent::Describe);
            }
            if kinds_only {
                return Some(Intent::Find);
            }
            // “Describe it”
            (reading.pronoun || reading.unread.is_empty()).then_some(Intent::Describe)
        }
        Some(intent) => Some(intent),
        None if reading.hail && reading.unread.is_empty() => Some(Intent::Smalltalk),
        None if reading.specified && !empty => Some(Intent::Find),
        None if asked => Some(Intent::Find),
        None => None,
    }
}

/// Whether one thing is named.
fn is_one(reading: &Reading) -> bool {
    let named = |field: &Field| !reading.formula.values(field).is_empty();
    named(&Field::Name)
        || named(&Field::Id)
        || reading.formula.conjuncts().iter().any(|part| {
            matches!(
                part,
                Formula::Is { field: Field::Network | Field::Linked | Field::Group, not: false, .. }
                    | Formula::Compare { field: Field::Name, .. }
            )
        })
}

/// What something is of, as that itself.
fn belongings(formula: &Formula) -> Formula {
    formula.conjuncts().into_iter().fold(Formula::all(), |all, part| match part {
        // “Of my subscription”: of everything there is.
        Formula::Rel { by: Relation::Any, to } if **to == Formula::is(Field::Kind, "account") => all,
        Formula::Rel { by: Relation::Any, to } => {
            let names = to.values(&Field::Name);
            let place = names.first().filter(|_| names.len() == 1).and_then(|name| placed((*name).to_owned()));
            all.and(place.unwrap_or_else(|| (**to).clone()))
        }
        other => all.and(other.clone()),
    })
}

/// “What did the apollo project cost?”: all that is in it.
fn accounted(formula: Formula) -> Formula {
    let kind = Formula::is(Field::Kind, "account");
    let name = formula.conjuncts().into_iter().find_map(|part| match part {
        Formula::Compare { field: Field::Name, value, not: false, .. } => Some(value.clone()),
        Formula::Is { field: Field::Name, values, not: false } if values.len() == 1 => values.first().cloned(),
        _ => None,
    });
    match name.filter(|_| formula.conjuncts().contains(&&kind)) {
        Some(name) => formula.without(&Field::Kind).without(&Field::Name).and(Formula::is(Field::Account, name)),
        None => formula,
    }
}

fn today(utterance: &Utterance) -> Date {
    utterance.now.to_zoned(TimeZone::UTC).date()
}

fn kinds(reading: &Reading) -> Vec<Kind> {
    reading.formula.values(&Field::Kind).into_iter().filter_map(|word| word.parse().ok()).collect()
}

fn action(verb: Verb, kinds: &[Kind]) -> String {
    let verb = check::settled(verb, kinds);
    match kinds {
        [kind] => format!("{kind}.{verb}"),
        _ => format!("*.{verb}"),
    }
}

/// What looks like an order and was not understood as one: a question back, with what is known.
fn order(reading: &Reading, verb: Option<Verb>, utterance: &Utterance) -> Frame {
    let mut frame = Frame::new(Intent::Act);
    // A pattern stands for names that nobody has told.
    let formula = if utterance.text.contains('*') { reading.formula.clone().without(&Field::Name) } else { reading.formula.clone() };
    let selector = formula.on(today(utterance)).selector().unwrap_or(Selector::All);
    flattened(&mut frame, &selector);
    frame.action = verb.map(|verb| action(verb, &kinds(reading)));
    let unread =
        if reading.unread.is_empty() { "how that goes together".to_owned() } else { format!("“{}”", reading.unread.join(" ")) };
    frame.clarify = Some(ask_back(format!("I did not understand {unread}, and I change nothing by a guess. Can you say it another way?")));
    frame.unread = reading.unread.clone();
    frame.confidence = 0.88;
    frame
}

fn ask_back(question: String) -> Clarify {
    Clarify { question, options: Vec::new() }
}

/// How sure: less with each word that is unread or corrected, and where only little speaks for the intent.
fn confidence(frame: &Frame, strength: Strength) -> f64 {
    let base: f64 = match strength {
        Strength::Bare => 0.88,
        Strength::Opener | Strength::Count | Strength::Describe => 0.95,
        Strength::Topic => 0.92,
        Strength::Shape => 0.96,
    };
    let lost = 0.09 * frame.unread.len() as f64 + 0.04 * frame.corrected.len() as f64 + if frame.clarify.is_some() { 0.1 } else { 0.0 };
    ((base - lost).clamp(0.4, 0.99) * 100.0).round() / 100.0
}
