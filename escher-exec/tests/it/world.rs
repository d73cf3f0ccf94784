//! The world in memory: one cloud whose truth is apart from the store, and one log of journal lines and calls in
//! the order in which they happened.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use escher_core::plan::DryRun;
use escher_core::*;
use futures::stream::{self, BoxStream, StreamExt};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

/// What goes wrong with one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Refused for good.
    Refused,
    /// Refused for now.
    Throttled,
    /// Carried out; the answer is lost.
    AnswerLost,
    /// Not carried out; nobody says so.
    RequestLost,
    /// Carried out; no answer for ever.
    HangsAfter,
    /// Not carried out; no answer for ever.
    HangsBefore,
    /// Accepted and never carried out.
    Ignored,
    /// Not carried out: the cloud says that there is no such thing.
    NotFound,
    /// Refused for now, as often as a layer below was ready to ask.
    Exhausted,
}

/// Everything that left a trace, in order.
#[derive(Clone, Debug)]
pub(crate) enum Trace {
    Line(JournalEntry),
    Call { step: StepId, attempt: u32, target: ResourceId },
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) resources: Mutex<BTreeMap<ResourceId, Resource>>,
    pub(crate) trace: Mutex<Vec<Trace>>,
    pub(crate) faults: Mutex<HashMap<ResourceId, VecDeque<Fault>>>,
    /// How many reads of a target fail before one works.
    pub(crate) blind: Mutex<HashMap<ResourceId, (usize, Option<ErrorKind>)>>,
    /// How many reads of a target fail after the next call on it.
    pub(crate) blind_later: Mutex<HashMap<ResourceId, (usize, Option<ErrorKind>)>>,
    /// Whether the cloud's answers lag behind changes.
    pub(crate) lags: AtomicBool,
    /// How many reads do not find a target after each change to it.
    pub(crate) lag: AtomicUsize,
    /// How many more reads do not find a target.
    pub(crate) hidden: Mutex<HashMap<ResourceId, usize>>,
    pub(crate) under_way: AtomicUsize,
    pub(crate) most_under_way: AtomicUsize,
}

impl World {
    pub(crate) fn get(&self, id: &ResourceId) -> Option<Resource> {
        self.resources.lock().unwrap().get(id).cloned()
    }

    pub(crate) fn edit(&self, id: &ResourceId, edit: impl FnOnce(&mut Resource)) {
        edit(self.resources.lock().unwrap().get_mut(id).unwrap());
    }

    pub(crate) fn fail(&self, id: &ResourceId, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().entry(id.clone()).or_default().extend(faults);
    }

    pub(crate) fn calls(&self) -> Vec<ResourceId> {
        let trace = self.trace.lock().unwrap();
        trace.iter().filter_map(|item| if let Trace::Call { target, .. } = item { Some(target.clone()) } else { None }).collect()
    }

    /// Hides a target from the next reads.
    pub(crate) fn hide(&self, id: &ResourceId, reads: usize) {
        self.lags.store(true, Ordering::SeqCst);
        self.hidden.lock().unwrap().insert(id.clone(), reads);
    }

    /// Lets reads of a target fail once it was called upon.
    pub(crate) fn blind_after_call(&self, id: &ResourceId, reads: usize, kind: ErrorKind) {
        self.blind_later.lock().unwrap().insert(id.clone(), (reads, Some(kind)));
    }

    fn hides(&self, id: &ResourceId) -> bool {
        self.hidden.lock().unwrap().get_mut(id).filter(|left| **left > 0).map(|left| *left -= 1).is_some()
    }

    fn carry_out(&self, step: &Step) {
        let mut resources = self.resources.lock().unwrap();
        let Some(resource) = resources.get_mut(&step.target.id) else { return };
        let tags = resource.tags.get_or_insert_default();
        match step.action.verb {
            Verb::Stop => resource.state = Some(State::Stopped),
            Verb::Start => resource.state = Some(State::Running),
            Verb::Resize => drop(resource.attributes.insert("size".into(), step.params["size"].clone())),
            Verb::Tag => {
                let new = step.params["tags"].as_object().unwrap();
                tags.extend(new.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())));
            }
            Verb::Untag => {
                for key in step.params["keys"].as_array().unwrap() {
                    tags.remove(key.as_str().unwrap());
                }
            }
            Verb::Delete => drop(resources.remove(&step.target.id)),
            _ => {}
        }
    }
}

/// One cloud over the world.
pub(crate) struct FakeCloud(pub(crate) Arc<World>);

