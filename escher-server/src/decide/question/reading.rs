//! What one sentence says, as far as it was understood.

use escher_core::selector::Field;
use escher_core::{Correction, Intent, Verb};

use super::contrast::{self, contrast};
use super::cover::{self, Cover, Island, Role};
use super::general;
use super::intent::{self, Strength};
use super::together::{Together, together};
use crate::budget::Budget;
use crate::chart::{self, Chart};
use crate::decide::source::{Heard, heard};
use crate::grammar::{Language, english};
use crate::meaning::{Ask, Formula, Head, Number, Sem};
use crate::text::{Lattice, Shape, Token};

/// What an answer about one thing shows of it.
const FACETS: &[&str] = &[
    "status",
    "specs",
    "spec",
    "details",
    "config",
    "configuration",
    "settings",
    "owner",
    "tags",
    "labels",
    "size",
    "type",
    "sku",
    "ip",
    "address",
    "uptime",
    "age",
    "location",
    "properties",
    "attributes",
    "metadata",
    "info",
    "information",
    "health",
    "relations",
    "links",
    "summary",
    "overview",
    "description",
    "this",
];

/// Words of what is still to come.
const AHEAD: &[&str] = &[
    "forecast",
    "forecasts",
    "predict",
    "prediction",
    "projected",
    "projection",
    "expect",
    "expected",
    "will",
    "upcoming",
    "coming",
    "estimate",
];

/// What follows a “no” that contradicts the answer: “no, in AWS”, “no only the idle ones”.
const CONTRADICTS: &[&str] = &["in", "on", "only", "just", "the", "those", "not", "i"];

/// What one sentence was read as.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) intent: Option<Intent>,
    pub(super) strength: Strength,
    pub(super) ask: Ask,
    /// What its things have to satisfy, conditions that stand by themselves among it.
    pub(super) formula: Formula,
    /// The words of its parts.
    pub(super) heard: Heard,
    /// Whether anything says which things are meant.
    pub(super) specified: bool,
    pub(super) unread: Vec<String>,
    /// The words of the period.
    pub(super) period: Vec<String>,
    /// Countries by their words: of more than one country is what a frame says of them.
    pub(super) countries: Vec<String>,
    pub(super) corrected: Vec<Correction>,
    /// An order that was not understood whole.
    pub(super) ordered: Option<Option<Verb>>,
    /// “It”, “them”, “the idle ones”, “that”.
    pub(super) pronoun: bool,
    /// “It”, “them”: what was shown before, and nothing else.
    pub(super) refers: bool,
    /// Whether it refers to something that was not shown.
    pub(super) lost: bool,
    /// Begins as an answer to what was said before.
    pub(super) follows: bool,
    /// Whether it says anything about clouds at all.
    pub(super) relevant: bool,
    pub(super) hail: bool,
    /// Whether it looks ahead: “forecast”, “will”.
    pub(super) ahead: bool,
    /// Whether it is about something else altogether.
    pub(super) off_topic: bool,
}

impl Reading {
    /// Takes the intent of an example that means nearly the same.
    pub(super) fn take(&mut self, intent: Intent) {
        self.off_topic |= intent == Intent::Unknown;
        self.relevant |= intent != Intent::Unknown;
        self.hail |= intent == Intent::Smalltalk;
        (self.intent, self.strength) = (Some(intent), Strength::Opener);
    }
}

/// Whether it begins with a “no” to the answer before: “no, in AWS”.
fn contradicts(tokens: &[Token]) -> bool {
    let said = |token: &Token| token.low == "," || CONTRADICTS.contains(&token.low.as_str());
    tokens.len() > 2 && tokens[0].low == "no" && said(&tokens[1])
}

