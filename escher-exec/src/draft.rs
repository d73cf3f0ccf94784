//! A plan in the making: takes targets one by one and keeps account of those it leaves out.

use std::collections::{BTreeSet, HashMap};

use escher_core::plan::{DryRun, OnFailure, Retry};
use escher_core::{
    Action, ActionDef, Capabilities, CloudId, Effect, Env, Error, Kind, Occasion, PlanDoc, PlanOrigin, Policy, Rel, Resource, ResourceId,
    Result, Risk, State, Step, StepId, Target, TargetFacts, Verb, WallTime,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::reasons::{Reasons, plain};
use crate::{Clouds, ids, wanted};

/// How many resources a plan may touch before that alone raises its risk.
const MANY: usize = 20;

/// The parameter that puts an earlier value back.
const PREVIOUS: &str = "previous";

/// What is offered to a target.
pub(crate) struct Order<'a> {
    pub(crate) verb: Verb,
    pub(crate) params: &'a Map<String, Value>,
    /// Steps of the plan that must be done before.
    pub(crate) needs: &'a [StepId],
    pub(crate) on_failure: OnFailure,
}

impl<'a> Order<'a> {
    /// An order that needs no other.
    pub(crate) fn new(verb: Verb, params: &'a Map<String, Value>) -> Self {
        Self { verb, params, needs: &[], on_failure: OnFailure::Stop }
    }
}

/// What became of an offer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Offered {
    /// It is this step of the plan.
    Taken(StepId),
    /// Left out, since the target is as requested already.
    Settled,
    /// Left out for another reason.
    LeftOut,
}

/// Why a target is no step.
struct Refusal {
    reason: String,
    settled: bool,
}

fn refused<T>(reason: impl Into<String>) -> Result<Result<T, Refusal>> {
    Ok(Err(Refusal { reason: reason.into(), settled: false }))
}

/// What a plan is made for.
pub(crate) struct MadeFor {
    /// In words.
    pub(crate) goal: String,
    pub(crate) origin: PlanOrigin,
}

/// The plan so far.
pub(crate) struct Draft<'a> {
    clouds: &'a Clouds,
    capabilities: Capabilities,
    /// By which targets are judged.
    at: Timestamp,
    /// When the plan is made.
    made: WallTime,
    steps: Vec<Step>,
    risk: Risk,
    seen: HashMap<(ResourceId, Action, String), StepId>,
    last_on: HashMap<ResourceId, StepId>,
    simulated: BTreeSet<CloudId>,
    /// Who loses more than the action says.
    losses: Reasons,
    /// Who was left out, and why.
    pub(crate) left_out: Reasons,
    /// What to tell beside that.
    pub(crate) warnings: Vec<String>,
}

impl<'a> Draft<'a> {
    pub(crate) fn new(clouds: &'a Clouds, at: Timestamp, made: WallTime) -> Self {
        Self {
            clouds,
            capabilities: clouds.capabilities(),
            at,
            made,
            steps: Vec::new(),
            risk: Risk::Read,
            seen: HashMap::new(),
            last_on: HashMap::new(),
            simulated: BTreeSet::new(),
            losses: Reasons::default(),
            left_out: Reasons::default(),
            warnings: Vec::new(),
        }
    }

    /// Whoever made the template may know of a risk that its targets do not show. Nobody lowers one.
    pub(crate) fn at_least(&mut self, risk: Option<Risk>) {
        self.risk = self.risk.max(risk.unwrap_or(Risk::Read));
    }

    /// Takes a target in with the action of its own kind, or notes why not. A second step on a target waits for the
    /// first, and only the first is held against what is known now.
    ///
    /// # Errors
    /// `Invalid` if the parameters do not fit the action: then the whole order is wrong, not the target.
    pub(crate) fn offer(&mut self, order: &Order<'_>, resource: &Resource, observed: &str) -> Result<Offered> {
        match self.step(order, resource, observed)? {
            Ok((step, def)) => {
                let key = (step.target.id.clone(), step.action, Value::Object(step.params.clone()).to_string());
                if let Some(known) = self.seen.get(&key) {
                    return Ok(Offered::Taken(known.clone()));
                }
                let prod = usize::from(resource.env() == Some(Env::Prod));
                // What puts back an earlier setting may open what was closed, or leave bare what was encrypted.
                let back = usize::from(puts_back(&step.params).is_some());
                self.risk = self.risk.max(raised(def.risk, prod + back));
                self.last_on.insert(step.target.id.clone(), step.id.clone());
                let id = step.id.clone();
                self.seen.insert(key, id.clone());
                self.steps.push(step);
                Ok(Offered::Taken(id))
            }
            Err(Refusal { reason, settled }) => {
                self.left_out.add(reason, &resource.name);
                Ok(if settled { Offered::Settled } else { Offered::LeftOut })
            }
        }
    }

