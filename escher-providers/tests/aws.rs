//! AWS against a local AWS (moto) on 127.0.0.1; no test can reach a real endpoint: endpoint and credentials are given.
#![cfg(feature = "aws")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::disallowed_methods, reason = "tests")]

#[path = "aws/actions.rs"]
mod actions;
#[path = "aws/answers.rs"]
mod answers;
#[path = "aws/bucket.rs"]
mod bucket;
#[path = "aws/discovery.rs"]
mod discovery;
#[path = "aws/faults.rs"]
mod faults;
#[path = "aws/firewall.rs"]
mod firewall;
#[path = "aws/lag.rs"]
mod lag;
#[path = "aws/local.rs"]
mod local;
#[path = "aws/owners.rs"]
mod owners;
#[path = "aws/proxy.rs"]
mod proxy;
#[path = "aws/resize.rs"]
mod resize;
#[path = "aws/seed.rs"]
mod seed;
#[path = "aws/settings.rs"]
mod settings;
#[path = "aws/steps.rs"]
mod steps;
