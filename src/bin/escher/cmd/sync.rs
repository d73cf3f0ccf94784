//! `escher sync`.

use std::time::Duration;

use escher::api::{ConnectSim, Sync, demo::DemoRequest, sync::SyncRequest};
use escher::core::{Gap, Kind};
use escher::{Result, SyncReport};

use super::output;
use crate::args::{Sim, parse_kind};
use crate::bar;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::gaps;
use crate::out::line;
use crate::text::counted;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Connections to scan, by the names that `escher connect list` shows [default: all]
    connections: Vec<String>,
    /// A region to scan, for example us-east-1; may be given several times [default: all]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// A kind to scan for, for example vm, database or bucket; may be given several times [default: all]
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
        "{} seen{}: {} new, {} changed, {} refreshed, {} unchanged, {} missing, {} gone.",
        counted(synced.seen, "resource", "resources"),
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
        let times = counted(usize::try_from(slow.times).unwrap_or(usize::MAX), "time", "times");
        line(&format!("{} in {} asked {times} to slow down; waited {:.1} s.", slow.api, slow.region, waited.as_secs_f64()));
    }
    if synced.gaps.is_empty() {
        return;
    }
    let all: Vec<&Gap> = synced.gaps.iter().map(|it| &it.gap).collect();
    line(&format!("{} could not be scanned; nothing was removed there:", counted(all.len(), "place", "places")));
    for alike in gaps::by_cause(&all) {
        alike.lines().iter().for_each(|told| line(told));
    }
    if all.len() > gaps::SHOWN {
        line("(--json lists every place)");
    }
}