/// Reads one sentence.
pub(super) fn read(mut tokens: Vec<Token>, budget: &Budget) -> Reading {
    let language = english();
    let contradicts = contradicts(&tokens);
    if contradicts {
        tokens.remove(0);
    }
    let lattice = Lattice::asked(tokens, &language.lexicon, budget);
    let chart = chart::parse(&language.grammar, &lattice, budget);
    let mut cover = cover::best(&chart, &lattice, language);
    let tokens = lattice.tokens();
    let says = |words: &[&str]| tokens.iter().any(|token| words.contains(&token.low.as_str()));
    let Together { mut ask, formula: said, specified, left, joined } = together(&cover, language, &lattice);
    let heard = heard(&chart, &lattice, &said);
    let formula = said.loosened();
    let specified = specified || says(&["resource", "resources", "assets"]);
    cover.unread.extend(left);
    // “All but not those in dev”
    cover.unread.retain(|&at| {
        !(tokens[at].low == "but"
            && tokens.get(at + 1).is_some_and(|next| next.low == "not")
            && cover.islands.iter().any(|island| island.from == at + 1))
    });
    cover.unread.sort_unstable();
    cover.unread.dedup();
    beside(&mut cover, tokens);
    let found = intent::of(&cover, ask.set.as_ref(), says(&["we", "our", "my", "us"]), tokens);
    let found = match found {
        Some((Intent::Find | Intent::Describe, _)) | None
            if (joined || contrast::chooses(tokens)) && contrast::counts(tokens) && contrast(&formula, tokens, joined).is_some() =>
        {
            Some((Intent::Count, Strength::Count))
        }
        found => found,
    };
    let measured = matches!(found, Some((Intent::Cost | Intent::Count, _)));
    if measured && ask.group_by.is_empty() {
        ask.group_by.extend(contrast(&formula, tokens, joined));
    }
    if joined || measured && !ask.group_by.is_empty() {
        contrast::settle(&mut cover, tokens, measured);
    }
    let found = if general::is_general(&cover, &ask, &formula, found, tokens) {
        ask.group_by.clear();
        Some((Intent::Explain, Strength::Shape))
    } else {
        found
    };
    if matches!(found, Some((Intent::Cost, _))) {
        costly(&cover, &mut ask);
    }
    // “VM web-1, its owner and its disks”
    let found = if let Some((Intent::Find, strength @ (Strength::Bare | Strength::Opener))) = found
        && ask.set.as_ref().is_some_and(|set| set.named && set.number == Number::One)
        && !cover.unread.is_empty()
        && cover.unread.iter().all(|&at| FACETS.contains(&tokens[at].low.as_str()))
    {
        cover.unread.clear();
        Some((Intent::Describe, strength.max(Strength::Describe)))
    } else {
        found
    };
    let (intent, strength) = found.map_or((None, Strength::Bare), |(intent, strength)| (Some(intent), strength));
    let mask = cover.islands.iter().fold(0, |mask, island| mask | island.corrected);
    let first = tokens.iter().map(|token| token.low.as_str()).find(|word| word.chars().any(char::is_alphanumeric)).unwrap_or_default();
    let matters = tokens.iter().any(|token| language.lexicon.is_matter(&token.low));
    Reading {
        ordered: ordered(&cover, &chart, &lattice, language, strength),
        pronoun: says(&["it", "its", "them", "they", "their", "those", "these", "that", "this", "ones"]),
        refers: formula.refers() || says(&["it", "its", "them", "they", "their", "those", "these"]),
        lost: false,
        follows: contradicts
            || matches!(
                first,
                "and"
                    | "what"
                    | "how"
                    | "only"
                    | "just"
                    | "now"
                    | "but"
                    | "also"
                    | "then"
                    | "same"
                    | "in"
                    | "ok"
                    | "for"
                    | "except"
                    | "not"
            ),
        relevant: specified || matters || cover.islands.iter().any(|island| matches!(island.role, Role::Topic | Role::Shape)),
        ahead: says(AHEAD) && !says(&["was", "were", "did", "actual", "actuals"]),
        hail: cover.islands.iter().any(|island| island.role == Role::Hail),
        off_topic: cover.unread.iter().any(|&at| language.lexicon.is_off_topic(&tokens[at].low)),
        unread: words(&cover.unread, tokens),
        period: cover
            .islands
            .iter()
            .filter(|island| island.ask.period.is_some())
            .flat_map(|island| island.from..island.to)
            .filter(|&at| cover::is_content(&lattice, at, language))
            .map(|at| tokens[at].text.clone())
            .collect(),
        countries: lattice.edges().filter(|edge| edge.symbol == "PartGeo").map(|edge| said_at(tokens, edge.from, edge.to)).collect(),
        corrected: lattice.corrected(mask).map(|(from, to)| Correction { from: from.to_owned(), to: to.to_owned() }).collect(),
        intent,
        strength,
        ask,
        formula,
        heard,
        specified,
    }
}

