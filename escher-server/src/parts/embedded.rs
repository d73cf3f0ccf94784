//! Conditions written in the selector language in the middle of a sentence: `… where env=prod AND app=main`.

use escher_core::Selector;
use escher_core::lexicon::{self, Meaning};
use escher_core::selector::Field;

use super::Part;
use crate::scene::{Ask, Scene};

/// Finds the longest texts that parse as selectors around operators.
pub(crate) struct Embedded;

impl Part for Embedded {
    fn read(&self, scene: &mut Scene<'_>) {
        let mut i = 0;
        while i < scene.len() {
            if is_anchor(scene, i)
                && let Some((start, end, selector)) = around(scene, i)
            {
                scene.add(start, end - start, Ask::Given(selector));
                i = end;
                continue;
            }
            i += 1;
        }
    }
}

/// A free operator with words on both sides, or `EXISTS`, or `IN (`.
fn is_anchor(scene: &Scene<'_>, i: usize) -> bool {
    if i == 0 || !scene.free(i) || !scene.free(i - 1) || scene.tokens[i - 1].is_op() {
        return false;
    }
    // “With >= 32 GB”: no field stands before the operator.
    if matches!(scene.low(i - 1), "with" | "having" | "at" | "of" | "and" | "to" | "are" | "is") {
        return false;
    }
    let token = &scene.tokens[i];
    let opens = scene.tokens.get(i + 1).is_some_and(|next| scene.text[token.span.1..next.span.0].contains('('));
    (token.is_op() && scene.free(i + 1)) || token.text == "EXISTS" || (token.low == "in" && opens)
}

fn around(scene: &Scene<'_>, op: usize) -> Option<(usize, usize, Selector)> {
    let mut start = op - 1;
    while start > 0 && scene.free(start - 1) && scene.low(start - 1) == "not" && scene.tokens[start - 1].text == "NOT" {
        start -= 1;
    }
    // Conditions before the operator, `idle AND env=prod`: flags joined by AND, OR in capitals.
    while start >= 2 && matches!(scene.text(start - 1), "AND" | "OR") && scene.all_free(start - 2, 2) {
        start -= 2;
    }
    let mut ends = (op + 1..=scene.len().min(op + 80)).rev().filter(|&end| scene.all_free(start, end - start)).take(60);
    ends.find_map(|end| {
        let first = byte_start(scene, start);
        let last = byte_end(scene, end - 1);
        let text = scene.text.get(first..last)?;
        let parsed = Selector::parse(text).or_else(|_| Selector::parse(&text.replace("==", "="))).ok()?;
        // “VMs > 30d” is no condition on a tag `vms`.
        let kind =
            |field: &Field| matches!(field, Field::Tag(key) if lexicon::meanings(key).any(|meaning| matches!(meaning, Meaning::Kind(..))));
        if parsed.fields().any(kind) {
            return None;
        }
        Some((start, end, parsed))
    })
}

/// Where the words from `i` begin, with the parentheses and quotes before them.
fn byte_start(scene: &Scene<'_>, i: usize) -> usize {
    let from = if i == 0 { 0 } else { scene.tokens[i - 1].span.1 };
    let between = &scene.text[from..scene.tokens[i].span.0];
    let kept = between.trim_start_matches(|c: char| !matches!(c, '(' | '"'));
    scene.tokens[i].span.0 - kept.len()
}

/// Where the words up to `i` end, with the parentheses and quotes after them.
fn byte_end(scene: &Scene<'_>, i: usize) -> usize {
    let to = scene.tokens.get(i + 1).map_or(scene.text.len(), |next| next.span.0);
    let end = scene.tokens[i].span.1;
    let between = &scene.text[end..to];
    let kept = between.trim_end_matches(|c: char| !matches!(c, ')' | '"'));
    end + kept.len()
}
