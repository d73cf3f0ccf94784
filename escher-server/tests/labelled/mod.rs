//! The labeled set: what people who run clouds say, and what it means.
//!
//! `tuning.jsonl` is for whoever works on the language; `measuring.jsonl` is only counted. Which part a row belongs to follows
//! from its words ([`Part::of`]), so nobody chooses. A row says:
//!
//! | key | |
//! |---|---|
//! | `class` | order, question, unread (a condition nothing can express), unclear, hostile, report, permission, refused, chat |
//! | `intent`, `also_intent` | what is meant, and what else would be right; absent where either would do |
//! | `selector`, `also` | likewise; an absent selector is not looked at |
//! | `action`, `params`, `schedule` | of an order exactly; elsewhere only where given |
//! | `group_by`, `sort`, `limit`, `period` | of a question exactly |
//! | `asks` | must not be carried out |
//! | `clarify`, `unread`, `note` | the frame must ask back, admit what it left unread, say why it refuses |

#![allow(dead_code, reason = "each of those who include it uses a part of it")]

pub(crate) mod same;
pub(crate) mod score;

use escher_core::{Frame, Utterance};
use escher_server::OfflineBrain;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A Friday.
pub(crate) const NOW: &str = "2026-11-20T12:00:00Z";

/// A labeled utterance.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Row {
    pub(crate) class: String,
    pub(crate) say: String,
    pub(crate) intent: Option<String>,
    pub(crate) also_intent: Vec<String>,
    pub(crate) selector: Option<String>,
    pub(crate) also: Vec<String>,
    pub(crate) action: Option<String>,
    pub(crate) params: Map<String, Value>,
    pub(crate) schedule: Option<Value>,
    pub(crate) group_by: Vec<String>,
    pub(crate) sort: Option<Value>,
    pub(crate) limit: Option<u64>,
    pub(crate) period: Option<String>,
    pub(crate) clarify: bool,
    pub(crate) unread: bool,
    pub(crate) note: bool,
    pub(crate) asks: bool,
}

impl Row {
    /// An order that says everything it takes to carry it out.
    pub(crate) fn is_clear_order(&self) -> bool {
        matches!(self.intent.as_deref(), Some("act" | "schedule")) && !self.asks && !self.clarify
    }

    /// All intents that are right; empty where it does not matter.
    pub(crate) fn intents(&self) -> impl Iterator<Item = &str> {
        self.intent.iter().chain(&self.also_intent).map(String::as_str)
    }

    /// All selectors that are right; empty where it does not matter.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &str> {
        self.selector.iter().chain(&self.also).map(String::as_str)
    }
}

/// A part of the set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Tuning,
    Measuring,
}

impl Part {
    pub(crate) const ALL: [Self; 2] = [Self::Tuning, Self::Measuring];

    /// Where an utterance belongs: three of five to tuning, by the FNV-1a hash of its words.
    pub(crate) fn of(say: &str) -> Self {
        if hash(say) % 5 < 3 { Self::Tuning } else { Self::Measuring }
    }

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Tuning => "tuning",
            Self::Measuring => "measuring",
        }
    }

    const fn text(self) -> &'static str {
        match self {
            Self::Tuning => include_str!("tuning.jsonl"),
            Self::Measuring => include_str!("measuring.jsonl"),
        }
    }

    /// The rows of this part, or the line that is none.
    pub(crate) fn rows(self) -> Result<Vec<Row>, String> {
        let lines = self.text().lines().filter(|line| !line.is_empty());
        lines.map(|line| serde_json::from_str(line).map_err(|e| format!("{}: {e}: {line}", self.name()))).collect()
    }
}

/// FNV-1a.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// What the brain makes of words that nothing was said before.
pub(crate) fn read(text: &str) -> Frame {
    OfflineBrain::new().read(&Utterance { text: text.to_owned(), history: Vec::new(), now: NOW.parse().unwrap_or_default() })
}
