//! What a negation reaches: the thing right behind it, what is joined to that, and no more.

use escher_core::lexicon::{self, Meaning};
use escher_core::{Intent, Selector};

use super::either::about;
use super::present::selector;
use super::{Part, rest, when};
use crate::scene::{Ask, Found, Scene};

/// Words that deny what follows.
pub(crate) const NEGATORS: &[&str] = &[
    "not", "isn't", "aren't", "without", "non", "no", "never", "don't", "doesn't", "lacking", "missing", "wasn't", "weren't", "neither",
    "nor",
];
/// Words that leave out what follows.
pub(crate) const EXCEPT: &[&str] =
    &["except", "excluding", "excepting", "besides", "apart", "minus", "ignoring", "exclude", "outside", "unless"];
/// Words over which a denial reaches.
const BETWEEN: &[&str] = &[
    "in", "on", "at", "from", "the", "a", "an", "any", "of", "tagged", "with", "called", "named", "to", "for", "my", "our", "region",
    "being", "tag", "tags", "label", "labels", "key",
];
const JOINTS: &[&str] = &["or", "nor", "and", "&"];
const PREPOSITIONS: &[&str] = &["in", "on", "at", "from", "of", "within", "across", "inside", "with"];

impl Scene<'_> {
    /// Whether the words before `i` negate what stands there.
    pub(crate) fn negated(&self, i: usize) -> bool {
        self.denied(i) || self.left_out(i)
    }

    fn denied(&self, i: usize) -> bool {
        for j in (0..i).rev() {
            let word = self.low(j);
            if NEGATORS.contains(&word) || self.other_than(j) {
                return !self.in_flag(j, i);
            }
            if !BETWEEN.contains(&word) || self.tokens[j].stop {
                return false;
            }
        }
        false
    }

    fn other_than(&self, j: usize) -> bool {
        self.low(j) == "than" && j > 0 && self.low(j - 1) == "other"
    }

    /// Whether the negation at `j` belongs to a flag that ends before `i`: “with no tags in dev” denies the tags alone.
    fn in_flag(&self, j: usize, i: usize) -> bool {
        (j.saturating_sub(2)..=j).any(|start| {
            let words: Vec<&str> = (start..i).map(|i| self.low(i)).collect();
            let flag = lexicon::read(&words).into_iter().find(|reading| reading.start == 0 && matches!(reading.meaning, Meaning::Flag(..)));
            // “Not tagged keep” denies the key that follows.
            let names_key = |flag: &lexicon::Reading| start + flag.len == i && self.low(i - 1).ends_with("ed");
            flag.is_some_and(|flag| flag.len > j - start && !names_key(&flag))
        })
    }

    /// An exception reaches to the end of its clause.
    fn left_out(&self, i: usize) -> bool {
        for j in (0..i).rev() {
            if self.tokens[j].stop {
                return false;
            }
            let word = self.low(j);
            // “All but prod”, but “all dev VMs but only the idle ones”.
            let but = word == "but"
                && !matches!(self.low(j + 1), "only" | "just" | "not" | "in" | "with" | "on" | "if" | "when" | "first" | "also");
            if but || EXCEPT.contains(&word) || self.other_than(j) {
                return !self.narrows_again(j, i);
            }
            if matches!(word, "that" | "which" | "where" | "with" | "sorted" | "whose" | "ones") && self.tokens[j].comma {
                return false;
            }
        }
        false
    }

    /// “Except prod in us-east-1”: what is left out has been said, and the place is that of all.
    fn narrows_again(&self, except: usize, i: usize) -> bool {
        let says_nothing = |i: usize| {
            let kind = || lexicon::meanings(self.low(i)).any(|meaning| matches!(meaning, Meaning::Kind(..)));
            matches!(self.low(i), "the" | "those" | "these" | "ones" | "one" | "that" | "which" | "are" | "is" | "any" | "all") || kind()
        };
        let before = (except + 1..i).rev().find(|&k| !matches!(self.low(k), "the" | "a" | "an" | "my" | "our" | "region"));
        let Some(preposition) = before.filter(|&k| PREPOSITIONS.contains(&self.low(k))) else { return false };
        let joined = JOINTS.contains(&self.low(preposition - 1)) || self.tokens[preposition - 1].comma;
        !joined && (except + 1..preposition).any(|i| !says_nothing(i))
    }

    /// Whether something is negated by the negation at `i`.
    pub(crate) fn denies_something(&self, i: usize) -> bool {
        // “With no tags”, “not in use”: a flag that holds the negation in itself.
        let as_flag = |found: &Found| matches!(found.ask, Ask::Flag(..)) && found.at > i && found.at <= i + 3;
        let given = |found: &Found| matches!(found.ask, Ask::Given(_)) && found.at > i;
        self.found.iter().any(|found| found.negated && found.at > i || as_flag(found) || given(found))
    }
}

