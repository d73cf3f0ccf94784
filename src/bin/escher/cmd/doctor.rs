//! `escher doctor`.

use escher::api::Doctor;
use escher::{Health, Result};

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out;

pub(crate) async fn run(caller: &Caller<'_>) -> Result<Exit> {
    let global = caller.global;
    let report = caller.call::<Doctor>(Default::default()).await?;
    output(global, &report, || {
        for check in &report.checks {
            let mark = match check.health {
                Health::Ok => "ok  ",
                Health::Warn => "warn",
                Health::Fail => "FAIL",
            };
            out::line(&format!("{mark} {:15} {}", check.name, check.detail));
            if let Some(hint) = &check.hint {
                out::line(&format!("     {:15} {hint}", ""));
            }
            for command in check.next.iter().flat_map(|next| crate::next::typed(global, next)) {
                out::line(&format!("     {:15} {command}", ""));
            }
        }
    });
    Ok(if report.failed() { Exit::Failed } else { Exit::Done })
}
