//! `escher sync`.

use std::time::Duration;

use escher::core::{Kind, Want};
use escher::{Escher, Result, SyncOptions, Synced};

use super::output;
use crate::args::{Global, Sim, parse_kind};
use crate::bar;
use crate::exit::Exit;
use crate::show::line;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Connections to look at [default: all]
    connections: Vec<String>,
    /// Regions to look in [default: all]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Kinds to look for [default: all]
    #[arg(long = "kind", value_name = "KIND", value_parser = parse_kind)]
    kinds: Vec<Kind>,
    #[command(flatten)]
    sim: Sim,
}

pub(crate) async fn run(global: &Global, escher: &Escher, args: Args) -> Result<Exit> {
    if args.sim.sim.is_some() {
        escher.connect_sim(args.sim.sim).await?;
    }
    let want = Want { regions: args.regions, kinds: args.kinds };
    let synced = escher.sync(SyncOptions { connections: args.connections, want, progress: bar::progress(global) }).await?;
    output(global, &synced, || show(&synced));
    Ok(Exit::Done)
}

fn show(synced: &Synced) {
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
        line(&format!("{} in {} asked {} times to slow down; {waited:.1?} were waited.", slow.api, slow.region, slow.times));
    }
    if synced.gaps.is_empty() {
        return;
    }
    line(&format!("{} places could not be looked at; nothing was removed there:", synced.gaps.len()));
    for gap in &synced.gaps {
        line(&format!("  {}: {} ({})", gap.gap.scope, gap.gap.kind, gap.gap.reason));
        if let Some(hint) = &gap.gap.hint {
            line(&format!("    hint: {hint}"));
        }
    }
}
