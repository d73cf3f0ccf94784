//! What the phrases of a sentence say together: one set, its conditions, and how the answer is cut.

use escher_core::selector::{Field, Relation};
use escher_core::{Intent, Kind};

use super::contrast::{both_of, compared, either, versus};
use super::cover::{self, Cover, Role};
use crate::grammar::{Language, placed};
use crate::meaning::{Ask, Formula, Head, Number, Set};
use crate::text::{Lattice, Token};

/// What the phrases of a cover say together.
pub(super) struct Together {
    pub(super) ask: Ask,
    pub(super) formula: Formula,
    /// Whether anything says which things are meant.
    pub(super) specified: bool,
    /// The words of phrases that do not go with the others.
    pub(super) left: Vec<usize>,
    /// Whether a phrase was set against another: “prod versus staging”.
    pub(super) joined: bool,
}

/// Puts the phrases together in the order of the words.
pub(super) fn together(cover: &Cover, language: &Language, lattice: &Lattice) -> Together {
    let tokens = lattice.tokens();
    let mut sum = Ask::default();
    let mut formula = Formula::all();
    let mut specified = false;
    let mut left = Vec::new();
    let mut joined = false;
    let topical = cover.islands.iter().any(|island| island.role == Role::Topic);
    let playbook = cover.islands.iter().any(|island| island.role == Role::Topic && island.ask.intent == Some(Intent::Playbook));
    for (index, island) in cover.islands.iter().enumerate() {
        // “A migration of our databases to GCP”: where they go is not where they are.
        if playbook && island.from > 0 && tokens[island.from - 1].low == "to" {
            let goal: Vec<&str> = tokens[island.from - 1..island.to].iter().map(|token| token.text.as_str()).collect();
            sum.beyond.insert(goal.join(" "));
            continue;
        }
        let mut ask = island.ask.clone();
        ask.intent = None;
        let mut fits = true;
        // “Debian 11 VMs”, “more than 10 VMs”: no number of VMs that are wanted.
        if ask.set.is_some() && ask.limit.is_some() && is_version(cover, island.from, tokens) {
            ask.limit = None;
            left.push(island.from);
        }
        // “P1 incidents”, “FY26 spend”: which of them, and no name.
        let marks = island.to - island.from == 1 && ask.set.as_ref().is_some_and(|set| set.head == Head::Name);
        if marks && is_mark(&tokens[island.from].low, cover.islands.iter().any(|island| island.role == Role::Topic)) {
            left.push(island.from);
            continue;
        }
        let against = versus(cover, index, tokens);
        let mut join = |formula: &mut Formula, set: Option<&mut Set>, other: &Formula| {
            // “On AWS versus GCP”, “VMs in AWS with GCP”
            let of_set = set.filter(|_| against).and_then(|set| either(&set.formula, other).map(|both| set.formula = both));
            let found = of_set.is_some() || against && either(formula, other).map(|both| *formula = both).is_some();
            joined |= found;
            found
        };
        // “Runs that failed”: how they ended, and no state of a resource.
        let told = index.checked_sub(1).map(|before| &cover.islands[before]).is_some_and(|before| {
            before.role == Role::Topic && before.to == island.from && matches!(before.ask.intent, Some(Intent::History | Intent::Alerts))
        });
        if told && island.condition.as_ref().is_some_and(|condition| !condition.values(&Field::State).is_empty()) {
            left.extend((island.from..island.to).filter(|&at| cover::is_content(lattice, at, language)));
            continue;
        }
        if let Some(condition) = &island.condition {
            if !join(&mut formula, sum.set.as_mut(), condition) {
                formula = formula.and(condition.clone());
            }
            specified = true;
        }
        if let Some(mut set) = ask.set.take() {
            if set.head == Head::Env && join(&mut formula, sum.set.as_mut(), &set.formula) {
                continue;
            }
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
                None if against && let Some((rest, both)) = both_of(&formula, &set) => {
                    formula = rest;
                    sum.set = Some(both);
                    joined = true;
                }
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
                Some(known) if (compared(cover, index, tokens) || against) && set.head == known.head => {
                    joined = true;
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
    // “The memory of dev VMs” is theirs, and nothing that is related to them.
    if sum.set.is_none() && cover.unread.iter().any(|&at| language.lexicon.is_measure(&tokens[at].low)) {
        formula = belongings(&formula);
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
    Together { ask: sum, formula, specified, left, joined }
}

/// Whether the number at a place belongs to what stands before it.
fn is_version(cover: &Cover, at: usize, tokens: &[Token]) -> bool {
    let number = tokens[at].low.starts_with(|c: char| c.is_ascii_digit());
    let before = at.checked_sub(1).filter(|_| number);
    let bound = |word: &str| matches!(word, "than" | "least" | "over" | "under" | "above" | "below" | "exactly");
    before.is_some_and(|before| cover.unread.contains(&before) || bound(&tokens[before].low))
}

/// Whether a word looks like a name and is a rank, a part of a year or a class of errors: `sev1`, `fy26`, `5xx`. What is
/// shorter may well be a name, but for where incidents or money are spoken of: `p1`, `h2`.
fn is_mark(word: &str, topical: bool) -> bool {
    let digits = |rest: &str, len: std::ops::RangeInclusive<usize>| len.contains(&rest.len()) && rest.bytes().all(|b| b.is_ascii_digit());
    let after = |front: &str| word.strip_prefix(front).map(|rest| rest.trim_start_matches('-'));
    after("sev").is_some_and(|rest| digits(rest, 1..=1))
        || after("fy").is_some_and(|rest| digits(rest, 2..=4))
        || word.strip_suffix("xx").is_some_and(|front| digits(front, 1..=1))
        || topical
            && ["p", "h", "s", "cy"]
                .iter()
                .any(|front| after(front).is_some_and(|rest| digits(rest, 1..=if *front == "cy" { 4 } else { 1 })))
}

/// What something is of, as that itself.
pub(super) fn belongings(formula: &Formula) -> Formula {
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
