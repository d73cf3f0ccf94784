//! `escher doctor`.

use std::collections::HashSet;

use escher::api::Doctor;
use escher::{DoctorReport, Health, Result};

use super::output;
use crate::args::Global;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out;

/// Looks before anything is opened: a data directory that is not there is not created by looking at it.
pub(crate) fn before_start(global: &Global) -> Result<Option<Exit>> {
    Ok(DoctorReport::before_start(&global.config()?)?.map(|report| show(global, &report)))
}

pub(crate) async fn run(caller: &Caller<'_>) -> Result<Exit> {
    let report = caller.call::<Doctor>(Default::default()).await?;
    Ok(show(caller.global, &report))
}

fn show(global: &Global, report: &DoctorReport) -> Exit {
    output(global, report, || {
        // What helps with several parts is said once.
        let mut said = HashSet::new();
        for check in &report.checks {
            let mark = match check.health {
                Health::Ok => "ok  ",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            out::line(&format!("{mark} {:15} {}", check.name, check.detail));
            if let Some(hint) = &check.hint {
                out::line(&format!("     {:15} hint: {hint}", ""));
            }
            let commands = check.next.iter().flat_map(|next| crate::next::lines(global, next)).collect::<Vec<_>>();
            for command in commands.into_iter().filter(|command| said.insert(command.clone())) {
                out::line(&format!("     {:15} {}", "", command.trim_start()));
            }
        }
    });
    if report.failed() { Exit::Failed } else { Exit::Done }
}
