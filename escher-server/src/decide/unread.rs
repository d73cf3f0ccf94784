//! Words that are no sentence: what was understood of them, and what was not.

use std::ops::Range;

use escher_core::CloudId;

use crate::chart::{Chart, Edge};
use crate::grammar::Language;
use crate::lexicon::{Entry, Lexicon, Spelled};
use crate::meaning::{Head, Order, Sem};
use crate::text::{Lattice, Shape, Token};

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
    let tokens = lattice.tokens();
    let words = |from: usize, to: usize| -> &str {
        let span = tokens.get(from).zip(tokens.get(to.wrapping_sub(1))).map(|(a, b)| a.span.0..b.span.1);
        span.and_then(|span| text.get(span)).unwrap_or_default()
    };
    let islands: Vec<Range<usize>> = taken.iter().map(|edge| usize::from(edge.from)..usize::from(edge.to)).collect();
    // A single word that was taken for a name may be any word.
    let is_name = |at: usize| {
        taken.iter().zip(&islands).any(|(edge, island)| *island == (at..at + 1) && matches!(&*edge.sem, Sem::Set(set) if set.named))
    };
    // What an order is made of is not what it fails at.
    let main = taken.iter().position(|edge| matches!(&*edge.sem, Sem::Order(_)));
    let whole = |at: &usize| !matches!(&*taken[*at].sem, Sem::Set(set) if set.named && set.head != Head::Kind);
    let main = main.or_else(|| (0..islands.len()).filter(whole).max_by_key(|&at| (islands[at].len(), std::cmp::Reverse(at))));
    let main = main.map_or(0..0, |at| islands[at].clone());
    let gaps = gaps(&islands, tokens.len());
    let blamed = blamed(tokens, &gaps, &main, &language.lexicon, is_name);
    let understood: Vec<&str> = taken
        .iter()
        .zip(&islands)
        .filter(|(edge, _)| matches!(&*edge.sem, Sem::Order(_) | Sem::Set(_) | Sem::Cond(_) | Sem::When(_)))
        .filter(|(_, island)| !blamed.iter().any(|run| run.start < island.end && island.start < run.end))
        .map(|(_, island)| words(island.start, island.end))
        .collect();
    let order = taken.iter().find_map(|edge| match &*edge.sem {
        Sem::Order(order) => Some((**order).clone()),
        _ => None,
    });
    let between: Vec<&str> = gaps.iter().map(|gap| words(gap.start, gap.end)).collect();
    let why = between.iter().find_map(|gap| hint(gap));
    if blamed.is_empty() {
        return Unread { order, question: apart(&understood, &between, gaps.last().is_some_and(|gap| gap.end == tokens.len()), why) };
    }
    let question = match blamed.as_slice() {
        [run] if why.is_none() && run.len() == 1 => place(tokens, run.start, language),
        _ => None,
    };
    let not: Vec<&str> = blamed.iter().map(|run| words(run.start, run.end)).collect();
    let question = question.unwrap_or_else(|| {
        let why = why.unwrap_or(NO_GUESS);
        match understood.as_slice() {
            [] => format!("I did not understand “{}”. {why}", not.join("”, “")),
            understood => format!("I understood “{}”, but not “{}”. {why}", understood.join("”, “"), not.join("”, “")),
        }
    });
    Unread { order, question }
}

const NO_GUESS: &str = "I won't change anything on a guess. Can you say it another way?";

/// Words that only join others: what is not understood is what stands beside them.
const JOINING: &[&str] = &[
    "a", "an", "the", "this", "that", "these", "those", "and", "or", "but", "then", "in", "on", "at", "of", "to", "from", "for", "with",
    "by", "as", "into", "onto", "within", "inside", "across", "is", "are", "was", "were", "be", "it", "which", "who", "please", "all",
    "any", "every", "each", "our", "my", "your", "their", "its", "not", "no", "only", "just", "also", "so",
];

pub(super) fn joins(word: &str) -> bool {
    JOINING.contains(&word) || !word.contains(char::is_alphanumeric)
}

/// What lies between phrases, as far as it stands together; marks alone are nothing.
fn gaps(islands: &[Range<usize>], len: usize) -> Vec<Range<usize>> {
    let mut gaps = Vec::new();
    let mut at = 0;
    for island in islands.iter().cloned().chain(std::iter::once(len..len)) {
        if island.start > at {
            gaps.push(at..island.start);
        }
        at = island.end;
    }
    gaps
}

