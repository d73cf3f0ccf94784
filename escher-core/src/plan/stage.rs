//! The stages of a plan, as types: checked, approved.

use std::collections::HashSet;
use std::marker::PhantomData;

use super::{Occasion, PlanDoc, Policy, SCHEMA, VerifiedApproval};
use crate::{ActionDef, Error, ErrorKind, Result, Selector, WallTime};

/// Stage: the document is valid and policy has judged it.
#[derive(Clone, Copy, Debug)]
pub enum Checked {}

/// Stage: an approval of exactly this digest was verified.
#[derive(Clone, Copy, Debug)]
pub enum Approved {}

/// A plan that has reached stage `S`. There is no way to read one from disk or wire:
///
/// ```compile_fail
/// let plan: escher_core::Plan<escher_core::Approved> = serde_json::from_str("{}").unwrap();
/// ```
#[derive(Clone, Debug)]
pub struct Plan<S> {
    doc: PlanDoc,
    resumes: bool,
    stage: PhantomData<S>,
}

impl<S> Plan<S> {
    /// The document.
    pub fn doc(&self) -> &PlanDoc {
        &self.doc
    }

    /// The document, without its stage.
    pub fn into_doc(self) -> PlanDoc {
        self.doc
    }

    /// Whether it was checked for [`Moment::Resume`].
    pub fn resumes(&self) -> bool {
        self.resumes
    }
}

/// What a plan is checked for. Expiry gates the start of a run, not its resumption.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It is about to be shown, approved or started, at this time by the system clock.
    Start(WallTime),
    /// A run of it was started in time and is being resumed, at this time by the system clock.
    Resume(WallTime),
}

impl Moment {
    /// The time, by the system clock.
    pub const fn at(self) -> WallTime {
        match self {
            Self::Start(at) | Self::Resume(at) => at,
        }
    }
}

impl PlanDoc {
    /// Checks a document: schema, digest, expiry, and its steps against the catalog; then asks policy, whose decision and
    /// reasons replace those in the document. `approver` is who approves it or has approved it, if known.
    ///
    /// # Errors
    /// `Invalid` if the document is not valid, `Stale` if it has expired or was altered. A plan that policy forbids is
    /// still checked; it cannot be approved.
    pub fn check(mut self, policy: &dyn Policy, moment: Moment, approver: Option<&str>) -> Result<Plan<Checked>> {
        let id = self.id.clone();
        let fail = |kind, message: String| Error::new(kind, message).operation("check plan").with("plan", id.clone());
        if !(1..=SCHEMA).contains(&self.schema) {
            let message = format!("the plan has schema {}, but this version supports 1 to {SCHEMA}", self.schema);
            return Err(fail(ErrorKind::Invalid, message).hint("create the plan again with this version"));
        }
        let is_present = self.schema > 1;
        if self.origin.is_some() != is_present || self.steps.iter().any(|step| step.target.facts.is_some() != is_present) {
            return Err(
                fail(ErrorKind::Invalid, format!("the plan does not fit its schema, {}", self.schema)).hint("ask again to get a new plan")
            );
        }
        if self.digest != self.compute_digest() {
            return Err(fail(ErrorKind::Stale, "the plan does not match its digest".into()).hint("ask again to get a new plan"));
        }
        if let Moment::Start(now) = moment
            && now.timestamp() >= self.expires
        {
            return Err(fail(ErrorKind::Stale, format!("the plan expired at {}", self.expires)).hint("ask again to get a new plan"));
        }
        if self.steps.is_empty() {
            return Err(fail(ErrorKind::Invalid, "the plan has no steps".into()));
        }
        let mut before = HashSet::new();
        for step in &self.steps {
            let at = |e: Error| e.with("step", step.id.clone()).with("plan", id.clone());
            let def = ActionDef::find(step.action)
                .ok_or_else(|| at(fail(ErrorKind::Invalid, format!("{} is not in the catalog", step.action))))?;
            def.check_params(&step.params).map_err(at)?;
            if step.effect != def.effect || step.retry.max_attempts == 0 || (step.retry.max_attempts > 1 && !def.idempotent) {
                return Err(at(fail(ErrorKind::Invalid, "the step's effect or retry differs from the catalog".into())));
            }
            if let Some(missing) = step.needs.iter().find(|need| !before.contains(*need)) {
                return Err(at(fail(ErrorKind::Invalid, format!("the step needs `{missing}`, which does not come before it"))));
            }
            for text in step.preconditions.iter().chain(step.verify.iter().filter(|v| *v != super::GONE)) {
                Selector::parse(text).map_err(|e| at(e.into()))?;
            }
            if !before.insert(step.id.clone()) {
                return Err(at(fail(ErrorKind::Invalid, "the step's ID is not unique".into())));
            }
        }
        let verdict = policy.judge(&self, &Occasion { at: moment.at(), approver });
        self.decision = verdict.decision;
        self.reasons = verdict.reasons();
        Ok(Plan { doc: self, resumes: matches!(moment, Moment::Resume(_)), stage: PhantomData })
    }
}

impl Plan<Checked> {
    /// The plan, approved.
    ///
    /// # Errors
    /// `Stale` if the verified approval is for another plan.
    pub fn approve(self, approval: VerifiedApproval) -> Result<Plan<Approved>> {
        // Verified against one plan, handed to another.
        if !approval.is_for(&self) {
            return Err(Error::new(ErrorKind::Stale, "the approval is for another plan").with("plan", self.doc.id));
        }
        Ok(Plan { doc: self.doc, resumes: self.resumes, stage: PhantomData })
    }
}
