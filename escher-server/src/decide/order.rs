//! Orders: executable only if complete parses cover all words and all of them mean the same.

use escher_core::{Clarify, Correction, Frame, Intent, Kind, Selector, Utterance, Verb};

use super::frame::flattened;
use super::when;
use crate::chart::{self, Chart};
use crate::check::{self, Draft};
use crate::goal;
use crate::grammar::{Language, english};
use crate::meaning::{Formula, Head, Order, Sem};
use crate::text::{self, Lattice};

/// What came of reading words as an order.
pub(crate) enum Verdict {
    /// An order, or a question back about one.
    Order(Box<Frame>),
    /// A complete sentence that orders nothing.
    NoOrder,
    /// Not all words were understood together; which ones were, and which not.
    Unread { understood: Vec<String>, unread: Vec<String> },
}

/// Reads words as an order. `referred` is what a pronoun stands for, if something was named before.
pub(crate) fn order(utterance: &Utterance, referred: Option<&Selector>) -> Verdict {
    let language = english();
    let lattice = Lattice::of(text::split(&utterance.text, text::MOST_TOKENS), &language.lexicon);
    let chart = chart::parse(&language.grammar, &lattice);
    let mut orders: Vec<(Order, u128)> = Vec::new();
    let mut others = false;
    for edge in chart.whole(&language.grammar, "Sentence") {
        match &*edge.sem {
            Sem::Order(order) => orders.push(((**order).clone(), edge.corrected)),
            _ => others = true,
        }
    }
    if orders.is_empty() {
        return if others { Verdict::NoOrder } else { unread(&chart, &lattice, language) };
    }
    let mut readings: Vec<Frame> = Vec::new();
    for (order, corrected) in &orders {
        let frame = frame(order, utterance, referred, &lattice, *corrected);
        // The same action on the same targets is the same, however it was put together.
        if !readings.iter().any(|known| same(known, &frame)) {
            readings.push(frame);
        }
    }
    // A reading that cannot be carried out at all says nothing beside one that can.
    if readings.iter().any(Frame::is_executable) {
        readings.retain(Frame::is_executable);
    } else {
        // They all ask; one question is enough.
        readings.truncate(1);
    }
    let doubtful = others || chart.overflowed;
    Verdict::Order(Box::new(match readings.len() {
        1 if !doubtful => readings.remove(0),
        1 => asked(readings.remove(0), "Is that an order? Say it as one, without what is around it."),
        _ => several(readings),
    }))
}

fn same(a: &Frame, b: &Frame) -> bool {
    (a.intent, &a.selector, &a.action, &a.params, &a.schedule) == (b.intent, &b.selector, &b.action, &b.params, &b.schedule)
}

fn asked(mut frame: Frame, question: &str) -> Frame {
    if frame.clarify.is_none() {
        frame.clarify = Some(Clarify { question: question.to_owned(), options: Vec::new() });
        frame.confidence = 0.6;
    }
    frame
}

/// Several meanings: whoever has the estate sees whether it makes a difference.
fn several(readings: Vec<Frame>) -> Frame {
    let options: Vec<String> = readings.iter().map(in_words).collect();
    let mut frame = Frame::new(readings[0].intent);
    frame.readings = readings.clone();
    frame.action = Some(readings[0].action.clone()).filter(|action| readings.iter().all(|frame| frame.action == *action)).flatten();
    frame.clarify = Some(Clarify { question: "That can be read in more than one way. Which one?".to_owned(), options });
    frame.confidence = 0.5;
    frame
}

fn in_words(frame: &Frame) -> String {
    let selector = Selector::parse(&frame.selector).unwrap_or(Selector::All);
    let action = frame.action.as_deref().and_then(|action| action.split_once('.'));
    let verb = action.and_then(|(_, verb)| verb.parse().ok()).unwrap_or(Verb::Stop);
    let kind = action.and_then(|(kind, _)| kind.parse().ok());
    format!("{}: {}", goal::sentence(verb, kind, &selector, &frame.params), frame.selector)
}

/// The frame of one reading, with the question that it leads to, if any.
fn frame(order: &Order, utterance: &Utterance, referred: Option<&Selector>, lattice: &Lattice, corrected: u128) -> Frame {
    let mut frame = Frame::new(if order.when.is_some() { Intent::Schedule } else { Intent::Act });
    let formula = match (order.set.head, referred) {
        (Head::Pronoun, Some(selector)) => order.set.formula.clone().and(Formula::Given(selector.to_string())),
        _ => order.set.formula.clone(),
    };
    let kinds: Vec<Kind> = order.set.kinds().into_iter().collect();
    let verb = check::settled(order.verb, &kinds);
    frame.params = order.params.map();
    let mut question = order.question().map(str::to_owned);
    let selector = match formula.selector() {
        Ok(selector) => selector,
        Err(e) => {
            question.get_or_insert_with(|| format!("I cannot put that into one condition ({e}). Which ones exactly?"));
            Selector::All
        }
    };
    flattened(&mut frame, &selector);
    frame.action = Some(match kinds.as_slice() {
        [kind] => format!("{kind}.{verb}"),
        _ => format!("*.{verb}"),
    });
    if formula.is_contradictory() {
        question.get_or_insert_with(|| "Nothing can be all of that at once. Which ones exactly?".to_owned());
    }
    if order.set.head == Head::Pronoun && referred.is_none() {
        question.get_or_insert_with(|| format!("{} what? I do not know what you refer to.", goal::capital(verb.to_string())));
    }
    if let Some(when) = &order.when {
        match when::settle(when, utterance.now) {
            Ok(schedule) => frame.schedule = Some(schedule),
            Err(why) => {
                question.get_or_insert(why);
            }
        }
    }
    frame.clarify = match question {
        Some(question) => Some(Clarify { question, options: Vec::new() }),
        None => check::question(&Draft { verb, kinds: &kinds, selector: &selector, params: &frame.params }),
    };
    frame.corrected = lattice.corrected(corrected).map(|(from, to)| Correction { from: from.to_owned(), to: to.to_owned() }).collect();
    frame.confidence = if frame.clarify.is_some() { 0.6 } else { (0.97 - 0.04 * frame.corrected.len() as f64).max(0.7) };
    frame
}

/// What was understood of words that are no sentence: the largest phrases, and what lies outside them.
fn unread(chart: &Chart, lattice: &Lattice, language: &Language) -> Verdict {
    let mut islands: Vec<(u8, u8)> = ["Order", "Nps", "Post", "Courtesy", "Item"]
        .into_iter()
        .flat_map(|category| chart.phrases(&language.grammar, category))
        .map(|edge| (edge.from, edge.to))
        .collect();
    islands.sort_by_key(|&(from, to)| (std::cmp::Reverse(to - from), from));
    let mut taken: Vec<(u8, u8)> = Vec::new();
    for (from, to) in islands {
        if taken.iter().all(|&(a, b)| to <= a || b <= from) {
            taken.push((from, to));
        }
    }
    taken.sort_unstable();
    let text = |from: u8, to: u8| -> String {
        let tokens = &lattice.tokens()[usize::from(from)..usize::from(to)];
        tokens.iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
    };
    let unread = (0..lattice.len()).filter(|at| !taken.iter().any(|(from, to)| (from..to).contains(&at)));
    let unread = unread.filter(|&at| lattice.tokens()[usize::from(at)].text.chars().any(char::is_alphanumeric));
    Verdict::Unread {
        unread: unread.map(|at| text(at, at + 1)).collect(),
        understood: taken.iter().map(|&(from, to)| text(from, to)).collect(),
    }
}
