//! What a service file declares: kinds with their listers, actions with their ways there and back.
//!
//! Everything is generic over `C`, the clients of one connection, so that credentials stay inside the connection
//! and a service file only ever sees a [`Cx`]. The drivers below turn declarations into the shapes of
//! [`escher_core::Cloud`]: a lister yields resources or errors, and only here does that become seen, gap and covered.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use escher_core::plan::DryRun;
use escher_core::{
    Action, ActionDef, ActionFacts, CloudId, Error, ErrorKind, Gap, Kind, Observation, Outcome, ReadCx, Resource, Result, Scope, Step,
    Target, Undo,
};
use futures::future::BoxFuture;
use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::layer::Layers;

/// What a call to a service is given.
pub(crate) struct Cx<C> {
    /// The clients.
    pub(crate) clients: Arc<C>,
    /// What wraps every call.
    pub(crate) layers: Arc<Layers>,
    /// Time and patience.
    pub(crate) read: ReadCx,
    /// The account.
    pub(crate) account: Arc<str>,
    /// The region; `global` for a global listing.
    pub(crate) region: Arc<str>,
    /// Whether changes are to be tried only, by the cloud's own dry run.
    pub(crate) trial: bool,
    /// Names one step of one run, the same for each try of it; empty where nothing is carried out.
    pub(crate) errand: Arc<str>,
}

impl<C> Clone for Cx<C> {
    fn clone(&self) -> Self {
        Self {
            clients: Arc::clone(&self.clients),
            layers: Arc::clone(&self.layers),
            read: self.read.clone(),
            account: Arc::clone(&self.account),
            region: Arc::clone(&self.region),
            trial: self.trial,
            errand: Arc::clone(&self.errand),
        }
    }
}

impl<C> Cx<C> {
    /// The same for another region.
    pub(crate) fn at(&self, region: &str) -> Self {
        Self { region: region.into(), ..self.clone() }
    }
}

/// Lists one kind in one region, page by page. An error makes the scope a gap; a lister may go on after one.
pub(crate) type ListFn<C> = fn(Cx<C>) -> BoxStream<'static, Result<Resource>>;
/// Reads one resource as its lister would give it; `None` only where the cloud says that it is not there.
pub(crate) type ReadFn<C> = fn(Cx<C>, Target) -> BoxFuture<'static, Result<Option<Resource>>>;
/// Carries out an action, or tries it where [`Cx::trial`] says so.
pub(crate) type ActFn<C> = fn(Cx<C>, Target, Map<String, Value>) -> BoxFuture<'static, Result<Outcome>>;
/// What puts `before` back after a step.
pub(crate) type UndoFn = fn(&Map<String, Value>, &Resource) -> Vec<Undo>;
/// The command lines for an action on a resource as it was observed: what they show is what will be done.
pub(crate) type CliFn = fn(&Target, &Map<String, Value>, &Resource) -> Vec<Vec<String>>;
/// What an action means for one resource as it was observed, beside what it means for all: what that one loses, in a
/// clause, or the error with which it would be refused.
pub(crate) type WeighFn = fn(&Map<String, Value>, &Resource) -> Result<Option<&'static str>>;
/// Whether the effect of a step is visible in the resource.
pub(crate) type ShowsFn = fn(&Map<String, Value>, &Resource) -> Option<bool>;

/// Where a kind is listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Region by region.
    Regional,
    /// Once for all regions.
    Global,
}

/// The whole knowledge of one cloud service.
pub(crate) struct ServiceSpec<C: 'static> {
    /// The service word, `ec2`: how its native types begin.
    #[cfg_attr(not(test), expect(dead_code, reason = "the catalog's test holds the native types against it"))]
    pub(crate) id: &'static str,
    /// What it has.
    pub(crate) kinds: &'static [KindSpec<C>],
    /// What can be done to it.
    pub(crate) actions: &'static [&'static [ActionSpec<C>]],
}

/// One native type of resource.
pub(crate) struct KindSpec<C: 'static> {
    /// The normalized kind.
    pub(crate) kind: Kind,
    /// The native type, `ec2:instance`.
    pub(crate) native: &'static str,
    /// Where it is listed.
    pub(crate) reach: Reach,
    /// Whether one absence from a complete listing is proof.
    pub(crate) authoritative: bool,
    /// Lists them.
    pub(crate) list: ListFn<C>,
    /// Reads one.
    pub(crate) read: ReadFn<C>,
    /// What both need.
    pub(crate) permissions: &'static [&'static str],
}

