//! `escher connect`.

use escher::Result;
#[cfg(feature = "aws")]
use escher::api::{Connect, connect::ConnectRequest};
use escher::api::{Connections, connect::not_yet};
use escher::core::{CloudId, Identity, Next};

use super::output;
use crate::caller::Caller;
use crate::exit::Exit;
use crate::{next, out, prompt};

#[derive(clap::Subcommand)]
pub(crate) enum Cloud {
    /// Amazon Web Services, with the credentials that the AWS tools would use
    #[cfg(feature = "aws")]
    #[command(alias = "amazon")]
    Aws(AwsArgs),
    /// Not yet: this version cannot connect Azure; the demo simulates it
    #[command(hide = true, aliases = ["az", "microsoft"])]
    Azure(NotYet),
    /// Not yet: this version cannot connect Google Cloud; the demo simulates it
    #[command(hide = true, aliases = ["google", "gcloud"])]
    Gcp(NotYet),
    /// Show what is connected
    List,
}

/// What comes after the name of a cloud that cannot be connected yet: whatever it is, the answer is the same.
#[derive(clap::Args)]
pub(crate) struct NotYet {
    #[arg(hide = true, trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<std::ffi::OsString>,
}

impl Cloud {
    /// Whether it is one that cannot be connected yet.
    pub(crate) fn is_not_yet(&self) -> bool {
        self.refused().is_err()
    }

    /// Refuses a cloud that cannot be connected yet, before anything is opened.
    pub(crate) fn refused(&self) -> Result<()> {
        match self {
            Self::Azure(_) => Err(not_yet(CloudId::Azure)),
            Self::Gcp(_) => Err(not_yet(CloudId::Gcp)),
            _ => Ok(()),
        }
    }
}

#[cfg(feature = "aws")]
#[derive(clap::Args)]
pub(crate) struct AwsArgs {
    /// A profile of the AWS configuration [default: AWS_PROFILE, or the default chain]
    #[arg(long)]
    profile: Option<String>,
    /// A region to scan; may be given several times [default: all that are enabled]
    #[arg(long = "region", value_name = "REGION")]
    regions: Vec<String>,
    /// Another endpoint for all AWS services, such as a local one
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,
    /// Save without asking; this is the default without a terminal and with --json
    #[arg(long, short)]
    yes: bool,
}

pub(crate) async fn run(caller: &Caller<'_>, cloud: Cloud) -> Result<Exit> {
    cloud.refused()?;
    match cloud {
        #[cfg(feature = "aws")]
        Cloud::Aws(args) => aws(caller, args).await,
        Cloud::Azure(_) | Cloud::Gcp(_) => Ok(Exit::Input),
        Cloud::List => {
            let connections = caller.call::<Connections>(Default::default()).await?.connections;
            output(caller.global, &connections, || {
                if connections.is_empty() {
                    out::line("Nothing is connected yet.");
                    next::lines(caller.global, &Next::Start).iter().for_each(|command| out::line(command));
                }
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
async fn aws(caller: &Caller<'_>, args: AwsArgs) -> Result<Exit> {
    let global = caller.global;
    let config =
        escher_providers::aws::AwsConfig { profile: args.profile, regions: args.regions, endpoint: args.endpoint, ..Default::default() };
    // What the environment says of the endpoint is the environment of this command, not that of an owner.
    let config = config.pinned().await?;
    let request = |save, expect| ConnectRequest {
        cloud: CloudId::Aws,
        profile: config.profile.clone(),
        regions: config.regions.clone(),
        endpoint: config.endpoint.clone(),
        save,
        expect,
    };
    // Nobody is asked about what they were not shown: with --json there is no question, as in a pipe.
    let asks = !args.yes && !global.json && prompt::can_ask();
    let mut connected = caller.call::<Connect>(request(!asks, None)).await?;
    if !global.json {
        out::line("You are:");
        identities(&connected.identities);
        endpoint(connected.endpoint.as_deref());
        if !connected.replaced.is_empty() {
            out::line("This account is connected already. Instead of that connection:");
        }
        for it in &connected.replaced {
            out::line(&format!("  {}: {} (was: {})", it.setting, it.after, it.before));
        }
    }
    if asks {
        if !prompt::yes("Connect this account?").await {
            out::line("Not connected; nothing was saved.");
            return Ok(Exit::Done);
        }
        let shown = Some(connected.identities.clone());
        connected = caller.call::<Connect>(request(true, shown)).await?;
    }
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
