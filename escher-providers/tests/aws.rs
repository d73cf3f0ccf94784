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

use escher_providers::aws::{Grants, policy};

/// The checked-in policy documents are what the service files declare. `ESCHER_BLESS=1` writes them anew.
#[test]
fn permissions_are_documented() {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/aws-permissions.json");
    let text = serde_json::to_string_pretty(&policy(Grants::Act)).unwrap() + "\n";
    if std::env::var_os("ESCHER_BLESS").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &text).unwrap();
    }
    let kept = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(kept, text, "run once with ESCHER_BLESS=1 and commit docs/aws-permissions.json");
}
