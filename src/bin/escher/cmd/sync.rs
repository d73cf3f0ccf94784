//! `escher sync`.

use std::time::Duration;

use escher::api::{ConnectSim, Sync, demo::DemoRequest, sync::SyncRequest};
use escher::core::{Gap, Kind};
use escher::{Result, ScopeGap, SyncReport};

use super::output;
use crate::args::{Sim, parse_kind};
use crate::bar;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::out::line;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Connections to scan [default: all]
    connections: Vec<String>,
    /// Regions to scan [default: all]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Kinds to scan for [default: all]
    #[arg(long = "kind", value_name = "KIND", value_parser = parse_kind)]
    kinds: Vec<Kind>,
    #[command(flatten)]
    sim: Sim,
}

pub(crate) async fn run(caller: &Caller<'_>, args: Args) -> Result<Exit> {
    if args.sim.sim.is_some() {
        caller.call::<ConnectSim>(DemoRequest { sim: args.sim.sim }).await?;
    }
    let (global, progress) = (caller.global, bar::progress(caller.global));
    let request = SyncRequest { connections: args.connections, regions: args.regions, kinds: args.kinds };
    let synced = caller.follow::<Sync>(request, |step| progress.tell(step)).await?;
    output(global, &synced, || show(&synced));
    if global.now.is_some() && caller.status.real {
        crate::show::warnings(
            global.quiet,
            &["--now does not apply to real clouds: what was found there is stored with the system's time".to_owned()],
        );
    }
    Ok(Exit::Done)
}

fn show(synced: &SyncReport) {
    line(&format!(
        "{} resources seen{}: {} new, {} changed, {} refreshed, {} unchanged, {} missing, {} gone.",
        synced.seen,
        if synced.simulated { " (simulated)" } else { "" },
        synced.added,
        synced.changed,
        synced.refreshed,
        synced.unchanged,
        synced.missing,
        synced.removed
    ));
    for slow in &synced.throttled {
        let (slow, waited) = (&slow.throttled, Duration::from_millis(slow.throttled.waited_ms));
        line(&format!("{} in {} asked {} times to slow down; waited {waited:.1?}.", slow.api, slow.region, slow.times));
    }
    if synced.gaps.is_empty() {
        return;
    }
    line(&format!("{} places could not be scanned; nothing was removed there:", synced.gaps.len()));
    for (places, gap) in alike(&synced.gaps) {
        let (first, more) = (gap.scope.to_string(), places - 1);
        let more = if more == 0 { String::new() } else { format!(" and {more} more of this account") };
        line(&format!("  {first}{more}: {} ({})", gap.kind, gap.reason));
        if let Some(hint) = &gap.hint {
            line(&format!("    hint: {hint}"));
        }
    }
}

/// Gaps of one account that have one reason, counted, each with the first of them: an expired login is one thing to fix.
fn alike(gaps: &[ScopeGap]) -> Vec<(usize, &Gap)> {
    let mut groups: Vec<(usize, &Gap)> = Vec::new();
    for ScopeGap { gap, .. } in gaps {
        let same = |known: &Gap| {
            (known.kind, &known.reason, &known.hint) == (gap.kind, &gap.reason, &gap.hint)
                && (known.scope.cloud, &known.scope.account) == (gap.scope.cloud, &gap.scope.account)
        };
        match groups.iter_mut().find(|(_, known)| same(known)) {
            Some((count, _)) => *count += 1,
            None => groups.push((1, gap)),
        }
    }
    groups
}
