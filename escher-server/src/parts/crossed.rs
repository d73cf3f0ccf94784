//! Two descriptions in one order, which one conjunction would mix: “prod VMs in us-east-1 and dev VMs in westus” would
//! hold the dev VMs of us-east-1 too.

use std::collections::BTreeSet;

use escher_core::Kind;
use escher_core::selector::{Field, Op};
use serde_json::Value;

use super::either::about;
use super::negation::excepted;
use crate::scene::{Ask, Found, Scene};

/// Whether the order describes two sets of resources that are not one.
pub(crate) fn crossed(scene: &Scene<'_>) -> bool {
    doubly_bound(scene)
        || tagged_apart(scene)
        || unjoined(scene)
        || all_beside(scene)
        || leaves_out_two(scene)
        || of_others(scene)
        || splits(scene).any(|split| differ(scene, split))
}

/// Each word that may join two descriptions, between the first thing named and the last.
fn splits<'a>(scene: &'a Scene<'_>) -> impl Iterator<Item = usize> + 'a {
    let heads = || {
        let head = |found: &&Found| !found.negated && matches!(found.ask, Ask::Kind(..) | Ask::Is(Field::Name | Field::Id, _));
        scene.found.iter().filter(head).map(|found| found.at)
    };
    let (first, last) = (heads().min().unwrap_or_default(), heads().max().unwrap_or_default());
    (first + 1..last).filter(|&i| matches!(scene.low(i), "and" | "or" | "&" | "plus") || scene.tokens[i - 1].comma)
}

fn differ(scene: &Scene<'_>, split: usize) -> bool {
    let (before, after): (Vec<&Found>, Vec<&Found>) = scene.found.iter().partition(|found| found.at < split);
    // “Web-1 and dev VMs”: one by its name, the others by what they are.
    let apart = |one: &[&Found], other: &[&Found]| named(one) && !named(other) && !kinds(other).is_empty();
    if apart(&before, &after) || apart(&after, &before) {
        return true;
    }
    // The same kind twice, “dev VMs in westus and prod VMs”: each with conditions of its own.
    let twice = kinds(&before).iter().any(|kind| kinds(&after).contains(kind)) && !named(&before) && !named(&after);
    if twice && subjects(&before) != subjects(&after) {
        return true;
    }
    // What holds of both sides is said once; two subjects that differ are two descriptions.
    let of = |side: &[&Found], subject: &str| -> Vec<(Ask, bool)> {
        side.iter().filter(|found| broadly(&found.ask) == subject).map(|found| (found.ask.clone(), found.negated)).collect()
    };
    let told: BTreeSet<String> = before.iter().map(|found| broadly(&found.ask)).collect();
    told.iter().filter(|subject| !of(&after, subject).is_empty() && of(&before, subject) != of(&after, subject)).count() >= 2
}

/// What an ask is about, all flags together: “idle VMs and unattached disks”.
fn broadly(ask: &Ask) -> String {
    if matches!(ask, Ask::Flag(..)) { "flag".to_owned() } else { about(ask) }
}

fn kinds(side: &[&Found]) -> Vec<Kind> {
    let kind = |found: &&Found| if let Ask::Kind(kind, ..) = found.ask { Some(kind) } else { None };
    side.iter().filter_map(kind).collect()
}

fn named(side: &[&Found]) -> bool {
    side.iter().any(|found| !found.negated && matches!(found.ask, Ask::Is(Field::Name | Field::Id, _)))
}

/// What a side speaks of, negations aside: those say what is left out of all.
fn subjects(side: &[&Found]) -> BTreeSet<String> {
    side.iter().filter(|found| !found.negated).map(|found| about(&found.ask)).filter(|about| !about.is_empty()).collect()
}

/// “Older than 30 days and … older than 90 days”: two bounds on the same side of one field.
fn doubly_bound(scene: &Scene<'_>) -> bool {
    let bound = |found: &Found| match &found.ask {
        Ask::Compare(field, op, _) => Some((field.clone(), matches!(op, Op::Lt | Op::Le))),
        _ => None,
    };
    let bounds: Vec<_> = scene.found.iter().filter_map(bound).collect();
    bounds.iter().enumerate().any(|(i, one)| bounds[i + 1..].contains(one))
}

/// “Tag dev VMs with owner=bob and prod VMs with owner=al”: the first tag would be taken for a condition.
fn tagged_apart(scene: &Scene<'_>) -> bool {
    let Some(tags) = scene.params.get("tags").and_then(Value::as_object) else { return false };
    let set = |key: &str| tags.keys().any(|told| told.eq_ignore_ascii_case(key));
    let splits: Vec<usize> = splits(scene).collect();
    scene.found.iter().any(|found| {
        let field = match &found.ask {
            Ask::Is(Field::Tag(key), _) => set(key),
            Ask::Given(selector) => selector.fields().any(|field| matches!(field, Field::Tag(key) if set(key))),
            _ => false,
        };
        field && splits.iter().any(|&split| split > found.at)
    })
}

/// “My dev VMs in the test account”: two values of one field that nothing joins.
fn unjoined(scene: &Scene<'_>) -> bool {
    let value = |found: &Found| match &found.ask {
        Ask::Is(field, value) if !found.negated => Some((found.at, field.clone(), value.clone())),
        _ => None,
    };
    let values: Vec<_> = scene.found.iter().filter_map(value).collect();
    let joined =
        |from: usize, to: usize| (from..to).any(|i| scene.tokens[i].comma || matches!(scene.low(i), "and" | "or" | "&" | "plus" | "nor"));
    values.iter().enumerate().any(|(i, (at, field, value))| {
        let next = values[i + 1..].iter().find(|(_, other, _)| other == field);
        next.is_some_and(|(to, _, other)| other != value && !joined(*at.min(to), *at.max(to)))
    })
}

/// “VMs in dev and everything in test”.
fn all_beside(scene: &Scene<'_>) -> bool {
    let first = scene.found.iter().filter(|found| matches!(found.ask, Ask::Kind(..))).map(|found| found.at).min();
    first.is_some_and(|first| {
        (first + 2..scene.len()).any(|i| scene.low(i) == "everything" && matches!(scene.low(i - 1), "and" | "&" | "plus"))
    })
}

/// “Except those that are idle and tagged keep”: both at once, or each?
fn leaves_out_two(scene: &Scene<'_>) -> bool {
    scene.found.windows(2).any(|pair| {
        let either = (pair[0].at..pair[1].at).any(|i| matches!(scene.low(i), "or" | "nor"));
        excepted(scene, &pair[0]) && excepted(scene, &pair[1]) && about(&pair[0].ask) != about(&pair[1].ask) && !either
    })
}

/// “Disks of stopped VMs”: one kind is what the other belongs to, and no target.
fn of_others(scene: &Scene<'_>) -> bool {
    let kinds: Vec<usize> = scene.found.iter().filter(|found| matches!(found.ask, Ask::Kind(..))).map(|found| found.at).collect();
    kinds.windows(2).any(|pair| {
        let joined = (pair[0]..pair[1]).any(|i| matches!(scene.low(i), "and" | "or" | "&" | "plus") || scene.tokens[i].comma);
        !joined && (pair[0] + 1..pair[1]).any(|i| matches!(scene.low(i), "of" | "on" | "for" | "from" | "in"))
    })
}
