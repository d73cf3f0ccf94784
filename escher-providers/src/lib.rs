//! The clouds: one folder per cloud, one file per service.

#[cfg(feature = "aws")]
pub mod aws;
mod commands;
#[cfg(feature = "aws")]
mod layer;
pub mod shape;
pub mod sim;
#[cfg(feature = "aws")]
mod spec;
mod tagging;

pub use sim::usual_commands;
