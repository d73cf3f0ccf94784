//! Carries out single steps the way everything does: an approved plan, a journal, a permit.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use escher_core::plan::{DryRun, GONE, OnFailure, Retry, SCHEMA};
use escher_core::{
    Action, ActionDef, Approval, Cloud, Decision, Journal, JournalEntry, JournalStore, Moment, Occasion, Outcome, PlanDoc, PlanOrigin,
    Policy, Resource, Result, RunId, SecretKey, Selector, State, Step, StepId, Undo, Verdict, Verify, WallClock, WriteCx,
};
use escher_providers::aws::AwsCloud;
use serde_json::{Map, Value};

use crate::local::{cx, now, target};

#[derive(Default)]
struct Memory(Mutex<Vec<JournalEntry>>);

#[async_trait]
impl JournalStore for Memory {
    async fn append(&self, entry: &JournalEntry) -> Result<u64> {
        let mut lines = self.0.lock().unwrap();
        lines.push(entry.clone());
        Ok(lines.len() as u64)
    }
    async fn read(&self, _: &RunId) -> Result<Vec<JournalEntry>> {
        Ok(self.0.lock().unwrap().clone())
    }
}

struct Anything;

impl Policy for Anything {
    fn judge(&self, _: &PlanDoc, _: &Occasion<'_>) -> Verdict {
        Verdict::of(Decision::Allow)
    }
}

pub(crate) fn step(cloud: &AwsCloud, action: &str, resource: &Resource, params: &Value) -> Step {
    let action: Action = action.parse().unwrap();
    let def = ActionDef::find(action).unwrap();
    let target = target(resource);
    let params = params.as_object().cloned().unwrap_or_default();
    let facts = cloud.facts(action, &target, &params, resource).unwrap_or_else(|| panic!("{action} cannot be done"));
    Step {
        id: StepId::numbered(1),
        action,
        target,
        params,
        needs: Vec::new(),
        effect: def.effect,
        preconditions: Vec::new(),
        dry_run: facts.dry_run,
        verify: vec![GONE.into()],
        compensate: None,
        timeout: "60s".into(),
        retry: Retry { max_attempts: 1 },
        on_failure: OnFailure::Stop,
        cli: facts.cli,
        impact: String::new(),
    }
}

/// Carries out a step in a run of this name.
pub(crate) async fn act_in(run: &str, cloud: &AwsCloud, step: &Step) -> Result<Outcome> {
    let (wall, key) = (WallClock::new(jiff::Timestamp::now), SecretKey::from_seed(&[1; 32]));
    let now = wall.now();
    let at = now.timestamp();
    let doc = PlanDoc {
        schema: SCHEMA,
        id: "pl_1".parse().unwrap(),
        goal: "test".into(),
        origin: Some(PlanOrigin::Api),
        digest: String::new(),
        created: at,
        expires: at + jiff::SignedDuration::from_hours(1),
        principal: "test".into(),
        risk: ActionDef::find(step.action).unwrap().risk,
        decision: Decision::Allow,
        reasons: Vec::new(),
        blast_radius: 1,
        steps: vec![step.clone()],
        warnings: Vec::new(),
    }
    .sealed();
    let plan = doc.check(&Anything, Moment::Start(now), None)?;
    let approval = Approval::sign(&plan, "test", now, Vec::new(), &key)?;
    let approval = approval.verify(&plan, Some(&key.public()), &[])?;
    let plan = plan.approve(approval)?;
    let permit = Journal::new(Arc::new(Memory::default())).intend(&plan, &run.parse()?, &step.id, 1, Vec::new(), now).await?;
    cloud.act(&WriteCx { read: cx() }, permit).await
}

pub(crate) async fn act(cloud: &AwsCloud, step: &Step) -> Result<Outcome> {
    act_in("run_1", cloud, step).await
}

/// Whether the catalog's word for success holds.
pub(crate) fn verified(cloud: &AwsCloud, step: &Step, now: Option<&Resource>) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let matches = |selector: &str| {
        let selector: Selector = selector.parse().unwrap();
        now.and_then(|resource| selector.matches(resource, jiff::Timestamp::now())) == Some(true)
    };
    let tag = |key: &str| now.and_then(|resource| resource.tags.as_ref()?.get(key));
    match ActionDef::find(step.action).unwrap().verify {
        Verify::Holds(selector) => matches(selector),
        Verify::FieldIsParam(field, param) => matches(&format!("{field} = \"{}\"", text(&step.params[param]))),
        Verify::TagsSet => {
            step.params["tags"].as_object().unwrap().iter().all(|(key, value)| tag(key).map(String::as_str) == value.as_str())
        }
        Verify::TagsGone => step.params["keys"].as_array().unwrap().iter().all(|key| tag(key.as_str().unwrap()).is_none()),
        Verify::Gone => now.is_none_or(|resource| resource.state == Some(State::Terminated)),
        Verify::ByProvider => now.and_then(|resource| cloud.shows(step, resource)) == Some(true),
    }
}

/// Tries the step, where the cloud can: nothing may change by that.
pub(crate) async fn try_only(cloud: &AwsCloud, resource: &Resource, step: &Step) {
    if step.dry_run == DryRun::Native {
        cloud.dry_run(&cx(), step).await.unwrap_or_else(|e| panic!("dry run of {}: {e}", step.action));
    }
    let after = now(cloud, resource).await.unwrap();
    assert_eq!(resource.observed_hash(), after.observed_hash(), "a dry run of {} changed something", step.action);
}

/// Tries, does, does again where that is allowed, verifies, takes back: the observed hash has to be what it was.
pub(crate) async fn there_and_back(cloud: &AwsCloud, resource: &Resource, action: &str, params: Value) -> Vec<Undo> {
    let before = now(cloud, resource).await.unwrap();
    let step = step(cloud, action, &before, &params);
    let undo = cloud.undo(&step, &before);
    try_only(cloud, &before, &step).await;
    assert!(!verified(cloud, &step, Some(&before)), "{action}: it is so before it is done");

    act(cloud, &step).await.unwrap_or_else(|e| panic!("{action}: {e}"));
    let after = now(cloud, resource).await.unwrap();
    assert!(verified(cloud, &step, Some(&after)), "{action} is not to be seen: {after:#?}");
    if ActionDef::find(step.action).unwrap().idempotent {
        act(cloud, &step).await.unwrap_or_else(|e| panic!("{action} a second time: {e}"));
        assert_eq!(now(cloud, resource).await.unwrap().observed_hash(), after.observed_hash(), "{action} a second time");
    }

    assert!(!undo.is_empty(), "{action} has no way back");
    for back in &undo {
        let Undo { action, params } = back;
        let step = self::step(cloud, &action.to_string(), &after, &Value::Object(params.clone()));
        act(cloud, &step).await.unwrap_or_else(|e| panic!("back by {action}: {e}"));
    }
    let restored = now(cloud, resource).await.unwrap();
    assert_eq!(restored, before, "{action} was not taken back");
    assert_eq!(restored.observed_hash(), before.observed_hash());
    undo
}

/// No parameters.
pub(crate) fn nothing() -> Value {
    Value::Object(Map::new())
}