/// The words at which it fails: those that nobody knows, with what leads to them; else what stands between phrases and does
/// more than join them.
fn blamed(
    tokens: &[Token],
    gaps: &[Range<usize>],
    main: &Range<usize>,
    lexicon: &Lexicon,
    is_name: impl Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let known = |at: usize| {
        let low = tokens[at].low.as_str();
        joins(low) || !lexicon.entries(low).is_empty() || lexicon.is_grammar(low)
    };
    let strange = |at: usize| {
        let token = &tokens[at];
        let plain = token.shape == Shape::Word && token.low.chars().all(char::is_alphabetic);
        plain && !known(at) && (is_name(at) || !matches!(lexicon.spelled(&token.low, false), Spelled::Like(_)))
    };
    // “Near narnia”: what leads to the word belongs to it, other than the verb.
    let is_verb = |at: usize| lexicon.entries(&tokens[at].low).iter().any(|entry| entry.category == "Verb");
    let leads = |at: usize| gaps.iter().any(|gap| gap.contains(&at)) && !joins(&tokens[at].low) && !is_verb(at);
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in (0..tokens.len()).filter(|&at| !main.contains(&at) && strange(at)) {
        let from = (0..at).rev().take_while(|&before| leads(before)).last().unwrap_or(at);
        match runs.last_mut() {
            Some(run) if run.end >= from => run.end = at + 1,
            _ => runs.push(from..at + 1),
        }
    }
    if !runs.is_empty() {
        return runs;
    }
    let trimmed = |gap: &Range<usize>| {
        let tells =
            |&at: &usize| !joins(&tokens[at].low) && !is_verb(at) && !lexicon.entries(&tokens[at].low).iter().any(Entry::is_sensitive);
        Some(gap.clone().find(tells)?..gap.clone().rev().find(tells)? + 1)
    };
    gaps.iter().filter_map(trimmed).collect()
}

/// A word that stands where a place should.
fn place(tokens: &[Token], at: usize, language: &Language) -> Option<String> {
    let (token, lexicon) = (&tokens[at], &language.lexicon);
    if token.low.len() >= 3 && lexicon.spelled(&token.low, false) != Spelled::Right && lexicon.is_near_place(&token.low) {
        return Some(format!(
            "“{}” is not a place or environment that I know, and I don't correct those in an order. Which one do you mean?",
            token.text
        ));
    }
    let within = |at: usize| tokens.get(at).is_some_and(|token| matches!(token.low.as_str(), "in" | "within" | "inside" | "across"));
    let cloud = |at: usize| tokens.get(at).is_some_and(|token| token.low.parse::<CloudId>().is_ok());
    let placed = at.checked_sub(1).is_some_and(within) || at.checked_sub(2).is_some_and(|before| within(before) && cloud(before + 1));
    placed.then(|| format!("I don't know a place, environment or account called “{}”. Which one do you mean?", token.text))
}

/// Phrases that are understood, and not together.
fn apart(understood: &[&str], between: &[&str], ends: bool, why: Option<&str>) -> String {
    let why = why.unwrap_or(NO_GUESS);
    match (understood, between) {
        (_, [.., last]) if ends && last.contains(char::is_alphanumeric) && last.split_whitespace().all(joins) => {
            format!("Something is missing after “{last}”. {why}")
        }
        ([], _) => format!("I did not understand that. {why}"),
        ([one], [rest]) if !rest.split_whitespace().all(joins) => {
            format!("I understood “{one}”, but not how “{rest}” belongs to it. {why}")
        }
        ([one], _) => format!("I understood “{one}”, but not how the rest belongs to it. {why}"),
        (several, _) => format!("I understood “{}”, but not how they go together. {why}", several.join("”, “")),
    }
}

/// What to do about words that people often put around an order.
fn hint(gap: &str) -> Option<&'static str> {
    const CONDITIONS: &[&str] =
        &["if", "unless", "once", "when", "whenever", "until", "till", "while", "after", "before", "because", "provided", "otherwise"];
    const CORRECTIONS: &[&str] = &["wait", "mean", "meant", "sorry", "scratch", "instead", "rather", "correction"];
    let low = gap.to_lowercase();
    let has = |words: &[&str]| low.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word));
    if has(CORRECTIONS) {
        return Some("Give the whole order again, the way you mean it now.");
    }
    if has(CONDITIONS) {
        return Some("I can't wait for a condition: give the order when it should be carried out.");
    }
    low.contains('(').then_some("The part in parentheses may change the order: leave it out, or make it part of the sentence.")
}
