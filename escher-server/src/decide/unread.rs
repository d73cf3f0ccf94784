//! Words that are no sentence: what was understood of them, and what was not.

use crate::chart::{Chart, Edge};
use crate::grammar::Language;
use crate::lexicon::Spelled;
use crate::meaning::{Head, Order, Sem};
use crate::text::Lattice;

/// The order among the words, if there is one, and the question back.
pub(super) struct Unread {
    pub(super) order: Option<Order>,
    pub(super) question: String,
}

/// The largest phrases first, and what lies outside them.
pub(super) fn unread(chart: &Chart, lattice: &Lattice, language: &Language, text: &str) -> Unread {
    let mut islands: Vec<&Edge> = ["Order", "Nps", "Post", "Item", "Whens", "Before", "After"]
        .into_iter()
        .flat_map(|category| chart.phrases(&language.grammar, category))
        .filter(|edge| match &*edge.sem {
            Sem::Set(set) => set.head != Head::Pronoun,
            // “Delete empty buckets” orders nobody to empty buckets.
            Sem::Order(order) => order.verb.is_some() || edge.from == 0,
            _ => true,
        })
        .collect();
    islands.sort_by_key(|edge| (std::cmp::Reverse(edge.to - edge.from), edge.from));
    let mut taken: Vec<&Edge> = Vec::new();
    for island in islands {
        if taken.iter().all(|other| island.to <= other.from || other.to <= island.from) {
            taken.push(island);
        }
    }
    taken.sort_by_key(|edge| edge.from);
    let words = |from: u8, to: u8| -> &str {
        let tokens = lattice.tokens();
        let span = tokens.get(usize::from(from)).zip(tokens.get(usize::from(to) - 1)).map(|(a, b)| a.span.0..b.span.1);
        span.and_then(|span| text.get(span)).unwrap_or_default()
    };
    let understood: Vec<&str> = taken
        .iter()
        .filter(|edge| matches!(&*edge.sem, Sem::Order(_) | Sem::Set(_) | Sem::Cond(_) | Sem::When(_)))
        .map(|edge| words(edge.from, edge.to))
        .collect();
    // Words between phrases, as far as they stand together.
    let mut gaps: Vec<(u8, u8)> = Vec::new();
    let mut at = 0;
    for (from, to) in taken.iter().map(|edge| (edge.from, edge.to)).chain([(lattice.len(), lattice.len())]) {
        if from > at {
            gaps.push((at, from));
        }
        at = to;
    }
    let gaps: Vec<&str> = gaps.into_iter().map(|(from, to)| words(from, to)).filter(|gap| gap.chars().any(char::is_alphanumeric)).collect();
    let order = taken.iter().find_map(|edge| match &*edge.sem {
        Sem::Order(order) => Some((**order).clone()),
        _ => None,
    });
    Unread { order, question: question(&understood, &gaps, language) }
}

fn question(understood: &[&str], gaps: &[&str], language: &Language) -> String {
    let near = gaps.iter().flat_map(|gap| gap.split_whitespace()).find(|word| {
        let (low, lexicon) = (word.to_lowercase(), &language.lexicon);
        low.len() >= 3 && lexicon.spelled(&low, false) != Spelled::Right && lexicon.is_near_place(&low)
    });
    if let Some(word) = near {
        return format!("I know no place and no environment “{word}”, and correct neither in an order. Which one is meant?");
    }
    let understood = if understood.is_empty() { String::new() } else { format!("I understood “{}”. ", understood.join("”, “")) };
    let gap = if gaps.is_empty() { "how that goes together".to_owned() } else { format!("“{}”", gaps.join("”, “")) };
    let why = gaps.iter().find_map(|gap| hint(gap)).unwrap_or("I won't change anything on a guess. Can you say it another way?");
    format!("{understood}I did not understand {gap}. {why}")
}

/// What to do about words that people often put around an order.
fn hint(gap: &str) -> Option<&'static str> {
    const CONDITIONS: &[&str] =
        &["if", "unless", "once", "when", "whenever", "until", "till", "while", "after", "before", "because", "provided", "otherwise"];
    const CORRECTIONS: &[&str] = &["wait", "mean", "meant", "sorry", "scratch", "instead", "rather", "correction"];
    let low = gap.to_lowercase();
    let has = |words: &[&str]| low.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    if has(CORRECTIONS) {
        return Some("Say the whole order once more, as it is meant now.");
    }
    if has(CONDITIONS) {
        return Some("I watch no conditions for an order: say it when it should be done, or at what time.");
    }
    low.contains('(').then_some("What stands in brackets may change the order: say it without them, or as part of it.")
}
