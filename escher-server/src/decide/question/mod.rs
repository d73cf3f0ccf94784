//! Questions: answered from the best partial reading, with what was unread shown.

mod contrast;
mod cover;
mod general;
mod intent;
mod period;
mod reading;
mod sentences;
mod together;
mod turns;

use escher_core::selector::Field;
use escher_core::{ActionPattern, Clarify, Frame, Intent, Kind, Selector, Sort, Utterance, Verb};

use jiff::civil::Date;
use jiff::tz::TimeZone;

#[cfg(test)]
pub(crate) use self::cover::islands;
use self::intent::Strength;
use self::reading::Reading;
use self::together::belongings;
use super::language;
use super::nearest::Examples;
use super::source::sources;
use super::unread::joins;
use crate::budget::Budget;
use crate::chart;
use crate::check;
use crate::context::Context;
use crate::grammar::english;
use crate::meaning::{Formula, Head, Number, Sem};
use crate::text::{self, Lattice};

/// The frame of words that are no order. `examples` decide what the grammar leaves open; whether they did.
pub(crate) fn question(utterance: &Utterance, context: Context<'_>, budget: &Budget, examples: Option<&Examples>) -> (Frame, bool) {
    if let Some(note) = language::other(&utterance.text) {
        return (unknown(&note), false);
    }
    let (reading, rest) = sentences::read(&utterance.text, budget);
    let mut reading = turns::resolved(reading, context);
    let intent = examples.filter(|_| is_open(&reading)).and_then(|examples| examples.intent(&utterance.text));
    if let Some(intent) = intent {
        reading.take(intent);
    }
    (frame(reading, rest, utterance), intent.is_some())
}

/// Whether the words are a whole question; also where they are too much to tell.
pub(crate) fn may_be_question(text: &str, budget: &Budget) -> bool {
    let language = english();
    let lattice = Lattice::asked(text::split(text, text::MOST_TOKENS), &language.lexicon, budget);
    let chart = chart::parse(&language.grammar, &lattice, budget);
    chart.overflowed || chart.whole(&language.grammar, "Sentence").iter().any(|edge| matches!(*edge.sem, Sem::Ask(_)))
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
    let beyond = std::mem::take(&mut reading.ask.beyond);
    reading.unread.extend(beyond.iter().cloned());
    let named = reading.ask.set.as_ref().is_some_and(|set| set.named || set.head == Head::Kind);
    if reading.off_topic && !named && reading.strength < Strength::Topic {
        return unknown("That is not about your clouds.");
    }
    if let Some(verb) = reading.ordered {
        return order(&reading, verb, utterance);
    }
    if reading.lost {
        let mut frame = Frame::new(reading.intent.unwrap_or(Intent::Find));
        frame.clarify = Some(ask_back("I don't know what you are referring to. Which resources do you mean?".to_owned()));
        frame.confidence = 0.85;
        return frame;
    }
    let Some(intent) = settled(&mut reading) else {
        let mut frame = unknown("I found nothing about clouds in that. Try, for example: “which VMs are idle?”");
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
        Ok(selector) => {
            frame.from = sources(&selector, &reading.heard);
            // “In France” reads as all of Europe, which is more.
            if selector.fields().any(|field| *field == Field::Geo) {
                reading.unread.append(&mut reading.countries);
            }
            frame.selector = selector;
        }
        Err(e) => frame.clarify = Some(ask_back(format!("I can't express that as one condition ({e}). Which resources exactly?"))),
    }
    frame.group_by = reading.ask.group_by.clone();
    frame.sort = reading.ask.sort.clone().map(|(by, desc)| Sort { by, desc });
    frame.limit = reading.ask.limit;
    // “Top 10 cost drivers” are those that cost most.
    if intent == Intent::Cost && frame.limit.is_some() && frame.sort.is_none() {
        frame.sort = Some(Sort { by: Field::Cost, desc: true });
    }
    if let Some(said) = &reading.ask.period {
        let dated = matches!(intent, Intent::Cost | Intent::Alerts | Intent::History | Intent::Report | Intent::Advise | Intent::Schedule);
        match period::settled(said, utterance.now, reading.ahead) {
            Some(period) if dated => frame.period = Some(period),
            _ => reading.unread.append(&mut reading.period),
        }
    }
    if let (Intent::Explain, Some(verb)) = (intent, reading.ask.verb) {
        frame.action = Some(action(verb, &kinds(&reading)));
    }
    frame.corrected = reading.corrected.clone();
    if intent == Intent::Cost {
        reading.unread.retain(|word| !english().lexicon.is_trend(&word.to_lowercase()));
    }
    // A procedure is written from all its words; which one it is, a frame has no word for.
    match intent {
        Intent::Explain => {}
        Intent::Playbook => frame.unread = beyond.into_iter().collect(),
        _ => frame.unread = std::mem::take(&mut reading.unread),
    }
    if reading.formula.is_contradictory() {
        frame.clarify = Some(ask_back("Nothing can be all of that at once. Which part do you mean?".to_owned()));
    } else if intent == Intent::Describe && !is_one(&reading) {
        let what = if reading.specified { "Which one exactly? Give its name or ID." } else { "Describe what? Give a name or an ID." };
        frame.clarify = Some(Clarify { question: what.to_owned(), options: vec!["list them first".to_owned()] });
    }
    frame.confidence = confidence(&frame, reading.strength);
    frame
}

