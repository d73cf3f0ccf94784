//! The hands against a cloud, a journal and a store in memory that count, delay, fail and hang on order.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, clippy::disallowed_methods, reason = "tests")]

mod faults;
mod fixture;
mod journal;
mod lag;
mod planning;
mod policy;
mod policy_file;
mod running;
mod undoing;
mod world;
