//! What most tests start from.

use std::sync::Arc;

use escher_core::*;
use escher_exec::*;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::world::{FakeCloud, FakeJournal, FakeStore, World, identity};

pub(crate) const RUN: &str = "run_1";

pub(crate) fn run_id(text: &str) -> RunId {
    text.parse().unwrap()
}

/// A summary that counts nothing yet.
pub(crate) fn nothing_of(run: &str) -> RunSummary {
    RunSummary { run: run_id(run), done: 0, failed: 0, unknown: 0, skipped: 0, open: 0 }
}

pub(crate) fn now() -> Timestamp {
    "2026-11-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn id(n: usize) -> ResourceId {
    ResourceId::new(CloudId::Aws, format!("arn:aws:ec2:us-west-2:111122223333:instance/i-{n:02}"))
}

/// The key that approvals are signed with.
pub(crate) fn key() -> SecretKey {
    SecretKey::from_seed(&[3; 32])
}

/// The system's clock, as these tests have it.
pub(crate) const WALL: WallClock = WallClock::new(now);

/// The same, two hours on.
pub(crate) const LATER: WallClock = WallClock::new(|| now() + SignedDuration::from_hours(2));

/// A running vm.
pub(crate) fn vm(n: usize) -> Resource {
    let mut vm = Resource::new(CloudId::Aws, id(n).as_str(), Kind::Vm, "ec2:instance", format!("web-{n}"));
    vm.account = Some("111122223333".into());
    vm.region = Some("us-west-2".into());
    vm.state = Some(State::Running);
    vm.tags = Some([("env".to_owned(), "dev".to_owned()), ("owner".to_owned(), "ada".to_owned())].into());
    vm.created = Some(now() - SignedDuration::from_hours(48));
    vm.attributes.insert("size".into(), json!("m5.large"));
    vm
}

pub(crate) struct Fixture {
    pub(crate) world: Arc<World>,
    pub(crate) store: Arc<FakeStore>,
    pub(crate) journal: FakeJournal,
    pub(crate) clouds: Clouds,
}

impl Fixture {
    pub(crate) fn new(resources: impl IntoIterator<Item = Resource>) -> Self {
        let world = Arc::new(World::default());
        *world.resources.lock().unwrap() = resources.into_iter().map(|resource| (resource.id.clone(), resource)).collect();
        let store = Arc::new(FakeStore::default());
        store.see(&world, now());
        let clouds = Clouds::new().with(Arc::new(FakeCloud(world.clone())), ["111122223333", "444455556666"].map(identity).to_vec());
        Self { journal: FakeJournal::new(world.clone()), world, store, clouds }
    }

    pub(crate) fn vms(count: usize) -> Self {
        Self::new((1..=count).map(vm))
    }

    pub(crate) fn planner(&self) -> Planner {
        Planner::new(self.clouds.clone(), Arc::new(DefaultPolicy::default()), Clock::fixed(now()), WALL)
    }

    pub(crate) fn executor(&self) -> Executor {
        Executor::new(Journal::new(Arc::new(self.journal.clone())), self.clouds.clone(), Clock::fixed(now()), WALL)
            .with_estate(self.store.clone())
    }

    pub(crate) async fn try_plan(&self, orders: &[(Verb, &str, Value)]) -> Result<PlanDoc> {
        let steps = orders
            .iter()
            .zip(1..)
            .map(|((verb, selector, params), n)| {
                let selector = Selector::parse(selector).unwrap();
                StepTemplate::new(StepId::numbered(n), *verb, selector, params.as_object().unwrap().clone())
            })
            .collect();
        self.try_template(steps).await
    }

    pub(crate) async fn try_template(&self, steps: Vec<StepTemplate>) -> Result<PlanDoc> {
        self.planner().resolve(&PlanTemplate { goal: "Do it".into(), steps, risk: None }, PlanOrigin::Ask, &*self.store).await
    }

    pub(crate) async fn plan(&self, orders: &[(Verb, &str, Value)]) -> PlanDoc {
        self.try_plan(orders).await.unwrap()
    }

    pub(crate) async fn stop_all(&self) -> PlanDoc {
        self.plan(&[(Verb::Stop, "kind = vm", json!({}))]).await
    }

    /// Runs a plan to its end and gives the counts and events.
    pub(crate) async fn run(&self, doc: &PlanDoc, run: &str) -> (Result<RunSummary>, Vec<RunEvent>) {
        let (send, mut receive) = mpsc::unbounded_channel();
        let summary = self.executor().run(approved(doc), &run_id(run), &CancellationToken::new(), &send).await;
        drop(send);
        let mut events = Vec::new();
        while let Some(event) = receive.recv().await {
            events.push(event);
        }
        (summary, events)
    }

    pub(crate) async fn resume(&self, doc: &PlanDoc, run: &str) -> Result<RunSummary> {
        let (send, _receive) = mpsc::unbounded_channel();
        self.executor().resume(approved(doc), &run_id(run), &CancellationToken::new(), &send).await
    }

    /// The last line of a step.
    pub(crate) fn last(&self, run: &str, step: &str) -> JournalEntry {
        self.journal.lines().into_iter().rfind(|line| line.run == run && line.step == step).unwrap()
    }

    pub(crate) fn state(&self, n: usize) -> Option<State> {
        self.world.get(&id(n)).unwrap().state
    }
}

pub(crate) fn checked(doc: &PlanDoc) -> Plan<Checked> {
    doc.clone().check(&DefaultPolicy::default(), Moment::Resume(WALL.now()), None).unwrap()
}

pub(crate) fn approved(doc: &PlanDoc) -> Plan<Approved> {
    let plan = checked(doc);
    let approval = Approval::sign(&plan, "ada", WALL.now(), Vec::new(), &key()).unwrap();
    let approval = approval.verify(&plan, Some(&key().public()), &[]).unwrap();
    plan.approve(approval).unwrap()
}

/// The steps that a step needs.
pub(crate) fn needs(step: &Step) -> String {
    step.needs.iter().map(StepId::as_str).collect::<Vec<_>>().join(",")
}