/// Whether the grammar leaves open what is asked: nothing says so, or so little that most words are beside it.
fn is_open(reading: &Reading) -> bool {
    let clear = reading.intent.is_some() && reading.strength > Strength::Opener;
    let things = reading.ask.set.as_ref().is_some_and(|set| set.head == Head::Kind || set.named);
    let beside = reading.unread.len() >= if things { 2 } else { 1 };
    reading.ordered.is_none() && !clear && !reading.pronoun && (reading.intent.is_none() || beside)
}

/// The intent in the end; `None` if nothing says anything about clouds.
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
        // “Thanks, that saved my day”
        None if reading.hail && (reading.unread.is_empty() || !reading.specified && !reading.relevant) => Some(Intent::Smalltalk),
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

/// “What did the apollo project cost?”: all that is in it.
fn accounted(formula: Formula) -> Formula {
    let name = formula.conjuncts().into_iter().find_map(|part| match part {
        Formula::Compare { field: Field::Name, value, not: false, .. } => Some(value.clone()),
        Formula::Is { field: Field::Name, values, not: false } if values.len() == 1 => values.first().cloned(),
        _ => None,
    });
    let of = |kind: &str| formula.conjuncts().contains(&&Formula::is(Field::Kind, kind));
    let field = [("account", Field::Account), ("resource-group", Field::Group)].into_iter().find(|(kind, _)| of(kind));
    match (name, field) {
        (Some(name), Some((_, field))) => formula.without(&Field::Kind).without(&Field::Name).and(Formula::is(field, name)),
        // “The cost of the prod accounts”
        (None, Some(_)) if !formula.values(&Field::Env).is_empty() => formula.without(&Field::Kind),
        _ => formula,
    }
}

fn today(utterance: &Utterance) -> Date {
    utterance.now.to_zoned(TimeZone::UTC).date()
}

fn kinds(reading: &Reading) -> Vec<Kind> {
    reading.formula.values(&Field::Kind).into_iter().filter_map(|word| word.parse().ok()).collect()
}

fn action(verb: Verb, kinds: &[Kind]) -> ActionPattern {
    ActionPattern::on(check::settled(verb, kinds), kinds)
}

/// What looks like an order and was not understood as one: a question back, with what is known.
fn order(reading: &Reading, verb: Option<Verb>, utterance: &Utterance) -> Frame {
    let mut frame = Frame::new(Intent::Act);
    // A pattern stands for names that nobody gave.
    let formula = if utterance.text.contains('*') { reading.formula.clone().without(&Field::Name) } else { reading.formula.clone() };
    frame.selector = formula.on(today(utterance)).selector().unwrap_or(Selector::All);
    frame.action = verb.map(|verb| action(verb, &kinds(reading)));
    let telling: Vec<&str> = reading.unread.iter().map(String::as_str).filter(|word| !joins(word) && !is_verb(word)).collect();
    let unread = if telling.is_empty() { "how that goes together".to_owned() } else { format!("“{}”", telling.join("”, “")) };
    frame.clarify =
        Some(ask_back(format!("I did not understand {unread}. I won't change anything on a guess. Can you say it another way?")));
    frame.unread = reading.unread.clone();
    frame.confidence = 0.88;
    frame
}

/// The verb of an order is not what is not understood of it.
fn is_verb(word: &str) -> bool {
    english().lexicon.entries(&word.to_lowercase()).iter().any(|entry| entry.category == "Verb")
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
