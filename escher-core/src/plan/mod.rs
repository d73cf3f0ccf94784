//! From a template with selectors to a plan with ids, checked and approved.
//!
//! A [`PlanTemplate`] names selectors; resolving it over the store makes a [`PlanDoc`] that names ids; a document
//! that passed its checks is a [`Plan<Checked>`]; one whose approval was verified, signature and all, is a
//! [`Plan<Approved>`]. Only an approved plan can run, and neither stage can be read from disk or wire.

mod approval;
mod doc;
mod facts;
mod ids;
mod judge;
mod origin;
mod seal;
mod stage;

/// The `verify` word for “the target is no longer there”; every other word is a selector.
pub const GONE: &str = "gone";

pub use approval::{Approval, ApprovedConnection, VerifiedApproval};
pub use doc::{DryRun, OnFailure, PlanDoc, PlanTemplate, Retry, SCHEMA, Step, StepTemplate, Target, TargetFacts};
pub use ids::{ConversationId, PlanId, RunId, StepId};
pub use judge::{Finding, Occasion, Policy, Verdict};
pub use origin::PlanOrigin;
pub use seal::{Seal, SealState};
pub use stage::{Approved, Checked, Moment, Plan};
