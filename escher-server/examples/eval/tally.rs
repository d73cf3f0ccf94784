//! Scores added up.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::labelled::Row;
use crate::labelled::score::Score;

/// A row and what came of it.
pub(crate) struct Scored {
    pub(crate) row: Row,
    pub(crate) score: Score,
}

/// Right ones of all.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    hits: usize,
    of: usize,
}

impl Share {
    fn add(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    fn percent(self) -> f64 {
        if self.of == 0 { 0.0 } else { 100.0 * self.hits as f64 / self.of as f64 }
    }

    fn json(self) -> Value {
        json!({"hits": self.hits, "of": self.of, "percent": self.percent()})
    }
}

/// Confidence within a bin against how often it was justified.
#[derive(Clone, Copy, Debug, Default)]
struct Bin {
    right: Share,
    confidence: f64,
}

const BINS: usize = 10;

/// All figures of a part.
#[derive(Default)]
pub(crate) struct Tally {
    exact: Share,
    /// Of what can be answered or carried out as it was said.
    exact_of_clear: Share,
    exact_by_intent: BTreeMap<String, Share>,
    exact_by_class: BTreeMap<String, Share>,
    intent: Share,
    selector: Share,
    constraints: (usize, usize, usize),
    pub(crate) unsafe_acts: usize,
    needless: Share,
    unadmitted: Share,
    bins: [Bin; BINS],
    kinds: BTreeMap<String, usize>,
}

impl Tally {
    pub(crate) fn of(scored: &[Scored]) -> Self {
        let mut tally = Self::default();
        for Scored { row, score } in scored {
            tally.exact.add(score.exact);
            if !row.asks && !row.clarify && !row.unread {
                tally.exact_of_clear.add(score.exact);
            }
            let intent = row.intent.clone().unwrap_or_else(|| "(must ask)".to_owned());
            tally.exact_by_intent.entry(intent).or_default().add(score.exact);
            tally.exact_by_class.entry(row.class.clone()).or_default().add(score.exact);
            if let Some(right) = score.intent {
                tally.intent.add(right);
            }
            if let Some(right) = score.selector {
                tally.selector.add(right);
            }
            let (hits, found, wanted) = score.constraints;
            tally.constraints = (tally.constraints.0 + hits, tally.constraints.1 + found, tally.constraints.2 + wanted);
            tally.unsafe_acts += usize::from(score.unsafe_act);
            if row.is_clear_order() {
                tally.needless.add(score.needless);
            }
            if score.had_to_admit {
                tally.unadmitted.add(score.unadmitted);
            }
            let at = ((score.confidence * BINS as f64) as usize).min(BINS - 1);
            tally.bins[at].right.add(score.exact);
            tally.bins[at].confidence += score.confidence;
            for (kind, _) in &score.differences {
                *tally.kinds.entry(kind.clone()).or_default() += 1;
            }
        }
        tally
    }

    fn f1(&self) -> f64 {
        let (hits, found, wanted) = self.constraints;
        if found + wanted == 0 { 1.0 } else { 2.0 * hits as f64 / (found + wanted) as f64 }
    }

    /// How far confidence is from how often it was right, on average.
    fn calibration_error(&self) -> f64 {
        let off = |bin: &Bin| (bin.confidence - bin.right.hits as f64).abs();
        self.bins.iter().map(off).sum::<f64>() / (self.exact.of.max(1) as f64)
    }

