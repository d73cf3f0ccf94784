//! Questions about how clouds are at all, and about none of ours: they are explained.

use escher_core::Intent;
use escher_core::selector::Field;

use super::contrast::{asks, is, is_versus};
use super::cover::{Cover, Role};
use super::intent::Strength;
use crate::meaning::{Ask, Formula, Head};
use crate::text::{Shape, Token};

/// Words of people who ask about theirs.
const OURS: &[&str] = &[
    "our",
    "my",
    "we",
    "i",
    "us",
    "the",
    "any",
    "all",
    "these",
    "those",
    "there",
    "anyone",
    "anybody",
    "still",
    "currently",
    "every",
    "each",
];

/// Whether a question is a general one.
pub(super) fn is_general(cover: &Cover, ask: &Ask, formula: &Formula, found: Option<(Intent, Strength)>, tokens: &[Token]) -> bool {
    let open = found.is_none_or(|(intent, _)| matches!(intent, Intent::Find | Intent::Describe));
    let money = found.is_some_and(|(intent, _)| intent == Intent::Cost);
    open && (is_so(cover, ask, tokens) || is_default(formula, tokens))
        || (open || money && asks(tokens)) && is_of_concepts(cover, ask, formula, tokens)
        || money && (is_billed(cover, ask, formula, tokens) || is_product(ask, tokens))
        || found.is_none() && is_product(ask, tokens)
}

fn is_bare(ask: &Ask, formula: &Formula, fields: &[Field]) -> bool {
    let bare = |part: &&Formula| match part {
        Formula::Is { field, not: false, .. } => fields.contains(field),
        Formula::Flag { .. } => fields.contains(&Field::State),
        _ => false,
    };
    ask.set.as_ref().is_some_and(|set| set.head == Head::Kind && !set.named) && formula.conjuncts().iter().all(bare)
}

/// “Do AKS upgrades drain pods?”, “are snapshots on Azure incremental?”: whether it is so at all.
fn is_so(cover: &Cover, ask: &Ask, tokens: &[Token]) -> bool {
    let first = tokens.iter().find(|token| token.shape == Shape::Word).map(|token| token.low.as_str());
    let asks = first.is_some_and(|word| matches!(word, "are" | "is" | "do" | "does" | "can" | "could" | "must" | "why"));
    let bare = ask.set.as_ref().is_some_and(|set| is_bare(ask, &set.formula, &[Field::Kind, Field::Cloud, Field::Engine]));
    asks && bare && !cover.unread.is_empty() && !tokens.iter().any(|token| is(token, OURS))
}

/// “Are volumes encrypted by default?”
fn is_default(formula: &Formula, tokens: &[Token]) -> bool {
    let named = !formula.values(&Field::Name).is_empty();
    let default = tokens.windows(2).any(|two| two[0].low == "by" && two[1].low == "default");
    default && asks(tokens) && !named && !tokens.iter().any(|token| matches!(token.low.as_str(), "our" | "my" | "we" | "these" | "those"))
}

/// “Do stopped instances still get billed?”, “do snapshots cost anything?”
fn is_billed(cover: &Cover, ask: &Ask, formula: &Formula, tokens: &[Token]) -> bool {
    let theirs = is_bare(ask, formula, &[Field::Kind, Field::Cloud, Field::Engine, Field::State, Field::Attr("lifecycle".to_owned())]);
    let cut = ask.period.is_some() || cover.islands.iter().any(|island| island.role == Role::Cut);
    asks(tokens) && theirs && !cut && !tokens.iter().any(|token| token.low != "still" && is(token, OURS))
}

/// “What does Escher cost?”: what this is, and what it takes.
fn is_product(ask: &Ask, tokens: &[Token]) -> bool {
    const WORDS: &[&str] = &[
        "cost",
        "costs",
        "price",
        "pricing",
        "free",
        "license",
        "licence",
        "licensed",
        "charge",
        "paid",
        "much",
        "expensive",
        "cheap",
        "open",
        "open-source",
    ];
    let escher = tokens.windows(2).any(|two| {
        two[1].low == "escher" && matches!(two[0].low.as_str(), "does" | "is" | "of" | "for" | "will" | "would" | "do" | "did" | "using")
    });
    let theirs = ask.period.is_some() || tokens.iter().any(|token| matches!(token.low.as_str(), "us" | "we" | "our" | "my"));
    escher && !theirs && ask.set.as_ref().is_none_or(|set| set.head == Head::Thing) && tokens.iter().any(|token| is(token, WORDS))
}

/// “RDS vs Aurora”, “compare EC2 with Lambda”: products side by side, with nothing that says that ours are meant.
fn is_of_concepts(cover: &Cover, ask: &Ask, formula: &Formula, tokens: &[Token]) -> bool {
    const LISTED: &[&str] =
        &["our", "ours", "my", "mine", "we", "us", "i", "show", "list", "find", "get", "count", "all", "number", "many", "which", "what"];
    let product = |part: &&Formula| matches!(part, Formula::Is { field: Field::Kind | Field::Cloud | Field::Engine, not: false, .. });
    let concept = |part: &&Formula| match part {
        Formula::Or(branches) => branches.iter().all(|branch| branch.conjuncts().iter().all(product)),
        part => product(part),
    };
    let beside = |at: usize| {
        cover.islands.iter().any(|island| island.ask.set.is_some() && (island.from.saturating_sub(1)..=island.to).contains(&at))
    };
    let compares = asks(tokens) && !tokens.iter().any(|token| token.low.starts_with(|c: char| c.is_ascii_digit()));
    let set_apart = tokens.iter().enumerate().any(|(at, token)| match token.low.as_str() {
        "vs" | "versus" => beside(at),
        "than" => compares,
        word => word == "compare",
    });
    let kinds = ask.set.as_ref().is_some_and(|set| set.head == Head::Kind && !set.named) && ask.beyond.iter().all(|word| is_versus(word));
    let several = [Field::Kind, Field::Cloud, Field::Engine].iter().any(|field| formula.values(field).len() > 1);
    let several = several || !ask.beyond.is_empty() || tokens.iter().any(|token| is_versus(&token.low));
    set_apart && several && kinds && formula.conjuncts().iter().all(concept) && !tokens.iter().any(|token| is(token, LISTED))
}
