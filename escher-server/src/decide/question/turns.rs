//! Turns: “and in westus?”, “only the idle ones”, “how many of them?” take over what was named before.

use escher_core::selector::Field;
use escher_core::{Intent, Utterance};

use super::intent::Strength;
use super::reading::Reading;
use super::sentences;
use crate::budget::Budget;
use crate::meaning::{Formula, Head};

/// Turns that are looked at, the last one included.
const MOST_TURNS: usize = 6;

/// The reading with what the turns before it named.
pub(super) fn resolved(reading: Reading, utterance: &Utterance, budget: &Budget) -> Reading {
    if utterance.history.is_empty() || !is_open(&reading) {
        return reading;
    }
    let from = utterance.history.len().saturating_sub(MOST_TURNS);
    let mut before: Option<Reading> = None;
    for text in &utterance.history[from..] {
        if text.len() > crate::text::MOST_BYTES || budget.is_spent() {
            continue;
        }
        let (turn, _) = sentences::read(text, budget);
        let turn = match before.take() {
            Some(known) if is_open(&turn) => onto(known, turn),
            known if !turn.specified && turn.ask == Default::default() => match known {
                Some(known) => known,
                None => continue,
            },
            _ => turn,
        };
        before = Some(turn);
    }
    match before {
        Some(before) if before.specified => onto(before, reading),
        _ => reading,
    }
}

/// Whether it leaves open what it is about.
fn is_open(reading: &Reading) -> bool {
    let kind = reading.ask.set.as_ref().is_some_and(|set| matches!(set.head, Head::Kind | Head::Thing) && !reading.pronoun);
    let named = reading.ask.set.as_ref().is_some_and(|set| set.named);
    let cut = !reading.ask.group_by.is_empty() || reading.ask.sort.is_some() || reading.ask.limit.is_some() || reading.ask.period.is_some();
    !named && (reading.pronoun && !kind || reading.follows && reading.strength <= Strength::Describe || !reading.specified && cut)
}

/// What was said before, with what is said now in its place.
fn onto(before: Reading, now: Reading) -> Reading {
    let mut formula = before.formula;
    for field in fields(&now.formula) {
        formula = formula.without(&field);
    }
    let replaced = now.ask.set.as_ref().is_some_and(|set| set.head == Head::Kind);
    if replaced {
        formula = formula.without(&Field::Name).without(&Field::Id);
    }
    // “And only the public ones?” after “the private ones”
    let flags: Vec<_> = now.formula.conjuncts().into_iter().cloned().collect();
    let kept: Vec<Formula> = formula
        .conjuncts()
        .into_iter()
        .filter(|part| !matches!(part, Formula::Flag { flag, .. } if flags.iter().any(|new| matches!(new, Formula::Flag { flag: known, .. } if known == flag))))
        .cloned()
        .collect();
    formula = kept.into_iter().fold(Formula::all(), Formula::and).and(now.formula.clone());
    let mut ask = now.ask.clone();
    ask.set = now.ask.set.clone().or(before.ask.set);
    let counts = now.intent == Some(Intent::Count);
    if ask.group_by.is_empty() && !counts {
        ask.group_by = before.ask.group_by;
    }
    ask.sort = ask.sort.or(before.ask.sort.filter(|_| !counts));
    ask.limit = ask.limit.or(before.ask.limit.filter(|_| !counts));
    ask.period = ask.period.or(before.ask.period);
    let fresh = now.intent.is_some() && now.strength > Strength::Opener;
    let heard = now.heard.into_iter().chain(before.heard).collect();
    let unread = now.unread.into_iter().filter(|word| !matches!(word.to_lowercase().as_str(), "only" | "same" | "except")).collect();
    Reading {
        intent: if fresh { now.intent } else { before.intent.or(now.intent) },
        strength: if fresh { now.strength } else { before.strength },
        ask,
        formula,
        heard,
        specified: true,
        relevant: true,
        unread,
        period: if now.period.is_empty() { before.period } else { now.period },
        countries: if now.countries.is_empty() { before.countries } else { now.countries },
        corrected: now.corrected,
        ordered: now.ordered,
        pronoun: false,
        follows: false,
        hail: false,
        ahead: now.ahead,
        off_topic: false,
    }
}

/// The fields that a condition speaks of.
fn fields(formula: &Formula) -> Vec<Field> {
    let mut found = Vec::new();
    for part in formula.conjuncts() {
        match part {
            Formula::Is { field, .. } | Formula::Compare { field, .. } | Formula::Exists { field, .. } => found.push(field.clone()),
            Formula::Place { .. } | Formula::Area { .. } => found.extend([Field::Region, Field::Zone, Field::Geo]),
            _ => {}
        }
        if matches!(part, Formula::Is { field: Field::Region | Field::Zone | Field::Geo, .. }) {
            found.extend([Field::Region, Field::Zone, Field::Geo]);
        }
    }
    found
}
