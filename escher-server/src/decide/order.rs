//! Orders: executable only if complete parses cover all words and all of them mean the same.

use escher_core::selector::Field;
use escher_core::{ActionPattern, Clarify, Correction, Frame, Intent, Kind, Selector, Utterance, Verb};

use super::doubt::doubt;
use super::source::{heard, sources};
use super::unread::{Unread, unread};
use super::when;
use crate::budget::Budget;
use crate::chart::{self, Chart};
use crate::check::{self, Draft};
use crate::context::Context;
use crate::goal;
use crate::grammar::{Language, english};
use crate::meaning::{Formula, Head, Number, Order, Other, Sem, kinds};
use crate::text::{self, Lattice, Shape};

/// What came of reading words as an order.
pub(crate) enum Verdict {
    /// An order, or a question back about one.
    Order(Box<Frame>),
    /// A complete sentence that orders nothing.
    NoOrder(Other),
    /// Not all words were understood together: the order among them, if there is one, and the question back.
    Unread {
        order: Option<Box<Frame>>,
        question: String,
        /// The verb that the words begin with, courtesies aside.
        leads: Option<Verb>,
    },
}

/// Reads words as an order; only what says “them” or the like depends on the turns before.
pub(crate) fn order(utterance: &Utterance, context: Context<'_>, budget: &Budget) -> Verdict {
    let language = english();
    let lattice = Lattice::of(text::split(&utterance.text, text::MOST_TOKENS), &language.lexicon, budget);
    let chart = chart::parse(&language.grammar, &lattice, budget);
    let mut orders: Vec<(Order, u128)> = Vec::new();
    let mut other = None;
    for edge in chart.whole(&language.grammar, "Sentence") {
        match &*edge.sem {
            Sem::Order(order) => orders.push(((**order).clone(), edge.corrected)),
            Sem::Other(it) => other = Some(*it),
            _ => {}
        }
    }
    if orders.is_empty() {
        return match other {
            Some(other) => Verdict::NoOrder(other),
            None => {
                let Unread { order, question } = unread(&chart, &lattice, language, &utterance.text);
                let frame = order.map(|order| Frame { clarify: None, ..reading(&order, utterance, context, (&chart, &lattice), 0).frame });
                Verdict::Unread { order: frame.map(|frame| Box::new(asked(frame, &question))), question, leads: leading(&chart, language) }
            }
        };
    }
    let mut readings: Vec<Reading> = Vec::new();
    for (order, corrected) in &orders {
        let reading = reading(order, utterance, context, (&chart, &lattice), *corrected);
        // The same action on the same targets is the same, however it was put together.
        if !readings.iter().any(|known| same(&known.frame, &reading.frame)) {
            readings.push(reading);
        }
    }
    // A reading that nobody can carry out says nothing beside one that somebody can, or that asks.
    let runs: Vec<Frame> = readings.iter().map(|reading| &reading.frame).filter(|frame| frame.is_executable()).cloned().collect();
    for reading in &mut readings {
        // “Dev VMs and databases” are not all databases; but “a snapshot of all databases called x” may be one of all, and
        // “snapshots of dev VMs and disks” may be said of disks.
        let alike = |run: &Frame| (&run.params, run.action) == (&reading.frame.params, reading.frame.action);
        reading.dead |= reading.bare && runs.iter().any(alike);
    }
    if readings.iter().any(|reading| !reading.dead) {
        readings.retain(|reading| !reading.dead);
    }
    // “Stop web-1?” with no word of courtesy before it asks as much as it orders.
    let asks = lattice.tokens().iter().rev().take_while(|token| token.shape == Shape::Mark).any(|token| token.low == "?")
        && chart.phrases(&language.grammar, "Verb").iter().any(|edge| edge.from == 0);
    // Three dots: something was left out.
    let trails = lattice.tokens().windows(2).any(|pair| pair.iter().all(|token| token.shape == Shape::Mark && token.low == "."));
    let doubtful = other.is_some() || asks || trails || chart.overflowed;
    let mut frames: Vec<Frame> = readings.into_iter().map(|reading| reading.frame).collect();
    // What is understood and can only lead to a question leads to it, whatever else it may mean.
    let asking = frames.iter().position(|frame| frame.clarify.is_some());
    Verdict::Order(Box::new(match asking {
        Some(at) => frames.remove(at),
        None if frames.len() > 1 => several(frames),
        None if doubtful => asked(frames.remove(0), "Is that an order? If so, give only the order."),
        None => frames.remove(0),
    }))
}