/// Passes a negation on: “not in prod, staging or test” is in none of them.
pub(crate) struct Spread;

impl Part for Spread {
    fn read(&self, scene: &mut Scene<'_>) {
        scene.found.sort_by_key(|found| found.at);
        for n in 1..scene.found.len() {
            let (before, after) = (&scene.found[n - 1], &scene.found[n]);
            if before.negated && !after.negated && about(&before.ask) == about(&after.ask) && joins(scene, before.at, after.at) {
                scene.found[n].negated = true;
            }
        }
    }
}

/// Whether nothing but a joint stands between two findings. “Not in prod and in dev” begins anew.
fn joins(scene: &Scene<'_>, from: usize, to: usize) -> bool {
    let between = from + 1..to;
    let plain = between.clone().all(|i| !scene.free(i) || JOINTS.contains(&scene.low(i)) || BETWEEN.contains(&scene.low(i)));
    let anew = between.clone().any(|i| matches!(scene.low(i), "and" | "&") && PREPOSITIONS.contains(&scene.low(i + 1)));
    let joint = between.clone().any(|i| JOINTS.contains(&scene.low(i))) || (from..to).any(|i| scene.tokens[i].comma);
    plain && joint && !anew
}

/// In questions, what an exception names together is left out together: “except prod databases” leaves the other
/// databases in.
pub(crate) struct Together;

impl Part for Together {
    fn read(&self, scene: &mut Scene<'_>) {
        if !matches!(scene.intent, Some(Intent::Find | Intent::Count | Intent::Advise | Intent::Report | Intent::Cost)) {
            return;
        }
        let Some((first, last)) = left_out_together(scene) else { return };
        let run: Vec<Found> = scene.found[first..=last].iter().map(|found| Found { negated: false, ..found.clone() }).collect();
        let at = run[0].at;
        if let Ok(parts) = selector(&Scene { found: run, ..scene.clone() }) {
            let whole = Found { at, ask: Ask::Given(Selector::Not(Box::new(parts)).normalised()), negated: false };
            scene.found.splice(first..=last, [whole]);
        }
    }
}

/// Whether a finding is left out by an exception, not denied.
pub(crate) fn excepted(scene: &Scene<'_>, found: &Found) -> bool {
    found.negated && !scene.denied(found.at)
}

/// The findings, first and last, that one exception names together, none joined to the other.
fn left_out_together(scene: &Scene<'_>) -> Option<(usize, usize)> {
    let excepted = |found: &Found| excepted(scene, found);
    let apart = |before: &Found, after: &Found| about(&before.ask) == about(&after.ask) || joins(scene, before.at, after.at);
    let first = scene.found.windows(2).position(|pair| excepted(&pair[0]) && excepted(&pair[1]) && !apart(&pair[0], &pair[1]))?;
    let more = scene.found[first..].windows(2).take_while(|pair| excepted(&pair[1]) && !apart(&pair[0], &pair[1])).count();
    Some((first, first + more))
}

/// A question whose negation denies nothing that was understood: leaving it out would answer the opposite.
pub(crate) fn ask_back(scene: &mut Scene<'_>) {
    let unheard = (scene.head..scene.len()).find(|&i| {
        let word = scene.low(i);
        scene.free(i) && NEGATORS.contains(&word) && !scene.denies_something(i) && !(word == "no" && rest::is_filler(scene.low(i + 1)))
    });
    if let Some(i) = unheard {
        let said = (i..scene.len().min(i + 4)).map(|i| scene.text(i)).collect::<Vec<_>>().join(" ");
        scene.doubt(format!("I do not understand “{said}”. What should they be without?"), vec!["leave it out".to_owned()]);
    } else if let Some((number, span, _)) = (scene.head..scene.len()).filter(|&i| scene.free(i)).find_map(|i| when::span_at(scene, i)) {
        // “Stopped for more than 30 days”
        let older = format!("older than {}", span.text(number));
        scene.doubt("I know how old things are, not since when they are so. Shall I go by their age?", vec![older]);
    }
}
