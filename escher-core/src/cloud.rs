//! What a cloud can do for us.

use std::time::Duration;

use async_trait::async_trait;
use futures::stream::BoxStream;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::plan::DryRun;
use crate::{Action, Clock, CloudId, Kind, Observation, Permit, Resource, Result, RetryBudget, Step, Target, Undo};

/// What every call to a cloud is given. No credentials: those live inside the [`Cloud`]. Dropping the future or
/// stream cancels the call.
#[derive(Clone, Debug)]
pub struct ReadCx {
    /// The time.
    pub clock: Clock,
    /// How long one request may take, tries included.
    pub timeout: Duration,
    /// Retries shared with whoever else works on the same piece; without it, each request has its own.
    pub retries: Option<RetryBudget>,
}

impl ReadCx {
    /// A context in which each request has retries of its own.
    pub fn new(clock: Clock, timeout: Duration) -> Self {
        Self { clock, timeout, retries: None }
    }

    /// The same with a budget of retries that all its requests share.
    #[must_use]
    pub fn with_retries(mut self, retries: RetryBudget) -> Self {
        self.retries = Some(retries);
        self
    }
}

/// What an acting call is given beside its permit.
#[derive(Clone, Debug)]
pub struct WriteCx {
    /// What reading calls are given; an act reads too.
    pub read: ReadCx,
}

/// What to look for; everything where empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiscoveryFilter {
    /// Regions to look in; `global` resources are looked at in any case.
    pub regions: Vec<String>,
    /// Kinds to look for.
    pub kinds: Vec<Kind>,
}

/// Who we are to a cloud, shown before anything else happens and named in every plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Identity {
    /// The cloud.
    pub cloud: CloudId,
    /// Account, subscription or project.
    pub account: String,
    /// Its display name, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_name: Option<String>,
    /// The principal: an ARN, a user or a service account.
    pub principal: String,
    /// Whether this cloud is simulated.
    pub simulated: bool,
}

/// What a cloud can look at and do: no estate value, so it may go to the brain.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// Kinds that can be listed.
    pub kinds: Vec<(CloudId, Kind)>,
    /// Actions that can be carried out.
    pub actions: Vec<(CloudId, Action)>,
}

impl Capabilities {
    /// These and those.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.kinds.extend(other.kinds);
        self.actions.extend(other.actions);
        self.kinds.sort_unstable();
        self.kinds.dedup();
        self.actions.sort_unstable();
        self.actions.dedup();
        self
    }

    /// Whether this cloud can do this.
    pub fn can(&self, cloud: CloudId, action: Action) -> bool {
        self.actions.contains(&(cloud, action))
    }
}

/// What an act left behind. That the call succeeded is not yet that the state is reached: that is verified.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// What the cloud said, for people; redacted.
    pub note: Option<String>,
    /// Ids of what was made (a snapshot), if anything.
    pub created: Vec<String>,
}

/// How often an API asked us to slow down, and what that cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Throttled {
    /// The API: `ec2:DescribeVolumes`.
    pub api: String,
    /// The region.
    pub region: String,
    /// How often it did.
    pub times: u64,
    /// How long calls waited for that, milliseconds in all.
    pub waited_ms: u64,
}

impl Throttled {
    /// What was added since `before`, of counts that only grow.
    pub fn since(before: &[Self], now: Vec<Self>) -> Vec<Self> {
        let less = |mut now: Self| {
            if let Some(before) = before.iter().find(|before| (&before.api, &before.region) == (&now.api, &now.region)) {
                now.times = now.times.saturating_sub(before.times);
                now.waited_ms = now.waited_ms.saturating_sub(before.waited_ms);
            }
            now
        };
        now.into_iter().map(less).filter(|now| now.times > 0 || now.waited_ms > 0).collect()
    }
}

/// How an action looks on a cloud, worked out without a call.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionFacts {
    /// How it can be tried.
    pub dry_run: DryRun,
    /// The same as command lines.
    pub cli: Vec<Vec<String>>,
    /// What the provider allows for it at most.
    pub timeout: Duration,
    /// The permissions it needs, in the cloud's own words.
    pub permissions: Vec<String>,
    /// Why it would be refused for this resource as it stands, and what to do about that; no plan takes it in then.
    pub refused: Option<String>,
    /// What this very resource would lose beside what the action means for all, in a clause.
    pub loses: Option<String>,
}

/// One connection to a cloud: one identity, one or more accounts.
#[async_trait]
pub trait Cloud: Send + Sync {
    /// Which cloud.
    fn id(&self) -> CloudId;

    /// Whether it is simulated; whatever shows its resources says so.
    fn simulated(&self) -> bool {
        false
    }

    /// Whether a read may lag behind a change, so that a single “not there” proves nothing.
    fn lags(&self) -> bool {
        !self.simulated()
    }

    /// What it can look at and do.
    fn capabilities(&self) -> Capabilities;

    /// Who we are there, an entry an account. Asks the cloud.
    async fn identities(&self, cx: &ReadCx) -> Result<Vec<Identity>>;

    /// Whether there is such a region, asked only of one that the catalog of [`crate::regions`] does not have: a cloud
    /// may be younger than that.
    async fn has_region(&self, _cx: &ReadCx, _code: &str) -> Result<bool> {
        Ok(false)
    }

    /// Which APIs asked us to slow down since this connection was made; only grows.
    fn throttled(&self) -> Vec<Throttled> {
        Vec::new()
    }

    /// Lists the world as a stream. It never ends in an error: what cannot be looked at is a gap.
    fn discover(&self, cx: ReadCx, want: DiscoveryFilter) -> BoxStream<'static, Observation>;

    /// Reads one resource as listing it would give it; `None` if the cloud says that it is not there. Where
    /// [`Cloud::lags`], it may be there all the same: whoever draws a conclusion from that asks again first.
    async fn read(&self, cx: &ReadCx, target: &Target) -> Result<Option<Resource>>;

    /// How an action on a resource, as it was `observed`, looks here; `None` if this cloud cannot do it.
    fn facts(&self, action: Action, target: &Target, params: &Map<String, Value>, observed: &Resource) -> Option<ActionFacts>;

    /// Whether the cloud refuses an action on something as long as `user` uses it.
    fn holds(&self, _action: Action, _user: &Resource) -> bool {
        false
    }

    /// What would put `before` back after `step`; empty where nothing would.
    fn undo(&self, step: &Step, before: &Resource) -> Vec<Undo>;

    /// Tries a step without a change, where [`ActionFacts::dry_run`] is native.
    async fn dry_run(&self, cx: &ReadCx, step: &Step) -> Result<()>;

    /// Whether what [`crate::Verify::ByProvider`] leaves to the provider is so: the effect of `step` is visible in `now`.
    fn shows(&self, step: &Step, now: &Resource) -> Option<bool>;

    /// Carries out one step, once.
    async fn act(&self, cx: &WriteCx, permit: Permit) -> Result<Outcome>;
}
