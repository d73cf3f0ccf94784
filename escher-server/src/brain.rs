//! The pipeline.

use async_trait::async_trait;
use escher_core::{Brain, Capabilities, Frame, Intent, PlanTemplate, Result, Utterance};

use crate::lex;
use crate::parts::{self, Part};
use crate::scene::Scene;

/// Understands words with no model and no network. It keeps nothing between calls, and costs nothing to make.
#[derive(Clone, Copy, Debug, Default)]
pub struct OfflineBrain;

impl OfflineBrain {
    /// The brain.
    pub fn new() -> Self {
        Self
    }

    /// What the words mean; [`Brain::interpret`] without the waiting.
    pub fn read(&self, utterance: &Utterance) -> Frame {
        if utterance.text.len() > lex::MOST_BYTES {
            return too_long();
        }
        let tokens = lex::split(&utterance.text);
        if tokens.len() > lex::MOST_WORDS {
            return too_long();
        }
        let mut scene = Scene::new(&utterance.text, &utterance.history, utterance.now, tokens);
        for part in PIPELINE {
            part.read(&mut scene);
        }
        parts::present::frame(scene)
    }
}

/// Who reads when. Each part sees what those before it have claimed.
static PIPELINE: &[&dyn Part] = &[
    &parts::guard::Guard,
    &parts::mood::Mood,
    &parts::verb::Command,
    &parts::params::Params,
    &parts::embedded::Embedded,
    &parts::time::Time,
    &parts::name::Names,
    &parts::tag::Tags,
    &parts::amount::Amounts,
    &parts::order::Order,
    &parts::place::Places,
    &parts::gazetteer::Gazetteer,
    &parts::negation::Spread,
    &parts::rest::Rest,
    &parts::intent::Classifier,
    &parts::history::History,
    &parts::negation::Together,
    &parts::either::Either,
    &parts::check::Validator,
];

fn too_long() -> Frame {
    let mut frame = Frame::new(Intent::Unknown);
    frame.confidence = 0.99;
    frame.note = Some(format!("that is more than I can take at once; say it in at most {} words", lex::MOST_WORDS));
    frame
}

#[async_trait]
impl Brain for OfflineBrain {
    async fn interpret(&self, utterance: &Utterance) -> Result<Frame> {
        Ok(self.read(utterance))
    }

    async fn draft(&self, frame: &Frame, capabilities: &Capabilities) -> Result<PlanTemplate> {
        crate::draft::draft(frame, capabilities)
    }
}
