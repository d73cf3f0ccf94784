//! The best cover of words by phrases: as few unread words as can be, in as few phrases.

use crate::chart::Chart;
use crate::grammar::{LOOSE, Language};
use crate::meaning::{Ask, Formula, Head, Number, Sem, Set};
use crate::text::{Lattice, Shape};

/// What a phrase contributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A whole question of its own shape; its intent outranks topics.
    Shape,
    /// Things.
    Things,
    /// A condition.
    Condition,
    /// What a question begins with.
    Opener,
    /// What an explanation begins with.
    Ahead,
    /// Something that belongs to one intent.
    Topic,
    /// How the answer is cut.
    Cut,
    /// A period.
    Period,
    /// A greeting.
    Hail,
    /// Adds nothing.
    Courtesy,
}

/// The categories that may stand by themselves, what each contributes, and what it costs.
const ISLANDS: &[(&str, Role, u32)] = &[
    ("Universal", Role::Shape, 60),
    ("Claim", Role::Shape, 80),
    ("Stated", Role::Shape, 80),
    ("Happened", Role::Shape, 80),
    ("Reason", Role::Shape, 80),
    ("Explained", Role::Shape, 80),
    ("Nps", Role::Things, 100),
    ("Counted", Role::Things, 90),
    ("Compared", Role::Things, 100),
    ("Ones", Role::Condition, 90),
    ("Threshold", Role::Condition, 90),
    ("Lookup", Role::Things, 100),
    ("Post", Role::Condition, 100),
    ("Loose", Role::Condition, 100),
    ("Scope", Role::Condition, 110),
    ("Asking", Role::Opener, 12),
    ("Why", Role::Opener, 12),
    ("WhatIf", Role::Ahead, 12),
    ("Ahead", Role::Ahead, 10),
    ("Topic", Role::Topic, 15),
    ("Topical", Role::Topic, 100),
    ("GroupBy", Role::Cut, 10),
    ("Grouped", Role::Cut, 30),
    ("Sort", Role::Cut, 20),
    ("Limit", Role::Cut, 30),
    ("Period", Role::Period, 30),
    ("Courtesy", Role::Courtesy, 6),
    ("Greeting", Role::Hail, 3),
    ("Aside", Role::Courtesy, 10),
    ("Beyond", Role::Courtesy, 5),
];

/// The categories that stand in a cover.
#[cfg(test)]
pub(crate) fn islands() -> impl Iterator<Item = &'static str> {
    ISLANDS.iter().map(|(category, ..)| *category)
}

/// What it costs to leave a word unread, and one that means little.
const UNREAD: u32 = 400;
const SMALL: u32 = 20;
/// What a correction costs.
const CORRECTED: u32 = 60;
/// What can only be asked about in an order is the worse reading of a question.
const DOUBTFUL: u32 = 70;
/// A question takes the wider of two: what is said of the first of several is said of that one.
const SHARED: u32 = 140;
/// What a second set of things costs.
const SECOND: u32 = 150;
/// What nothing can be.
const DEAD: u32 = 900;

/// Words before a part of one day.
const ONE_OF: &[&str] = &["this", "that", "the", "yesterday", "tomorrow", "last", "next", "each", "every"];
/// Words that say that a time is none within which: where what is before it begins, nobody says, and what is held against it
/// is of another time.
const BOUNDS: &[&str] =
    &["before", "until", "till", "prior", "through", "except", "excluding", "not", "besides", "by", "than", "vs", "versus"];

/// A phrase of the cover.
#[derive(Clone, Debug)]
pub(super) struct Island {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) role: Role,
    pub(super) ask: Ask,
    /// A condition that stands by itself.
    pub(super) condition: Option<Formula>,
    pub(super) corrected: u128,
}

/// Phrases in the order of the words, and the words that none of them covers and that mean something.
#[derive(Clone, Debug, Default)]
pub(super) struct Cover {
    pub(super) islands: Vec<Island>,
    pub(super) unread: Vec<usize>,
}

