//! One simulated cloud.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use escher_core::plan::DryRun;
use escher_core::{
    Action, ActionFacts, Capabilities, Cloud, CloudId, DiscoveryFilter, Error, ErrorKind, Gap, Identity, Observation, Outcome, Permit,
    ReadCx, Resource, Result, Scope, Step, Target, Undo, WriteCx,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use serde_json::{Map, Value};

use super::acts::{self, step_key};
use super::faults::{Call, Faults, Trouble, hits};
use super::types::{self, TypeDef};
use super::{SimStore, firewall, ops, undo};

/// How a simulated cloud behaves beside doing what it is asked.
#[derive(Clone, Debug, Default)]
pub struct SimOptions {
    /// How long each request takes.
    pub latency: Duration,
    /// What goes wrong.
    pub faults: Faults,
}

/// Resources that one request lists.
const PAGE: usize = 100;
/// How often a request that is turned away is tried.
const TRIES: u32 = 4;
/// How many scopes are listed at a time.
const AT_ONCE: usize = 32;

/// One simulated cloud over a truth.
#[derive(Clone, Debug)]
pub struct SimCloud {
    id: CloudId,
    store: Arc<SimStore>,
    options: SimOptions,
}

impl SimCloud {
    /// One cloud of the truth.
    pub fn open(store: Arc<SimStore>, id: CloudId, options: SimOptions) -> Self {
        Self { id, store, options }
    }

    /// All three.
    pub fn open_all(store: &Arc<SimStore>, options: &SimOptions) -> Vec<Self> {
        CloudId::ALL.iter().map(|&id| Self::open(Arc::clone(store), id, options.clone())).collect()
    }

    /// Makes a request: takes its time, and goes wrong where it is to.
    async fn request(&self, cx: &ReadCx, call: Call<'_>) -> Result<()> {
        let patient = tokio::time::timeout(cx.timeout, self.answer(call)).await;
        patient.unwrap_or_else(|_| Err(Error::new(ErrorKind::Timeout, format!("no answer within {:?}", cx.timeout)))).map_err(|e| {
            let e = if call.native.is_empty() { e } else { e.with("type", call.native) };
            match call.account {
                Some(account) => e.with("account", account),
                None => e,
            }
        })
    }

    async fn answer(&self, call: Call<'_>) -> Result<()> {
        let troubles: Vec<Trouble> = self.options.faults.on(call).collect();
        let mut time = self.options.latency;
        time += troubles.iter().map(|t| if let Trouble::Slow(more) = t { *more } else { Duration::ZERO }).sum::<Duration>();
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
        for trouble in troubles {
            match trouble {
                Trouble::Deny => return Err(denied(call)),
                Trouble::Expire => {
                    return Err(Error::new(ErrorKind::Unauthenticated, "the credentials have expired").hint("sign in again and retry"));
                }
                Trouble::Down => return Err(Error::new(ErrorKind::Unavailable, "the service failed: internal error")),
                Trouble::Hang => std::future::pending::<()>().await,
                Trouble::Throttle(share) => throttled(share, call).await?,
                Trouble::Partial | Trouble::Fail | Trouble::Lost | Trouble::Slow(_) => {}
            }
        }
        Ok(())
    }

    /// Does something with the truth off the async threads.
    async fn with_store<T: Send + 'static>(&self, f: impl FnOnce(&SimStore) -> Result<T> + Send + 'static) -> Result<T> {
        let store = Arc::clone(&self.store);
        let done = tokio::task::spawn_blocking(move || f(&store)).await;
        done.unwrap_or_else(|e| Err(Error::internal(format!("simulated cloud: {e}"))))
    }

    fn def(&self, native: &str) -> Result<&'static TypeDef> {
        types::find(self.id, native).ok_or_else(|| Error::new(ErrorKind::Unsupported, format!("{} has no {native}", self.id)))
    }

    /// Every scope of the cloud that is wanted, with what is in it.
    fn scopes(&self, want: &DiscoveryFilter) -> Result<Vec<(&'static TypeDef, Scope, Vec<Resource>)>> {
        let mut found: BTreeMap<(String, String, String), Vec<Resource>> = BTreeMap::new();
        let mut regions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for account in self.store.world().accounts(self.id) {
            regions.entry(account.id.clone()).or_default().extend(account.regions.iter().map(|&region| region.to_owned()));
        }
        for r in self.store.all_that(|r| r.cloud == self.id)? {
            let account = r.account.clone().unwrap_or_default();
            let region = r.region.clone().unwrap_or_else(|| "global".into());
            if region != "global" {
                regions.entry(account.clone()).or_default().insert(region.clone());
            }
            found.entry((account, r.native.clone(), region)).or_default().push(r);
        }
        let wanted = |region: &str| want.regions.is_empty() || region == "global" || want.regions.iter().any(|w| w == region);
        let mut scopes = Vec::new();
        for (account, regions) in &regions {
            for def in types::of(self.id).filter(|def| want.kinds.is_empty() || want.kinds.contains(&def.kind)) {
                let mut places: Vec<&str> = regions.iter().map(String::as_str).filter(|region| wanted(region)).collect();
                if !def.listed_by_region() {
                    places.insert(0, "global");
                }
                let mut take =
                    |region: &str| found.remove(&(account.clone(), def.native.to_owned(), region.to_owned())).unwrap_or_default();
                let scope = |region: Option<&str>| Scope {
                    cloud: self.id,
                    account: account.clone(),
                    native: def.native.to_owned(),
                    region: region.map(str::to_owned),
                };
                if def.listed_by_region() || !want.regions.is_empty() {
                    scopes.extend(places.into_iter().map(|region| (def, scope(Some(region)), take(region))));
                } else {
                    let all = places.into_iter().flat_map(&mut take).collect();
                    scopes.push((def, scope(None), all));
                }
            }
        }
        Ok(scopes)
    }

    /// Lists one scope page by page.
    async fn list(self, cx: ReadCx, (def, scope, resources): (&'static TypeDef, Scope, Vec<Resource>)) -> Vec<Observation> {
        let call = Call {
            cloud: self.id,
            kind: Some(def.kind),
            native: def.native,
            account: Some(&scope.account),
            region: scope.region.as_deref(),
            action: None,
        };
        let pages = resources.len().div_ceil(PAGE).max(1);
        let mut trouble = None;
        for _ in 0..pages {
            if let Err(e) = self.request(&cx, call).await {
                trouble = Some(e);
                break;
            }
        }
        let broken_off = self.options.faults.on(call).any(|t| t == Trouble::Partial);
        let shown = match (&trouble, broken_off) {
            (Some(_), _) => 0,
            (None, true) => resources.len() / 2,
            (None, false) => resources.len(),
        };
        if broken_off && trouble.is_none() {
            trouble = Some(Error::new(ErrorKind::Unavailable, "the listing was interrupted").hint("sync again later"));
        }
        let mut seen: Vec<Observation> = resources.into_iter().take(shown).map(Observation::seen).collect();
        seen.push(match trouble {
            None => Observation::Covered { scope, authoritative: def.authoritative() },
            Some(e) => Observation::Gap(Gap { reason: e.message().to_owned(), ..Gap::of(scope, &e) }),
        });
        seen
    }
}