/// One action on one native type.
pub(crate) struct ActionSpec<C: 'static> {
    /// The native type.
    pub(crate) native: &'static str,
    /// The action of the catalog.
    pub(crate) action: Action,
    /// What it needs.
    pub(crate) permissions: &'static [&'static str],
    /// What it is allowed to take.
    pub(crate) timeout: Duration,
    /// Does it.
    pub(crate) act: ActFn<C>,
    /// Takes it back.
    pub(crate) undo: Option<UndoFn>,
    /// Says it as command lines, if its row in [`crate::commands`] does not say it all.
    pub(crate) cli: Option<CliFn>,
    /// Weighs what it means for one resource, where that depends on more than its kind.
    pub(crate) weigh: Option<WeighFn>,
    /// How it can be tried. For [`DryRun::Native`], `act` is called with [`Cx::trial`] set.
    pub(crate) dry_run: DryRun,
    /// Sees its effect, where the catalog leaves that to the provider.
    pub(crate) shows: Option<ShowsFn>,
}

impl<C> ActionSpec<C> {
    /// Its command lines for one resource.
    pub(crate) fn lines(&self, target: &Target, params: &Map<String, Value>, observed: &Resource) -> Vec<Vec<String>> {
        match self.cli {
            Some(cli) => cli(target, params, observed),
            None => crate::commands::usual(self.action.verb, target, params),
        }
    }

    /// How it looks for one resource.
    pub(crate) fn facts(&self, target: &Target, params: &Map<String, Value>, observed: &Resource) -> ActionFacts {
        let weighed = self.weigh.map_or(Ok(None), |weigh| weigh(params, observed));
        let told = |error: &Error| match error.hint_text() {
            Some(hint) => format!("{} ({hint})", error.message()),
            None => error.message().to_owned(),
        };
        ActionFacts {
            dry_run: self.dry_run,
            cli: self.lines(target, params, observed),
            timeout: self.timeout,
            permissions: self.permissions.iter().map(|&permission| permission.to_owned()).collect(),
            refused: weighed.as_ref().err().map(told),
            loses: weighed.ok().flatten().map(str::to_owned),
        }
    }
}

/// An action in its erased form: `run` with its parameters, typed. The one place where types are erased.
///
/// ```text
/// act: |cx, target, params| act(params, |params: Resize| resize(cx, target, params)),
/// ```
pub(crate) fn act<P, Fut>(params: Map<String, Value>, run: impl FnOnce(P) -> Fut) -> BoxFuture<'static, Result<Outcome>>
where
    P: DeserializeOwned,
    Fut: Future<Output = Result<Outcome>> + Send + 'static,
{
    match parse(&params) {
        Ok(params) => run(params).boxed(),
        Err(error) => futures::future::ready(Err(error)).boxed(),
    }
}

/// Parameters in their typed form.
pub(crate) fn parse<P: DeserializeOwned>(params: &Map<String, Value>) -> Result<P> {
    serde_json::from_value(Value::Object(params.clone())).map_err(|e| Error::invalid(format!("the parameters are not valid: {e}")))
}