/// Whether a word that is left out changes what was asked.
pub(super) fn is_content(lattice: &Lattice, at: usize, language: &Language) -> bool {
    let Some(token) = lattice.tokens().get(at) else { return false };
    match token.shape {
        Shape::Mark | Shape::Emoji => matches!(token.low.as_str(), "=" | "<" | ">" | "<=" | ">=" | "!=" | "~"),
        Shape::Odd | Shape::Quoted | Shape::KeyValue => true,
        Shape::Word => token.low.chars().any(char::is_alphanumeric) && !language.lexicon.is_function(lattice.word(at)),
    }
}

/// The best cover.
pub(super) fn best(chart: &Chart, lattice: &Lattice, language: &Language) -> Cover {
    let tokens = lattice.tokens();
    let mut starting: Vec<Vec<(u32, Island)>> = vec![Vec::new(); tokens.len()];
    for (category, role, cost) in ISLANDS {
        for edge in chart.phrases(&language.grammar, category) {
            let Some((ask, condition)) = contribution(&edge.sem) else { continue };
            // A free word alone is no thing among other words.
            if *category == "Nps" && ask.set.as_ref().is_some_and(|set| set.head == Head::Name && set.number == Number::One) {
                continue;
            }
            // “Alerts this morning” greets nobody.
            if *category == "Greeting" && usize::from(edge.from).checked_sub(1).is_some_and(|at| ONE_OF.contains(&tokens[at].low.as_str()))
            {
                continue;
            }
            // A free word is all that is looked for, or none of it.
            let ends = tokens.get(usize::from(edge.to)).is_none_or(|token| token.shape == Shape::Mark);
            if *category == "Lookup" && !ends {
                continue;
            }
            // A name that says where it is, such as `rg-web`, is a place.
            let placed = *category == "Nps"
                && ask.set.as_ref().is_some_and(|set| set.head == Head::Name)
                && chart.phrases(&language.grammar, "Scope").iter().any(|scope| (scope.from, scope.to) == (edge.from, edge.to));
            if placed {
                continue;
            }
            let mut cost = cost + CORRECTED * edge.corrected.count_ones();
            let formula = condition.as_ref().or(ask.set.as_ref().map(|set| &set.formula));
            cost += formula.map_or(0, weight);
            if *role != Role::Shape && ask.set.as_ref().is_some_and(|set| set.why.as_deref().is_some_and(|why| why != LOOSE)) {
                cost += DOUBTFUL;
            }
            if ask.set.as_ref().is_some_and(|set| set.shared) {
                cost += SHARED;
            }
            let island =
                Island { from: usize::from(edge.from), to: usize::from(edge.to), role: *role, ask, condition, corrected: edge.corrected };
            if let Some(at) = starting.get_mut(island.from) {
                at.push((cost, island));
            }
        }
    }
    // From the end: what the rest costs at least, and what begins it.
    // Both are specified with and without things that were named before: a question is about one set.
    let mut cheapest = vec![[(0_u32, None); 2]; tokens.len() + 1];
    for at in (0..tokens.len()).rev() {
        let skipped = if is_content(lattice, at, language) {
            UNREAD
        } else if tokens[at].shape == Shape::Mark {
            1
        } else {
            SMALL
        };
        for seen in [0, 1] {
            let mut found = (cheapest[at + 1][seen].0 + skipped, None);
            for (index, (cost, island)) in starting[at].iter().enumerate() {
                let things = island.ask.set.as_ref().is_some_and(|set| set.head != Head::Env);
                let again = if things && seen == 1 { SECOND } else { 0 };
                let sum = cost + again + cheapest[island.to][usize::from(things || seen == 1)].0;
                if sum <= found.0 {
                    found = (sum, Some(index));
                }
            }
            cheapest[at][seen] = found;
        }
    }
    let mut cover = Cover::default();
    let (mut at, mut seen) = (0, 0);
    while at < tokens.len() {
        match cheapest[at][seen].1 {
            Some(index) => {
                let island = starting[at][index].1.clone();
                if island.ask.set.as_ref().is_some_and(|set| set.head != Head::Env) {
                    seen = 1;
                }
                at = island.to;
                cover.islands.push(island);
            }
            None => {
                if is_content(lattice, at, language) {
                    cover.unread.push(at);
                }
                at += 1;
            }
        }
    }
    denied(&mut cover, lattice, language);
    bounded(&mut cover, lattice, language);
    cover
}