#[async_trait]
impl Cloud for FakeCloud {
    fn id(&self) -> CloudId {
        CloudId::Aws
    }
    fn simulated(&self) -> bool {
        true
    }
    fn lags(&self) -> bool {
        self.0.lags.load(Ordering::SeqCst)
    }
    fn holds(&self, action: Action, user: &Resource) -> bool {
        (action.kind, action.verb, user.native.as_str()) == (Kind::Snapshot, Verb::Delete, "ec2:image")
    }
    fn capabilities(&self) -> Capabilities {
        let able = |action: &Action| !matches!(action.kind, Kind::Queue);
        let actions = ActionDef::all().map(|def| def.action).filter(able).map(|action| (CloudId::Aws, action)).collect();
        Capabilities { kinds: Vec::new(), actions }
    }
    async fn identities(&self, _: &ReadCx) -> Result<Vec<Identity>> {
        Ok(["111122223333", "444455556666"].map(identity).to_vec())
    }
    fn discover(&self, _: ReadCx, _: DiscoveryFilter) -> BoxStream<'static, Observation> {
        stream::empty().boxed()
    }
    async fn read(&self, _: &ReadCx, target: &Target) -> Result<Option<Resource>> {
        tokio::time::sleep(Duration::from_millis(3)).await;
        let blind = {
            let mut blind = self.0.blind.lock().unwrap();
            blind.get_mut(&target.id).filter(|(left, _)| *left > 0).map(|(left, kind)| {
                *left -= 1;
                *kind
            })
        };
        match blind {
            Some(Some(kind)) => Err(Error::new(kind, "cannot see")),
            Some(None) => std::future::pending().await,
            None if self.0.hides(&target.id) => Ok(None),
            None => Ok(self.0.get(&target.id)),
        }
    }
    fn facts(&self, action: Action, target: &Target, params: &Map<String, Value>, observed: &Resource) -> Option<ActionFacts> {
        let cli = vec![vec!["cloud".to_owned(), action.to_string(), target.name.clone(), Value::Object(params.clone()).to_string()]];
        let dry_run = match action.verb {
            Verb::Stop => DryRun::Native,
            Verb::Restart => DryRun::None,
            _ => DryRun::Simulate,
        };
        let loses = observed.bool_attr("scratch").filter(|&scratch| scratch).map(|_| "lose their scratch disks".to_owned());
        let refused = observed.bool_attr("locked").filter(|&locked| locked).map(|_| "a lock is in the way".to_owned());
        Some(ActionFacts { dry_run, cli, timeout: Duration::from_secs(60), permissions: Vec::new(), refused, loses })
    }
    fn undo(&self, step: &Step, before: &Resource) -> Vec<Undo> {
        let undo = |verb, params: Value| Undo { action: Action { kind: before.kind, verb }, params: params.as_object().unwrap().clone() };
        match step.action.verb {
            Verb::Stop => vec![undo(Verb::Start, json!({}))],
            Verb::Start => vec![undo(Verb::Stop, json!({}))],
            Verb::Resize => vec![undo(Verb::Resize, json!({ "size": before.text_attr("size").unwrap() }))],
            Verb::Tag => {
                let tags = before.tags.clone().unwrap_or_default();
                let touched: BTreeSet<&String> = step.params["tags"].as_object().unwrap().keys().collect();
                let old: Map<String, Value> =
                    touched.iter().filter_map(|key| Some(((*key).clone(), Value::from(tags.get(*key)?.as_str())))).collect();
                let new: Vec<&String> = touched.into_iter().filter(|key| !tags.contains_key(*key)).collect();
                let mut parts = Vec::new();
                if !old.is_empty() {
                    parts.push(undo(Verb::Tag, json!({ "tags": old })));
                }
                if !new.is_empty() {
                    parts.push(undo(Verb::Untag, json!({ "keys": new })));
                }
                parts
            }
            _ => Vec::new(),
        }
    }
    async fn dry_run(&self, _: &ReadCx, step: &Step) -> Result<()> {
        match self.0.faults.lock().unwrap().get(&step.target.id).and_then(|faults| faults.front()) {
            Some(Fault::Refused) => Err(Error::new(ErrorKind::Denied, "you may not")),
            _ => Ok(()),
        }
    }
    fn shows(&self, step: &Step, now: &Resource) -> Option<bool> {
        match step.action.verb {
            Verb::Scale => Some(now.attributes.get("count") == step.params.get("count")),
            _ => None,
        }
    }
    async fn act(&self, _: &WriteCx, permit: Permit) -> Result<Outcome> {
        let step = permit.step();
        let call = Trace::Call { step: step.id.clone(), attempt: permit.attempt(), target: step.target.id.clone() };
        self.0.trace.lock().unwrap().push(call);
        let now = self.0.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.0.most_under_way.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_millis(20)).await;
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
        let fault = self.0.faults.lock().unwrap().get_mut(&step.target.id).and_then(VecDeque::pop_front);
        if let Some(blind) = self.0.blind_later.lock().unwrap().remove(&step.target.id) {
            self.0.blind.lock().unwrap().insert(step.target.id.clone(), blind);
        }
        let lag = self.0.lag.load(Ordering::SeqCst);
        if lag > 0 {
            self.0.hide(&step.target.id, lag);
        }
        if matches!(fault, None | Some(Fault::AnswerLost | Fault::HangsAfter)) {
            self.0.carry_out(step);
        }
        match fault {
            None | Some(Fault::Ignored) => Ok(Outcome::default()),
            Some(Fault::Refused) => Err(Error::new(ErrorKind::Denied, "you may not").hint("ask for the permission")),
            Some(Fault::NotFound) => Err(Error::new(ErrorKind::NotFound, "there is no such thing")),
            Some(Fault::Exhausted) => Err(Error::new(ErrorKind::Throttled, "slow down").exhausted(5)),
            Some(Fault::Throttled) => Err(Error::new(ErrorKind::Throttled, "slow down")),
            Some(Fault::AnswerLost | Fault::RequestLost) => Err(Error::new(ErrorKind::Unavailable, "connection reset")),
            Some(Fault::HangsAfter | Fault::HangsBefore) => std::future::pending().await,
        }
    }
}

