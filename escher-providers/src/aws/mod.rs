//! Amazon Web Services, for real, over the official SDK.
//!
//! ```no_run
//! use escher_core::{Cloud, ReadCx};
//! use escher_providers::aws::{AwsCloud, AwsConfig};
//!
//! # async fn show(cx: ReadCx) -> escher_core::Result<()> {
//! let cloud = AwsCloud::connect(AwsConfig { profile: Some("work".into()), ..AwsConfig::default() }).await?;
//! for me in cloud.identities(&cx).await? {
//!     println!("{} in account {}", me.principal, me.account);
//! }
//! # Ok(())
//! # }
//! ```

mod clients;
mod config;
mod ec2;
mod error;
mod policy;
mod s3;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use aws_credential_types::Credentials;
use escher_core::plan::DryRun;
use escher_core::{
    Action, ActionFacts, Capabilities, Cloud, CloudId, DiscoveryFilter, Error, ErrorKind, Identity, Observation, Outcome, Permit, ReadCx,
    Resource, Result, Scope, Step, Target, Throttled, Undo, WriteCx, regions,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::layer::{Call, Layers, Rate};
use crate::spec::{Reach, gap, services, sight};
use clients::{AwsCx, Clients, incomplete};

pub use config::AwsConfig;
pub use policy::{Grants, PolicyDocument, Statement, policy};

services! { CATALOG: Clients = ec2, s3 }

/// Listings that run at the same time.
const AT_ONCE: usize = 24;

const WHO_AM_I: Call =
    Call { service: "sts", operation: "GetCallerIdentity", permission: "sts:GetCallerIdentity", repeatable: true, rate: Rate::new(20, 50) };

/// A connection to AWS: one identity, one account, its regions. Cheap to clone.
#[derive(Clone)]
pub struct AwsCloud {
    inner: Arc<Inner>,
}

struct Inner {
    config: AwsConfig,
    clients: Arc<Clients>,
    layers: Arc<Layers>,
    identity: OnceCell<Identity>,
}

impl AwsCloud {
    /// Prepares a connection. Nothing is asked of AWS yet: [`Cloud::identities`] is the first question.
    ///
    /// # Errors
    /// `Invalid` if the endpoint is not a URL.
    pub async fn connect(config: AwsConfig) -> Result<Self> {
        Self::prepare(config, None).await
    }

    /// The same with credentials given, instead of those of a profile or of the SDK's chain.
    ///
    /// # Errors
    /// As [`AwsCloud::connect`].
    pub async fn connect_with(config: AwsConfig, credentials: Credentials) -> Result<Self> {
        Self::prepare(config, Some(credentials)).await
    }

    async fn prepare(config: AwsConfig, credentials: Option<Credentials>) -> Result<Self> {
        let sdk = config.load(credentials).await?;
        let clients = Arc::new(Clients::new(sdk, config.page()));
        Ok(Self { inner: Arc::new(Inner { config, clients, layers: Arc::default(), identity: OnceCell::new() }) })
    }
}

impl Inner {
    /// What calls are given before the account is known.
    fn anonymous(&self, cx: &ReadCx) -> AwsCx {
        AwsCx {
            clients: Arc::clone(&self.clients),
            layers: Arc::clone(&self.layers),
            read: cx.clone(),
            account: "".into(),
            region: self.clients.home().into(),
            trial: false,
            errand: "".into(),
        }
    }

    async fn ask_identity(&self, cx: &ReadCx) -> Result<Identity> {
        let cx = self.anonymous(cx);
        let request = cx.client(aws_sdk_sts::Client::new).get_caller_identity();
        let me = cx.call(WHO_AM_I, request, |it| it.send()).await.map_err(|error| match &self.config.profile {
            Some(profile) if error.kind() == ErrorKind::Unauthenticated => error.with("profile", profile),
            _ => error,
        })?;
        let (Some(account), Some(principal)) = (me.account(), me.arn()) else {
            return Err(Error::new(ErrorKind::Unavailable, "STS did not say who we are").hint("check the endpoint"));
        };
        if let Some(expected) = self.config.account.as_deref().filter(|expected| *expected != account) {
            return Err(Error::new(ErrorKind::Unauthenticated, format!("the credentials are for account {account}, not for {expected}"))
                .operation("sign in")
                .hint(format!("sign in to account {expected}, or connect account {account} as well")));
        }
        // arn:PARTITION:sts::ACCOUNT:…
        if let Some(partition) = principal.split(':').nth(1).filter(|partition| !partition.is_empty()) {
            self.clients.set_partition(partition);
        }
        Ok(Identity {
            cloud: CloudId::Aws,
            account: account.to_owned(),
            account_name: None,
            principal: lasting(principal).to_owned(),
            simulated: false,
        })
    }

    async fn identity(&self, cx: &ReadCx) -> Result<&Identity> {
        self.identity.get_or_try_init(|| self.ask_identity(cx)).await
    }

    /// What calls about this target are given; refused where it is of another account than ours.
    async fn at(&self, cx: &ReadCx, target: &Target) -> Result<AwsCx> {
        let me = self.identity(cx).await?;
        if me.account != target.account {
            return Err(Error::new(
                ErrorKind::Unauthenticated,
                format!("we are signed in to account {}, but the target belongs to another", me.account),
            )
            .with("target", target.id.as_str())
            .hint(format!("sign in to account {}", target.account)));
        }
        Ok(AwsCx { account: me.account.as_str().into(), region: target.region.as_str().into(), ..self.anonymous(cx) })
    }

    /// The regions that the account has enabled.
    async fn enabled(&self, cx: &AwsCx) -> Result<BTreeSet<String>> {
        let request = cx.ec2().describe_regions().all_regions(false);
        let found = cx.call(ec2::api!(read "DescribeRegions"), request, |it| it.send()).await?;
        let names = found.regions().iter().map(|region| {
            let name = region.region_name().filter(|name| !name.is_empty());
            name.map(str::to_owned).ok_or_else(|| incomplete("a region", "its name"))
        });
        let enabled = names.collect::<Result<BTreeSet<_>>>()?;
        // Regions that cannot be disabled are always among them.
        if enabled.is_empty() { Err(incomplete("an account", "a region")) } else { Ok(enabled) }
    }

    /// Regions to look in, and for each that cannot be looked at the reason. `None` stands for all regions.
    async fn regions(&self, cx: &AwsCx, want: &DiscoveryFilter) -> (Vec<String>, Vec<(Option<String>, Error)>) {
        let configured = &self.config.regions;
        let everywhere = configured.is_empty() && want.regions.is_empty();
        // What is a region of another cloud is not meant for us.
        let elsewhere = |code: &str| regions::all().iter().any(|region| region.code == code && region.cloud != CloudId::Aws);
        let named: Vec<&String> = match want.regions.as_slice() {
            [] => configured.iter().collect(),
            wanted => wanted.iter().filter(|code| !elsewhere(code)).collect(),
        };
        if named.is_empty() && !everywhere {
            return Default::default();
        }
        let enabled = match self.enabled(cx).await {
            Ok(enabled) if everywhere => return (enabled.into_iter().collect(), Vec::new()),
            Ok(enabled) => Some(enabled),
            // Whoever names the regions does not need the right to list them.
            Err(error) if !everywhere && error.kind() == ErrorKind::Denied => None,
            Err(error) => return (Vec::new(), vec![(None, error)]),
        };
        let (mut there, mut lost) = (Vec::new(), Vec::new());
        for code in named {
            let why = match &enabled {
                Some(enabled) if !enabled.contains(code) => Some(not_enabled(code, enabled)),
                _ if !configured.is_empty() && !configured.contains(code) => {
                    let error = Error::invalid(format!("this connection does not scan {code}"));
                    Some(error.hint(format!("it scans {}; connect it again with {code} among its regions", configured.join(", "))))
                }
                _ => None,
            };
            match why {
                Some(error) => lost.push((Some(code.clone()), error)),
                None => there.push(code.clone()),
            }
        }
        (there, lost)
    }
}

/// Why a region is none of the account's.
fn not_enabled(code: &str, enabled: &BTreeSet<String>) -> Error {
    let list = enabled.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    if regions::find(CloudId::Aws, code).is_some() {
        return Error::new(ErrorKind::Denied, format!("region {code} is not enabled in this account"))
            .hint(format!("enable it (`aws account enable-region --region-name {code}`), or leave it out; enabled regions: {list}"));
    }
    let nearest = regions::nearest(&[CloudId::Aws], code).map(|near| format!("did you mean {near}? ")).unwrap_or_default();
    Error::invalid(format!("there is no region {code}")).hint(format!("{nearest}enabled regions: {list}"))
}

/// The part of a caller's ARN that stays the same from one session to the next. A role's session has a name of its own,
/// often a new one with each process: `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.
fn lasting(arn: &str) -> &str {
    let of_role = |resource: &str| resource.starts_with("assumed-role/") && resource.matches('/').count() == 2;
    match arn.splitn(6, ':').nth(5).filter(|resource| of_role(resource)) {
        Some(_) => arn.rsplit_once('/').map_or(arn, |(role, _)| role),
        None => arn,
    }
}

#[async_trait]
impl Cloud for AwsCloud {
    fn id(&self) -> CloudId {
        CloudId::Aws
    }

    fn capabilities(&self) -> Capabilities {
        let kinds = CATALOG.kinds().map(|spec| (CloudId::Aws, spec.kind)).collect();
        let actions = CATALOG.actions().map(|spec| (CloudId::Aws, spec.action)).collect();
        Capabilities::default().merge(Capabilities { kinds, actions })
    }

    async fn identities(&self, cx: &ReadCx) -> Result<Vec<Identity>> {
        Ok(vec![self.inner.identity(cx).await?.clone()])
    }

    fn throttled(&self) -> Vec<Throttled> {
        self.inner.layers.complaints()
    }

    async fn has_region(&self, cx: &ReadCx, code: &str) -> Result<bool> {
        Ok(self.inner.enabled(&self.inner.anonymous(cx)).await?.contains(code))
    }

    fn discover(&self, cx: ReadCx, want: DiscoveryFilter) -> BoxStream<'static, Observation> {
        let inner = Arc::clone(&self.inner);
        async_stream::stream! {
            let specs: Vec<_> = CATALOG.kinds().filter(|spec| want.kinds.is_empty() || want.kinds.contains(&spec.kind)).collect();
            let scope = |account: &str, native: &str, region: Option<String>| {
                Scope { cloud: CloudId::Aws, account: account.to_owned(), native: native.to_owned(), region }
            };
            let account = match inner.identity(&cx).await {
                Ok(me) => me.account.clone(),
                Err(error) => {
                    let account = inner.config.account.as_deref().unwrap_or("unknown");
                    for spec in specs {
                        yield gap(scope(account, spec.native, None), &error);
                    }
                    return;
                }
            };
            let home = AwsCx { account: account.as_str().into(), ..inner.anonymous(&cx) };
            let (regional, global): (Vec<_>, Vec<_>) = specs.into_iter().partition(|spec| spec.reach == Reach::Regional);
            let (regions, lost) = if regional.is_empty() { Default::default() } else { inner.regions(&home, &want).await };
            for (region, error) in lost {
                for spec in &regional {
                    yield gap(scope(&account, spec.native, region.clone()), &error);
                }
            }
            // The slow global listings begin first. Kinds take turns over the regions, so that no one API is asked by all at once.
            let listings: Vec<_> = global
                .iter()
                .map(|&spec| (spec, home.at("global")))
                .chain(regional.iter().flat_map(|&spec| regions.iter().map(|region| (spec, home.at(region))).collect::<Vec<_>>()))
                .map(|(spec, cx)| sight(CloudId::Aws, spec, cx))
                .collect();
            let mut observations = stream::iter(listings).flatten_unordered(AT_ONCE);
            while let Some(observation) = observations.next().await {
                yield observation;
            }
        }
        .boxed()
    }

    async fn read(&self, cx: &ReadCx, target: &Target) -> Result<Option<Resource>> {
        let spec = CATALOG.kind(target)?;
        (spec.read)(self.inner.at(cx, target).await?, target.clone()).await
    }

    fn facts(&self, action: Action, target: &Target, params: &Map<String, Value>, observed: &Resource) -> Option<ActionFacts> {
        CATALOG.action(action, &target.native).map(|spec| spec.facts(target, params, observed))
    }

    fn holds(&self, action: Action, user: &Resource) -> bool {
        ec2::holds(action, user)
    }

    fn undo(&self, step: &Step, before: &Resource) -> Vec<Undo> {
        let undo = CATALOG.action(step.action, &step.target.native).and_then(|spec| spec.undo);
        undo.map(|undo| undo(&step.params, before)).unwrap_or_default()
    }

    async fn dry_run(&self, cx: &ReadCx, step: &Step) -> Result<()> {
        let spec = CATALOG.of_step(step)?;
        if spec.dry_run != DryRun::Native {
            return Err(Error::new(ErrorKind::Unsupported, format!("AWS has no dry run for {}", step.action)));
        }
        let cx = AwsCx { trial: true, ..self.inner.at(cx, &step.target).await? };
        (spec.act)(cx, step.target.clone(), step.params.clone()).await.map(drop)
    }

    fn shows(&self, step: &Step, now: &Resource) -> Option<bool> {
        let shows = CATALOG.action(step.action, &step.target.native)?.shows?;
        shows(&step.params, now)
    }

    async fn act(&self, cx: &WriteCx, permit: Permit) -> Result<Outcome> {
        let step = permit.step();
        let spec = CATALOG.of_step(step)?;
        let errand = format!("{}/{}", permit.run(), step.id).into();
        let cx = AwsCx { errand, ..self.inner.at(&cx.read, &step.target).await? };
        (spec.act)(cx, step.target.clone(), step.params.clone()).await
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_name_of_a_session_is_nobodys_identity() {
        for (arn, principal) in [
            ("arn:aws:sts::123456789012:assumed-role/deploy/botocore-session-1764156513", "arn:aws:sts::123456789012:assumed-role/deploy"),
            (
                "arn:aws-cn:sts::123456789012:assumed-role/AWSReservedSSO_x/ann@example.org",
                "arn:aws-cn:sts::123456789012:assumed-role/AWSReservedSSO_x",
            ),
            ("arn:aws:iam::123456789012:user/team/assumed-role/ann", "arn:aws:iam::123456789012:user/team/assumed-role/ann"),
            ("arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:root"),
            ("arn:aws:sts::123456789012:federated-user/ann", "arn:aws:sts::123456789012:federated-user/ann"),
        ] {
            assert_eq!(super::lasting(arn), principal);
        }
    }
}