fn denied(call: Call<'_>) -> Error {
    let what = match call.action {
        Some(action) => {
            let def = types::find(call.cloud, call.native);
            let row = def.and_then(|def| ops::find(def, action.verb));
            row.map_or_else(|| action.to_string(), |row| row.permissions().join(", "))
        }
        None => format!("reading {}", call.native),
    };
    Error::new(ErrorKind::Denied, format!("{what} is not allowed for simulated-operator")).hint(format!("grant {what} to this identity"))
}

/// Turned away and tried again, unless it is an act: whoever acts decides about trying again.
async fn throttled(share: f64, call: Call<'_>) -> Result<()> {
    let request = format!("{} {:?} {:?} {:?}", call.native, call.account, call.region, call.action);
    for attempt in 0..if call.action.is_some() { 1 } else { TRIES } {
        if !hits(share, &request, attempt) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(10 << attempt)).await;
    }
    Err(Error::new(ErrorKind::Throttled, "too many requests").hint("try again in a minute"))
}

#[async_trait]
impl Cloud for SimCloud {
    fn id(&self) -> CloudId {
        self.id
    }

    fn simulated(&self) -> bool {
        true
    }

    fn capabilities(&self) -> Capabilities {
        let kinds = types::of(self.id).map(|def| (self.id, def.kind)).collect();
        Capabilities { kinds, actions: ops::actions(self.id).map(|action| (self.id, action)).collect() }.merge(Capabilities::default())
    }

    async fn identities(&self, cx: &ReadCx) -> Result<Vec<Identity>> {
        let call = Call { cloud: self.id, kind: None, native: "", account: None, region: None, action: None };
        let expired = self.options.faults.on(call).any(|t| t == Trouble::Expire || t == Trouble::Hang);
        if expired {
            self.request(cx, call).await.map_err(|e| e.operation(format!("sign in to simulated {}", self.id)))?;
        }
        let one = |account: &super::accounts::Account| Identity {
            cloud: self.id,
            account: account.id.clone(),
            account_name: Some(account.name.clone()),
            principal: "simulated-operator".into(),
            simulated: true,
        };
        Ok(self.store.world().accounts(self.id).map(one).collect())
    }

