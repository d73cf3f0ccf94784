//! The words of Escher: resources, selectors, frames, plans, actions. Pure: no I/O, no runtime.

mod action;
pub mod digest;
mod error;
mod estate;
mod flags;
pub mod regions;
pub mod resource;
pub mod truth;
mod words;

pub use action::{Action, ActionDef, Effect, ParamDef, ParamType, Verify};
pub use error::{Error, ErrorKind, Result};
pub use estate::{ABSENCES, Diff, Entry, Estate, Gap, Scope, Sighting};
pub use flags::{Condition, IdleRule, Test, idle_rule};
pub use resource::{Link, Resource, ResourceId};
pub use truth::Truth;
pub use words::{CloudId, Decision, Engine, Env, Flag, Geo, Kind, Rel, Risk, State, Verb};