fn leading(chart: &Chart, language: &Language) -> Option<Verb> {
    let opened: Vec<u8> =
        chart.phrases(&language.grammar, "Before").into_iter().filter(|edge| edge.from == 0).map(|edge| edge.to).chain([0]).collect();
    chart.phrases(&language.grammar, "Act").into_iter().filter(|edge| opened.contains(&edge.from)).find_map(|edge| match *edge.sem {
        Sem::Verb(verb) => Some(verb),
        _ => None,
    })
}

/// What one reading comes to.
struct Reading {
    frame: Frame,
    /// Whether it cannot be carried out at all, and is no question that somebody would want to be asked.
    dead: bool,
    /// Whether it is too wide for a change, and some of it is all that there are of a kind.
    bare: bool,
}

fn same(a: &Frame, b: &Frame) -> bool {
    // What asks is not the same as what does not.
    let asks = a.clarify.is_some() == b.clarify.is_some();
    asks && (a.intent, &a.selector, &a.action, &a.params, &a.schedule) == (b.intent, &b.selector, &b.action, &b.params, &b.schedule)
}

fn asked(mut frame: Frame, question: &str) -> Frame {
    if frame.clarify.is_none() {
        frame.clarify = Some(Clarify { question: question.to_owned(), options: Vec::new() });
        frame.confidence = 0.85;
    }
    frame
}

/// Several meanings: whoever has the estate sees whether it makes a difference.
fn several(readings: Vec<Frame>) -> Frame {
    let options: Vec<String> = readings.iter().map(in_words).collect();
    let mut frame = Frame::new(readings[0].intent);
    frame.readings = readings.clone();
    frame.action = readings[0].action.filter(|&action| readings.iter().all(|frame| frame.action == Some(action)));
    frame.clarify = Some(Clarify { question: "That can be read in more than one way. Which one?".to_owned(), options });
    frame.confidence = 0.9;
    frame
}

fn in_words(frame: &Frame) -> String {
    let what = frame.action.map(|action| goal::sentence(action.verb, action.kind, &frame.selector, &frame.params));
    format!("{}: {}", what.unwrap_or_else(|| "That".to_owned()), frame.selector)
}