    fn discover(&self, cx: ReadCx, want: DiscoveryFilter) -> BoxStream<'static, Observation> {
        let this = self.clone();
        let begin = async move {
            let (cloud, wanted) = (this.clone(), want.clone());
            let scopes = tokio::task::spawn_blocking(move || cloud.scopes(&wanted)).await;
            let scopes = scopes.unwrap_or_else(|e| Err(Error::internal(e.to_string())));
            match scopes {
                Ok(scopes) => {
                    let lists = stream::iter(scopes).map(move |scope| this.clone().list(cx.clone(), scope));
                    lists.buffer_unordered(AT_ONCE).flat_map(stream::iter).boxed()
                }
                Err(e) => stream::iter(this.all_gaps(&e, &want)).boxed(),
            }
        };
        stream::once(begin).flatten().boxed()
    }

    async fn read(&self, cx: &ReadCx, target: &Target) -> Result<Option<Resource>> {
        let def = self.def(&target.native)?;
        self.request(cx, Call::on(def, target, None)).await.map_err(|e| e.operation(format!("read {}", target.name)))?;
        let id = target.id.clone();
        self.with_store(move |store| store.get(&id)).await
    }

    fn facts(&self, action: Action, target: &Target, params: &Map<String, Value>, observed: &Resource) -> Option<ActionFacts> {
        let def = types::find(self.id, &target.native).filter(|def| def.kind == action.kind)?;
        let row = ops::find(def, action.verb)?;
        let timeout = Duration::from_secs(if action.kind == escher_core::Kind::Database { 1800 } else { 300 });
        let mut facts =
            ActionFacts { dry_run: DryRun::Simulate, cli: Vec::new(), timeout, permissions: row.permissions(), refused: None, loses: None };
        match firewall::spelled_out(observed, action.verb, params) {
            Ok(each) => facts.cli = each.iter().flat_map(|params| row.lines(target, params)).collect(),
            Err(error) => facts.refused = Some(error.message().to_owned()),
        }
        Some(facts)
    }

    fn undo(&self, step: &Step, before: &Resource) -> Vec<Undo> {
        undo::of(step, before)
    }

    async fn dry_run(&self, cx: &ReadCx, step: &Step) -> Result<()> {
        let def = self.def(&step.target.native)?;
        self.request(cx, Call::on(def, &step.target, Some(step.action))).await?;
        let (step, now) = (step.clone(), cx.clock.now());
        self.with_store(move |store| store.try_out(|truth| acts::carry_out(truth, &step, now).map(drop))).await
    }

    fn shows(&self, step: &Step, now: &Resource) -> Option<bool> {
        undo::shows(step, now, || {
            // What was made beside the target is known only to who made it.
            let key = step_key(step);
            self.store.acts().ok()?.into_iter().rev().find(|act| act.step == key)
        })
    }

    async fn act(&self, cx: &WriteCx, permit: Permit) -> Result<Outcome> {
        let step = permit.step().clone();
        let name = format!("{} {}", step.action, step.target.name);
        let def = self.def(&step.target.native)?;
        let call = Call::on(def, &step.target, Some(step.action));
        self.request(&cx.read, call).await.map_err(|e| e.operation(name.clone()))?;
        if self.options.faults.take(Trouble::Fail, call) {
            return Err(Error::new(ErrorKind::Unavailable, "the service failed: internal error").operation(name));
        }
        let lost = self.options.faults.take(Trouble::Lost, call);
        let now = cx.read.clock.now();
        let act = self.with_store(move |store| store.change(|truth| acts::carry_out(truth, &step, now))).await;
        let act = act.map_err(|e| e.operation(name.clone()))?;
        if lost {
            return Err(Error::new(ErrorKind::Timeout, "the connection broke before the answer arrived").operation(name));
        }
        Ok(Outcome { note: None, created: act.created.iter().map(|id| id.as_str().to_owned()).collect() })
    }
}

impl SimCloud {
    /// A gap for every scope of the wanted types: the truth could not be read.
    fn all_gaps(&self, e: &Error, want: &DiscoveryFilter) -> Vec<Observation> {
        let mut gaps = Vec::new();
        for account in self.store.world().accounts(self.id) {
            for def in types::of(self.id).filter(|def| want.kinds.is_empty() || want.kinds.contains(&def.kind)) {
                let scope = Scope { cloud: self.id, account: account.id.clone(), native: def.native.into(), region: None };
                gaps.push(Observation::Gap(Gap::of(scope, e)));
            }
        }
        gaps
    }
}
