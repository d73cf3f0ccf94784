//! Alternatives in questions: “public or unencrypted buckets”, “idle VMs and unattached disks”.
//!
//! One conjunction over all that was found would answer with what is public *and* unencrypted. Of a change the
//! validator asks back instead: which ones is never a guess.

use escher_core::selector::Field;
use escher_core::{Intent, Selector};

use super::Part;
use super::present::selector;
use crate::scene::{Ask, Found, Scene};

/// Makes alternatives of what is said as alternatives.
pub(crate) struct Either;

impl Part for Either {
    fn read(&self, scene: &mut Scene<'_>) {
        let asks = matches!(scene.intent, Some(Intent::Find | Intent::Count | Intent::Advise | Intent::Report | Intent::Cost));
        if !asks || scene.found.iter().any(|found| matches!(found.ask, Ask::Given(_))) {
            return;
        }
        scene.found.sort_by_key(|found| found.at);
        scene.found = clauses(scene).unwrap_or_else(|| joined(scene, &scene.found));
    }
}

/// What an ask is about: alternatives of one field are the presenter's.
pub(crate) fn about(ask: &Ask) -> String {
    match ask {
        Ask::Is(field, _) | Ask::OneOf(field, _) | Ask::Like(field, _) | Ask::Compare(field, ..) | Ask::Exists(field) => field.to_string(),
        Ask::Flag(flag, _) => flag.to_string(),
        Ask::Kind(..) => "kind".to_owned(),
        Ask::Given(_) => String::new(),
    }
}

fn is_kind(found: &Found) -> bool {
    matches!(found.ask, Ask::Kind(..)) && !found.negated
}

fn is_place(found: &Found) -> bool {
    let place = matches!(found.ask, Ask::Is(Field::Region | Field::Geo | Field::Zone, _) | Ask::OneOf(Field::Region | Field::Geo, _));
    place && !found.negated
}

/// What these findings say together.
fn told(scene: &Scene<'_>, found: Vec<Found>) -> Option<Selector> {
    selector(&Scene { found, ..scene.clone() }).ok()
}

/// What stands between two findings.
#[derive(PartialEq)]
enum Link {
    None,
    Comma,
    Or,
}

fn link(scene: &Scene<'_>, before: &Found, after: &Found) -> Link {
    const FILLERS: &[&str] = &[
        "either", "are", "is", "that", "which", "with", "without", "no", "not", "in", "on", "have", "has", "the", "a", "an", "any", "also",
        "of", "being", "tagged",
    ];
    if is_kind(before) || is_kind(after) {
        return Link::None;
    }
    let between = before.at + 1..after.at;
    // Nothing is in two places: “in the EU and us-east-1” is one or the other.
    let places = is_place(before) && is_place(after);
    let is_or = |i: usize| scene.free(i) && (scene.low(i) == "or" || places && matches!(scene.low(i), "and" | "&" | "plus"));
    if between.clone().any(|i| scene.free(i) && !is_or(i) && !FILLERS.contains(&scene.low(i))) {
        Link::None
    } else if between.clone().any(is_or) {
        Link::Or
    } else if (before.at..after.at).any(|i| scene.tokens[i].comma) {
        Link::Comma
    } else {
        Link::None
    }
}

/// “Dev, idle or untagged”: runs that an “or” holds together become one condition.
fn joined(scene: &Scene<'_>, found: &[Found]) -> Vec<Found> {
    let mut whole = Vec::new();
    let mut rest = found;
    while let Some(first) = rest.first() {
        let mut last = 0;
        for (i, pair) in rest.windows(2).enumerate() {
            match link(scene, &pair[0], &pair[1]) {
                Link::None => break,
                Link::Comma => {}
                Link::Or => last = i + 1,
            }
        }
        let (run, after) = rest.split_at(last + 1);
        let differ = run.iter().any(|other| about(&other.ask) != about(&first.ask));
        let parts: Option<Vec<Selector>> = run.iter().map(|one| told(scene, vec![one.clone()])).collect();
        match parts.filter(|_| differ) {
            Some(parts) => whole.push(Found { at: first.at, ask: Ask::Given(Selector::Or(parts).normalised()), negated: false }),
            None => whole.extend_from_slice(run),
        }
        rest = after;
    }
    whole
}

/// A kind with what is said of it alone.
#[derive(Default)]
struct Clause {
    /// Said before the kind: “idle VMs”.
    lead: Vec<Found>,
    kind: Vec<Found>,
    /// Said after it: “VMs in Frankfurt”.
    trail: Vec<Found>,
}

/// “Idle VMs and unattached disks in prod”: several kinds, each with conditions of its own, and what is said of all.
/// `None` where that is not so.
fn clauses(scene: &Scene<'_>) -> Option<Vec<Found>> {
    let heads: Vec<usize> = scene.found.iter().filter(|found| is_kind(found)).map(|found| found.at).collect();
    let joint = |pair: &[usize]| {
        let is_joint = |i: usize| matches!(scene.low(i), "and" | "or" | "&" | "plus") || scene.tokens[i - 1].comma;
        (pair[0] + 1..pair[1]).rev().find(|&i| is_joint(i))
    };
    let joints: Vec<usize> = heads.windows(2).map(joint).collect::<Option<_>>()?;
    let mut clauses: Vec<Clause> = heads.iter().map(|_| Clause::default()).collect();
    let mut shared = Vec::new();
    for found in &scene.found {
        let n = joints.iter().filter(|&&joint| found.at >= joint).count();
        let clause = clauses.get_mut(n)?;
        if is_kind(found) {
            clause.kind.push(found.clone());
        } else if found.at > heads[n] {
            clause.trail.push(found.clone());
        } else if n == 0 && stands_apart(scene, found.at, heads[0]) {
            shared.push(found.clone());
        } else {
            clause.lead.push(found.clone());
        }
    }
    let count = |part: fn(&Clause) -> &Vec<Found>| clauses.iter().filter(|clause| !part(clause).is_empty()).count();
    let (leads, trails) = (count(|clause| &clause.lead), count(|clause| &clause.trail));
    if leads < 2 && trails < 2 {
        return None;
    }
    // What follows the last kind alone is said of all of them.
    if let (1, Some(last)) = (trails, clauses.last_mut()) {
        shared.append(&mut last.trail);
    }
    let own = |clause: &Clause| clause.lead.iter().chain(&clause.trail).map(|found| (found.ask.clone(), found.negated)).collect::<Vec<_>>();
    if clauses.iter().all(|clause| own(clause) == own(&clauses[0])) {
        return None;
    }
    let told_of = |clause: Clause| told(scene, joined(scene, &[clause.lead, clause.kind, clause.trail].concat()));
    let parts: Vec<Selector> = clauses.into_iter().map(told_of).collect::<Option<_>>()?;
    shared.push(Found { at: *heads.first()?, ask: Ask::Given(Selector::Or(parts).normalised()), negated: false });
    Some(joined(scene, &shared))
}

/// “In prod, idle VMs …”: said before the first kind, and not of it alone.
fn stands_apart(scene: &Scene<'_>, at: usize, head: usize) -> bool {
    let behind_preposition = at > 0 && matches!(scene.low(at - 1), "in" | "on" | "at" | "from" | "for" | "across" | "of" | "within");
    behind_preposition || (at + 1..head).any(|i| scene.free(i) && !matches!(scene.low(i), "and" | "or" | "&"))
}
