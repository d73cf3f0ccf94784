//! Turns: “and in westus?”, “only the idle ones”, “how many of them?” take over what was asked, or shown, before.

use std::collections::BTreeSet;

use escher_core::selector::Field;
use escher_core::{CloudId, Frame, Intent, regions};

use super::intent::Strength;
use super::reading::Reading;
use crate::context::Context;
use crate::meaning::{Ask, Formula, Head, Number, Set, kinds};

/// The reading with what the turns before it asked about or showed.
pub(super) fn resolved(reading: Reading, context: Context<'_>) -> Reading {
    // “Disks attached to them”, “those VMs”
    if reading.formula.refers() {
        return match context.shown() {
            Some(shown) => Reading { formula: reading.formula.with_shown(&Formula::of(shown)), refers: false, pronoun: false, ..reading },
            None => Reading { lost: true, ..reading },
        };
    }
    // An order depends on the turns before by its pronoun alone.
    if context.is_empty() || !is_open(&reading) || reading.ordered.is_some() && !reading.refers {
        return reading;
    }
    let Some(turn) = context.subject() else {
        return Reading { lost: reading.refers && !reading.specified, ..reading };
    };
    let mut before = Before::of(&turn.frame);
    if reading.pronoun {
        match (context.shown(), &turn.shown) {
            // The first few of many, or the targets of a plan.
            (Some(shown), Some(_)) => before.narrow(Formula::of(shown)),
            (Some(_), None) => {}
            (None, _) if reading.refers => return Reading { lost: !reading.specified, ..reading },
            (None, _) => {}
        }
    }
    onto(before, reading)
}

/// Whether it leaves open what it is about.
fn is_open(reading: &Reading) -> bool {
    let kind = reading.ask.set.as_ref().is_some_and(|set| matches!(set.head, Head::Kind | Head::Thing) && !reading.pronoun);
    let named = reading.ask.set.as_ref().is_some_and(|set| set.named);
    let cut = !reading.ask.group_by.is_empty() || reading.ask.sort.is_some() || reading.ask.limit.is_some() || reading.ask.period.is_some();
    let asks = matches!(reading.intent, Some(Intent::Count)) && reading.unread.is_empty();
    let bare = !reading.specified && (cut || asks);
    !named && (reading.pronoun && !kind || reading.follows && reading.strength <= Strength::Describe || bare)
}

/// What a turn asked.
struct Before {
    intent: Intent,
    formula: Formula,
    ask: Ask,
    unread: Vec<String>,
}

impl Before {
    fn of(frame: &Frame) -> Self {
        let formula = Formula::of(&frame.selector);
        let named = [Field::Name, Field::Id].iter().any(|field| !formula.values(field).is_empty());
        let head = match kinds(&formula) {
            Some(_) => Head::Kind,
            None if named => Head::Name,
            None => Head::Thing,
        };
        let number = if named { Number::One } else { Number::Many };
        let ask = Ask {
            set: Some(Set { named, ..Set::new(head, number, formula.clone()) }),
            group_by: frame.group_by.clone(),
            sort: frame.sort.as_ref().map(|sort| (sort.by.clone(), sort.desc)),
            limit: frame.limit,
            period: frame.period.map(|period| period.to_string()),
            ..Ask::default()
        };
        // An order is over; what it was about can be asked about.
        let intent = if matches!(frame.intent, Intent::Act | Intent::Schedule) { Intent::Find } else { frame.intent };
        Self { intent, formula, ask, unread: frame.unread.clone() }
    }

    /// Those that were shown, and no longer those of which they were the first.
    fn narrow(&mut self, shown: Formula) {
        self.formula = shown;
        self.ask.limit = None;
    }
}

