//! Simulated clouds for demonstrations, benchmarks and tests: AWS, Azure and GCP, with a truth of their own.
//!
//! A [`SimWorld`] is what a seed stands for, the same for the same spec and day. A [`SimStore`] is the truth: that
//! world and what has become of it since, in a small SQLite file of its own. A [`SimCloud`] is one cloud over it,
//! behind the same [`escher_core::Cloud`] as the real ones; it takes time and fails where [`SimOptions`] say so.

mod accounts;
mod acts;
mod attributes;
mod build;
mod cloud;
mod costs;
mod dice;
mod faults;
mod firewall;
mod metrics;
mod names;
mod ops;
mod relations;
mod scenario;
mod store;
mod tags;
mod types;
mod undo;
mod world;

pub use cloud::{SimCloud, SimOptions};
pub use faults::Faults;
pub use ops::usual_commands;
pub use store::{SimAct, SimStore};
pub use world::{SimSpec, SimWorld};
