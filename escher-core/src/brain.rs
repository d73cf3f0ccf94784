//! The brain: words in, frames and templates out. It sees no estate and no credential.

use async_trait::async_trait;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Capabilities, Frame, Intent, PlanTemplate, Result, Selector};

/// One turn of a conversation: what the person said, and what it was taken to mean.
///
/// ```
/// use escher_core::{Frame, Intent, Selector, Turn};
/// let mut frame = Frame::new(Intent::Find);
/// frame.selector = Selector::parse("kind = vm AND env = dev")?;
/// let mut turn = Turn { text: "show me the dev VMs".into(), frame, shown: None };
/// assert_eq!(turn.referent().map(ToString::to_string).as_deref(), Some("kind = vm AND env = dev"));
/// turn.frame.unread.push("shiny".into());
/// assert_eq!(turn.referent(), None);
/// # Ok::<(), escher_core::SyntaxError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Turn {
    /// The words.
    pub text: String,
    /// What they were taken to mean, as it was shown.
    pub frame: Frame,
    /// What the person was shown, if that is not all that the frame selects: the first few of many, or the targets of a plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Selector>,
}

impl Turn {
    /// What “them” means after this turn; `None` if nothing was shown, or something else than was asked for.
    pub fn referent(&self) -> Option<&Selector> {
        let frame = &self.frame;
        let listed = matches!(frame.intent, Intent::Find | Intent::Count | Intent::Describe) || frame.is_executable();
        if !listed || frame.clarify.is_some() || !frame.unread.is_empty() || frame.schedule.is_some() {
            return None;
        }
        // Which ones a limit let through is known only to whoever holds the estate.
        self.shown.as_ref().or_else(|| frame.limit.is_none().then_some(&frame.selector))
    }
}

/// What the person said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Utterance {
    /// The words.
    pub text: String,
    /// Earlier turns of the same conversation, oldest first.
    #[serde(default)]
    pub history: Vec<Turn>,
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