/// What was asked before, with what is said now in its place.
fn onto(before: Before, now: Reading) -> Reading {
    let mut formula = before.formula;
    for field in fields(&now.formula) {
        formula = formula.without(&field);
    }
    formula = placed(formula, &now.formula);
    let replaced = now.ask.set.as_ref().is_some_and(|set| set.head == Head::Kind);
    if replaced {
        formula = formula.without(&Field::Name).without(&Field::Id);
    }
    // “And only the public ones?” after “the private ones”
    let said: Vec<_> = now.formula.conjuncts().into_iter().cloned().collect();
    let is_said = |part: &&Formula| matches!(part, Formula::Flag { flag, .. } if said.iter().any(|new| matches!(new, Formula::Flag { flag: known, .. } if known == flag)));
    let kept: Vec<Formula> = formula.conjuncts().into_iter().filter(|part| !is_said(part)).cloned().collect();
    formula = kept.into_iter().fold(Formula::all(), Formula::and).and(now.formula.clone());
    let mut ask = now.ask.clone();
    ask.set = now.ask.set.clone().or(before.ask.set);
    let counts = now.intent == Some(Intent::Count);
    if ask.group_by.is_empty() && !counts {
        ask.group_by = before.ask.group_by;
    }
    ask.sort = ask.sort.or(before.ask.sort.filter(|_| !counts));
    ask.limit = ask.limit.or(before.ask.limit.filter(|_| !counts));
    let dated = now.ask.period.is_none();
    ask.period = ask.period.or(before.ask.period);
    // “Sort by cost” asks for no bill.
    let sorts = now.intent == Some(Intent::Cost) && now.ask.sort.is_some() && !now.specified && before.intent != Intent::Cost;
    let fresh = now.intent.is_some() && now.strength > Strength::Opener && !sorts;
    // What is counted has no order.
    let ranked = before.intent == Intent::Count && (now.ask.sort.is_some() || now.ask.limit.is_some());
    let intent = if ranked { Intent::Find } else { before.intent };
    let adds = |word: &String| !matches!(word.to_lowercase().as_str(), "only" | "same" | "except" | "no");
    // What could not be used then is not used now either.
    let unread = before.unread.into_iter().chain(now.unread.into_iter().filter(adds)).collect();
    Reading {
        intent: if fresh { now.intent } else { Some(intent) },
        strength: if fresh { now.strength } else { Strength::Opener },
        ask,
        formula,
        specified: true,
        relevant: true,
        unread,
        period: if dated { Vec::new() } else { now.period },
        pronoun: false,
        refers: false,
        follows: false,
        hail: false,
        off_topic: false,
        ..now
    }
}

/// What says where something is in one cloud, and nothing in another.
const BOUND: &[Field] = &[Field::Zone, Field::Account, Field::Group, Field::Network, Field::Type, Field::Service, Field::Id];

/// What was asked before, without what another place than before makes impossible: a region of another cloud, an account.
fn placed(before: Formula, now: &Formula) -> Formula {
    let clouds = |formula: &Formula| -> BTreeSet<CloudId> {
        formula.values(&Field::Cloud).into_iter().filter_map(|word| word.parse().ok()).collect()
    };
    let within = clouds(now);
    if !within.is_empty() {
        let kept = before.conjuncts().into_iter().filter_map(|part| match part {
            Formula::Is { field: Field::Region, values, not: false } => {
                let there = |code: &&String| within.iter().any(|&cloud| regions::find(cloud, code).is_some());
                let there: BTreeSet<String> = values.iter().filter(there).cloned().collect();
                (!there.is_empty()).then(|| Formula::is_any(Field::Region, there))
            }
            Formula::Is { field, .. } if BOUND.contains(field) => None,
            part => Some(part.clone()),
        });
        return kept.fold(Formula::all(), Formula::and);
    }
    // A region says by itself which cloud it is of.
    let there: BTreeSet<CloudId> = now.conjuncts().into_iter().flat_map(spots).collect();
    let apart = |cloud: &CloudId| !there.contains(cloud);
    if !there.is_empty() && !clouds(&before).is_empty() && clouds(&before).iter().all(apart) {
        return before.without(&Field::Cloud).without(&Field::Account).without(&Field::Group).without(&Field::Network);
    }
    before
}

/// The clouds that have a place.
fn spots(part: &Formula) -> Vec<CloudId> {
    match part {
        Formula::Place { spots, not: false } | Formula::Area { spots, .. } => spots.iter().map(|(cloud, _)| *cloud).collect(),
        Formula::Is { field: Field::Region, values, not: false } => {
            let of = |code: &String| regions::by_name(None, code).iter().map(|region| region.cloud).collect::<Vec<_>>();
            values.iter().flat_map(of).collect()
        }
        _ => Vec::new(),
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