fn said_at(tokens: &[Token], from: u8, to: u8) -> String {
    tokens[usize::from(from)..usize::from(to)].iter().map(|token| token.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// Unread words, as they were written.
fn words(unread: &[usize], tokens: &[Token]) -> Vec<String> {
    unread.iter().map(|&at| tokens[at].text.clone()).collect()
}

/// “Machines covered by a savings plan” are machines: what stands behind things and words that were not understood is said of
/// these things, and no topic.
fn beside(cover: &mut Cover, tokens: &[Token]) {
    let Some(things) = cover.islands.iter().position(|island| {
        island.role == Role::Things && island.ask.set.as_ref().is_some_and(|set| set.head == Head::Kind && set.number == Number::Many)
    }) else {
        return;
    };
    if cover.islands[..things].iter().any(|island| matches!(island.role, Role::Topic | Role::Ahead | Role::Shape)) {
        return;
    }
    let end = cover.islands[things].to;
    let said = |island: &Island, unread: &[usize]| {
        let between = unread.iter().any(|&at| (end..island.from).contains(&at));
        let hinged = island
            .from
            .checked_sub(1)
            .is_some_and(|at| at >= end && matches!(tokens[at].low.as_str(), "with" | "without" | "had" | "by" | "under"));
        island.role == Role::Topic && island.from >= end && (between || hinged)
    };
    let gone: Vec<usize> = (things + 1..cover.islands.len()).filter(|&at| said(&cover.islands[at], &cover.unread)).collect();
    for at in gone.into_iter().rev() {
        let island = cover.islands.remove(at);
        cover.unread.extend(island.from..island.to);
    }
    cover.unread.sort_unstable();
}

/// The biggest cost is the highest; the cost of the biggest disks is of those that hold most.
fn costly(cover: &Cover, ask: &mut Ask) {
    let Some((Field::Capacity, desc)) = ask.sort else { return };
    let things = ask.set.as_ref().is_some_and(|set| set.head == Head::Kind);
    let of_money = cover.islands.windows(2).any(|two| two[0].ask.sort.is_some() && two[1].role == Role::Topic && two[0].to == two[1].from);
    if of_money || !things {
        ask.sort = Some((Field::Cost, desc));
    }
}

/// Whether the words order something: the verb stands where orders have it, and nothing strong says that they ask.
fn ordered(cover: &Cover, chart: &Chart, lattice: &Lattice, language: &Language, strength: Strength) -> Option<Option<Verb>> {
    if strength >= Strength::Describe && strength != Strength::Topic || strength == Strength::Count {
        return None;
    }
    let tokens = lattice.tokens();
    let free = |at: usize| !cover.islands.iter().any(|island| (island.from..island.to).contains(&at));
    let mut heads = true;
    for (at, token) in tokens.iter().enumerate() {
        let word = token.low.as_str();
        let leads = heads || at > 0 && matches!(tokens[at - 1].low.as_str(), "please" | "then" | "," | "and" | "just" | "to" | "now" | ":");
        if leads && token.shape == Shape::Word && free(at) {
            let verb =
                chart.phrases(&language.grammar, "Verb").into_iter().find(|edge| usize::from(edge.from) == at).and_then(|edge| match *edge
                    .sem
                {
                    Sem::Verb(verb) => Some(verb),
                    _ => None,
                });
            if verb.is_some() && strength != Strength::Topic {
                return Some(verb);
            }
            if heads && strength < Strength::Topic && language.lexicon.is_imperative(word) {
                return Some(None);
            }
        }
        let courtesy = cover.islands.iter().any(|island| island.role == Role::Courtesy && (island.from..island.to).contains(&at));
        heads &= courtesy || token.shape != Shape::Word || language.lexicon.leads(word);
    }
    None
}
