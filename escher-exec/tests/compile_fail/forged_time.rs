//! A time that somebody typed gets into no approval, no expiry and no line of the journal.

use escher_core::{Approval, Approved, Checked, Journal, Moment, Plan, RunId, SecretKey, StepId, WallClock};
use jiff::Timestamp;

fn approve(plan: &Plan<Checked>, key: &SecretKey, now: Timestamp) {
    let _ = Approval::sign(plan, "ada", now, Vec::new(), key);
}

fn start(now: Timestamp) -> Moment {
    Moment::Start(now)
}

async fn line(journal: &Journal, plan: &Plan<Approved>, run: &RunId, step: &StepId, now: Timestamp) {
    let _ = journal.intend(plan, run, step, 1, Vec::new(), now).await;
}

fn clock(now: Timestamp) -> WallClock {
    WallClock::new(move || now)
}

fn main() {}
