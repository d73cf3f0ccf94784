//! The parts of the pipeline, in their order.

pub(crate) mod amount;
pub(crate) mod check;
pub(crate) mod crossed;
pub(crate) mod cues;
pub(crate) mod either;
pub(crate) mod embedded;
pub(crate) mod gazetteer;
pub(crate) mod guard;
pub(crate) mod heard;
pub(crate) mod history;
pub(crate) mod intent;
pub(crate) mod mood;
pub(crate) mod name;
pub(crate) mod negation;
pub(crate) mod order;
pub(crate) mod params;
pub(crate) mod place;
pub(crate) mod present;
pub(crate) mod rest;
pub(crate) mod schedule;
pub(crate) mod tag;
pub(crate) mod time;
pub(crate) mod verb;
pub(crate) mod when;

use crate::scene::Scene;

/// One reader of the scene. It claims the words that it understands and adds what they say.
pub(crate) trait Part: Sync {
    fn read(&self, scene: &mut Scene<'_>);
}