    fn step(&mut self, order: &Order<'_>, resource: &Resource, observed: &str) -> Result<Result<(Step, ActionDef), Refusal>> {
        let (verb, params) = (order.verb, order.params);
        let action = Action { kind: resource.kind, verb };
        let Some(def) = ActionDef::find(action) else {
            return refused(format!("left out, `{verb}` does not apply to this kind of resource ({})", resource.kind));
        };
        def.check_params(params)?;
        let Some(account) = resource.account.as_deref() else {
            return refused("left out, account unknown");
        };
        if let Some(ours) = resource.shared_with() {
            return refused(format!("left out, owned by account {account} and only shared with {ours}; ask the owner for the change"));
        }
        let Some((cloud, identity)) = self.clouds.find(resource.cloud, account) else {
            return refused(format!("left out, {} {account} is not connected", resource.cloud));
        };
        let target = Target {
            id: resource.id.clone(),
            name: resource.name.clone(),
            cloud: resource.cloud,
            account: account.to_owned(),
            region: resource.region.clone().unwrap_or_else(|| "global".to_owned()),
            native: resource.native.clone(),
            observed: observed.to_owned(),
            facts: Some(TargetFacts::of(resource, self.at)),
        };
        let Some(params) = wanted::definite(&def, params, resource) else {
            return refused("left out, cannot be resized to that: a disk can only grow, and its current size must be known");
        };
        let able = self.capabilities.can(resource.cloud, action);
        let Some(facts) = able.then(|| cloud.facts(action, &target, &params, resource)).flatten() else {
            return refused(format!("left out, {action} is not possible on {} ({})", resource.cloud, resource.native));
        };
        let (refusal, loses) = (facts.refused, facts.loses);
        let mut needs = order.needs.to_vec();
        let previous = self.last_on.get(&resource.id);
        let first = previous.is_none();
        needs.extend(previous.filter(|previous| !order.needs.contains(previous)).cloned());
        let step = Step {
            id: StepId::numbered(self.steps.len() + 1),
            action,
            verify: wanted::texts(&def, &params),
            impact: impact(&def, &params, resource),
            params,
            needs,
            effect: def.effect,
            preconditions: def.preconditions.iter().map(|&text| text.to_owned()).collect(),
            dry_run: facts.dry_run,
            compensate: def
                .inverse
                .map(|verb| Action { kind: action.kind, verb })
                .filter(|action| ActionDef::find(*action).is_some() && !is_given_up(verb, resource)),
            timeout: format!("{}s", facts.timeout.as_secs().max(1)),
            retry: Retry { max_attempts: if def.idempotent { 3 } else { 1 } },
            on_failure: order.on_failure,
            cli: facts.cli,
            target,
        };
        if first {
            if def.idempotent && wanted::is_evidence(&def) && wanted::holds(&**cloud, &def, &step, Some(resource), self.at) == Some(true) {
                let reason = match step.verify.first() {
                    Some(text) => format!("left out, already `{}`", plain(text)),
                    None => "left out, already as requested".to_owned(),
                };
                return Ok(Err(Refusal { reason, settled: true }));
            }
            match wanted::unmet(&step.preconditions, resource, self.at) {
                Some((text, None)) => return refused(format!("left out, precondition `{text}` could not be evaluated")),
                Some((text, _)) => return refused(format!("left out, precondition `{text}` does not hold")),
                None => {}
            }
        }
        if let Some(why) = refusal {
            return refused(format!("left out, {why}"));
        }
        if let Some(loses) = loses {
            self.losses.add(loses, &resource.name);
        }
        if identity.simulated || cloud.simulated() {
            self.simulated.insert(resource.cloud);
        }
        Ok(Ok((step, def)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The document, judged and sealed.
    ///
    /// # Errors
    /// `Invalid` for a life that ends beyond the calendar.
    pub(crate) fn finish(mut self, made_for: MadeFor, life: SignedDuration, policy: &dyn Policy) -> Result<PlanDoc> {
        let blast_radius = self.last_on.len();
        let mut warnings = Vec::new();
        if !self.simulated.is_empty() {
            let names: Vec<&str> = self.simulated.iter().map(|cloud| cloud.as_str()).collect();
            warnings.push(format!("these clouds are simulated: {}", names.join(", ")));
        }
        let lost = self.steps.iter().filter(|step| step.effect == Effect::Destroys).count();
        if lost > 0 {
            warnings.push(format!("{lost} of {} steps cannot be undone: what they destroy is gone for good", self.steps.len()));
        }
        let untried = self.steps.iter().filter(|step| step.dry_run == DryRun::None).count();
        if untried > 0 {
            warnings.push(format!("{untried} of {} steps cannot be tried before they are run", self.steps.len()));
        }
        warnings.extend(self.losses.lines());
        warnings.extend(self.left_out.lines());
        warnings.append(&mut self.warnings);
        let created = self.made.timestamp();
        let expires =
            created.checked_add(life).map_err(|e| Error::invalid(format!("a plan cannot stay valid for {life:?}")).caused_by(e))?;
        let doc = PlanDoc {
            schema: escher_core::plan::SCHEMA,
            id: ids::plan(),
            goal: made_for.goal,
            origin: Some(made_for.origin),
            digest: String::new(),
            created,
            expires,
            principal: self.clouds.principal(self.steps.iter().map(|step| (step.target.cloud, step.target.account.as_str()))),
            risk: raised(self.risk, usize::from(blast_radius > MANY)),
            // Replaced by policy right below; until then nothing may run.
            decision: escher_core::Decision::Forbid,
            reasons: Vec::new(),
            blast_radius,
            steps: self.steps,
            warnings,
        };
        let verdict = policy.judge(&doc, &Occasion { at: self.made, approver: None });
        Ok(PlanDoc { decision: verdict.decision, reasons: verdict.reasons(), ..doc }.sealed())
    }
}

/// What a step means for one resource, in a clause.
fn impact(def: &ActionDef, params: &Map<String, Value>, resource: &Resource) -> String {
    let name = plain(&resource.name);
    let what = puts_back(params).or_else(|| here(def, params, resource)).unwrap_or_else(|| def.impact.to_owned());
    match resource.env() {
        Some(env) => format!("{name} ({env}): {what}"),
        None => format!("{name}: {what}"),
    }
}

/// What an action means here, where that is more than it means everywhere.
fn here(def: &ActionDef, params: &Map<String, Value>, resource: &Resource) -> Option<String> {
    let text = |name: &str| params.get(name).map(|value| plain(&value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    match def.action.verb {
        verb @ (Verb::OpenPort | Verb::ClosePort) => {
            let from = text("cidr").map(|cidr| format!(" from {cidr}")).unwrap_or_default();
            let are = if verb == Verb::OpenPort { "accepted" } else { "refused" };
            Some(format!("connections on port {}{from} are {are}", text("port")?))
        }
        Verb::Resize if def.action.kind == Kind::Vm && resource.state == Some(State::Stopped) => {
            Some("another size and price; it stays stopped".to_owned())
        }
        _ => None,
    }
}

/// Whether the scale group of a machine ends it once it stops, so that nothing is left to start again.
fn is_given_up(verb: Verb, resource: &Resource) -> bool {
    let is_member = resource.scale_group().is_some() || resource.links.iter().any(|link| link.rel == Rel::MemberOf);
    verb == Verb::Stop && resource.kind == Kind::Vm && is_member
}

/// What an undo of a setting does: the action bears the name of the change, its effect is what was before.
fn puts_back(params: &Map<String, Value>) -> Option<String> {
    Some(match params.get(PREVIOUS)? {
        Value::Null => "removes the setting, as before".to_owned(),
        before => format!("restores: {}", plain(&before.to_string())),
    })
}

/// A risk some levels higher, `critical` at most.
fn raised(risk: Risk, levels: usize) -> Risk {
    let at = Risk::ALL.iter().position(|known| *known == risk).unwrap_or(Risk::ALL.len());
    Risk::ALL.get(at + levels).copied().unwrap_or(Risk::Critical)
}
