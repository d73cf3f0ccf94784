//! `doctor`: checks whether everything works.

use escher_core::Result;

use super::{Cx, Effect, NoEvent, Nothing, Operation};
use crate::escher::Escher;

pub use crate::ops::doctor::DoctorReport;

/// Check that everything works.
pub struct Doctor;

impl Operation for Doctor {
    const NAME: &'static str = "doctor";
    const SUMMARY: &'static str = "Check every part: files, index, model, journal, connections, runs";
    const EFFECT: Effect = Effect::Reads;
    type Request = Nothing;
    type Response = DoctorReport;
    type Event = NoEvent;

    async fn call(escher: &Escher, _: Nothing, _: Cx<NoEvent>) -> Result<DoctorReport> {
        escher.doctor().await
    }
}
