//! The brain: words in, frames and templates out. It sees no estate and no credential.

use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Capabilities, Frame, PlanTemplate, Result};

/// What the person said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Utterance {
    /// The words.
    pub text: String,
    /// Earlier words of the same conversation, oldest first.
    #[serde(default)]
    pub history: Vec<String>,
    /// The time of asking, for “yesterday” and “at 8 pm”.
    pub now: Timestamp,
}

/// Understands words and drafts plans.
#[async_trait]
pub trait Brain: Send + Sync {
    /// What the words mean. Never fails for words it does not understand: those are `unknown`.
    async fn interpret(&self, utterance: &Utterance) -> Result<Frame>;

    /// The template for a frame that orders a change.
    async fn draft(&self, frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate>;
}
