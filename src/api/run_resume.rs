//! `run_resume`: resumes an interrupted run.

use escher_core::Result;
use escher_exec::RunEvent;

use super::plan_run::{RunReport, reported};
use super::run::RunRequest;
use super::{Cx, Effect, Operation};
use crate::escher::Escher;

/// Resume a run.
pub struct RunResume;

impl Operation for RunResume {
    const NAME: &'static str = "run_resume";
    const SUMMARY: &'static str = "Resume an interrupted run; checks each target first, so nothing is done twice";
    const EFFECT: Effect = Effect::Changes;
    const ORDERLY: bool = true;
    type Request = RunRequest;
    type Response = RunReport;
    type Event = RunEvent;

    async fn call(escher: &Escher, request: RunRequest, cx: Cx<RunEvent>) -> Result<RunReport> {
        reported(cx, |options| escher.resume(&request.run, options)).await
    }
}
