//! The words of Escher: resources, selectors, frames, plans, actions. Pure: no I/O, no runtime.

mod action;
#[cfg(feature = "arbitrary")]
pub mod arbitrary;
mod arn;
mod brain;
mod change;
mod cloud;
pub mod digest;
mod embed;
mod error;
mod estate;
mod flags;
mod frame;
pub mod fuzzy;
mod id;
mod index;
mod journal;
mod label;
pub mod lexicon;
mod line;
mod look;
mod measure;
mod memory;
mod native;
mod pattern;
mod period;
pub mod plan;
mod redact;
pub mod regions;
mod rel;
pub mod resource;
pub mod selector;
mod sign;
mod time;
pub mod truth;
mod words;

pub use action::{Action, ActionDef, Effect, ParamDef, ParamType, Verify};
pub use arn::Arn;
pub use brain::{Brain, Turn, Utterance};
pub use change::{Change, ChangeKind, FieldChange};
pub use cloud::{ActionFacts, Capabilities, Cloud, DiscoveryFilter, Identity, Outcome, ReadCx, Throttled, WriteCx};
pub use embed::Embed;
pub use error::{Error, ErrorKind, Next, Origin, Result, RetryBudget};
pub use estate::{ABSENCE_LAG, ABSENCES, Depth, Diff, Entry, Estate, Gap, Observation, Reading, Scope};
pub use flags::{Condition, IdleRule, Test, idle_rule};
pub use frame::{Clarify, Constraint, Correction, Frame, Intent, Schedule, Sort, Source};
pub use id::ResourceId;
pub use index::{Filter, Hits, Index, Query};
pub use journal::{Head, Journal, JournalEntry, JournalStore, Permit, Phase, StepEvent, Undo};
pub use line::{read_tags, read_time};
pub use look::{Ended, Look};
pub use measure::{Measure, Measured, Measurement};
pub use memory::{
    Changes, Collection, Document, DocumentStore, EstateStore, PlanRecord, PlanStatus, PlanStore, Recorded, RunRecord, Selection,
};
pub use pattern::ActionPattern;
pub use period::{Period, PeriodWord};
pub use plan::{
    Approval, Approved, ApprovedConnection, Checked, ConversationId, Finding, Moment, Occasion, Plan, PlanDoc, PlanId, PlanOrigin,
    PlanTemplate, Policy, RunId, Step, StepId, StepTemplate, Target, TargetFacts, Verdict, VerifiedApproval,
};
pub use redact::{REDACTED, holds_secret, is_service_key, redact};
pub use rel::Rel;
pub use resource::{Link, Resource};
/// A value that is never printed.
pub use secrecy::SecretString as Secret;
pub use selector::{Field, Op, Selector, SyntaxError};
pub use sign::{PublicKey, SecretKey};
pub use time::{CLOCK_SKEW, Clock, WallClock, WallTime};
pub use truth::Truth;
pub use words::{CloudId, Decision, Engine, Env, Flag, Geo, Kind, Risk, State, Verb};