    fn kinds(&self) -> Vec<(&str, usize)> {
        let mut kinds: Vec<(&str, usize)> = self.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
        kinds.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), *kind));
        kinds
    }

    pub(crate) fn table(&self) -> String {
        let mut out = String::from("| | measured | aim | |\n|---|---|---|---|\n");
        let share = |share: Share| format!("{:.1} % ({} of {})", share.percent(), share.hits, share.of);
        let mut row = |what: &str, measured: String, aim: &str, met: bool| {
            // Writing to a String does not fail.
            let _ = writeln!(out, "| {what} | {measured} | {aim} | {} |", if met { "yes" } else { "no" });
        };
        row("exact frames", share(self.exact), "≥ 92 %", self.exact.percent() >= 92.0);
        row("intent", share(self.intent), "≥ 97 %", self.intent.percent() >= 97.0);
        row("constraint F1", format!("{:.3}", self.f1()), "≥ 0.96", self.f1() >= 0.96);
        row("unsafe acts", self.unsafe_acts.to_string(), "0", self.unsafe_acts == 0);
        row("needless questions, of clear orders", share(self.needless), "≤ 6 %", self.needless.percent() <= 6.0);
        row("unadmitted conditions", share(self.unadmitted), "≤ 5 %", self.unadmitted.percent() <= 5.0);
        let _ = writeln!(out, "| exact frames, of what is clear | {} | | |", share(self.exact_of_clear));
        let _ = writeln!(out, "| selectors as trees | {} | | |", share(self.selector));
        let _ = writeln!(out, "| calibration error | {:.3} | | |", self.calibration_error());
        for (title, shares) in [("intent", &self.exact_by_intent), ("class", &self.exact_by_class)] {
            let _ = writeln!(out, "\n| {title} | exact frames |\n|---|---|");
            for (name, counted) in shares {
                let _ = writeln!(out, "| {name} | {} |", share(*counted));
            }
        }
        out.push_str("\n| confidence | utterances | mean | exact |\n|---|---|---|---|\n");
        for (at, bin) in self.bins.iter().enumerate().filter(|(_, bin)| bin.right.of > 0) {
            let (from, mean) = (at as f64 / BINS as f64, bin.confidence / bin.right.of as f64);
            let _ = writeln!(out, "| from {from:.1} | {} | {mean:.2} | {:.2} |", bin.right.of, bin.right.percent() / 100.0);
        }
        out.push_str("\n| kind of failure | times |\n|---|---|\n");
        for (kind, count) in self.kinds() {
            let _ = writeln!(out, "| {kind} | {count} |");
        }
        out
    }

    pub(crate) fn json(&self) -> Value {
        let shares = |shares: &BTreeMap<String, Share>| -> Value {
            shares.iter().map(|(name, share)| (name.clone(), share.json())).collect::<serde_json::Map<_, _>>().into()
        };
        let bins = self.bins.iter().enumerate().filter(|(_, bin)| bin.right.of > 0).map(|(at, bin)| {
            let of = bin.right.of as f64;
            json!({"from": at as f64 / BINS as f64, "utterances": bin.right.of, "confidence": bin.confidence / of, "exact": bin.right.hits as f64 / of})
        });
        json!({
            "exact": self.exact.json(),
            "exact_of_clear": self.exact_of_clear.json(),
            "intent": self.intent.json(),
            "constraint_f1": self.f1(),
            "unsafe_acts": self.unsafe_acts,
            "needless_questions": self.needless.json(),
            "unadmitted": self.unadmitted.json(),
            "selector": self.selector.json(),
            "calibration_error": self.calibration_error(),
            "calibration": bins.collect::<Vec<_>>(),
            "by_intent": shares(&self.exact_by_intent),
            "by_class": shares(&self.exact_by_class),
            "kinds_of_failure": self.kinds().into_iter().map(|(kind, count)| json!({"kind": kind, "times": count})).collect::<Vec<_>>(),
        })
    }
}

fn wrong(scored: &[Scored]) -> Vec<&Scored> {
    let mut wrong: Vec<&Scored> = scored.iter().filter(|scored| !scored.score.exact).collect();
    // The worst first.
    wrong.sort_by_key(|scored| !scored.score.unsafe_act);
    wrong
}

/// The failures in words, unsafe ones first.
pub(crate) fn failures(scored: &[Scored]) -> String {
    let mut out = String::new();
    for Scored { row, score } in wrong(scored) {
        let mark = if score.unsafe_act { "UNSAFE " } else { "" };
        let _ = writeln!(out, "{mark}[{}] {}", row.class, row.say);
        for (kind, detail) in &score.differences {
            let _ = writeln!(out, "    {kind}: {detail}");
        }
    }
    out
}

/// The failures as JSON.
pub(crate) fn failures_json(scored: &[Scored]) -> Value {
    let failure = |Scored { row, score }: &Scored| {
        let differences: Vec<Value> = score.differences.iter().map(|(kind, detail)| json!({"kind": kind, "detail": detail})).collect();
        json!({"say": row.say, "class": row.class, "unsafe": score.unsafe_act, "differences": differences})
    };
    wrong(scored).into_iter().map(failure).collect::<Vec<_>>().into()
}
