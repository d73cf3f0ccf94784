//! `escher connect`.

use escher::core::Identity;
use escher::{Escher, Result};

use super::output;
use crate::args::Global;
use crate::exit::Exit;
use crate::{out, prompt};

#[derive(clap::Subcommand)]
pub(crate) enum Cloud {
    /// Amazon Web Services, with the credentials that the AWS tools would use
    #[cfg(feature = "aws")]
    Aws(AwsArgs),
    /// Show what is connected
    List,
}

#[cfg(feature = "aws")]
#[derive(clap::Args)]
pub(crate) struct AwsArgs {
    /// A profile of the AWS configuration [default: AWS_PROFILE, or the default chain]
    #[arg(long)]
    profile: Option<String>,
    /// Regions to scan [default: all that are enabled]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Another address for all AWS services, such as a local one
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Save without asking; without a terminal nobody is asked
    #[arg(long, short)]
    yes: bool,
}

pub(crate) async fn run(global: &Global, escher: &Escher, cloud: Cloud) -> Result<Exit> {
    match cloud {
        #[cfg(feature = "aws")]
        Cloud::Aws(args) => aws(global, escher, args).await,
        Cloud::List => {
            let connections = escher.connections();
            output(global, &connections, || {
                for connection in &connections {
                    out::line(&connection.name);
                    identities(&connection.identities);
                    endpoint(connection.kind.endpoint());
                }
            });
            Ok(Exit::Done)
        }
    }
}

#[cfg(feature = "aws")]
async fn aws(global: &Global, escher: &Escher, args: AwsArgs) -> Result<Exit> {
    let config =
        escher_providers::aws::AwsConfig { profile: args.profile, regions: args.regions, endpoint: args.endpoint, ..Default::default() };
    let config = config.pinned().await?;
    let found = escher.probe_aws(&config).await?;
    if !global.json {
        out::line("You are:");
        identities(&found);
        endpoint(config.endpoint.as_deref());
        let replaced = escher.replaced_by_aws(&config, &found);
        if !replaced.is_empty() {
            out::line("This account is connected already. Instead of that connection:");
        }
        for it in replaced {
            out::line(&format!("  {}: {} (was: {})", it.setting, it.after, it.before));
        }
    }
    // Nobody is asked about what they were not shown: with --json there is no question, as in a pipe.
    if !args.yes && !global.json && prompt::can_ask() && !prompt::yes("Connect this account?").await {
        out::line("Not connected; nothing was saved.");
        return Ok(Exit::Done);
    }
    let connected = escher.connect_aws(config, found)?;
    output(global, &connected, || out::line(&format!("Connected as {}. Next: {}", connected.name, global.command(["sync"]))));
    Ok(Exit::Done)
}

/// Where a connection leads, if that is not where its cloud's own tools lead.
fn endpoint(endpoint: Option<&str>) {
    if let Some(endpoint) = endpoint {
        out::line(&format!("  through {endpoint}"));
    }
}

fn identities(identities: &[Identity]) {
    for identity in identities {
        let name = identity.account_name.as_deref().map(|name| format!(" ({name})")).unwrap_or_default();
        let simulated = if identity.simulated { ", simulated" } else { "" };
        out::line(&format!("  {} account {}{name} as {}{simulated}", identity.cloud, identity.account, identity.principal));
    }
}