/// A condition behind a “not” that was not understood with it says the opposite of what was meant.
fn denied(cover: &mut Cover, lattice: &Lattice, language: &Language) {
    let tokens = lattice.tokens();
    let mut gone: Vec<usize> = Vec::new();
    for &at in &cover.unread {
        if !language.lexicon.denies(&tokens[at].low) {
            continue;
        }
        let mut next = at + 1;
        while next < tokens.len() && !is_content(lattice, next, language) && cover.islands.iter().all(|island| island.from != next) {
            next += 1;
        }
        let touched = |island: &Island| {
            let adds = island.condition.is_some() || island.ask.set.is_some();
            island.from == next && adds && matches!(island.role, Role::Condition | Role::Things)
        };
        let first = cover.islands.iter().position(|island| island.ask.set.is_some());
        if let Some(index) = cover.islands.iter().position(touched).filter(|&index| Some(index) != first || at > 0) {
            gone.push(index);
        }
    }
    gone.sort_unstable();
    gone.dedup();
    for index in gone.into_iter().rev() {
        let island = cover.islands.remove(index);
        cover.unread.extend((island.from..island.to).filter(|&at| is_content(lattice, at, language)));
    }
    cover.unread.sort_unstable();
}

/// “The spend before October” is not that of October.
fn bounded(cover: &mut Cover, lattice: &Lattice, language: &Language) {
    let tokens = lattice.tokens();
    let word = |at: usize, back: usize| at.checked_sub(back).map_or("", |at| tokens[at].low.as_str());
    let bound = |at: usize| {
        BOUNDS.contains(&word(at, 1))
            || word(at, 1) == "to" && matches!(word(at, 2), "up" | "prior" | "compared" | "relative")
            || word(at, 1) == "with" && word(at, 2) == "compared"
    };
    let (gone, kept): (Vec<Island>, Vec<Island>) =
        std::mem::take(&mut cover.islands).into_iter().partition(|island| island.role == Role::Period && bound(island.from));
    cover.islands = kept;
    cover.unread.extend(gone.iter().flat_map(|island| island.from..island.to).filter(|&at| is_content(lattice, at, language)));
    cover.unread.sort_unstable();
}

/// What a meaning adds to a question.
fn contribution(sem: &Sem) -> Option<(Ask, Option<Formula>)> {
    match sem {
        Sem::Ask(ask) => Some(((**ask).clone(), None)),
        // A pronoun denotes nothing by itself, and what is said of it is a condition: “the idle ones”.
        Sem::Set(set) if set.head == Head::Pronoun => {
            let said = set.formula.conjuncts().into_iter().filter(|part| **part != Formula::Shown).cloned();
            let said = said.fold(Formula::all(), Formula::and);
            Some((Ask::default(), (!said.is_all()).then_some(said)))
        }
        Sem::Set(set) => Some((of(set), None)),
        Sem::Cond(formula) => Some((Ask::default(), Some(formula.clone()))),
        Sem::Text(period) => Some((Ask { period: Some(period.clone()), ..Ask::default() }, None)),
        Sem::Nothing => Some((Ask::default(), None)),
        _ => None,
    }
}

fn of(set: &Set) -> Ask {
    Ask { set: Some(set.clone()), ..Ask::default() }
}

/// The simpler of two readings costs less: with fewer conditions, and with what is shared said of all.
fn weight(formula: &Formula) -> u32 {
    if formula.is_contradictory() { DEAD } else { parts(formula).min(60) }
}

fn parts(formula: &Formula) -> u32 {
    match formula {
        Formula::And(inner) => inner.iter().map(parts).sum(),
        Formula::Or(inner) => 2 + 2 * inner.iter().map(parts).sum::<u32>(),
        Formula::Not(inner) | Formula::Rel { to: inner, .. } => 1 + parts(inner),
        // Related to something of a name, which is further off than the thing itself.
        Formula::Given(_) => 3,
        // Beside the flag of the same word: “attached to them”.
        Formula::Shown => 0,
        _ => 1,
    }
}
