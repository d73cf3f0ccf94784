//! A world, a truth, a cloud over it, and the way to a permit.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use escher_core::plan::{DryRun, OnFailure, Retry};
use escher_core::resource::attr;
use escher_core::{
    Action, ActionDef, Approval, Clock, Cloud, CloudId, Decision, DiscoveryFilter, Journal, JournalEntry, JournalStore, Kind, Moment,
    Observation, Occasion, Outcome, Permit, PlanDoc, PlanOrigin, Policy, ReadCx, Resource, Result, Risk, RunId, SecretKey, Step, StepId,
    Target, TargetFacts, Verb, Verdict, WallClock, WriteCx, plan::SCHEMA,
};
use escher_providers::sim::{SimCloud, SimOptions, SimSpec, SimStore, SimWorld};
use futures::StreamExt;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

pub(crate) fn now() -> Timestamp {
    "2026-11-22T20:30:00Z".parse().unwrap()
}

pub(crate) fn cx() -> ReadCx {
    ReadCx::new(Clock::fixed(now()), Duration::from_secs(20))
}

pub(crate) fn world(seed: u64, count: usize) -> SimWorld {
    SimWorld::new(SimSpec { seed, count }, now())
}

pub(crate) fn store(spec: SimSpec) -> Arc<SimStore> {
    Arc::new(SimStore::in_memory(spec, now()).unwrap())
}

pub(crate) fn cloud(store: &Arc<SimStore>, id: CloudId, faults: &str) -> SimCloud {
    SimCloud::open(Arc::clone(store), id, SimOptions { latency: Duration::ZERO, faults: faults.parse().unwrap() })
}

/// Target as a plan would name it.
pub(crate) fn target(r: &Resource) -> Target {
    Target {
        id: r.id.clone(),
        name: r.name.clone(),
        cloud: r.cloud,
        account: r.account.clone().unwrap_or_default(),
        region: r.region.clone().unwrap_or_else(|| "global".into()),
        native: r.native.clone(),
        observed: r.observed_hash(),
        facts: Some(TargetFacts::of(r, now())),
    }
}

pub(crate) fn step(r: &Resource, verb: Verb, params: Value) -> Step {
    let action = Action { kind: r.kind, verb };
    let def = ActionDef::find(action).unwrap();
    Step {
        id: StepId::numbered(1),
        action,
        target: target(r),
        params: params.as_object().cloned().unwrap_or_default(),
        needs: Vec::new(),
        effect: def.effect,
        preconditions: Vec::new(),
        dry_run: DryRun::Simulate,
        verify: Vec::new(),
        compensate: None,
        timeout: "300s".into(),
        retry: Retry { max_attempts: 1 },
        on_failure: OnFailure::Stop,
        cli: Vec::new(),
        impact: String::new(),
    }
}

pub(crate) struct Lax;
impl Policy for Lax {
    fn judge(&self, _: &PlanDoc, _: &Occasion<'_>) -> Verdict {
        Verdict::of(Decision::Approve)
    }
}

#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<JournalEntry>>);
#[async_trait]
impl JournalStore for Lines {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let mut lines = self.0.lock().unwrap();
        lines.push(entry.clone());
        Ok(lines.len() as u64)
    }
    async fn read(&self, _: &RunId) -> Result<Vec<JournalEntry>> {
        Ok(self.0.lock().unwrap().clone())
    }
}

/// The way to a permit: a plan, checked, approved, its intent written down.
pub(crate) async fn permit(step: &Step) -> Permit {
    let doc = PlanDoc {
        schema: SCHEMA,
        id: "pl_1".parse().unwrap(),
        goal: "test".into(),
        origin: Some(PlanOrigin::Api),
        digest: String::new(),
        created: now(),
        expires: now() + SignedDuration::from_hours(1),
        principal: "tester".into(),
        risk: Risk::Low,
        decision: Decision::Approve,
        reasons: Vec::new(),
        blast_radius: 1,
        steps: vec![step.clone()],
        warnings: Vec::new(),
    }
    .sealed();
    let (wall, key) = (WallClock::new(now), SecretKey::from_seed(&[1; 32]));
    let checked = doc.check(&Lax, Moment::Start(wall.now()), None).unwrap();
    let approval = Approval::sign(&checked, "tester", wall.now(), Vec::new(), &key).unwrap();
    let verified = approval.verify(&checked, Some(&key.public()), &[]).unwrap();
    let plan = checked.approve(verified).unwrap();
    Journal::new(Arc::new(Lines::default())).intend(&plan, &"run_1".parse().unwrap(), &step.id, 1, Vec::new(), wall.now()).await.unwrap()
}

pub(crate) async fn act(cloud: &SimCloud, step: &Step) -> Result<Outcome> {
    cloud.act(&WriteCx { read: cx() }, permit(step).await).await
}

pub(crate) async fn observations(cloud: &SimCloud, cx: ReadCx, want: DiscoveryFilter) -> Vec<Observation> {
    cloud.discover(cx, want).collect().await
}

/// Parameters that make sense for an action on a resource.
pub(crate) fn params_for(r: &Resource, verb: Verb, store: &SimStore) -> Value {
    let one = |fits: &dyn Fn(&Resource) -> bool| store.all_that(fits).unwrap().remove(0);
    match verb {
        Verb::Resize if r.kind == Kind::Disk => json!({"size": 4096}),
        Verb::Resize => {
            let other = one(&|o| o.native == r.native && o.text_attr(attr::SIZE) != r.text_attr(attr::SIZE));
            json!({"size": other.text_attr(attr::SIZE)})
        }
        Verb::Scale => json!({"count": "+2"}),
        Verb::Tag => json!({"tags": {"env": "other", "a-new-key": "x"}}),
        Verb::Untag => json!({"keys": [r.tags.iter().flatten().next().map_or("none", |(key, _)| key.as_str())]}),
        Verb::Restore | Verb::Create => json!({"name": format!("escher-{}-{verb}", r.kind)}),
        Verb::Attach => {
            let vm = one(&|vm| vm.kind == Kind::Vm && vm.account == r.account && vm.cloud == r.cloud);
            json!({"to": vm.id.as_str()})
        }
        Verb::ClosePort => json!({"port": 443}),
        Verb::OpenPort => json!({"port": "9000-9010", "cidr": "198.51.100.0/24"}),
        _ => json!({}),
    }
}