/// The frame of one reading, with the question that it leads to, if any.
fn reading(order: &Order, utterance: &Utterance, context: Context<'_>, (chart, lattice): (&Chart, &Lattice), corrected: u128) -> Reading {
    let mut frame = Frame::new(if order.when.is_some() { Intent::Schedule } else { Intent::Act });
    let refers = order.set.formula.refers();
    let referred = if refers { context.target(order.set.head == Head::Pronoun && order.set.number == Number::One) } else { None };
    let formula = referred.as_ref().map_or_else(|| order.set.formula.without_shown(), |shown| order.set.formula.with_shown(shown));
    frame.shown = referred.is_some() && order.set.formula.is_within_shown();
    let kinds: Vec<Kind> = kinds(&formula).unwrap_or_default().into_iter().collect();
    let verb = order.verb.map(|verb| check::settled(verb, &kinds));
    frame.params = order.params.map();
    let mut question = order.question().map(str::to_owned);
    let today = utterance.now.to_zoned(jiff::tz::TimeZone::UTC).date();
    let selector = match formula.on(today).selector() {
        Ok(selector) => selector,
        Err(e) => {
            question.get_or_insert_with(|| format!("I can't express that as one condition ({e}). Which resources exactly?"));
            Selector::All
        }
    };
    frame.from = sources(&selector, &heard(chart, lattice, &order.set.formula));
    frame.selector = selector.clone();
    frame.action = verb.map(|verb| ActionPattern::on(verb, &kinds));
    if formula.is_contradictory() {
        question.get_or_insert_with(|| "Nothing can be all of that at once. Which resources exactly?".to_owned());
    }
    if refers && referred.is_none() {
        question.get_or_insert_with(|| {
            let verb = verb.map_or_else(|| "do".to_owned(), |verb| verb.to_string());
            format!("{} what? I don't know what you are referring to.", goal::capital(verb))
        });
    }
    if let Some(when) = &order.when {
        match when::settle(when, utterance.now) {
            Ok(schedule) => frame.schedule = Some(schedule),
            Err(why) => {
                question.get_or_insert(why);
            }
        }
    }
    let question = question.or_else(|| doubt(order, verb, &kinds, lattice.tokens()));
    frame.clarify = match (question, verb) {
        (Some(question), _) => Some(Clarify { question, options: order.options.clone() }),
        (None, Some(verb)) => {
            check::question(&Draft { verb, kinds: &kinds, selector: &selector, params: &frame.params, shown: frame.shown })
        }
        (None, None) => Some(Clarify { question: "What should be done?".to_owned(), options: Vec::new() }),
    };
    frame.corrected = lattice.corrected(corrected).map(|(from, to)| Correction { from: from.to_owned(), to: to.to_owned() }).collect();
    frame.confidence =
        if frame.clarify.is_some() { 0.93 } else { ((0.97 - 0.04 * frame.corrected.len() as f64).max(0.7) * 100.0).round() / 100.0 };
    let impossible = verb.is_some_and(|verb| !check::is_possible(verb, &kinds));
    let lacking = verb
        .is_some_and(|verb| check::lacks(&Draft { verb, kinds: &kinds, selector: &selector, params: &frame.params, shown: frame.shown }));
    // How far a denial reaches is nobody's to guess: “disks not attached to VMs in dev” may be all but a few.
    let relation = |part: &Formula| matches!(part, Formula::Not(inner) if matches!(**inner, Formula::Rel { .. } | Formula::Given(_)));
    let denies = formula.conjuncts().into_iter().any(relation);
    let wide = order.question().is_none() && order.verb != Some(Verb::Create) && !frame.shown && !selector.narrows() && !denies;
    // “The database” alone is none in particular; “all databases” are too many, which is worth a question.
    let none = wide && order.set.number == Number::One;
    let dead = formula.is_contradictory() || impossible || order.question().is_none() && lacking || none;
    Reading { frame, dead, bare: wide && has_all(&formula) }
}

/// Whether one of several things is all of its kind: not narrow, and neither related to anything nor told in its size or state.
fn has_all(formula: &Formula) -> bool {
    let parts = formula.conjuncts();
    if let Some(either) = parts.iter().find(|part| matches!(part, Formula::Or(_))) {
        let rest = parts.iter().filter(|part| part != &either).map(|part| (*part).clone()).fold(Formula::all(), Formula::and);
        return either.branches().into_iter().any(|branch| has_all(&rest.clone().and(branch.clone())));
    }
    let told = parts.iter().any(|part| {
        matches!(
            part,
            Formula::Rel { .. } | Formula::Given(_) | Formula::Compare { .. } | Formula::Is { field: Field::State, not: false, .. }
        )
    });
    !told && formula.selector().is_ok_and(|selector| !selector.narrows())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    /// What the tables ask, report or name.
    const TABLES: [&str; 4] = [
        include_str!("../../tests/frames/questions.jsonl"),
        include_str!("../../tests/frames/others.jsonl"),
        include_str!("../../tests/frames/varied.jsonl"),
        include_str!("../../tests/frames/careful.jsonl"),
    ];

    #[test]
    fn no_question_of_the_tables_is_an_order() {
        let mut orders = Vec::new();
        for line in TABLES.into_iter().flat_map(str::lines).filter(|line| !line.is_empty()) {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            // What is refused is refused before it is read.
            if matches!(row["intent"].as_str(), Some("act" | "schedule" | "unknown")) {
                continue;
            }
            let text = row["say"].as_str().unwrap().to_owned();
            let utterance = Utterance { text, history: Vec::new(), now: "2026-11-20T12:00:00Z".parse().unwrap() };
            if let Verdict::Order(frame) = order(&utterance, Context::of(&utterance), &Budget::new()) {
                orders.push(format!("{} ({}): {:?} {:?}", utterance.text, row["intent"], frame.action, frame.clarify));
            }
        }
        assert!(orders.is_empty(), "{}", orders.join("\n"));
    }
}
