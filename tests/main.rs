//! Whole-system tests, through the doors a user uses: the `escher` binary and the facade crate.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

mod assistant;
mod aws;
mod aws_faults;
mod aws_trust;
mod bad_input;
mod changes;
mod chat;
mod datadir;
mod demo;
mod display;
#[cfg(unix)]
mod door;
mod estate;
mod faults;
mod flips;
mod history;
mod import;
mod import_doubts;
mod import_limits;
mod import_tools;
mod interpret;
mod kill;
mod local_aws;
mod old_data;
mod ops;
#[cfg(unix)]
mod owner;
#[cfg(unix)]
mod owner_bounds;
mod policy;
mod readme;
mod search;
mod selectors;
mod support;
mod tamper;
mod trust;
mod wiring;