pub(crate) fn identity(account: &str) -> Identity {
    let principal = "arn:aws:iam::111122223333:user/ada".to_owned();
    Identity { cloud: CloudId::Aws, account: account.to_owned(), account_name: None, principal, simulated: true }
}

/// When the journal lets us down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JournalFault {
    /// From the n-th line on nothing is written, and it says so.
    Fails(usize),
    /// The n-th line alone is not written.
    Stumbles(usize),
    /// The n-th line is written, it says that it was not, and so on.
    Lies(usize),
    /// After the n-th line the machine stands still.
    Freezes(usize),
}

/// A journal in memory that writes into the world's trace.
#[derive(Clone)]
pub(crate) struct FakeJournal {
    pub(crate) world: Arc<World>,
    fault: Arc<Mutex<(Option<JournalFault>, usize)>>,
}

impl FakeJournal {
    pub(crate) fn new(world: Arc<World>) -> Self {
        Self { world, fault: Arc::default() }
    }

    /// Counts lines from here on.
    pub(crate) fn set(&self, fault: Option<JournalFault>) {
        *self.fault.lock().unwrap() = (fault, 0);
    }

    pub(crate) fn lines(&self) -> Vec<JournalEntry> {
        let trace = self.world.trace.lock().unwrap();
        trace.iter().filter_map(|item| if let Trace::Line(entry) = item { Some(entry.clone()) } else { None }).collect()
    }
}

#[async_trait]
impl JournalStore for FakeJournal {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        tokio::time::sleep(Duration::from_millis(1)).await;
        let (write, fault) = {
            let mut state = self.fault.lock().unwrap();
            state.1 += 1;
            let count = state.1;
            match state.0 {
                Some(JournalFault::Fails(n)) => (count < n, (count >= n).then_some(JournalFault::Fails(n))),
                Some(JournalFault::Stumbles(n)) => (count != n, (count == n).then_some(JournalFault::Stumbles(n))),
                Some(JournalFault::Lies(n)) => (count <= n, (count >= n).then_some(JournalFault::Lies(n))),
                Some(JournalFault::Freezes(n)) => (count <= n, (count >= n).then_some(JournalFault::Freezes(n))),
                None => (true, None),
            }
        };
        if write {
            self.world.trace.lock().unwrap().push(Trace::Line(entry.clone()));
        }
        match fault {
            None => Ok(0),
            Some(JournalFault::Freezes(_)) => std::future::pending().await,
            Some(_) => Err(Error::new(ErrorKind::Storage, "the disk is full").hint("make room")),
        }
    }
    async fn read(&self, run: &RunId) -> Result<Vec<JournalEntry>> {
        Ok(self.lines().into_iter().filter(|entry| entry.run == *run).collect())
    }
}

/// The estate as it was last seen.
#[derive(Default)]
pub(crate) struct FakeStore(pub(crate) Mutex<BTreeMap<ResourceId, Entry>>);

impl FakeStore {
    pub(crate) fn see(&self, world: &World, at: Timestamp) {
        let resources = world.resources.lock().unwrap();
        *self.0.lock().unwrap() = resources.values().map(|resource| (resource.id.clone(), Entry::new(resource.clone(), at))).collect();
    }
}

#[async_trait]
impl EstateStore for FakeStore {
    async fn estate(&self, _: Option<(CloudId, &str)>) -> Result<Estate> {
        Ok(Estate::new(self.0.lock().unwrap().values().cloned()))
    }
    async fn entry(&self, id: &ResourceId) -> Result<Option<Entry>> {
        Ok(self.0.lock().unwrap().get(id).cloned())
    }
    async fn select(&self, selector: &Selector, now: Timestamp) -> Result<Selection> {
        let mut selection = Selection::default();
        for entry in self.0.lock().unwrap().values() {
            match selector.matches(&entry.resource, now) {
                Some(true) => selection.matched.push(entry.clone()),
                None => selection.unknown += 1,
                Some(false) => {}
            }
        }
        Ok(selection)
    }
    async fn apply(&self, _: &Diff) -> Result<u64> {
        unused()
    }
    async fn known_words(&self) -> Result<escher_core::selector::KnownWords> {
        unused()
    }
    async fn revision(&self) -> Result<u64> {
        unused()
    }
    async fn changes(&self, _: u64, _: usize) -> Result<Option<Changes>> {
        unused()
    }
    async fn history(&self, _: Timestamp) -> Result<Vec<Recorded>> {
        unused()
    }
}

fn unused<T>() -> Result<T> {
    Err(Error::internal("nobody should ask the estate for this"))
}