/// A catalog: all services of a cloud.
pub(crate) struct Catalog<C: 'static>(pub(crate) &'static [&'static ServiceSpec<C>]);

impl<C> Clone for Catalog<C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C> Copy for Catalog<C> {}

impl<C: Send + Sync + 'static> Catalog<C> {
    /// Every kind.
    pub(crate) fn kinds(self) -> impl Iterator<Item = &'static KindSpec<C>> {
        self.0.iter().flat_map(|service| service.kinds)
    }

    /// Every action.
    pub(crate) fn actions(self) -> impl Iterator<Item = &'static ActionSpec<C>> {
        self.0.iter().flat_map(|service| service.actions).copied().flatten()
    }

    /// The kind that a target is of.
    ///
    /// # Errors
    /// `Unsupported` if no service has it.
    pub(crate) fn kind(self, target: &Target) -> Result<&'static KindSpec<C>> {
        self.kinds().find(|kind| kind.native == target.native).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("resources of type {} cannot be read here", target.native))
                .with("target", target.id.as_str())
        })
    }

    /// How an action is carried out on a target, if it can be.
    pub(crate) fn action(self, action: Action, native: &str) -> Option<&'static ActionSpec<C>> {
        self.actions().find(|spec| spec.action == action && spec.native == native)
    }

    /// The action of a step, its parameters held against the catalog of actions.
    ///
    /// # Errors
    /// `Unsupported` if this cloud cannot do it, `Invalid` for wrong parameters.
    pub(crate) fn of_step(self, step: &Step) -> Result<&'static ActionSpec<C>> {
        let spec = self.action(step.action, &step.target.native).ok_or_else(|| {
            Error::new(ErrorKind::Unsupported, format!("{} cannot be done to a {} here", step.action, step.target.native))
                .with("target", step.target.id.as_str())
        })?;
        let def = ActionDef::find(step.action).ok_or_else(|| Error::internal(format!("{} is not in the catalog", step.action)))?;
        def.check_params(&step.params)?;
        Ok(spec)
    }
}

/// Lists one scope: what was seen, then either what could not be looked at or that all was.
pub(crate) fn sight<C: Send + Sync + 'static>(cloud: CloudId, spec: &'static KindSpec<C>, cx: Cx<C>) -> BoxStream<'static, Observation> {
    let scope = Scope {
        cloud,
        account: cx.account.to_string(),
        native: spec.native.to_owned(),
        region: (spec.reach == Reach::Regional).then(|| cx.region.to_string()),
    };
    let mut listing = (spec.list)(cx);
    let authoritative = spec.authoritative;
    // What was covered stays covered where a gap speaks of a part of it only.
    let part = Scope { region: Some(scope.region.clone().unwrap_or_else(|| "global".to_owned())), ..scope.clone() };
    async_stream::stream! {
        let (mut gaps, mut details) = (Gaps::default(), Gaps::default());
        while let Some(item) = listing.next().await {
            match item {
                Ok(resource) => yield Observation::seen(resource),
                Err(error) => {
                    tracing::warn!(%scope, %error, "could not look");
                    // One setting of one resource is refused for good: everything was listed all the same.
                    let detail = error.context(UNTOLD).is_some() && !error.kind().is_temporary();
                    if detail { details.add(&part, &error) } else { gaps.add(&scope, &error) }
                }
            }
        }
        if gaps.told.is_empty() {
            yield Observation::Covered { scope, authoritative };
        }
        for observation in gaps.observations().chain(details.observations()) {
            yield observation;
        }
    }
    .boxed()
}

/// Names, in an error's context, the setting of a resource that could not be told, while the rest of it could.
pub(crate) const UNTOLD: &str = "setting";

/// Gaps of one scope that are told each; there may be a million.
const GAPS: usize = 20;

/// The gaps that the errors of one listing leave, each told once.
#[derive(Default)]
struct Gaps {
    told: Vec<Gap>,
    more: usize,
}

impl Gaps {
    fn add(&mut self, scope: &Scope, error: &Error) {
        let gap = Gap::of(scope.clone(), error);
        match self.told.iter().any(|known| known.reason == gap.reason) {
            true => {}
            false if self.told.len() < GAPS => self.told.push(gap),
            false => self.more += 1,
        }
    }

    fn observations(mut self) -> impl Iterator<Item = Observation> {
        if let Some(last) = self.told.last_mut().filter(|_| self.more > 0) {
            last.reason += &format!("; and {} more", self.more);
        }
        self.told.into_iter().map(Observation::Gap)
    }
}

/// The gap that an error leaves.
pub(crate) fn gap(scope: Scope, error: &Error) -> Observation {
    Observation::Gap(Gap::of(scope, error))
}

/// A cloud's catalog from the names of its services' modules: `services! { CATALOG: Clients = ec2, s3 }`.
macro_rules! services {
    ($name:ident: $clients:ty = $($service:ident),+ $(,)?) => {
        static $name: $crate::spec::Catalog<$clients> = $crate::spec::Catalog(&[$(&$service::SPEC),+]);
    };
}
pub(crate) use services;
